"""`qawl adopt`: what one part of a project, a name, a place, a field or a licence, takes along with it: nothing.

Each input is as the tool that is named there writes it.
"""

import csv
import io
import json

import pytest
import yaml
from click.testing import CliRunner

from qawl import cli
from qawl.core.errors import QawlError

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


def released(root):
    run("-C", root, "adjudicate")
    done = run("-C", root, "release", "0.1.0", "--draft")
    assert done.exit_code == 0, done.output
    import pyarrow.parquet as pq

    rows = pq.read_table(root / "exports/releases/0.1.0/articles/train.parquet").to_pylist()
    return [row["text"] for row in rows], done.stderr


def test_a_second_layer_says_nothing_of_articles_that_are_there(tmp_path):
    """What is said beside an export of both is of the articles that come."""
    (tmp_path / "_source.yaml").write_text("source: wire\ncontext: {desk: sport}\n", "utf-8")
    made = Adopted(tmp_path, task(MONA), config())
    assert made.articles[0]["context"] == {"desk": "sport"}
    assert "language: articles that say none" in made.notes
    again = Adopted(tmp_path, task(MONA), config(), "--layer", "m")
    assert not [each for each in ("language", "licence", "desk") if each in again.notes]
    assert len(again.articles) == 1


def test_a_second_layer_says_nothing_of_equal_texts_that_are_there(tmp_path):
    """Two articles of one text are told apart by their tasks; they have the licence of the first adoption."""
    tasks = [task(MONA, number=each) for each in (1, 2)]
    made = Adopted(tmp_path, tasks, config(), "--license", "CC-BY-4.0", "--redistribute")
    again = Adopted(tmp_path, tasks, config(), "--layer", "m")
    assert not [each for each in ("language", "licence") if each in again.notes]
    assert again.articles == made.articles
    assert len(again.articles) == 2


RIGHTS = {
    "in the data, as the team's own list has them": (
        {"license": "CC-BY-4.0", "redistribute": True},
        (),
        "",
    ),
    "as a table writes them": ({"license": " cc-by-4.0 ", "redistribute": "Yes"}, (), ""),
    "by options": ({}, ("--license", "CC-BY-4.0", "--redistribute"), ""),
    "beside the export": ({}, (), "license: CC-BY-4.0\nredistribute: true\n"),
}


@pytest.mark.parametrize("name", RIGHTS)
def test_an_adopted_text_with_a_licence_is_released(tmp_path, name):
    data, options, beside = RIGHTS[name]
    if beside:
        (tmp_path / "_source.yaml").write_text(beside, "utf-8")
    made = Adopted(tmp_path, task(MONA, data={"text": TEXT, **data}), config(), *options)
    assert "leave out" not in made.notes
    texts, said = released(made.root)
    assert texts == [TEXT]
    assert "WITHHELD" not in said


def test_a_licence_can_be_given_to_what_was_adopted_without_one(tmp_path):
    """Two tasks have one text: what the source calls them tells them apart. No release takes texts unsaid."""
    made = Adopted(tmp_path, [task(MONA), task(MONA, number=2)], config())
    assert "the texts of 2 articles: 2 have no licence" in made.notes
    texts, said = released(made.root)
    assert texts == [None, None]
    assert "WITHHELD: the text of 2 articles" in said
    again = tmp_path / "again"
    again.mkdir()
    (again / "_source.yaml").write_text("license: CC-BY-4.0\nredistribute: true\n", "utf-8")
    (again / "articles.jsonl").write_bytes((made.root / "corpus/articles.jsonl").read_bytes())
    ids = [each["id"] for each in made.articles]
    done = run("-C", made.root, "ingest", again)
    assert "updated     2" in done.output
    assert [each["id"] for each in made.articles] == ids
    assert {(each["license"], each["redistribute"]) for each in made.articles} == {
        ("CC-BY-4.0", True)
    }


def test_redistribution_can_be_granted_later(tmp_path):
    """What has a licence and no flag is withheld; a line that says so explicitly is believed."""
    data = {"text": TEXT, "license": "CC-BY-4.0"}
    made = Adopted(tmp_path, task(MONA, data=data), config())
    assert "1 has a licence without redistribute" in made.notes
    granted = [{**each, "redistribute": True} for each in made.articles]
    (tmp_path / "granted.jsonl").write_text("".join(json.dumps(e) + "\n" for e in granted), "utf-8")
    done = run("-C", made.root, "ingest", tmp_path / "granted.jsonl")
    assert "updated     1" in done.output
    assert released(made.root)[0] == [TEXT]


