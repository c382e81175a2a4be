"""A scheme changes while work on it goes on: names are renamed, merged, split and removed by steps that it
states, through the commands that users type. The journal stays as it was."""

import json

import pytest

from corpora import judge_tasks
from loop import Loop
from qawl.core.errors import SchemeError
from qawl.scheme import scheme
from qawl.scheme.digest import digest

TEXT = "Mona Ali opened the bank of Tripoli in May, and Omar closed it."
OLD = """
layer: x
version: "1"
labels: [PERS, CITY, COUNTRY, ORG, TIME]
attributes:
  - {name: mood, of: [PERS], values: [mad, glad]}
  - {name: notes, of: [ORG], kind: choices, values: [big, old, new]}
  - {name: field, kind: tree, values: [{Politics: [Courts]}, Sport]}
  - {name: tone, values: [calm, loud]}
  - {name: remark, kind: text}
relations:
  - {name: at, from: [PERS], to: [ORG]}
  - {name: in, from: [ORG], to: [CITY, COUNTRY]}
  - {name: when, from: [ORG], to: [TIME]}
"""
NEW = """
layer: x
version: "2"
labels: [PERSON, PLACE, FIRM, OFFICE]
attributes:
  - {name: temper, of: [PERSON], values: [angry, glad]}
  - {name: notes, of: [FIRM, OFFICE], kind: choices, values: [big, aged]}
  - {name: field, kind: tree, values: [{State: [Courts]}, Sport]}
  - {name: tone, values: [soft, hard, calm]}
relations:
  - {name: works_at, from: [PERSON], to: [FIRM, OFFICE]}
  - {name: in, from: [FIRM, OFFICE], to: [PLACE]}
changes:
  - from: "1"
    renamed:
      - {label: PERS, to: PERSON}
      - {attribute: mood, to: temper}
      - {attribute: mood, value: mad, to: angry}
      - {attribute: field, value: Politics, to: State}
      - {relation: at, to: works_at}
    merged:
      - {labels: [CITY, COUNTRY], to: PLACE}
      - {attribute: notes, values: [old, new], to: aged}
    split:
      - {label: ORG, into: [FIRM, OFFICE], default: FIRM}
      - {attribute: tone, value: loud, into: [soft, hard], default: hard}
    removed:
      - {label: TIME}
      - {relation: when}
      - {attribute: remark}
"""


def region(identity, label, surface, **attributes):
    start = TEXT.index(surface)
    place = {"start": start, "end": start + len(surface), "text": surface}
    common = {"id": identity, "to_name": "text"}
    yield {**common, "from_name": "x", "type": "labels", "value": {**place, "labels": [label]}}
    for name, values in attributes.items():
        said = {**place, "choices": values}
        yield {**common, "from_name": name, "type": "choices", "value": said}


def arrow(start, end, *labels):
    return {
        "type": "relation",
        "from_id": start,
        "to_id": end,
        "direction": "right",
        "labels": [*labels],
    }


def document(name, kind, said):
    return {"id": name, "from_name": name, "to_name": "text", "type": kind, "value": said}


def work(_annotator, _text):
    return [
        *region("p", "PERS", "Mona Ali", mood=["mad"]),
        *region("o", "ORG", "bank", notes=["old", "big", "new"]),
        *region("c", "CITY", "Tripoli"),
        *region("d", "COUNTRY", "Tripoli"),
        *region("t", "TIME", "May"),
        arrow("p", "o"),  # named by its ends
        arrow("o", "c", "in"),
        arrow("o", "d", "in"),
        arrow("o", "t", "when"),
        document("field", "taxonomy", {"taxonomy": [["Politics", "Courts"]]}),
        document("tone", "choices", {"choices": ["loud"]}),
        document("remark", "textarea", {"text": ["unsure"]}),
    ]


@pytest.fixture
def loop(tmp_path):
    made = Loop(tmp_path / "corpus", {"x": OLD}, [TEXT], "annotators: [a1, a2]\noverlap: {x: 2}")
    made.annotate("x", work)
    return made


