"""A draft is built in spite of findings: what its tables can't hold is left out of gold, and counted."""

import json

import pyarrow.parquet as pq
import pytest

from corpora import RIGHTS, choice, main, qawl, scheme
from qawl.setup import init

TEXT = "Layla Haddad works for Northwind in Amman 😀 and sings."
OTHER = "Sami Noor sings in Beirut."
SPAN = {"start": 0, "end": 12, "text": "Layla Haddad"}
ORG = {"start": 23, "end": 32, "text": "Northwind"}
TREE = [{"name": "a", "values": [{"name": "b"}, {"name": "c"}]}, {"name": "d"}]


@pytest.fixture
def root(tmp_path):
    """The folder of a corpus whose scheme has each kind of attribute, of a span and of the article."""
    root = init.init(tmp_path / "c", name="c", language="en").root
    kinds = [
        choice("sure", "yes", "no", kind="choice"),
        choice("kinds", "x", "y", kind="choices"),
        {"name": "note", "title": {"en": "n"}, "kind": "text"},
        {"name": "notes", "title": {"en": "n"}, "kind": "texts"},
        {"name": "stars", "title": {"en": "s"}, "kind": "scale", "max": 5},
        {"name": "score", "title": {"en": "s"}, "kind": "number", "min": 0},
        {"name": "day", "title": {"en": "d"}, "kind": "date"},
        {"name": "place", "title": {"en": "p"}, "kind": "tree", "values": TREE},
    ]
    made = scheme(
        "ner",
        ["PER", "ORG"],
        [
            *({**each, "of": ["PER", "ORG"]} for each in kinds),
            *({**each, "name": f"all_{each['name']}"} for each in kinds),
        ],
        ["works_for"],
    )
    (root / "label_config" / "ner.yaml").write_text(json.dumps(made), "utf-8")
    settle(root, "")
    lines = (json.dumps({"text": text, "source": "s", **RIGHTS}) for text in (TEXT, OTHER))
    (root / "in.jsonl").write_text("\n".join(lines), "utf-8")
    qawl(root, "scheme")
    qawl(root, "ingest", root / "in.jsonl")
    return root


def settle(root, dispensations):
    (root / "qawl.yaml").write_text(
        f"name: c\nlanguage: en\nlayers: [ner]\nannotators: [a1]\n{dispensations}"
        "release:\n  license: cc-by-4.0\n  splits: {train: 1.0}\n",
        "utf-8",
    )


def region(identity, label, place=SPAN):
    value = {**place, "labels": [label]}
    return {"id": identity, "from_name": "ner", "to_name": "text", "type": "labels", "value": value}


def said(name, kind, key, value, identity="o", place=ORG):
    """What a control says: of a region, or of the article where its name begins so."""
    at = {} if name.startswith("all_") else place
    identity = f"all-{name}" if name.startswith("all_") else identity
    return {
        "id": identity,
        "from_name": name,
        "to_name": "text",
        "type": kind,
        "value": {**at, key: value},
    }


def pull(root, *results, number=1, day=1):
    annotation = {
        "id": number,
        "completed_by": 1,
        "updated_at": f"2025-05-{day:02}T10:00:00Z",
        "result": [region("o", "ORG", ORG), *results],
    }
    task = {"id": number, "data": {"text": TEXT}, "annotations": [annotation]}
    (root / "export.json").write_text(json.dumps([task]), "utf-8")
    qawl(root, "pull", "--from", root / "export.json", "--layer", "ner")


def articles(root):
    path = root / "exports" / "releases" / "0.1.0" / "articles"
    rows = pq.read_table(path).to_pylist()
    return {row["text"]: row for row in rows}


def arrow(label, start="p", end="o", **more):
    return {
        "type": "relation",
        "from_id": start,
        "to_id": end,
        "direction": "right",
        "labels": [label],
        **more,
    }


