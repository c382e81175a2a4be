"""`qawl score` of values: layers that only say something of the article, and every kind of attribute."""

import random

import msgspec
import pytest
from click.testing import CliRunner

import corpora
from qawl import cli
from scoring import releases

TREE = [
    {
        "name": "Politics",
        "title": {"en": "p"},
        "values": [{"name": "Courts", "title": {"en": "c"}}],
    },
    {"name": "Sport", "title": {"en": "s"}},
]
VALUES = {
    "tone": ("good", "bad", "mixed"),
    "grade": ("low", "mid", "high"),
    "topics": (["war", "money"], ["health"], ["war"]),
    "stars": (1, 3, 5),
    "amount": (12.5, 3, -1),
    "day": ("2025-01-02", "2024-05-06", "1999-12-31"),
    "note": ("free text", "نص حر", "other"),
    "field": (["Politics", "Courts"], ["Sport"], ["Politics"]),
}


def kinds(*of):
    """An attribute of every kind, of labels or of the article."""

    def named(name, kind, **more):
        return {"name": name, "title": {"en": name}, "kind": kind, **more}

    found = [
        corpora.choice("tone", "good", "bad", "mixed"),
        corpora.choice("grade", "low", "mid", "high", ordered=True),
        corpora.choice("topics", "war", "money", "health", kind="choices"),
        named("stars", "scale", max=5),
        named("amount", "number"),
        named("day", "date"),
        named("note", "text"),
        named("field", "tree", values=TREE),
    ]
    return [{**each, "of": list(of)} for each in found] if of else found


WHOLE = {**corpora.scheme("whole", (), kinds()), "labels": []}
PARTS = corpora.scheme("parts", ("A",), kinds("A"))


def drawn(rng, share):
    """Values of some of the attributes."""
    return {name: rng.choice(each) for name, each in VALUES.items() if rng.random() < share}


def made(tmp_path, rng):
    """(release, article → the values of gold), the same of the article and of its one span."""
    gold, items = {}, []
    for number in range(1, 7):
        of = releases.article(number, f"قال الوزير كلاما, number {number}")
        gold[of.id] = drawn(rng, 0.8)
        of_article = releases.gold(of, "whole", [])
        of_article = msgspec.structs.replace(of_article, attributes=gold[of.id])
        of_span = releases.gold(of, "parts", [("A", 0, 4, gold[of.id])])
        items.append((of, {"whole": of_article, "parts": of_span}, []))
    return releases.write(tmp_path / "r", [WHOLE, PARTS], *items), gold


def rows(given):
    for article, values in given.items():
        yield {"article_id": article, "layer": "whole", "attributes": values}
        span = {"label": "A", "start": 0, "end": 4, "attributes": values}
        yield {"article_id": article, "layer": "parts", "spans": [span]}


@pytest.mark.parametrize("seed", range(8))
def test_values_of_every_kind_are_counted_as_plain_counts_have_them(tmp_path, seed):
    rng = random.Random(seed)
    release, gold = made(tmp_path, rng)
    given = {
        article: {
            name: values[name]
            if name in values and rng.random() < 0.5
            else rng.choice(VALUES[name])
            for name in VALUES
            if rng.random() < 0.7
        }
        for article, values in gold.items()
        if rng.random() < 0.8
    }
    path = releases.lines(tmp_path / "p.jsonl", rows(given or {next(iter(gold)): {}}))
    layers = releases.score(release, path)["layers"]
    right = wanted = asked = 0
    for name in VALUES:
        pairs = [
            (values[name], given[article][name])
            for article, values in gold.items()
            if name in values and name in given.get(article, {})
        ]
        equal = sum(one == other for one, other in pairs)
        for layer in ("whole", "parts"):
            percent = layers[layer]["attributes"].get(name, {"percent": {"value": None}})["percent"]
            expected = pytest.approx(equal / len(pairs)) if pairs else None
            assert percent["value"] == expected, (layer, name)
        right, asked = right + equal, asked + len(pairs)
        wanted += sum(name in values for values in gold.values())
    found = layers["whole"]["article_attributes"]
    assert found["recall"] == pytest.approx(right / wanted)
    assert found["precision"] == (pytest.approx(right / asked) if asked else None)
    assert found["n"] == wanted + asked
    assert "article_attributes" not in layers["parts"]
    assert (layers["whole"]["ranking"], [*layers["parts"]["ranking"]]) == ({}, ["grade"])


def run(release, path, *options):
    done = CliRunner().invoke(cli.group, ["score", str(release), str(path), *map(str, options)])
    assert done.exit_code == 0, done.exception
    return done


