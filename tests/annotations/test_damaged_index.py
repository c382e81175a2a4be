"""An index of a journal in .qawl/ with a damaged value."""

import json
import shutil
import sqlite3

import pytest

from corpora import main

TEXTS = {number: f"Sami of Acme met Layla, number {number}." for number in (1, 2)}


def export(path, *works):
    """An export of these (article, user, annotation)."""
    tasks = [
        {
            "id": 100 * user + article,
            "data": {"text": TEXTS[article]},
            "annotations": [
                {
                    "id": number,
                    "completed_by": {"id": user, "email": f"u{user}@x.org"},
                    "was_cancelled": False,
                    "created_at": "2025-05-01T10:00:00Z",
                    "updated_at": "2025-05-01T10:00:00Z",
                    "lead_time": 1.0,
                    "result": [],
                }
            ],
        }
        for article, user, number in works
    ]
    path.write_text(json.dumps(tasks), "utf-8")
    return "pull", "--layer", "entity", "--from", str(path)


@pytest.fixture
def made(make_corpus, tmp_path):
    corpus = make_corpus(*TEXTS.values(), settings="layers: [entity]\nannotators: [a1, a2]")
    code, said = main(corpus.root, *export(tmp_path / "1.json", (1, 1, 11), (1, 2, 21)))
    assert code == 0, said
    return corpus


def test_a_damaged_value_in_an_index_is_no_fault_of_qawl(made, tmp_path):
    with sqlite3.connect(made.state / "journal" / "entity.a1.sqlite") as db:
        db.execute("UPDATE annotation SET identity = CAST('{' AS BLOB)")
    db.close()
    code, said = main(made.root, *export(tmp_path / "2.json", (2, 1, 12)))
    assert (code, "`qawl pull --rebuild` makes it again" in said) == (1, True), said
    assert main(made.root, "pull", "--rebuild")[0] == 0
    assert main(made.root, *export(tmp_path / "2.json", (2, 1, 12)))[0] == 0


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE annotation SET start = start + 1 WHERE rowid = 1",
        "UPDATE annotation SET length = length - 2 WHERE rowid = 1",
        "UPDATE annotation SET start = 1 << 40 WHERE rowid = 1",
        "UPDATE annotation SET (start, length) = (SELECT start, length FROM annotation AS o WHERE o.rowid = 2)",
    ],
)
def test_a_place_in_an_index_that_is_none_of_the_annotation_is_noticed(made, tmp_path, damage):
    """As a disk damages it: what stands there is not taken for the annotation."""
    two = export(tmp_path / "2.json", (2, 1, 12))
    assert main(made.root, *two)[0] == 0
    assert main(made.root, "pull", "--rebuild")[0] == 0
    before = made.annotations_file("entity").read_bytes()
    with sqlite3.connect(made.state / "journal" / "entity.a1.sqlite") as db:
        db.execute(damage)
    db.close()
    made.annotations_file("entity").unlink()
    shutil.rmtree(made.state / "derived")
    code, said = main(made.root, "validate")
    assert (code, "`qawl pull --rebuild` makes it again" in said) == (1, True), said
    assert main(made.root, "pull", "--rebuild")[0] == 0
    assert made.annotations_file("entity").read_bytes() == before


def test_a_line_in_an_index_that_is_not_the_journal_s_is_noticed(made, tmp_path, monkeypatch):
    """Lines of segments are kept in the index: one flipped letter would change an annotation."""
    from qawl.annotations import latest_entries, segments

    monkeypatch.setattr(segments, "SEAL", 300)
    assert main(made.root, *export(tmp_path / "2.json", (2, 1, 12)))[0] == 0
    with sqlite3.connect(made.state / "journal" / "entity.a1.sqlite") as db:
        changed = db.execute(
            "UPDATE sealed SET line = CAST(replace(CAST(line AS TEXT), 'lead_time', 'lead_tyme') AS BLOB)"
        )
        assert changed.rowcount
    db.close()
    with (
        pytest.raises(sqlite3.DatabaseError, match="a line in it is damaged"),
        latest_entries.opened() as at,
    ):
        list(map(at, latest_entries.places(made, "entity")))