@pytest.mark.parametrize(
    ("licence", "flag", "language"),
    [("free", "perhaps", "English"), (["CC0-1.0"], {"a": 1}, ["en"])],
    ids=["in prose", "as the Hub lists them"],
)
def test_odd_rights_are_counted_and_publish_nothing(tmp_path, licence, flag, language):
    odd = {"license": licence, "redistribute": flag, "language": language, "source": "wire"}
    made = Adopted(tmp_path, task(MONA, data={"text": TEXT, **odd}), config())
    [article] = made.articles
    named = licence if isinstance(licence, str) else None  # what a source calls its rights
    assert (article["license"], article["redistribute"]) == (named, False)
    assert (article["language"], article["source"]) == ("en", "wire")
    unread = {name.split()[0] for name in made.left_out}
    assert unread == {"redistribute", "language"} | ({"license"} if named is None else set())
    assert article["context"].get("license", licence) == licence


@pytest.mark.parametrize("option", [("--license", "free"), ("--redistribute",)])
def test_rights_that_can_not_be_are_one_line(tmp_path, option):
    (tmp_path / "e.json").write_text(json.dumps([task(MONA)]), "utf-8")
    done = run("adopt", tmp_path / "e.json", "--into", tmp_path / "c", *option)
    assert isinstance(done.exception, QawlError)
    assert option[0] in str(done.exception)
    assert not (tmp_path / "c").exists()


def test_each_article_is_in_its_own_language(tmp_path):
    """A mixed export: what the data say counts, then the letters, and how it was found is said."""
    texts = (
        "Der Minister kommt.",
        "Le ministre parle.",
        "وصل الوزير إلى عمان.",
        "Министр приехал.",
    )
    tasks = [task(number=n, data={"text": text}) for n, text in enumerate(texts)]
    tasks[1]["data"]["language"] = "fr"
    made = Adopted(tmp_path, tasks, config())
    found = {each["text"][:3]: each["language"] for each in made.articles}
    assert found == {"Der": "fr", "Le ": "fr", "وصل": "ar", "Мин": "ru"}
    assert "fr (1), ar (1), ru (1)" in made.notes
    assert "name: corpus" not in made.notes


def test_a_language_that_is_told_is_that_of_all(tmp_path):
    tasks = [task(number=1), task(number=2, data={"text": "وصل الوزير إلى عمان."})]
    made = Adopted(tmp_path, tasks, config(), "--language", "de")
    assert {each["language"] for each in made.articles} == {"de"}
    assert "hardly in the language of --language: de (1)" in made.notes


def test_fields_that_are_no_text_are_kept_and_shown(tmp_path):
    """Numbers, lists, objects and flags, as exports of tables and scrapers have them."""
    more = {
        "year": 2024,
        "tags": ["a", "b"],
        "meta": {"a": 1},
        "flag": False,
        "blank": " ",
        "no": None,
    }
    xml = config(text='<Header value="$year"/><Text name="text" value="$text"/>')
    made = Adopted(tmp_path, task(MONA, data={"text": TEXT, **more}), xml)
    [article] = made.articles
    del more["blank"], more["no"]
    assert article["context"] == more
    shown = json.loads(run("-C", made.root, "tasks", "--layer", "l").stdout)
    assert [each["data"]["year"] for each in shown] == ["2024"]


CONDITIONS = {
    "nothing is said of the opposite": (
        'visibleWhen="choice-unselected" whenTagName="rel" whenChoiceValue="yes, sure"', None, "can't say that rel is not",
    ),
    "any choice will do": ('visibleWhen="choice-selected" whenTagName="rel"', ["y", "n", "m"], ""),
    "by what is shown": ('visibleWhen="choice-selected" whenTagName="rel" whenChoiceValue="No"', ["n"], ""),
    "by what is stored": ('visibleWhen="choice-selected" whenTagName="rel" whenChoiceValue="n,m"', ["n", "m"], ""),
    "by a name with a comma": ('visibleWhen="choice-selected" whenTagName="rel" whenChoiceValue="yes, sure,No"', ["y", "n"], ""),
    "by a choice that nobody lists": (
        'visibleWhen="choice-selected" whenTagName="rel" whenChoiceValue="No way"', None, "rel has no choice No way",
    ),
    "by a control that nobody has": ('visibleWhen="choice-selected" whenTagName="x"', None, "x is no choice"),
    "by itself": ('visibleWhen="choice-selected" whenTagName="why" whenChoiceValue="a"', None, "in a circle"),
    "beside a region": ('visibleWhen="region-selected" whenLabelValue="PER"', None, "why: its condition is left out"),
    "beside no region": ('visibleWhen="no-region-selected"', None, "why: its condition is left out"),
    "by one of spans": ('visibleWhen="choice-selected" whenTagName="gender"', None, "gender is not of the same labels"),
}  # fmt: skip
REL = (
    '<Choices name="rel" toName="text"><Choice value="yes, sure" alias="y"/><Choice value="No" alias="n"/>'
    '<Choice value="m"/></Choices>'
)
GENDER = '<Choices name="gender" toName="text" perRegion="true" whenLabelValue="PER"><Choice value="f"/></Choices>'