def test_a_layer_of_the_article_alone_shows_no_figures_of_spans(tmp_path):
    """Where there are no labels, a row of spans would be a row of dashes, or a difference of nothing."""
    release, gold = made(tmp_path, random.Random(1))
    whole = [row for row in rows(gold) if row["layer"] == "whole"]
    none = [{**row, "attributes": {}} for row in whole]
    good, bad = (
        releases.lines(tmp_path / name, each)
        for name, each in (("g.jsonl", whole), ("b.jsonl", none))
    )
    done = run(release, good, "--against", bad, "--html", tmp_path / "page.html")
    assert "exact" not in done.stdout
    assert "+1.000 article_attributes, p = 0.0" in done.stdout
    assert "exact" not in (tmp_path / "page.html").read_text("utf-8")
    test = releases.score(release, good, "--against", bad)["layers"]["whole"]["paired"]
    assert [*test] == ["article_attributes"]
    assert "recall  " in run(release, bad).stdout


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"tone": "goood"}, "1 × values are none that tone can have"),
        ({"stars": 9, "amount": "abc"}, "1 × values are none that stars can have"),
        ({"day": "yesterday"}, "1 × values are none that day can have"),
        ({"field": ["Nowhere"]}, "1 × values are none that field can have"),
        ({"topics": ["peace", "war"]}, "1 × values are none that topics can have"),
        ({"tone": 3}, "1 × values are none that tone can have"),
    ],
)
def test_a_value_that_an_attribute_can_not_have_is_counted(tmp_path, value, said):
    """A class that a model spells in its own way would else be wrong everywhere without a word."""
    release, gold = made(tmp_path, random.Random(1))
    done = run(
        release, releases.lines(tmp_path / "p.jsonl", [*rows({next(iter(gold)): value})][:1])
    )
    assert said in done.stderr


def test_values_are_read_as_other_tools_write_them(tmp_path):
    """A number as a text, one choice where several may be, and a name in a list."""
    release, gold = made(tmp_path, random.Random(1))
    odd = {"stars": str, "amount": str, "tone": lambda each: [each]}
    given = {
        article: {name: odd.get(name, lambda each: each)(each) for name, each in values.items()}
        for article, values in gold.items()
    }
    path = releases.lines(tmp_path / "p.jsonl", [row for row in rows(given) if "spans" not in row])
    found = releases.score(release, path)
    assert found["layers"]["whole"]["article_attributes"]["value"] == 1
    assert found["warnings"] == []


def test_soft_without_anything_soft_is_said(tmp_path):
    release, gold = made(tmp_path, random.Random(1))
    done = run(release, releases.lines(tmp_path / "p.jsonl", rows(gold)), "--soft")
    assert "--soft has nothing to score" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("of", [(), ("A",)])
@pytest.mark.parametrize("end", ["complete", "decided_by", "open", "spans", "relations"])
def test_an_attribute_named_as_columns_of_qawl_end_is_no_layer(tmp_path, of, end):
    """`is_complete` was taken for the column of a layer `doc_is`: no release with it could be scored or exported."""
    named = [{**each, "name": f"{each['name']}_{end}"} for each in kinds(*of)]
    scheme = {**corpora.scheme("doc", of, named), "labels": corpora.scheme("doc", of)["labels"]}
    item = releases.article(1, "قال سامي نعم")
    values = {f"{name}_{end}": each[0] for name, each in VALUES.items()}
    spans = [("A", 0, 3, values)] if of else []
    gold = releases.gold(item, "doc", spans)
    gold = gold if of else msgspec.structs.replace(gold, attributes=values)
    folder = releases.write(tmp_path / "r", [scheme], (item, {"doc": gold}, []))
    done = CliRunner().invoke(
        cli.group, ["export", "jsonl", "--from", str(folder), "--to", str(tmp_path / "out")]
    )
    assert done.exit_code == 0, (done.output, done.exception)
    found = releases.score(folder, tmp_path / "out" / "doc.gold.train.jsonl")
    assert list(found["layers"]) == ["doc"]
    figures = found["layers"]["doc"]["attributes"]
    assert {name for name, each in figures.items() if each["percent"]["value"] == 1} == {*values}


@pytest.mark.parametrize("split", [[], ["--split", "test"]])
def test_scores_of_sentences_want_a_layer_with_labels(tmp_path, split):
    """They ended as a fault in Qawl itself."""
    two = [releases.article(number, "قال سامي نعم") for number in (1, 2)]
    made = [
        (of, {"whole": releases.gold(of, "whole", []), "parts": releases.gold(of, "parts", [])}, [])
        for of in two
    ]
    folder = releases.write(tmp_path / "r", [WHOLE, PARTS], *made, splits=["train", "test"])
    lines = [
        {"article_id": of.id, "layer": "whole", "sentences": []} for of in two[: 1 + (not split)]
    ]
    lines.append({"article_id": two[1].id, "layer": "parts"})
    path = releases.lines(tmp_path / "p.jsonl", lines)
    done = CliRunner().invoke(cli.group, ["score", str(folder), str(path), *split])
    assert done.exit_code == 1
    assert "line 1: whole has no labels: no sentence holds a span of it" in str(done.exception)