ODD = {
    "a label": ("label-unknown", [region("f", "FOO")], "the label 'FOO' is not in the scheme"),
    "a label in another script": ("label-unknown", [region("f", "شخص")], "the label 'شخص' is not in the scheme"),
    "a relation": ("relation-unknown", [region("p", "PER"), arrow("loves")], "the relation 'loves' is not in the scheme"),
    "a choice": ("value-unknown", [said("sure", "choices", "choices", ["maybe"])], "a value of sure"),
    "a choice of the article": ("value-unknown", [said("all_sure", "choices", "choices", ["maybe"])], "a value of all_sure"),
    "one of several": ("value-unknown", [said("kinds", "choices", "choices", ["x", "z"])], "a value of kinds"),
    "one of several of the article": ("value-unknown", [said("all_kinds", "choices", "choices", ["z"])], "a value of all_kinds"),
    "two choices": ("value-several", [said("sure", "choices", "choices", ["yes", "no"])], "a value of sure"),
    "two choices of the article": ("value-several", [said("all_sure", "choices", "choices", ["yes", "no"])], "a value of all_sure"),
    "two texts": ("value-several", [said("note", "textarea", "text", ["a", "b"])], "a value of note"),
    "two texts of the article": ("value-several", [said("all_note", "textarea", "text", ["a", "b"])], "a value of all_note"),
    "half a star": ("value-unknown", [said("stars", "rating", "rating", 2.5)], "a value of stars"),
    "half a star of the article": ("value-unknown", [said("all_stars", "rating", "rating", 2.5)], "a value of all_stars"),
    "a word on a scale": ("value-unknown", [said("stars", "choices", "choices", ["good"])], "a value of stars"),
    "a word as a number": ("value-unknown", [said("score", "textarea", "text", ["much"])], "a value of score"),
    "two dates": ("value-several", [said("day", "datetime", "datetime", ["2024-01-01", "2024-01-02"])], "a value of day"),
    "two paths": ("value-several", [said("place", "taxonomy", "taxonomy", [["a", "b"], ["d"]])], "a value of place"),
    "two paths of the article": ("value-several", [said("all_place", "taxonomy", "taxonomy", [["a", "b"], ["d"]])], "a value of all_place"),
}  # fmt: skip
"""What single annotators' exports had: a config that somebody changed by hand, or that was read of another project."""


@pytest.mark.parametrize("odd", ODD)
def test_a_draft_leaves_out_what_its_tables_cannot_hold(root, odd):
    check, results, why = ODD[odd]
    pull(root, *results)
    assert check in {
        each["check"] for each in json.loads(main(root, "validate", "--json")[1])["findings"]
    }
    status, told = main(root, "release", "0.1.0", "--draft")
    assert status == 1, told  # what was left out is said by the exit code, too
    row = articles(root)[TEXT]
    *_, before, last = told.rstrip().splitlines()
    assert before.startswith("LEFT OUT, since no table can hold it")
    assert last.strip().startswith(f"1 × ner: {why}")
    assert f"({row['id']})" in last
    assert "Northwind" in [span["text"] for span in row["ner_spans"]]
    assert row["ner_complete"] is False
    rows = pq.read_table(root / "exports" / "releases" / "0.1.0" / "annotations").to_pylist()
    (kept,) = rows
    assert len(kept["spans"]) == 1 + sum(each.get("type") == "labels" for each in results)
    assert main(root, "verify", "exports/releases/0.1.0")[0] == 0
    again, repeated = main(root, "release", "0.1.0", "--draft")
    assert again == 1
    assert last in repeated


@pytest.mark.parametrize("odd", ODD)
def test_what_passes_is_released_but_for_what_tables_cannot_hold(root, odd):
    check, results, why = ODD[odd]
    settle(root, f"dispensations: [{{check: {check}, reason: it is so}}]\n")
    pull(root, *results)
    assert main(root, "validate")[0] == 0
    status, told = main(root, "release", "0.1.0")
    assert status == 0, told
    assert f"1 × ner: {why}" in told.rstrip().splitlines()[-1]
    assert articles(root)[TEXT]["ner_complete"] is False
    assert main(root, "release", "0.1.1", "--draft")[0] == 0


@pytest.mark.parametrize(
    "result",
    [
        said("day", "datetime", "datetime", "01/02/2024"),
        said("score", "number", "number", -4.5),
        said("stars", "rating", "rating", 9),
        said("place", "taxonomy", "taxonomy", [["a", "nowhere"]]),
    ],
)
def test_values_that_columns_hold_stay_though_the_scheme_does_not_list_them(root, result):
    pull(root, result)
    assert main(root, "validate")[0] == 1
    status, told = main(root, "release", "0.1.0", "--draft")
    assert status == 0
    assert "LEFT OUT" not in told
    (span,) = articles(root)[TEXT]["ner_spans"]
    assert span[result["from_name"]] is not None


def test_an_arrow_goes_with_the_span_that_it_leads_to_and_the_place_is_undecided(root):
    pull(root, region("f", "FOO"), arrow("works_for", "f", "o"))
    status, told = main(root, "release", "0.1.0", "--draft")
    assert status == 1
    assert "1 × ner: the label 'FOO' is not in the scheme" in told
    assert "1 × ner: the relation 'works_for' has an end whose label is not in the scheme" in told
    row = articles(root)[TEXT]
    assert row["ner_relations"] == []
    assert row["ner_open"] == [{"start": 0, "end": 12}]


def test_an_attribute_that_the_scheme_gives_to_another_label_is_counted_too(root):
    path = root / "label_config" / "ner.yaml"
    current = json.loads(path.read_text("utf-8"))
    current["attributes"][0]["of"] = ["PER"]
    path.write_text(json.dumps(current), "utf-8")
    qawl(root, "scheme")
    pull(root, said("sure", "choices", "choices", ["yes"]))
    status, told = main(root, "release", "0.1.0", "--draft")
    assert status == 1
    assert "1 × ner: the attribute 'sure' is not in the scheme, or not of this label" in told