@pytest.mark.parametrize("name", CONDITIONS)
@pytest.mark.parametrize("around", [True, False], ids=["of a view", "its own"])
def test_a_condition_is_what_label_studio_shows_or_is_named(tmp_path, name, around):
    """Published configs name choices by what is shown, by the alias, by none; and whole views of them."""
    condition, when, note = CONDITIONS[name]
    own = "" if around else condition
    why = f'<Choices name="why" toName="text" {own}><Choice value="a"/></Choices>'
    why = f"<View {condition}>{why}</View>" if around else why
    given = task(MONA, said("rel", "choices", ["n"]), said("why", "choices", ["a"]))
    made = Adopted(tmp_path, given, config(REL, GENDER, why))
    assert made.attributes["why"].get("when") == (when and {"rel": when})
    assert note in made.notes
    assert made.attributes["gender"]["of"] == ["PER"]
    assert [each["check"] for each in made.errors()] == ["attribute-unasked"] * (when == [])


def test_conditions_of_views_and_of_their_controls_hold_together(tmp_path):
    """As Qawl's own configs nest them: for a label, and for a choice."""
    why = (
        '<View visibleWhen="region-selected" whenLabelValue="PER"><Choices name="why" toName="text" perRegion="true" '
        'visibleWhen="choice-selected" whenTagName="rel" whenChoiceValue="m"><Choice value="a"/></Choices></View>'
    )
    made = Adopted(tmp_path, task(MONA), config(REL, why))
    assert made.attributes["why"]["of"] == ["PER"]
    assert made.attributes["why"]["when"] == {"rel": ["m"]}


def test_of_several_texts_the_first_that_is_marked_is_the_article(tmp_path):
    """`toName` may list them; the one that stands first in the config was taken."""
    texts = '<Text name="head" value="$head"/><Text name="text" value="$text"/>'
    xml = config(text=texts).replace('toName="text"', 'toName="text, head"')
    made = Adopted(tmp_path, task(MONA, data={"text": TEXT, "head": "News"}), xml)
    assert [each["text"] for each in made.articles] == [TEXT]


def test_values_that_tasks_list_are_named(tmp_path):
    """The scheme has those alone that somebody chose: nobody was told that there are others."""
    given = task(
        MONA,
        said("rel", "choices", ["a"]),
        data={"text": TEXT, "all": [{"value": "a"}, {"value": "b"}]},
    )
    made = Adopted(tmp_path, given, config('<Choices name="rel" toName="text" value="$all"/>'))
    assert [each["name"] for each in made.attributes["rel"]["values"]] == ["a"]
    assert "rel: its values are listed in the field $all of each task" in made.notes


def test_a_control_of_one_label_that_the_work_has_of_another_is_of_both(tmp_path):
    """The config was changed when work was there already."""
    port = {**MONA, "id": "b", "value": {"start": 14, "end": 18, "text": "port", "labels": ["ORG"]}}
    of_port = said("gender", "choices", ["f"], id="b")
    made = Adopted(tmp_path, task(port, of_port), config(GENDER))
    assert made.attributes["gender"]["of"] == ["PER", "ORG"]
    assert "the work has it of ORG, too" in made.notes
    assert made.errors() == []


