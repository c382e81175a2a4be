"""An index of a journal in .qawl/ with a damaged value."""

import json
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
