"""Exports of pages and dialogues come into a corpus that was adopted of the same, as they come from the server.

An export has the page, or the turns; the corpus has the text that these show. `qawl pull --from` took such tasks
for those of another corpus, so that work could only be pulled from the server itself.
"""

import json

import pytest
from click.testing import CliRunner

from qawl import cli

PAGE = ('<HyperText name="t" value="$page"/>', "HyperTextLabels", "hypertextlabels")
TALK = ('<Paragraphs name="t" value="$talk"{}/>', "ParagraphLabels", "paragraphlabels")


def run(*words):
    return CliRunner().invoke(cli.group, list(map(str, words)))


def on_page(start, end, text):
    offsets = {"globalOffsets": {"start": start, "end": end}}
    return {
        "start": "/p[1]",
        "end": "/p[1]",
        "startOffset": 0,
        "endOffset": 4,
        "text": text,
        **offsets,
    }


def in_turn(number, start, end, text):
    return {
        "start": str(number),
        "end": str(number),
        "startOffset": start,
        "endOffset": end,
        "text": text,
    }


def turns(name, words):
    said = [("Ann", "Omar Haddad 😀 said it."), ("Bob", "Mona left.")]
    return [{words: each, name: who, "at": "0:01"} for who, each in said]


KINDS = {
    "page": (PAGE, {"page": "<h1>News</h1><p>Omar Haddad said so.</p>"}, on_page(4, 15, "Omar Haddad")),
    "page, counted in UTF-16 units": (PAGE, {"page": "<p>😀 Omar Haddad</p>"}, on_page(3, 14, "Omar Haddad")),
    "page with a br": (PAGE, {"page": "<p>News<br>Omar Haddad</p>"}, on_page(5, 16, "Omar Haddad")),
    "page with a br that counts nothing": (
        PAGE, {"page": "<p>News<br>Omar Haddad</p>"}, on_page(4, 15, "Omar Haddad"),
    ),
    "dialogue": (TALK, {"talk": turns("author", "text")}, in_turn(1, 0, 4, "Mona")),
    "dialogue with other keys": (
        (TALK[0].format(' nameKey="who" textKey="said"'), *TALK[1:]),
        {"talk": turns("who", "said"), "title": "<b>A talk</b>"},
        in_turn(0, 0, 11, "Omar Haddad"),
    ),
}  # fmt: skip


@pytest.fixture
def adopted(tmp_path):
    def adopted(shown, labels, kind, data, value, **more):
        """A corpus with the work of a user on one task, and an export of the work of another."""
        config = f'<View>{shown.format("")}<{labels} name="ner" toName="t"><Label value="PER"/></{labels}></View>'
        result = {
            "id": "r",
            "type": kind,
            "from_name": "ner",
            "to_name": "t",
            "value": {**value, kind: ["PER"]},
        }
        (tmp_path / "config.xml").write_text(config, "utf-8")
        for user in (1, 2):
            made = {
                "id": user,
                "completed_by": user,
                "created_at": "2026-01-01T00:00:00Z",
                "result": [result],
            }
            task = {"id": 7, "data": {**data, **(more if user == 2 else {})}, "annotations": [made]}
            (tmp_path / f"{user}.json").write_text(json.dumps([task]), "utf-8")
        done = run(
            "adopt", tmp_path / "1.json", tmp_path / "config.xml", "--into", tmp_path / "corpus"
        )
        assert done.exit_code == 0, done.output
        return tmp_path / "corpus"

    return adopted


@pytest.mark.parametrize("name", KINDS)
def test_the_work_of_a_further_annotator_comes_in_from_an_export(adopted, name):
    parts, data, value = KINDS[name]
    root = adopted(*parts, data, value)
    again = run("-C", root, "pull", "--from", root.parent / "1.json")
    assert (again.exit_code, "0 new versions" in again.output) == (0, True), again.exception
    done = run("-C", root, "pull", "--from", root.parent / "2.json")
    assert done.exit_code == 0, done.exception
    lines = (root / "exports/annotations/ner.jsonl").read_text("utf-8").splitlines()
    one, other = map(json.loads, lines)
    assert {one["annotator"], other["annotator"]} == {"a1", "a2"}
    assert one["spans"][0]["text"] == value["text"]
    assert one["spans"] == other["spans"]
    assert run("-C", root, "validate").exit_code == 0


def test_a_page_of_another_text_is_of_no_article(adopted):
    """A page is taken for an article only if what it shows is the article's text."""
    root = adopted(
        *KINDS["page"][0], *KINDS["page"][1:], page="<h1>News</h1><p>Omar Haddad said no.</p>"
    )
    done = run("-C", root, "pull", "--from", root.parent / "2.json")
    assert done.exit_code == 1
    assert "no task belongs to this corpus (1 read)" in str(done.exception)