NUMBERS = {
    "bounds": ('min="0" max="10" step="1"', 5, {"min": 0, "max": 10, "step": 1}),
    "fractions": ('min="-1.5" step="0.5"', 0.5, {"min": -1.5, "step": 0.5}),
    "words": ('min="low" max="" step="any"', 5, {}),
    "bounds that the work breaks": ('min="0" max="3"', 5, {}),
    "bounds that nothing can meet": ('min="9" max="3"', 5, {}),
    "a step of nothing": ('step="0"', 5, {}),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_bounds_of_a_number_are_kept_where_the_work_keeps_them(tmp_path, name):
    bounds, value, expected = NUMBERS[name]
    control = f'<Number name="n" toName="text" {bounds}/>'
    made = Adopted(tmp_path, task(MONA, said("n", "number", value)), config(control))
    kept = {
        key: each for key, each in made.attributes["n"].items() if key in {"min", "max", "step"}
    }
    assert kept == expected
    assert ("are left out" in made.notes) == (not expected and name != "words")
    assert made.errors() == []


@pytest.mark.parametrize("one", [True, False], ids=["one", "any number"])
def test_a_control_that_takes_several_answers_takes_them_later_too(tmp_path, one):
    """A text area takes any number of answers unless maxSubmissions is 1, a taxonomy unless maxUsages is."""
    most, uses = ('maxSubmissions="1"', 'maxUsages="1"') if one else ("", 'maxUsages="3"')
    tree = '<Choice value="A"/><Choice value="B"/>'
    controls = (
        f'<TextArea name="ta" toName="text" {most}/>',
        f'<Taxonomy name="tx" toName="text" {uses}>{tree}</Taxonomy>',
    )
    first = task(MONA, said("ta", "textarea", ["one"]), said("tx", "taxonomy", [["A"]]))
    made = Adopted(tmp_path, first, config(*controls))
    assert made.errors() == []
    more = task(
        MONA, said("ta", "textarea", ["one", "two"]), said("tx", "taxonomy", [["A"], ["B"]])
    )
    (tmp_path / "later.json").write_text(json.dumps([more]), "utf-8")
    done = run("-C", made.root, "pull", "--from", tmp_path / "later.json", "--annotator", "a2")
    assert done.exit_code == 0, done.output
    assert [each["check"] for each in made.errors()] == ["value-several"] * (2 * one)


def test_labels_of_which_a_region_may_have_several_may_have_them_later_too(tmp_path):
    labels = LABELS.replace('toName="text"', 'toName="text" choice="multiple"')
    made = Adopted(tmp_path, task(MONA), config(labels=labels))
    assert made.scheme["multiple"] is True


TREES = {
    "a slash in a name": ('<Choice value="Arts / Culture"/><Choice value="Sport"/>', ["Arts / Culture"], True),
    "a choice twice": ('<Choice value="A"/><Choice value="A"><Choice value="C"/></Choice>', ["A", "C"], True),
    "names in two orders": (
        '<Choice value="A"><Choice value="B"/></Choice><Choice value="B"><Choice value="A"/></Choice>', ["A", "B"], False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TREES)
def test_one_name_takes_no_other_control_along(tmp_path, name):
    """What no scheme can have is left out with a note and let pass; the project is adopted and released."""
    choices, path, whole = TREES[name]
    controls = (
        f'<Taxonomy name="tx" toName="text" maxUsages="1">{choices}</Taxonomy>',
        '<Choices name="mood_standoff" toName="text"><Choice value="a"/></Choices>',
    )
    rights = {"text": TEXT, "license": "CC0-1.0", "redistribute": True}
    work = (MONA, said("tx", "taxonomy", [path]), said("mood_standoff", "choices", ["a"]))
    made = Adopted(tmp_path, task(*work, data=rights), config(*controls))
    kept = path if whole else json.dumps(path, separators=(",", ":"))
    assert made.records[0]["attributes"] == {"tx": kept, "mood_standoff_2": "a"}
    assert ("tx" in made.attributes) == whole
    assert ("LEFT OUT of the scheme" in made.notes) == (not whole)
    assert made.errors() == []
    assert released(made.root)[0] == [TEXT]


@pytest.mark.parametrize("field", ["layer", "basis", "article_id"])
def test_fields_called_like_those_of_our_tasks_stop_nothing(tmp_path, field):
    """The text stands in a field of that name, or it is shown beside the text."""
    for value in (field, "text"):
        folder = tmp_path / value
        folder.mkdir()
        shown = f'<Header value="${field}"/><Text name="text" value="${value}"/>'
        made = Adopted(folder, task(MONA, data={field: TEXT, "text": TEXT}), config(text=shown))
        assert [each["text"] for each in made.articles] == [TEXT]
        assert (
            f"the field {field} is kept" in made.notes or f"is of the field {field}" in made.notes
        )
        assert made.errors() == []


ROWS = [
    {
        "id": 7, "text": "Mona left.", "label": [{"start": 0, "end": 4, "text": "Mona", "labels": ["PER"]}],
        "many": "m1", "stars": 3, "score": 2.5, "notes": ["x", "y"], "flag": True, "annotator": 2, "annotation_id": 9,
    },
    {
        "id": 8, "text": "Omar left.", "label": [], "many": {"choices": ["m1", "m2"]},
        "stars": 4, "score": 1.5, "notes": "one", "flag": False, "annotator": 2, "annotation_id": 10,
    },
]  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
def test_json_min_tells_its_controls_by_all_rows(tmp_path, order):
    """Label Studio writes one choice as a text and several as an object. What no row tells is context, and named."""
    made = Adopted(tmp_path, ROWS[::order])
    given = {
        each["spans"][0]["text"] if each["spans"] else "": each["attributes"]
        for each in made.records
    }
    assert given == {"Mona": {"many": ["m1"]}, "": {"many": ["m1", "m2"]}}
    kept = {each["text"]: each["context"] for each in made.articles}
    assert kept["Mona left."] == {"stars": 3, "score": 2.5, "notes": ["x", "y"], "flag": True}
    for name in ("stars", "score", "notes"):
        assert name in made.notes.partition("controls may have given them: ")[2]


@pytest.mark.parametrize("apart", [False, True])
def test_json_min_gives_each_annotator_what_differs_in_rows_of_one_task(tmp_path, apart):
    """A single choice looks like a field of the task; the second annotator's was lost without a word, and
    where rows are sorted by annotator, all choices were lost."""
    said = [("good", 4, None, 1, 1), ("bad", 2, "Says so.\nTwice.", 2, 2)]
    names = ("mood", "stars", "why", "annotator", "annotation_id")
    task = {"id": 1, "text": "Omar left.", "desk": "north", "title": "Omar", "label": []}
    other = {"id": 2, "text": "Mona left.", "desk": "south", "title": "Mona", "label": []}
    rows = [{**task, **dict(zip(names, each, strict=True))} for each in said]
    alone = {**other, "mood": "bad", "annotator": 2, "annotation_id": 3}
    made = Adopted(tmp_path, [rows[0], alone, rows[1]] if apart else [*rows, alone])
    given = [each["attributes"] for each in made.records]
    assert sorted(given, key=len) == [
        {"mood": "bad"}, {"mood": "good", "stars": 4},
        {"mood": "bad", "stars": 2, "why": "Says so.\nTwice."},
    ]  # fmt: skip
    assert sorted(each["context"]["desk"] for each in made.articles) == ["north", "south"]
    assert "controls may have given them: desk" in made.notes
    for name in ("mood", "stars", "title", "text"):
        assert name not in made.notes.partition("controls may have given them: ")[2].split("\n")[0]


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 0, 1)])
def test_a_field_of_json_min_that_is_an_object_in_a_row_is_no_choice(tmp_path, order):
    """Scripts that join tables leave fields that are text here and an object there: no annotator's choice
    is an object, so the two texts are none either, in whichever order the rows come."""
    values = ("north", "south", {"name": "east"})
    label = [{"start": 0, "end": 4, "text": "Omar", "labels": ["PER"]}]
    task = {"id": 1, "text": "Omar left.", "label": label}
    rows = [
        {**task, "desk": each, "annotator": n, "annotation_id": n}
        for n, each in enumerate(values, start=1)
    ]
    made = Adopted(tmp_path, [rows[at] for at in order])
    assert [each["attributes"] for each in made.records] == [{}, {}, {}]


