"""Attribute kinds: one class each; what a kind says is what every command goes by."""

import json
from typing import ClassVar

import pytest

from loop import Loop
from qawl.core.column_types import STRING
from qawl.core.errors import SchemeError
from qawl.scheme import scheme
from qawl.scheme.attributes import Attribute, Problem
from qawl.scheme.kinds import registry

SCHEME = """
format: 1
layer: look
version: "1"
title: {en: Look}
labels:
  - {name: A, title: {en: a}, definition: {en: a}, example: {en: a}, color: "#111111", hotkey: a}
attributes:
  - {name: grade, title: {en: Grade}, kind: stars, most: 3, of: [A], required: true}
  - {name: all, title: {en: All}, kind: stars, most: 5}
"""


class Stars(Attribute, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="stars"):
    """A kind that Qawl does not have: as many asterisks as Label Studio's Rating has stars."""

    most: int

    type: ClassVar[str] = "rating"
    key: ClassVar[str] = "rating"

    @property
    def family(self):
        return "ordinal"

    @property
    def categories(self):
        return tuple("*" * number for number in range(1, self.most + 1))

    @property
    def takes(self):
        return f"up to {self.most} stars"

    def config(self, language, place):
        return [self.opened("Rating", self.name, f'maxRating="{self.most}"', place) + "/>"]

    def read(self, given):
        return "*" * given if isinstance(given, int) and given else None

    def write(self, value):
        return super().write(value)._replace(value={self.key: len(value)})

    def json_schema(self):
        return {"type": "string", "pattern": r"^\*+$"}

    def column(self):
        return STRING

    def problems(self, value):
        if len(value) > self.most:
            yield Problem("value-unknown", f"{self.name} has {len(value)} stars")


@pytest.fixture
def stars(monkeypatch):
    monkeypatch.setitem(registry.KINDS, "stars", Stars)
    monkeypatch.setattr(scheme, "_PARSED", {})


def rated(who, text):
    """Two annotators who mark the first word alike, and grade it alike in texts of even length."""
    stars = 1 if who == 1 or len(text) % 2 == 0 else 2
    place = {"start": 0, "end": 4, "text": text[:4]}
    return [
        {"id": "r", "from_name": "look", "to_name": "text", "type": "labels"}
        | {"value": {**place, "labels": ["A"]}},
        {"id": "r", "from_name": "grade", "to_name": "text", "type": "rating"}
        | {"value": {**place, "rating": stars}},
        {"id": "d", "from_name": "all", "to_name": "text", "type": "rating"}
        | {"value": {"rating": 4}},
    ]


TEXTS = ["Lima is large.", "Oslo is cold.", "Giza is old."]


def test_a_kind_is_one_class_and_one_line(stars, tmp_path):
    loop = Loop(tmp_path / "c", {"look": SCHEME}, TEXTS)
    config = (loop.folder / "label_config/look.xml").read_text("utf-8")
    assert (
        '<Rating name="grade" toName="text" maxRating="3" perRegion="true" required="true" '
        in config
    )
    loop.annotate("look", rated)
    for record in loop.records("look"):
        assert record["attributes"] == {"all": "****"}
        assert record["spans"][0]["attributes"]["grade"] in ("*", "**")
    assert loop.findings(severity="error") == []
    figures = loop.agreement("look")["attributes"]
    assert figures["grade"]["percent"]["value"] == 0.666667
    assert figures["all"]["percent"]["value"] == 1
    rows = loop.release(tmp_path / "cache")
    assert {each["look_all"] for each in rows["articles"]} == {"****"}
    assert rows["look"]["grade"] == ["*", "*"]
    guidelines = next(loop.folder.glob("exports/releases/*/GUIDELINES.md")).read_text("utf-8")
    assert "up to 3 stars" in guidelines
    loop.run("export", "label-studio", "--to", str(tmp_path / "out"))
    written = json.loads((tmp_path / "out/look.gold.json").read_text("utf-8"))
    sent = [each for task in written for it in task["annotations"] for each in it["result"]]
    assert {each["value"]["rating"] for each in sent if each["from_name"] == "all"} == {4}


def test_the_check_of_a_kind_finds_what_is_wrong(stars, tmp_path):
    loop = Loop(tmp_path / "c", {"look": SCHEME}, TEXTS[:1])
    loop.annotate("look", lambda who, text: [{**rated(who, text)[2], "value": {"rating": 9}}])
    (found,) = loop.findings(check="value-unknown")
    assert found["message"].startswith("all has 9 stars")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{name: x, title: {}, kind: nosuch}", "attribute x: kind 'nosuch' is not one of choice, "),
        ("{name: x, title: {}, kind: [text]}", "kind"),
        ("{name: x, title: {}, kind: text, ordered: true}", "attribute x: .*ordered"),
        ("{name: x, title: {}, kind: choices, suggest: y}", "attribute x: .*suggest"),
        ("{name: x, title: {}, kind: choices}", "attribute x has no values"),
        ("{title: {}, kind: text}", "name"),
        ("text", "attribute text has no values"),
        ("[text]", "attributes: .*not a list|attribute .*name"),
        ("{name: [3], title: {}, kind: text}", "name: it takes a text, not a list"),
    ],
)
def test_a_wrong_attribute_is_one_line_that_names_it(line, said):
    text = SCHEME[: SCHEME.index("attributes:")] + f"attributes:\n  - {line}\n"
    with pytest.raises(SchemeError, match=f"^x.yaml: .*{said}") as caught:
        scheme.parse(text, "x.yaml")
    assert "\n" not in str(caught.value)
