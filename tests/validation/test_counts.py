"""What validate counted is used by the release while nothing changes, and counted anew when anything does."""

from corpora import corpus, mark, pull, qawl, scheme, work
from qawl.core import project
from qawl.validation import validate

TEXTS = {"one": "قالت الوزيرة.", "two": "The minister said."}


def made(folder):
    """Two annotators; one mark ends with a full stop."""
    corpus(folder, scheme("thing", ["A", "B"]), TEXTS, ["a1", "a2"])
    done = {"one": work([mark("m", "A", 0, 13)]), "two": work([mark("m", "A", 0, 3)])}
    pull(folder, "thing", TEXTS, dict.fromkeys((1, 2), done))
    return folder


def test_counts_are_those_of_validate_and_follow_the_annotations(tmp_path, monkeypatch):
    folder = made(tmp_path / "corpus")
    qawl(folder, "validate")
    kept = validate.counts(project.load(folder))
    assert kept["final-stop"] == 2
    calls = []
    plain = validate._examined
    monkeypatch.setattr(validate, "_examined", lambda *each: calls.append(each) or plain(*each))
    assert validate.counts(project.load(folder)) == kept
    path = folder / "exports/annotations/thing.jsonl"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace('"end":13,"text":"قالت الوزيرة."', '"end":12,"text":"قالت الوزيرة"', 1)
    )
    changed = validate.counts(project.load(folder))
    assert changed["final-stop"] == 1
    assert changed["annotations-stale"] == 1


def test_gold_that_no_longer_fits_is_counted_beside_what_is_kept(tmp_path):
    folder = made(tmp_path / "corpus")
    qawl(folder, "adjudicate")
    qawl(folder, "validate")
    assert "gold-stale" not in validate.counts(project.load(folder))
    path = folder / "exports/gold/thing.jsonl"
    text = path.read_text("utf-8")
    assert '"label":"A"' in text
    path.write_text(text.replace('"label":"A"', '"label":"Z"', 1))
    found = validate.counts(project.load(folder))
    assert found["gold-stale"] == 1
    assert found["final-stop"] == 2


def test_a_validation_of_some_checks_alone_keeps_no_counts(tmp_path):
    folder = made(tmp_path / "corpus")
    qawl(folder, "validate", "--check", "label-unused")
    assert validate.counts(project.load(folder))["final-stop"] == 2