MOODS = """<View><Labels name="label" toName="text"><Label value="PER"/></Labels><Text name="text" value="$text"/>
<Choices name="mood" toName="text"><Choice value="good"/><Choice value="bad"/></Choices></View>"""


@pytest.mark.parametrize("xml", [MOODS, None], ids=["config", "none"])
def test_rows_of_one_id_and_other_texts_are_several_tasks(tmp_path, xml):
    """Exports of several projects in one file, sorted by id: all work of an id stood on the text of its
    first row; then no task had a text."""
    texts = [(1, "Mona left."), (1, "Omar came."), (2, "Omar left.")]
    span = {"start": 0, "end": 4, "labels": ["PER"]}
    who = {1: "good", 2: "bad"}
    rows = [
        {"id": n, "text": text, "label": [{**span, "text": text[:4]}], "mood": mood, "shift": mood, "annotator": user, "annotation_id": 2 * at + user}
        for at, (n, text) in enumerate(texts) for user, mood in who.items()
    ]  # fmt: skip
    made = Adopted(tmp_path, rows, xml)
    assert made.report["in"]["tasks"] == len(texts)  # other fields may differ in one task
    of = {each["id"]: each["text"] for each in made.articles}
    said = [
        (of[each["article_id"]], each["annotator"], each["spans"][0]["text"], each["attributes"]["mood"])
        for each in made.records
    ]  # fmt: skip
    assert sorted(said) == sorted(
        (text, f"a{user}", text[:4], mood) for _, text in texts for user, mood in who.items()
    )


def test_a_csv_tells_its_controls_by_all_rows(tmp_path):
    """The same as Label Studio's CSV, whose objects are JSON in cells."""
    table = io.StringIO()
    writer = csv.DictWriter(table, ROWS[0])
    writer.writeheader()
    for row in ROWS:
        cells = {n: json.dumps(v) if isinstance(v, dict | list) else v for n, v in row.items()}
        writer.writerow(cells)
    made = Adopted(tmp_path, table.getvalue(), name="export.csv")
    assert sorted(each["attributes"]["many"] for each in made.records) == [["m1"], ["m1", "m2"]]
    [said] = [each for each in made.report["notes"] if "columns of the context" in each]
    assert said.partition(": without the config, ")[2].startswith("no values tell that")
    assert "label" not in said
    assert "stars" in said