@pytest.mark.parametrize("place", [(5, 10**12), (-(10**12), 5), (5, 2**31), (10**14, 10**14 + 7)])
def test_a_span_far_beyond_the_text_is_left_out_of_the_annotations_too(root, place):
    """Milliseconds of audio, or bytes of a large file, taken for places in the text."""
    start, end = place
    pull(root, region("f", "PER", {"start": start, "end": end}))
    status, told = main(root, "release", "0.1.0", "--draft")
    assert status == 1, told
    assert "1 × ner, table annotations: a span beyond 2147483647" in told
    row = articles(root)[TEXT]
    assert row["ner_complete"] is False
    assert all(0 <= each["start"] <= each["end"] <= len(TEXT) for each in row["ner_open"])


def test_an_arrow_of_a_span_far_beyond_the_text_is_left_out_with_it(root):
    """It stood in the table `annotations` with an id that led nowhere."""
    far = region("f", "PER", {"start": 5, "end": 10**12})
    pull(root, far, arrow("works_for", "f", "o"), arrow("works_for", "o", "f"))
    status, told = main(root, "release", "0.1.0", "--draft")
    assert status == 1, told
    assert "1 × ner, table annotations: a span beyond 2147483647" in told
    assert "2 × ner, table annotations: a relation of a span beyond 2147483647" in told
    (row,) = pq.read_table(root / "exports" / "releases" / "0.1.0" / "annotations").to_pylist()
    assert [each["id"] for each in row["spans"]] == ["o"]
    assert row["relations"] == []


def test_a_span_that_ends_before_it_starts_stands_in_the_table_of_annotations(root):
    """It was left out as one beyond the largest number."""
    pull(root, region("f", "PER", {"start": 12, "end": 0}))
    status, told = main(root, "release", "0.1.0", "--draft")
    assert status == 0, told
    assert "LEFT OUT" not in told
    rows = pq.read_table(root / "exports" / "releases" / "0.1.0" / "annotations").to_pylist()
    assert {(each["start"], each["end"]) for each in rows[0]["spans"]} == {(12, 0), (23, 32)}


def test_nobody_is_sent_to_the_judge_for_what_a_table_cannot_hold(root):
    """`adjudicate` has nothing for a judge there: the label has to be corrected, or put into the scheme."""
    pull(root, region("f", "FOO"))
    assert "wait for a judge" not in main(root, "adjudicate")[1]
    _, told = main(root, "release", "0.1.0", "--draft")
    assert "1 × ner: the label 'FOO' is not in the scheme" in told
    assert "judge" not in told


@pytest.mark.parametrize("number", [1_700_000_000_000, -(10**12)])
def test_numbers_of_label_studio_that_no_table_holds_are_counted_and_the_release_is_built(
    root, number
):
    """As services with many customers, tools that number by the clock, and hashes have them."""
    pull(root, number=number)
    status, told = main(root, "release", "0.1.0")
    assert status == 0, told
    assert "1 × table annotations: the number of task, beyond 2147483647" in told
    rows = pq.read_table(root / "exports" / "releases" / "0.1.0" / "annotations").to_pylist()
    assert {row["task"] for row in rows} == {None}
    assert len(rows[0]["spans"]) == 1


def test_a_draft_of_the_next_version_is_built_where_work_since_the_last_release_is_odd(root):
    pull(root)
    assert main(root, "release", "0.1.0")[0] == 0
    pull(root, region("f", "FOO"), day=2)
    status, told = main(root, "release", "--bump", "--draft")
    assert status == 1, told
    assert "1 × ner: the label 'FOO' is not in the scheme" in told.rstrip().splitlines()[-1]
    assert len(list((root / "exports" / "releases").glob("0*"))) == 2
    assert main(root, "diff", "0.1.0", "0.2.0")[0] == 0


def test_a_corpus_without_findings_says_nothing_of_it(root):
    pull(root)
    assert "LEFT OUT" not in main(root, "release", "0.1.0", "--draft")[1]
    assert articles(root)[TEXT]["ner_complete"] is True


@pytest.mark.parametrize(
    "words", [["0.1.0", "--draft"], ["0.1.0"], ["--bump"], ["--bump", "--draft"]]
)
def test_a_corpus_without_articles_says_what_is_missing_and_what_to_do(root, words):
    """A corpus that was just made, one whose articles were all set aside, one that withdrew them all."""
    lines = (root / "corpus" / "articles.jsonl").read_text("utf-8").splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    for each in ids:
        qawl(root, "withdraw", each, "--reason", "asked for")
    status, told = main(root, "release", *words)
    assert (status, told.splitlines()) == (
        1,
        [
            "qawl: there is nothing to release: all articles are withdrawn (`qawl ingest` adds others)"
        ],
    )
    for name in ("articles.jsonl", "withdrawn.jsonl"):
        (root / "corpus" / name).unlink()
    status, told = main(root, "release", *words)
    assert (status, told.splitlines()) == (
        1,
        ["qawl: there is nothing to release: the corpus has no articles (`qawl ingest` adds them)"],
    )
    assert not list((root / "exports" / "releases").glob("0*"))