def change(loop, text):
    (loop.folder / "label_config/x.yaml").write_text(text, "utf-8")
    loop.run("scheme")
    return loop.run("pull", "--rebuild")


def test_names_with_a_step_are_not_unknown_before_the_annotations_are_derived_anew(loop):
    """`validate` said to state steps that the scheme stated, beside what is to be done: `pull --rebuild`."""
    (loop.folder / "label_config/x.yaml").write_text(NEW, "utf-8")
    loop.run("scheme")
    assert {each["check"] for each in loop.findings(severity="error")} == {"annotations-stale"}
    assert loop.run("validate", "--check", "label-unknown") == "0 errors, 0 warnings\n"
    lacking = NEW.replace("      - {label: PERS, to: PERSON}\n", "")
    (loop.folder / "label_config/x.yaml").write_text(lacking, "utf-8")
    (said,) = loop.findings(check="label-unknown")
    assert said["message"].startswith("'PERS' is not one of"), said


def test_work_of_an_older_version_is_brought_forward_by_every_kind_of_step(loop):
    journal = {each.name: each.read_bytes() for each in (loop.folder / "exports/journal").iterdir()}
    said = change(loop, NEW)
    assert journal == {
        each.name: each.read_bytes() for each in (loop.folder / "exports/journal").iterdir()
    }
    one, two = loop.records("x")
    assert (one["scheme_version"], one["brought"]["version"]) == ("2", "1")
    assert [(each["label"], each["text"], each["attributes"]) for each in one["spans"]] == [
        ("PERSON", "Mona Ali", {"temper": "angry"}),
        ("FIRM", "bank", {"notes": ["aged", "big"]}),
        ("PLACE", "Tripoli", {}),
    ]
    assert [(each["label"], each["from"], each["to"]) for each in one["relations"]] == [
        ("in", "o", "c"), ("works_at", "p", "o"),
    ]  # fmt: skip
    assert one["attributes"] == {"field": ["State", "Courts"], "tone": "hard"}
    assert two["spans"] == one["spans"]
    for words in (
        "label PERS becomes PERSON (2 times",
        "label ORG is split into FIRM, OFFICE",
        "label TIME is removed (2 times",
        "attribute remark is removed",
        "value notes=old becomes aged",
        "two spans of one place are one PLACE",
        "4 places took a default and need a person",
    ):
        assert words in said, words
    asked = loop.findings(check="scheme-split")
    assert len(asked) == 4
    assert all(each["url"] is None or "/projects/" in each["url"] for each in asked)
    assert loop.findings(severity="error") == []
    loop.run("adjudicate")
    (gold,) = loop.records("x", "gold")
    assert (gold["complete"], gold["scheme_version"], len(gold["spans"])) == (True, "2", 3)


def test_a_verdict_on_older_work_counts_on(tmp_path):
    loop = Loop(tmp_path / "corpus", {"x": OLD}, [TEXT], "annotators: [a1, a2]\noverlap: {x: 2}")
    loop.annotate("x", lambda who, _: work(who, "")[: 2 if who == 1 else 4])
    loop.run("adjudicate")
    (task,) = judge_tasks(loop.folder, "x")
    verdict = {"id": 900, "completed_by": 9, "result": work(9, "")}
    exported = tmp_path / "verdict.json"
    exported.write_text(json.dumps([{"id": 90, **task, "annotations": [verdict]}]), "utf-8")
    loop.run("pull", "--from", str(exported), "--judge")
    loop.run("adjudicate")
    assert loop.records("x", "gold")[0]["decided_by"] == "adjudicator"
    change(loop, NEW)
    assert "after the judge decided" not in loop.run("adjudicate")
    (gold,) = loop.records("x", "gold")
    assert gold["decided_by"] == "adjudicator"
    assert [each["label"] for each in gold["spans"]] == ["PERSON", "FIRM", "PLACE"]