def test_of_spacy_what_nobody_annotated_has_no_work_and_ids_are_kept(tmp_path):
    """Entity linking writes kb_id, a ruler's pattern the id; `spacy convert` of raw text annotates nothing."""
    spacy = pytest.importorskip("spacy")
    from spacy.tokens import DocBin, Span

    nlp = spacy.blank("en")
    docs = [
        nlp(text)
        for text in (
            "Mona Haddad left.",
            "Nobody did this.",
            "Nothing here.",
            "Sport.",
            "In a group.",
        )
    ]
    linked, _, empty, sorted_, group = docs
    linked.ents = [Span(linked, 0, 2, "PER", kb_id="Q1", span_id="boss")]
    linked.spans["sc"] = [Span(linked, 0, 2, "PER")]
    empty.ents = []
    sorted_.cats = {"sport": 1.0, "news": 0.0}
    group.spans["sc"] = [Span(group, 2, 3, "X")]
    linked.user_data["._.", "mood", None, None] = "calm"
    DocBin(docs=docs, store_user_data=True).to_disk(tmp_path / "a.spacy")
    done = run("adopt", tmp_path / "a.spacy", "--into", tmp_path / "corpus", "--json")
    assert done.exit_code == 0, done.output
    left = {each["reason"]: each["count"] for each in json.loads(done.stdout)["left_out"]}
    assert [count for reason, count in left.items() if "no annotation of" in reason] == [1]
    assert [count for reason, count in left.items() if "mood" in reason] == [1]
    [file] = (tmp_path / "corpus/exports/annotations").glob("*.jsonl")
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    spans = [span for each in records for span in each["spans"]]
    assert len(records) == 4
    assert sorted(each["text"] for each in spans) == ["Mona Haddad", "group"]
    [ids] = [each["attributes"] for each in spans if each["attributes"]]
    assert ids == {"kb_id": "Q1", "span_id": "boss"}


def test_labels_that_are_shown_by_a_choice_are_said_to_be_offered_always(tmp_path):
    inside = (
        f'<View visibleWhen="choice-selected" whenTagName="rel" whenChoiceValue="m">{LABELS}</View>'
    )
    made = Adopted(tmp_path, task(MONA), config(REL, labels=inside))
    assert "l: its condition is left out: a scheme offers labels always" in made.notes


@pytest.mark.parametrize("told", [True, False], ids=["with config", "alone"])
def test_a_rating_of_more_points_than_a_scale_has_is_a_number(tmp_path, told):
    control = '<Rating name="r" toName="text" maxRating="500"/>'
    made = Adopted(tmp_path, task(MONA, said("r", "rating", 300)), told and config(control))
    assert made.attributes["r"]["kind"] == "number"
    assert made.records[0]["attributes"] == {"r": 300}
    assert made.errors() == []


def test_what_a_page_counts_is_told_for_each_annotator(tmp_path):
    """One annotated with an early Label Studio, another later."""
    units, points = [on_page("a", 18, 21, "two")], [on_page("b", 17, 20, "two")]
    both = task(data={"html": EMOJI}, users=())
    both["annotations"] = [
        {"id": user, "completed_by": user, "result": each}
        for user, each in ((1, units), (2, points))
    ]
    made = Adopted(tmp_path, both, config(text=PAGE, labels=HYPER))
    assert [[span["text"] for span in each["spans"]] for each in made.records] == [["two"], ["two"]]
    assert made.errors() == []


OLD_PAGE = (
    "<div class='a'>\n<h1>News</h1><p>Ada 😀 met <b>Bo &amp; Cy</b> at noon.<!-- x --> Then <i>she</i> left.</p>"
    "<table><tr><td>Dan</td><td>came</td></tr></table>\n<p>Last <br>line of Eve</p></div>"
)


def by_path(identity, start, end, surface, label="PER"):
    """A region as Label Studio before 1.5 wrote it: XPaths and offsets in their nodes, in UTF-16 units."""
    value = {
        "start": start[0], "startOffset": start[1], "end": end[0], "endOffset": end[1], "hypertextlabels": [label],
    }  # fmt: skip
    value |= {"text": surface} if surface else {}
    return {
        "id": identity,
        "from_name": "l",
        "to_name": "h",
        "type": "hypertextlabels",
        "value": value,
    }


P = "/div[1]/p[1]"
PLACED = [
    by_path("a", (f"{P}/text()[1]", 0), (f"{P}/text()[1]", 3), "Ada"),
    by_path("b", (f"{P}/text()[1]", 7), (f"{P}/b[1]/text()[1]", 2), "met Bo"),  # over an emoji, two nodes
    by_path("c", (f"{P}/b[1]/text()[1]", 5), (f"{P}/b/text()", 7), None),  # without a surface
    by_path("d", (f"{P}/text()[3]", 1), (f"{P}/i[1]/text()[1]", 3), "Then she"),  # behind a comment
    by_path("e", ("/DIV[1]/table[1]/tbody[1]/tr[1]/td[1]/text()[1]", 0), ("/div[1]/table[1]/tbody[1]/tr[1]/td[1]/text()[1]", 3), "Dan"),
    by_path("f", ("/div[1]/p[2]/text()[2]", 8), ("/div[1]/p[2]/text()[2]", 11), "Eve"),
]  # fmt: skip
UNPLACED = [
    by_path("g", (f"{P}/text()[9]", 0), (f"{P}/text()[9]", 3), "Ada"),  # no such node
    by_path("h", (f"{P}/text()[1]", 0), (f"{P}/text()[1]", 3), "Bob"),  # another surface
    by_path("i", (f"{P}/text()[1]", 5), (f"{P}/text()[1]", 6), None),  # half of an emoji
    by_path("j", (P, 0), (P, 1), "Ada"),  # an element, not a text
    by_path("k", (f"{P}/text()[1]", 0), (f"{P}/text()[1]", 999), "Ada"),
    by_path("l", (None, "0"), ([], {}), "Ada"),
]  # fmt: skip


