"""The table `tokens`: tags that give the gold back, withheld rows without words, undecided tokens."""

import json

import msgspec
import pyarrow.parquet as pq
import pytest

from conftest import TOY
from corpora import write_articles
from qawl.articles import store as article_store
from qawl.core import files, project
from qawl.core.errors import ReleaseError, SchemeError
from qawl.core.records import Annotation, Span
from qawl.release import build
from qawl.release.tables import columns, tables
from qawl.release.tables.token_table import LEVELS, token_columns
from qawl.release.versions import diff, manifest
from qawl.scheme import scheme
from strategies import article


def rows(folder):
    return [
        row
        for path in sorted((folder / "tokens").glob("*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]


def articles(folder):
    return {
        row["id"]: row
        for path in sorted((folder / "articles").glob("*.parquet"))
        for row in pq.read_table(path).to_pylist()
    }


def names(corpus_, row, column):
    kind = token_columns(scheme.load_all(corpus_))[column]
    return columns.decode(kind, row[column])


def chunks(tags):
    """(label, first, last) of each chunk of IOB2 tags."""
    found = []
    for index, tag in enumerate(tags):
        if tag.startswith("B-"):
            found.append([tag[2:], index, index + 1])
        elif tag.startswith("I-"):
            assert found[-1][0] == tag[2:]
            assert found[-1][2] == index
            found[-1][2] += 1
    return [tuple(each) for each in found]


def test_tags_and_what_is_lost_give_every_gold_span_back(recorded):
    folder = build.build(recorded, "0.1.0", notes=[]).folder
    gold = articles(folder)
    count = 0
    for row in rows(folder):
        for layer in recorded.settings.layers:
            labels = list(scheme.load(recorded, layer).label)
            spans = gold[row["article_id"]][f"{layer}_spans"]
            lost = {each["id"] for each in row[f"{layer}_lost"]}
            said = [
                (label, row["starts"][first], row["ends"][last - 1])
                for level in LEVELS
                for label, first, last in chunks(names(recorded, row, f"{layer}_{level}"))
            ]
            assert len(said) == len(spans)
            for span in spans:
                whole = (labels[span["label"]], span["start"], span["end"])
                assert (whole in said) != (span["id"] in lost)
                count += 1
    assert count > 200


def test_a_withheld_row_has_offsets_and_tags_only(recorded):
    folder = build.build(recorded, "0.1.0", notes=[]).folder
    texts = {each.id: each for each in article_store.articles(recorded)}
    assert {row["withheld"] for row in rows(folder)} == {True, False}
    for row in rows(folder):
        frozen = texts[row["article_id"]]
        words = [
            frozen.text[start:end] for start, end in zip(row["starts"], row["ends"], strict=True)
        ]
        assert row["withheld"] == (not frozen.redistribute)
        assert row["tokens"] == (None if row["withheld"] else words)
        assert len(row["entity_tags"]) == len(row["entity_tags_3"]) == len(row["starts"])
        lines = [each for each in frozen.text.split("\n") if each.strip()]
        assert len(row["paragraphs"]) == len(lines)
        for index, line in zip(row["paragraphs"], lines, strict=True):
            assert line.strip().startswith(words[index])


def test_the_manifest_counts_what_iob2_cannot_say_and_the_card_shows_it(recorded):
    folder = build.build(recorded, "0.1.0", notes=[]).folder
    said = manifest.load(folder).iob2
    for layer in recorded.settings.layers:
        edges = sum(
            each["kind"] == 0 for row in rows(folder) for each in row[f"{layer}_lost"]
        )  # edge-in-token is the first kind
        assert said[layer]["edge-in-token"] == edges
        assert said[layer]["spans"] == sum(
            len(each[f"{layer}_spans"]) for each in articles(folder).values()
        )
    assert said["entity"]["edge-in-token"] > 0
    assert said["quote"]["relations"] > 0
    card = (folder / "README.md").read_text("utf-8")
    assert f"{said['entity']['spans']} spans. {said['entity']['edge-in-token']} start" in card


@pytest.fixture
def disputed(make_corpus):
    """Two annotators, one who skipped, an article that nobody annotated."""
    text = "قال لترامب أمس"
    made = make_corpus(
        text,
        "مقال ثان",
        "مقال ثالث",
        settings="layers: [entity]\nannotators: [a1, a2]",
        redistribute=True,
    )
    frozen = article(text)

    def record(who, of, *spans, status="submitted"):
        return Annotation(
            article_id=of.id,
            layer="entity",
            annotator=who,
            status=status,
            text_sha256=of.text_sha256,
            scheme_version="0.1",
            spans=spans,
        )

    day = Span("x", "DATE", 11, 14, "أمس")
    person = Span("y", "PERS", 5, 10, "ترامب")
    path = made.annotations_file("entity")
    path.parent.mkdir(parents=True, exist_ok=True)
    found = [
        record("a1", frozen, person, day),
        record("a2", frozen, day),
        record("a1", article("مقال ثان"), status="skipped"),
    ]
    files.write(path, sorted(found, key=lambda each: (each.article_id, each.annotator)))
    return project.load(made.root)


def test_a_label_that_the_scheme_lacks_is_named(disputed):
    path = disputed.annotations_file("entity")
    alone = [line for line in path.read_text("utf-8").splitlines() if '"a1"' in line]
    path.write_text("\n".join(alone).replace("DATE", "NOPE"), "utf-8")
    with pytest.raises(ReleaseError, match=r"article \w+: 'NOPE' is not in the scheme"):
        build.build(disputed, "0.1.0", notes=[])


def test_a_value_of_another_kind_than_its_column_is_named(disputed):
    path = disputed.annotations_file("entity")
    (alone,) = [line for line in path.read_text("utf-8").splitlines() if '"ترامب"' in line]
    record = json.loads(alone)
    for span in record["spans"]:
        span["attributes"] = {"gpe_role": ["place", "people"]}
    path.write_text(json.dumps(record), "utf-8")
    with pytest.raises(ReleaseError, match=r"another kind than its column .* run `qawl validate`"):
        build.build(disputed, "0.1.0", notes=[])


def test_undecided_tokens_are_named_and_what_nobody_annotated_has_no_row(disputed):
    folder = build.build(disputed, "0.1.0", notes=[]).folder
    (row,) = rows(folder)
    assert row["tokens"] == ["قال", "لترامب", "أمس"]
    assert row["entity_complete"] is False
    assert row["entity_undecided"] == [1]
    assert names(disputed, row, "entity_tags") == ["O", "O", "B-DATE"]


def test_classes_are_in_the_order_of_the_scheme(recorded):
    labels = list(scheme.load(recorded, "entity").label)
    kind = token_columns(scheme.load_all(recorded))["entity_tags"]
    assert kind.item.names[:3] == ("O", f"B-{labels[0]}", f"I-{labels[0]}")
    assert len(kind.item.names) == 2 * len(labels) + 1


def test_a_layer_may_not_take_the_name_of_a_table(schemes):
    with pytest.raises(SchemeError, match="every release has a table tokens"):
        tables.all_columns({"tokens": msgspec.structs.replace(schemes["entity"], table=None)})


def test_verify_and_diff_know_the_table(recorded, tmp_path):
    folder = build.build(recorded, "0.1.0", notes=[]).folder
    assert list(manifest.verify(folder)) == []
    write_articles(
        recorded, [*article_store.articles(recorded), article("مقال", redistribute=True)]
    )
    second = build.build(recorded, "0.2.0", notes=[]).folder
    assert [each.kind for each in diff.difference(folder, second).changes] == ["added"]
    (folder / "tokens" / "train.parquet").unlink()
    assert list(manifest.verify(folder)) == ["tokens/train.parquet is missing"]


def test_a_layer_of_any_scheme_is_tagged(make_corpus):
    made = make_corpus("a b", settings="layers: [toy]\nannotators: [a1]", redistribute=True)
    (made.label_config / "toy.yaml").write_text(TOY, "utf-8")
    frozen = article("a b")
    record = Annotation(
        article_id=frozen.id,
        layer="toy",
        annotator="a1",
        text_sha256=frozen.text_sha256,
        scheme_version="1",
        spans=(Span("x", "A", 0, 1, "a"),),
    )
    made.annotations_file("toy").parent.mkdir(parents=True, exist_ok=True)
    files.write(made.annotations_file("toy"), [record])
    folder = build.build(project.load(made.root), "0.1.0", notes=[]).folder
    (row,) = rows(folder)
    assert row["toy_tags"] == [1, 0]
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["iob2"]["toy"]["spans"] == 1