def test_repairs_of_older_work_hold_on(tmp_path):
    loop = Loop(tmp_path / "corpus", {"x": OLD}, [TEXT], "annotators: [a1]")
    loop.annotate("x", lambda *_: list(region("p", "PERS", "Mona ")), annotators=1)
    loop.run("validate", "--fix")
    change(loop, NEW)
    assert loop.records("x")[0]["spans"][0]["text"] == "Mona"
    loop.run("validate", "--undo", fails=True)
    loop.run("validate", "--fix")
    assert loop.records("x")[0]["spans"][0]["text"] == "Mona"


def test_work_goes_over_several_versions_and_names_can_change_places(tmp_path):
    loop = Loop(tmp_path / "corpus", {"x": 'layer: x\nversion: "1"\nlabels: [A, B, C]\n'}, [TEXT])
    loop.annotate(
        "x",
        lambda *_: [*region("1", "A", "Mona"), *region("2", "B", "Ali"), *region("3", "C", "May")],
    )
    change(
        loop,
        'layer: x\nversion: "3"\nlabels: [A, B, E]\nchanges:\n'
        "  - {from: 2, renamed: [{label: D, to: E}]}\n"
        '  - {from: 1, to: "2", renamed: [{label: A, to: B}, {label: B, to: A}, {label: C, to: D}]}\n',
    )
    assert [each["label"] for each in loop.records("x")[0]["spans"]] == ["B", "A", "E"]


def test_work_of_a_version_from_which_nothing_leads_stays_and_is_named(loop):
    said = change(loop, NEW.replace('from: "1"', 'from: "0"'))
    assert "version 1 → 2: the scheme states no step there" in said
    assert loop.records("x")[0]["scheme_version"] == "1"


def test_two_attributes_become_one(tmp_path):
    old = (
        'layer: x\nversion: "1"\nlabels: [A]\nattributes:\n'
        "  - {name: a, of: [A], values: [p, q]}\n  - {name: b, of: [A], values: [p, q]}\n"
    )
    loop = Loop(tmp_path / "corpus", {"x": old}, [TEXT])
    loop.annotate("x", lambda who, _: list(region("1", "A", "Mona", a=["p"], b=["pq"[who - 1]])))
    change(
        loop,
        'layer: x\nversion: "2"\nlabels: [A]\nattributes: [{name: c, of: [A], values: [p, q]}]\n'
        "changes: [{from: 1, merged: [{attributes: [a, b], to: c}]}]\n",
    )
    assert [each["spans"][0]["attributes"] for each in loop.records("x")] == [{"c": "p"}] * 2
    (asked,) = loop.findings(check="scheme-split")
    assert asked["message"] == "c: p and q became one: which is it?"


def test_diff_and_changelog_name_the_steps(loop):
    loop.run("adjudicate")
    loop.run("agreement")
    loop.run("release", "0.1.0")
    change(loop, NEW)
    loop.run("adjudicate")
    loop.run("agreement")
    settings = loop.folder / "qawl.yaml"
    said = "\ndispensations: [{check: scheme-split, reason: looked at}, {check: label-unused, reason: new}]\n"
    settings.write_text(settings.read_text("utf-8") + said, "utf-8")
    loop.run("release", "0.2.0")
    changelog = (loop.folder / "exports/releases/0.2.0/CHANGELOG.md").read_text("utf-8")
    assert "(1 → 2)" in changelog
    assert "  - label PERS becomes PERSON\n" in changelog
    assert "scheme of x: label TIME is removed" in loop.run("diff", "0.1.0", "0.2.0")
    assert "label TIME is removed" in loop.run("diff", "0.1.0", "0.2.0", "--markdown")
    stated = json.loads(loop.run("diff", "0.1.0", "0.2.0", "--json"))["steps"]["x"]
    assert len(stated) == 14