@pytest.mark.parametrize("around", ["{}", "<!DOCTYPE html><html><head><title>T</title></head><body>{}</body></html>"])  # fmt: skip
def test_regions_of_early_exports_stand_where_their_xpaths_lead(tmp_path, around):
    """They had no globalOffsets, and all of them were left out."""
    xml = config(text=PAGE, labels=HYPER)
    made = Adopted(tmp_path, task(*PLACED, *UNPLACED, data={"html": around.format(OLD_PAGE)}), xml)
    [record], [article] = made.records, made.lines("corpus/articles.jsonl")
    spans = [(each["id"], each["text"]) for each in record["spans"]]
    assert spans == [
        ("a", "Ada"), ("b", "met Bo"), ("c", "Cy"), ("d", "Then she"), ("e", "Dan"), ("f", "Eve"),
    ]  # fmt: skip
    for each in record["spans"]:
        assert article["text"][each["start"] : each["end"]] == each["text"]
    assert made.left_out == {"a region has no offsets that can be read": len(UNPLACED)}


@pytest.mark.parametrize(
    "page",
    ["<p>Ada</p></div><div>x", "<?xml version='1.0' encoding='utf-8'?><p>Ada</p>", "<p>Ada\x00\x01</p>", "<!-- --><b>x", "Ada",
     "<p>" * 3000 + "Ada"],
    ids=["closed", "xml", "controls", "left open", "plain", "deep"],
)  # fmt: skip
def test_a_page_that_cannot_be_read_leaves_its_regions_out(tmp_path, page):
    """Each is counted, and no fault of the parser's ends the adoption."""
    results = [by_path("a", ("/p[1]/text()[1]", 0), ("/p[1]/text()[1]", 2), "Ad"), by_path("b", ("/q", 0), ("/q", 2), "Ad")]  # fmt: skip
    made = Adopted(
        tmp_path, task(*results, data={"html": page + " "}), config(text=PAGE, labels=HYPER)
    )
    kept = sum(len(each["spans"]) for each in made.records)
    assert kept + made.left_out["a region has no offsets that can be read"] == 2


TREE = (
    '<Taxonomy name="topic" toName="text" labeling="true"><Choice value="Place"><Choice value="City"/>'
    '<Choice value="River"/></Choice><Choice value="Person" alias="PER"/></Taxonomy>'
    '<Choices name="sure" toName="text" perRegion="true"><Choice value="yes"/></Choices>'
)
WORDS = "Ada left Rome by the Tiber."


def in_tree(identity, surface, *paths, **more):
    """A region that a taxonomy labels, as Label Studio stores it."""
    start = WORDS.index(surface)
    value = {"start": start, "end": start + len(surface), "text": surface, "taxonomy": [*paths]}
    return {
        "id": identity, "from_name": "topic", "to_name": "text", "type": "taxonomy", "value": value | more,
    }  # fmt: skip


