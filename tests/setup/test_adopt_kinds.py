"""`qawl adopt`: what one part of a project, a name, a place, a field or a licence, takes along with it: nothing.

Each input is as the tool that is named there writes it.
"""

import json

import pytest
from click.testing import CliRunner

from qawl import cli

LABELS = '<Labels name="l" toName="text"><Label value="PER"/><Label value="ORG"/></Labels>'
TEXT = "Mona left the port."
MONA = {
    "id": "a", "from_name": "l", "to_name": "text", "type": "labels",
    "value": {"start": 0, "end": 4, "text": "Mona", "labels": ["PER"]},
}  # fmt: skip


def config(*controls, text='<Text name="text" value="$text"/>', labels=LABELS):
    return f"<View>{text}{labels}{''.join(controls)}</View>"


def task(*results, number=1, data=None, users=(1,)):
    made = [
        {"id": 10 * number + user, "completed_by": user, "result": list(results)} for user in users
    ]
    return {"id": number, "data": data or {"text": TEXT}, "annotations": made}


def said(control, kind, value, **more):
    key = "text" if kind == "textarea" else kind
    return {
        "id": f"d-{control}", "from_name": control, "to_name": "text", "type": kind, "value": {key: value}, **more,
    }  # fmt: skip


def run(*arguments):
    return CliRunner().invoke(cli.group, list(map(str, arguments)))


class Adopted:
    """What `qawl adopt` made of an export, with its config where there is one."""

    def __init__(self, folder, tasks, xml=None, *more, name="export.json"):
        rows = tasks if isinstance(tasks, list) else [tasks]
        content = tasks if isinstance(tasks, str) else json.dumps(rows)
        (folder / name).write_text(content, "utf-8")
        given = [folder / name]
        if xml:
            (folder / "config.xml").write_text(xml, "utf-8")
            given.append(folder / "config.xml")
        self.root = folder / "corpus"
        done = run("adopt", *given, "--into", self.root, "--json", *more)
        assert done.exit_code == 0, done.output
        self.report = json.loads(done.stdout)
        self.left_out = {each["reason"]: each["count"] for each in self.report["left_out"]}
        self.notes = "\n".join(self.report["notes"])

    def lines(self, pattern):
        [file] = self.root.glob(pattern)
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()]

    @property
    def articles(self):
        return self.lines("corpus/articles.jsonl")

    @property
    def records(self):
        return self.lines("exports/annotations/*.jsonl")

    @property
    def scheme(self):
        import yaml

        [file] = (self.root / "label_config").glob("*.yaml")
        return yaml.safe_load(file.read_text("utf-8"))

    @property
    def attributes(self):
        return {each["name"]: each for each in self.scheme["attributes"]}

    def errors(self):
        done = run("-C", self.root, "validate", "--json")
        found = json.loads(done.stdout)["findings"]
        return [each for each in found if each["severity"] == "error"]


HYPER = '<HyperTextLabels name="l" toName="h"><Label value="PER"/></HyperTextLabels>'
PAGE = '<HyperText name="h" value="$html"/>'
EMOJI = "<p>one one one</p><p>😀 one two three four</p>"


def on_page(identity, start, end, surface):
    path = {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "startOffset": 0, "endOffset": 3}
    shown = {"globalOffsets": {"start": start, "end": end}, "text": surface}
    value = {**path, **shown, "hypertextlabels": ["PER"]}
    return {
        "id": identity, "from_name": "l", "to_name": "h", "type": "hypertextlabels", "value": value,
    }  # fmt: skip


@pytest.mark.parametrize("text", [EMOJI, "one one one😀 one two three four"], ids=["page", "plain"])
@pytest.mark.parametrize(
    ("start", "end", "kept"), [(18, 21, True), (17, 20, True), (30, 33, False)]
)
def test_a_region_of_a_page_that_does_not_fit_takes_no_other_along(
    tmp_path, text, start, end, kept
):
    """Browsers count UTF-16 units, later versions of Label Studio code points; a script may have moved
    one region. An attribute of a region stands with its region."""
    results = [on_page("a", 4, 7, "one"), on_page("b", start, end, "two")]
    sure = {**results[0], "from_name": "sure", "type": "choices"}
    sure["value"] = {**sure["value"], "choices": ["yes"]}
    xml = config(
        '<Choices name="sure" toName="h" perRegion="true"><Choice value="yes"/></Choices>',
        text=PAGE,
        labels=HYPER,
    )
    made = Adopted(tmp_path, task(*results, sure, data={"html": text}), xml)
    [record] = made.records
    spans = [(each["id"], each["text"]) for each in record["spans"]]
    assert spans == [("a", "one"), ("b", "two")][: 1 + kept]
    assert record["spans"][0]["attributes"] == {"sure": "yes"}
    lost = {} if kept else {"a region has no offsets that can be read": 1}
    assert made.left_out == lost
    assert len(made.errors()) == len(lost)
    assert ("UTF-16" in made.notes) == (start == 18)