CONTRADICTIONS = {
    "renamed: [{label: PERS, to: NONE}]": "label PERS becomes NONE: the scheme has no label NONE",
    "renamed: [{label: PERS, to: PERSON}]\n    removed: [{label: PERS}]": "label PERS has 2 steps",
    "renamed: [{label: A, to: PERSON}, {label: B, to: PERSON}]": "that is merged",
    "renamed: [{label: PERSON, to: PERSON}]": "is renamed to itself",
    "renamed: [{label: PERSON, to: PLACE}]": "but the scheme has a label PERSON",
    "removed: [{label: PERSON}]": "label PERSON is removed, but the scheme has a label PERSON",
    "removed: [{attribute: tone}]": "but the scheme has a attribute tone",
    "split: [{label: A, into: [PERSON], default: PERSON}]": "into: give two names or more",
    "split: [{label: A, into: [PERSON, PLACE], default: FIRM}]": "the default FIRM is none of",
    "split: [{label: A, into: [PERSON, X], default: PERSON}]": "the scheme has no label X",
    "merged: [{labels: [A], relations: [b], to: PERSON}]": "name labels, relations or attributes",
    "merged: [{to: PERSON}]": "name labels, relations or attributes",
    "merged: [{attribute: tone, to: x}]": "name labels, relations or attributes",
    "removed: [{}]": "name one label, relation or attribute",
    "removed: [{value: x}]": "name one label, relation or attribute",
    "removed: [{label: A, relation: b}]": "name one label, relation or attribute",
    "renamed: [{attribute: tone, value: a, to: b}]": "the scheme has no value tone=b",
    "renamed: [{attribute: none, value: a, to: b}]": "the scheme has no attribute none",
    "renamed: [{attribute: z, value: a, to: b}]\n    removed: [{attribute: z}]": "attribute z is removed",
    "renamed: [{label: A, to: PERSON, why: x}]": "there is no key `why`",
    "renamed: {label: A}": "it takes a list",
    "to: '5'": "no change leads on from 5 to 2",
    "to: '1'": "no change leads on from 1 to 2",
    "from: '2'": "2 is the scheme's own version",
    "from: []": "name the older version",
}  # fmt: skip


@pytest.mark.parametrize("steps", CONTRADICTIONS)
def test_steps_that_contradict_each_other_are_refused_with_the_place(steps):
    head = NEW.partition("changes:")[0]
    start = "" if steps.startswith("from") else 'from: "1"\n    '
    with pytest.raises(SchemeError) as refused:
        scheme.parse(f"{head}changes:\n  - {start}{steps}\n", "label_config/x.yaml")
    said = str(refused.value)
    assert said.startswith("label_config/x.yaml: ")
    assert "changes" in said
    assert CONTRADICTIONS[steps] in said


def test_two_changes_from_one_version_are_refused():
    with pytest.raises(SchemeError, match="two changes from version 1"):
        scheme.parse(NEW + "  - {from: [1, 0], removed: [{label: Z}]}\n", "x.yaml")


def test_a_scheme_that_states_no_changes_keeps_its_digest():
    same = OLD + "changes: []\n"
    assert digest(scheme.parse(OLD, "x.yaml")) == digest(scheme.parse(same, "x.yaml"))


def test_an_attribute_whose_control_keeps_its_name_is_renamed(tmp_path):
    old = (
        'layer: x\nversion: "1"\nlabels: [A]\n'
        "attributes: [{name: b, of: [A], control: mood, values: [p, r]}]\n"
    )
    loop = Loop(tmp_path / "corpus", {"x": old}, [TEXT])
    loop.annotate("x", lambda *_: list(region("1", "A", "Mona", mood=["p"])))
    change(
        loop,
        'layer: x\nversion: "2"\nlabels: [A]\n'
        "attributes: [{name: c, of: [A], control: mood, values: [s, r]}]\n"
        "changes: [{from: 1, renamed: [{attribute: b, to: c}, {attribute: b, value: p, to: s}]}]\n",
    )
    assert loop.records("x")[0]["spans"][0]["attributes"] == {"c": "s"}