TREE_WORK = [
    in_tree("a", "Ada", ["PER"]),
    in_tree("b", "Rome", ["Place", "City"]),
    in_tree("c", "Tiber", ["Place", "River"], ["Place"]),
    {**in_tree("b", "Rome"), "from_name": "sure", "type": "choices", "value": {"start": 9, "end": 13, "choices": ["yes"]}},
    {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right", "labels": []},
]  # fmt: skip


def test_regions_that_a_taxonomy_labels_are_spans_with_a_path(tmp_path):
    """They were attributes of no region: four errors that held a release. A later export of the project is
    read in the same way, and what was read is no new version."""
    tasks = task(*TREE_WORK, data={"text": WORDS})
    made = Adopted(tmp_path, tasks, config(TREE, labels=""))
    counted = made.report["in"]
    assert (counted["spans"], counted["attributes"], counted["relations"]) == (3, 4, 1)
    assert (made.report["records"], made.left_out) == (counted, {})
    assert "regions that a taxonomy labels are spans of one label" in made.notes
    spans = [(each["label"], each["text"], each["attributes"]) for each in made.records[0]["spans"]]
    assert spans == [
        ("topic", "Ada", {"topic": [["PER"]]}),
        ("topic", "Rome", {"topic": [["Place", "City"]], "sure": "yes"}),
        ("topic", "Tiber", {"topic": [["Place", "River"], ["Place"]]}),
    ]
    assert made.errors() == []
    (tmp_path / "later.json").write_text(json.dumps([tasks]), "utf-8")
    done = run("-C", made.root, "pull", "--from", tmp_path / "later.json")
    assert (done.exit_code, "0 new versions" in done.output) == (0, True), done.output
    tasks["annotations"][0]["result"][0] = in_tree("a", "Ada", ["Place"])
    tasks["annotations"][0]["updated_at"] = "2031-01-01T00:00:00Z"
    (tmp_path / "later.json").write_text(json.dumps([tasks]), "utf-8")
    done = run("-C", made.root, "pull", "--from", tmp_path / "later.json")
    assert (done.exit_code, "1 new version" in done.output) == (0, True), done.output
    assert made.records[0]["spans"][0]["attributes"] == {"topic": [["Place"]]}
    assert made.errors() == []


@pytest.mark.parametrize("identity", [None, 7])
def test_regions_of_a_taxonomy_need_no_id_that_is_a_text(tmp_path, identity):
    """Scripts write numbers, or none: such a region was an attribute of no region, and held a release."""
    other = None if identity is None else 8
    work = [in_tree(identity, "Ada", ["PER"]), in_tree(other, "Rome", ["Place", "City"])]
    if identity is None:
        work = [{key: said for key, said in each.items() if key != "id"} for each in work]
    made = Adopted(tmp_path, task(*work, data={"text": WORDS}), config(TREE, labels=""))
    spans = [(each["text"], each["attributes"]["topic"]) for each in made.records[0]["spans"]]
    assert spans == [("Ada", [["PER"]]), ("Rome", [["Place", "City"]])]
    assert (made.report["in"], made.left_out) == (made.report["records"], {})
    assert made.errors() == []


@pytest.mark.parametrize("identity", ["a", 7])
def test_regions_of_a_taxonomy_with_one_id_at_two_places_are_both_there(tmp_path, identity):
    """The second was no span, its path was said to be given twice, and no check named the id."""
    work = [in_tree(identity, "Ada", ["PER"]), in_tree(identity, "Rome", ["Place", "City"])]
    made = Adopted(tmp_path, task(*work, data={"text": WORDS}), config(TREE, labels=""))
    spans = [(each["text"], each["attributes"]["topic"]) for each in made.records[0]["spans"]]
    assert spans == [("Ada", [["PER"]]), ("Rome", [["Place", "City"]])]
    assert (made.report["in"], made.left_out) == (made.report["records"], {})
    assert "region-id-twice" in run("-C", made.root, "validate").output


def test_what_is_no_annotation_beside_regions_that_a_taxonomy_labels_is_counted(tmp_path):
    """Such a task is written anew, as those of pages and dialogues are: what was no object went missing."""
    odd = task(*TREE_WORK, data={"text": WORDS})
    odd["annotations"] += [None, 5]
    odd["completions"] = {"a": 1}  # no list, beside one
    made = Adopted(tmp_path, odd, config(TREE, labels=""))
    assert made.report["records"]["spans"] == 3
    assert made.left_out == {"annotation that is not an object": 3}
    (tmp_path / "later.json").write_text(json.dumps([odd]), "utf-8")
    done = run("-C", made.root, "pull", "--from", tmp_path / "later.json")
    assert (done.exit_code, "3 × " in done.output) == (1, True), done.output


def test_a_taxonomy_that_labels_regions_of_a_page_or_beside_other_labels(tmp_path):
    """A region that another control labelled has the path as an attribute, and no second label."""
    shown = {"globalOffsets": {"start": 9, "end": 13}, "start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]"}  # fmt: skip
    rome = in_tree("b", "Rome", ["Place"], **shown, startOffset=9, endOffset=13)
    (tmp_path / "page").mkdir()
    page = '<HyperText name="text" value="$text"/>'
    made = Adopted(
        tmp_path / "page", task(rome, data={"text": f"<p>{WORDS}</p>"}), config(TREE, text=page, labels="")
    )  # fmt: skip
    [span] = made.records[0]["spans"]
    assert (span["label"], span["text"], span["attributes"]) == (
        "topic",
        "Rome",
        {"topic": [["Place"]]},
    )
    assert (made.left_out, made.errors()) == ({}, [])
    ada = in_tree("a", "Ada", ["PER"])
    name = {
        **ada,
        "from_name": "l",
        "type": "labels",
        "value": {"start": 0, "end": 3, "labels": ["PER"]},
    }
    (tmp_path / "both").mkdir()
    labels = '<Labels name="l" toName="text"><Label value="PER"/></Labels>'
    made = Adopted(
        tmp_path / "both", task(ada, name, data={"text": WORDS}), config(TREE, labels=labels)
    )
    [span] = made.records[0]["spans"]
    assert (span["label"], span["attributes"]) == ("PER", {"topic": [["PER"]]})
