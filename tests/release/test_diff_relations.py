"""`qawl diff` tells each relation that is gone, new or drawn otherwise, whatever became of its spans."""

import json

import pytest

from corpora import qawl

TEXT = "Mona Haddad joined Cedar Bank in Tripoli with Ali Saab."
SCHEME = "format: 1\nlayer: x\nlabels: [PER, ORG, LOC]\nrelations: [works_for, owns]\n"


def span(word, label):
    start = TEXT.index(word)
    value = {"start": start, "end": start + len(word), "text": word, "labels": [label]}
    return {"id": word, "from_name": "x", "to_name": "text", "type": "labels", "value": value}


def arrow(start, end, name="works_for", direction="right"):
    ends = {"from_id": start, "to_id": end, "direction": direction}
    return {"type": "relation", "labels": [name], **ends}


MONA, SHORT, BANK = span("Mona Haddad", "PER"), span("Mona", "PER"), span("Cedar Bank", "ORG")
ALI = span("Ali Saab", "PER")
FIRST = [MONA, BANK, ALI, arrow("Mona Haddad", "Cedar Bank")]
CASES = {
    "the arrow went, its span was drawn anew": (
        [SHORT, BANK, ALI],
        ["PER re-bounded", "works_for removed"],
        "table removed",
    ),
    "the arrow went alone": ([MONA, BANK, ALI], ["works_for removed"], "table removed"),
    "it went with its span": (
        [BANK, ALI],
        ["PER removed", "works_for removed"],
        "table removed",
    ),
    "its span was drawn anew, and it stayed": (
        [SHORT, BANK, ALI, arrow("Mona", "Cedar Bank")],
        ["PER re-bounded"],
        None,
    ),
    "its span has another label, and it stayed": (
        [span("Mona Haddad", "LOC"), BANK, ALI, arrow("Mona Haddad", "Cedar Bank")],
        ["PER relabelled"],
        None,
    ),
    "it starts from another span": (
        [MONA, BANK, ALI, arrow("Ali Saab", "Cedar Bank")],
        ["works_for re-linked"],
        None,
    ),
    "it is turned round": (
        [MONA, BANK, ALI, arrow("Cedar Bank", "Mona Haddad")],
        ["works_for re-linked"],
        None,
    ),
    "it has another name": (
        [MONA, BANK, ALI, arrow("Mona Haddad", "Cedar Bank", "owns")],
        ["owns re-linked", "works_for re-linked"],
        None,
    ),
    "another one came": (
        [*FIRST, arrow("Ali Saab", "Cedar Bank", "owns")],
        ["owns added"],
        None,
    ),
}


@pytest.fixture
def root(tmp_path):
    qawl(tmp_path, "init", "c", "--language", "en")
    root = tmp_path / "c"
    for path in (root / "label_config").iterdir():
        path.unlink()
    (root / "label_config" / "x.yaml").write_text(SCHEME)
    (root / "qawl.yaml").write_text(
        "name: c\nlanguage: en\nlayers: [x]\nannotators: [a1]\noverlap: {x: 1}\n"
        "release: {license: cc-by-4.0, splits: {train: 1}}\n"
    )
    qawl(root, "scheme")
    line = {"text": TEXT, "source": "S", "license": "CC0-1.0", "redistribute": True}
    (root / "in.jsonl").write_text(json.dumps(line))
    qawl(root, "ingest", "in.jsonl")
    return root


def released(root, result, day):
    """The version that is built of what an annotator has changed that day."""
    times = {"created_at": "2025-05-01T10:00:00Z", "updated_at": f"2025-05-0{day}T10:00:00Z"}
    task = {"id": 1, "data": {"text": TEXT}, "annotations": [{"id": 1, "result": result, **times}]}
    (root / "export.json").write_text(json.dumps([task]))
    qawl(root, "pull", "--from", "export.json", "--annotator", "a1")
    qawl(root, "adjudicate")
    qawl(root, "release", "--bump")
    return max(path.name for path in (root / "exports" / "releases").iterdir())


@pytest.mark.parametrize("case", CASES)
def test_every_change_of_a_relation_is_told(case, root):
    after, told, table = CASES[case]
    old = released(root, FIRST, 1)
    new = released(root, after, 2)
    said = json.loads(qawl(root, "diff", old, new, "--json").output)
    (article,) = said["articles"]
    assert sorted(article["changes"]) == told
    kinds = {each["layer"]: each["kind"] for each in said["changes"]}
    assert kinds.get("x_relations") == table
    assert said["level"] == "major"
    changelog = (root / "exports" / "releases" / new / "CHANGELOG.md").read_text()
    assert ", ".join(article["changes"]) in changelog.replace("\\", "")