def test_what_was_split_and_merged_again_is_asked_of_nobody(tmp_path):
    loop = Loop(tmp_path / "corpus", {"x": 'layer: x\nversion: "1"\nlabels: [A]\n'}, [TEXT])
    loop.annotate("x", lambda *_: list(region("1", "A", "Mona")))
    change(
        loop,
        'layer: x\nversion: "3"\nlabels: [D]\nchanges:\n'
        '  - {from: 1, to: "2", split: [{label: A, into: [B, C], default: B}]}\n'
        "  - {from: 2, merged: [{labels: [B, C], to: D}]}\n",
    )
    assert loop.records("x")[0]["spans"][0]["label"] == "D"
    assert loop.findings(check="scheme-split") == []


def test_work_that_is_pulled_under_a_new_version_is_read_by_the_version_whose_names_it_uses(
    tmp_path,
):
    """A project keeps its names after the scheme changed them, and its export does not say so: that
    ended in unknown labels whose advice, to state the step, had been followed."""
    loop = Loop(tmp_path / "corpus", {"x": OLD}, [TEXT], "annotators: [a1, a2]\noverlap: {x: 2}")
    change(loop, NEW)
    said = loop.annotate("x", work)
    assert "label PERS becomes PERSON (2 times" in said
    one, two = loop.records("x")
    assert [each["label"] for each in one["spans"]] == ["PERSON", "FIRM", "PLACE"]
    assert one["spans"][0]["attributes"] == {"temper": "angry"}
    assert (one["scheme_version"], one["brought"]["version"]) == ("2", "1")
    assert two["spans"] == one["spans"]
    assert loop.findings(severity="error") == []


def test_the_newest_version_that_has_a_name_is_that_of_the_work(tmp_path):
    """Two versions may have given one name to different things."""
    scheme = (
        'layer: x\nversion: "3"\nlabels: [B, C, E]\nchanges:\n'
        '  - {from: 1, to: "2", renamed: [{label: A, to: B}, {label: D, to: C}]}\n'
        "  - {from: 2, renamed: [{label: A, to: E}]}\n"
    )
    loop = Loop(tmp_path / "corpus", {"x": scheme}, [TEXT])
    loop.annotate("x", lambda who, _: list(region("1", " AD"[who], "Mona")))
    assert [each["spans"][0]["label"] for each in loop.records("x")] == ["E", "C"]
    assert [each["brought"]["version"] for each in loop.records("x")] == ["2", "1"]


NEWER = """
layer: x
version: "3"
labels: [PERSON, COMPANY, PLACE]
changes:
  - {from: 1, to: "2", renamed: [{label: PERS, to: PERSON}, {label: ORG, to: FIRM}]}
  - {from: 2, renamed: [{label: FIRM, to: COMPANY}, {label: CITY, to: PLACE}]}
"""
OLDER = """
layer: x
version: "2"
labels: [PERSON, FIRM, CITY]
changes: [{from: 1, renamed: [{label: PERS, to: PERSON}, {label: ORG, to: FIRM}]}]
"""


def test_work_with_older_names_is_of_its_version_also_once_the_scheme_goes_on(tmp_path):
    """The version in the journal was believed from then on: a label that had been read was unknown again."""
    loop = Loop(tmp_path / "corpus", {"x": OLD}, [TEXT], "annotators: [a1, a2]")
    change(loop, OLDER)
    loop.annotate("x", lambda who, _: list(region("1", ["PERS", "CITY"][who - 1], "Mona Ali")))
    assert [each["spans"][0]["label"] for each in loop.records("x")] == ["PERSON", "CITY"]
    change(loop, NEWER)
    loop.run("pull", "--rebuild")
    assert [each["spans"][0]["label"] for each in loop.records("x")] == ["PERSON", "PLACE"]
    assert loop.findings(severity="error") == []


def test_work_is_of_the_version_that_has_all_its_names(tmp_path):
    """The newest version that had one of them was taken: the others stayed unknown."""
    loop = Loop(tmp_path / "corpus", {"x": NEWER}, [TEXT])
    places = [*region("1", "PERS", "Mona Ali"), *region("2", "CITY", "Tripoli")]
    loop.annotate("x", lambda *_: places, annotators=1)
    (made,) = loop.records("x")
    assert [each["label"] for each in made["spans"]] == ["PERSON", "PLACE"]
    assert made["brought"]["version"] == "1"
