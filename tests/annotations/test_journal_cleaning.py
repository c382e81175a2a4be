"""Journals of earlier versions kept whatever Label Studio sent; a named step takes it out, provably."""

import hashlib
import json
import sys

import pytest
from test_foreign_exports import SAMI, Foreign, region
from test_whose_work import OMAR, pull, whose, work

from conftest import ROOT

ADDRESS = "desk@team.example"


def early(article, number, surface, text):
    """An entry as an earlier version kept it."""
    mark = {**region(text, surface), "meta": {"text": [f"seen by {ADDRESS}"]}}
    return {
        "event": "version",
        "key": f"{article}/{number}",
        "article_id": article,
        "scheme_version": "1",
        "text": None,
        "task": {"id": number, "project": 1, "data": {"title": "x", "assigned": ADDRESS}},
        "annotation": {
            "id": number,
            "result": [mark] if number != 2 else [region(text, surface)],
            "completed_by": 1,
            "created_at": "2025-05-01T10:00:00Z",
            "updated_at": "2025-05-01T10:00:00Z",
            "reviews": [{"created_by": {"email": ADDRESS}}],
            "created_by": {"email": ADDRESS},
        },
    }


def chain(entries):
    prev, made = "0" * 64, []
    for entry in entries:
        content = json.dumps(entry, separators=(",", ":"), ensure_ascii=False)
        digest = hashlib.sha256((prev + content).encode()).hexdigest()
        made.append(f'{{"format":1,"prev":"{prev}","sha256":"{digest}","entry":{content}}}\n')
        prev = digest
    return "".join(made)


@pytest.fixture
def corpus(tmp_path):
    """A corpus with a journal of an earlier version."""
    made = Foreign(tmp_path / "corpus")
    made.ingest(SAMI, OMAR)
    path = made.folder / "corpus" / "articles.jsonl"
    ids = {each["text"]: each["id"] for each in map(json.loads, path.read_text().splitlines())}
    entries = [early(ids[SAMI], 1, "Sami", SAMI), early(ids[OMAR], 2, "Omar", OMAR)]
    target = made.folder / "exports" / "journal" / "ner.a1.jsonl"
    target.parent.mkdir(parents=True)
    target.write_text(chain(entries))
    assert made.run("pull", "--rebuild").exit_code == 0
    return made


def lines(corpus, name="ner.a1"):
    path = corpus.folder / "exports" / "journal" / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def followed(corpus, number, count):
    """The last hash before a cleaning, as docs/exports.md says that it can be told from the file."""
    last = "0" * 64
    path = corpus.folder / "exports" / "journal" / "ner.a1.jsonl"
    for line in path.read_text().splitlines()[:count]:
        entry = line[line.index('"entry":') + 8 : -1]
        was = json.loads(entry).get("was", {})
        last = was.get(str(number)) or hashlib.sha256((last + entry).encode()).hexdigest()
    return last


def test_what_is_no_longer_kept_goes_by_a_step_that_is_logged(corpus):
    before, records = lines(corpus), corpus.records()
    done = corpus.run("pull", "--clean-journal")
    assert done.exit_code == 0, done.exception
    assert "ner.a1: 2 of 2 lines cleaned: 2 × annotation.created_by, " in done.output
    exports = corpus.folder / "exports"
    assert not any(ADDRESS in each.read_text() for each in exports.rglob("*") if each.is_file())
    assert corpus.records() == records
    (log,) = lines(corpus, "cleaned")
    assert (log["journal"], log["number"], log["versions"], log["changed"]) == ("ner.a1", 1, 2, 2)
    assert log["left_out"]["annotation.reviews"] == 2
    assert log["left_out"]["annotation.result"] == 1
    assert log["before"] == before[-1]["sha256"] == followed(corpus, 1, 2)
    assert log["after"] == lines(corpus)[-1]["sha256"]
    assert [each["entry"]["was"] for each in lines(corpus)] == [
        {"1": each["sha256"]} for each in before
    ]
    assert corpus.run("pull", "--clean-journal").output == "nothing to clean\n"
    assert corpus.run("pull", "--rebuild").exit_code == 0


def test_what_comes_again_is_no_new_version_before_or_after(corpus):
    again = [work(), work(OMAR, "Omar", number=2, task=2)]
    again[0]["annotations"][0]["result"][0]["meta"] = {"text": [f"seen by {ADDRESS}"]}
    for each in again:
        each["annotations"][0]["result"][0].pop("id")
        each["annotations"][0]["result"][0] = {
            **lines(corpus)[each["id"] - 1]["entry"]["annotation"]["result"][0]
        }
    assert "0 new versions" in pull(corpus, again).output
    corpus.run("pull", "--clean-journal")
    assert "0 new versions" in pull(corpus, again).output


def test_a_second_cleaning_keeps_the_first_provable(corpus, monkeypatch):
    from qawl.annotations import journal_fields

    first = lines(corpus)[-1]["sha256"]
    corpus.run("pull", "--clean-journal")
    pull(corpus, [work(OMAR, "came", number=2, task=2, day=7)])
    second = lines(corpus)[-1]["sha256"]
    # A later version of Qawl keeps less: results of one annotation change, the others don't.
    monkeypatch.setattr(
        journal_fields, "TASK", tuple(name for name in journal_fields.TASK if name != "project")
    )
    shown = journal_fields.task
    monkeypatch.setattr(
        journal_fields,
        "task",
        lambda sent: {k: v for k, v in shown(sent).items() if k != "id" or sent["id"] == 1},
    )
    assert corpus.run("pull", "--clean-journal").exit_code == 0
    one, two = lines(corpus, "cleaned")
    assert (one["before"], two["before"]) == (first, second)
    assert followed(corpus, 1, 2) == first
    assert followed(corpus, 2, 3) == second
    assert corpus.run("pull", "--clean-journal").output == "nothing to clean\n"
    assert whose(corpus) == {"a1": ["Sami", "came"]}


def test_a_cleaned_journal_that_does_not_fit_its_log_is_refused(corpus):
    corpus.run("pull", "--clean-journal")
    path = corpus.folder / "exports" / "journal" / "cleaned.jsonl"
    log = json.loads(path.read_text())
    path.write_text(json.dumps(log | {"before": "0" * 64}) + "\n")
    assert "is not what cleaning 1 made of it" in str(
        corpus.run("pull", "--clean-journal").exception
    )


def test_a_killed_cleaning_is_done_again(corpus, monkeypatch):
    """The log is written first; its record then says nothing of the journal."""
    from qawl.core import files

    write = files.write_bytes

    def killed(path, chunks, **more):
        if path.name == "ner.a1.jsonl":
            raise KeyboardInterrupt
        write(path, chunks, **more)

    before = lines(corpus)
    monkeypatch.setattr(files, "write_bytes", killed)
    assert corpus.run("pull", "--clean-journal").exit_code != 0
    assert lines(corpus) == before
    monkeypatch.setattr(files, "write_bytes", write)
    assert corpus.run("pull", "--clean-journal").exit_code == 0
    assert followed(corpus, 2, 2) == before[-1]["sha256"]
    assert corpus.run("pull", "--clean-journal").output == "nothing to clean\n"


@pytest.fixture
def other(corpus, tmp_path):
    """Another lead's copy, before anything was cleaned."""
    from test_merging import Lead

    return Lead(tmp_path / "other", corpus)


def test_a_log_of_cleanings_is_joined_with_the_journals(corpus, other):
    """Both cleaned, one after a further pull; each cleaning stays known, once, and is still checked."""
    pull(other, [work(OMAR, "came", number=2, task=2, day=7)])
    for each in (corpus, other):
        assert each.run("pull", "--clean-journal").exit_code == 0
    ours, theirs = lines(corpus, "cleaned"), lines(other, "cleaned")
    assert ours != theirs
    for here, there, logs in ((corpus, other, ours + theirs), (other, corpus, theirs + ours)):
        done = here.run("pull", "--merge", str(there.folder))
        assert (done.exit_code, "cleaned.jsonl: 1 cleaning added" in done.output) == (0, True)
        assert lines(here, "cleaned") == logs
        assert whose(here) == {"a1": ["Sami", "came"]}
        again = here.run("pull", "--merge", str(there.folder))
        assert (again.exit_code, "cleaned.jsonl" in again.output) == (0, False)
        assert here.run("pull", "--clean-journal").output == "nothing to clean\n"
    assert followed(corpus, 1, 2) == ours[0]["before"]


def test_one_side_that_cleaned_nothing_gets_the_log(corpus, other):
    corpus.run("pull", "--clean-journal")
    assert other.run("pull", "--merge", str(corpus.folder)).exit_code == 0
    assert lines(other, "cleaned") == lines(corpus, "cleaned")
    assert other.run("pull", "--clean-journal").exit_code == 0
    assert [each["number"] for each in lines(other, "cleaned")] == [1, 2]
    assert other.run("pull", "--clean-journal").output == "nothing to clean\n"


def test_a_log_of_another_persons_journal_comes_under_the_name_that_they_have_here(
    corpus, tmp_path
):
    from test_merging import Lead

    other = Lead(tmp_path / "other", corpus)
    journals = other.folder / "exports" / "journal"
    for path in (journals / "ner.a1.jsonl", journals / "heads.json"):
        path.write_text(path.read_text("utf-8").replace("ner.a1", "ner.b7"), "utf-8")
    (journals / "ner.a1.jsonl").rename(journals / "ner.b7.jsonl")
    (other.folder / "exports/annotations/ner.jsonl").unlink()
    assert other.run("pull", "--clean-journal").exit_code == 0
    done = corpus.run("pull", "--merge", str(other.folder))
    assert done.exit_code == 0, done.exception
    assert [each["journal"] for each in lines(corpus, "cleaned")] == ["ner.a1"]


def test_a_damaged_log_is_refused_and_nothing_is_written(corpus, other):
    pull(other, [work(OMAR, "came", number=2, task=2, day=7)])
    other.run("pull", "--clean-journal")
    path = other.folder / "exports" / "journal" / "cleaned.jsonl"
    path.write_text(path.read_text("utf-8").replace('"after":', '"aftr":'), "utf-8")
    before = lines(corpus)
    done = corpus.run("pull", "--merge", str(other.folder))
    assert (done.exit_code, "cleaned.jsonl, line 1" in str(done.exception)) == (1, True)
    assert lines(corpus) == before


@pytest.mark.parametrize("empty", [False, True])
def test_the_merge_driver_joins_logs(corpus, other, tmp_path, empty):
    """Git gives the driver two files with names of its own."""
    pull(other, [work(OMAR, "came", number=2, task=2, day=7)])
    for each in (corpus, other):
        each.run("pull", "--clean-journal")
    both = lines(corpus, "cleaned") * (not empty) + lines(other, "cleaned")
    ours, theirs = tmp_path / ".merge_file_a", tmp_path / ".merge_file_b"
    for path, lead in ((ours, corpus), (theirs, other)):
        path.write_bytes((lead.folder / "exports/journal/cleaned.jsonl").read_bytes())
    if empty:
        ours.write_bytes(b"")
    done = corpus.run("pull", "--merge-file", str(ours), str(theirs))
    assert done.exit_code == 0, done.exception
    assert [json.loads(line) for line in ours.read_text("utf-8").splitlines()] == both
    assert "0 of 1 line" in corpus.run("pull", "--merge-file", str(ours), str(theirs)).output


@pytest.mark.parametrize("swapped", [False, True])
def test_a_log_and_a_journal_are_not_joined(corpus, tmp_path, swapped):
    corpus.run("pull", "--clean-journal")
    folder = corpus.folder / "exports" / "journal"
    files = [str(folder / "ner.a1.jsonl"), str(folder / "cleaned.jsonl")]
    before = [lines(corpus), lines(corpus, "cleaned")]
    done = corpus.run("pull", "--merge-file", *(files[::-1] if swapped else files))
    assert (done.exit_code, "line 1" in str(done.exception)) == (1, True)
    assert [lines(corpus), lines(corpus, "cleaned")] == before


def test_git_joins_logs_by_itself_with_the_attributes_that_the_documents_give(corpus):
    """Both branches cleaned; docs/exports.md gives the driver every file that ends in .jsonl."""
    from test_merging import git

    top, folder = corpus.folder.parent, corpus.folder / "exports" / "journal"
    driver = f"{sys.executable} -m qawl pull --merge-file %A %B"
    said = (ROOT / "docs" / "exports.md").read_text("utf-8")
    given = [line.strip() for line in said.splitlines() if line.startswith("    exports/")]
    (corpus.folder / ".gitattributes").write_text("\n".join(["* -text", *given]) + "\n", "utf-8")
    git(top, "init", "-q", "-b", "one")
    git(top, "config", "merge.qawl.driver", driver)
    git(top, "config", "merge.ours.driver", "true")

    def committed(*tasks):
        if tasks:
            pull(corpus, [*tasks])
            assert corpus.run("pull", "--clean-journal").exit_code == 0
        for words in (["add", "corpus"], ["commit", "-qm", "all"]):
            assert git(top, *words).returncode == 0

    committed()
    git(top, "checkout", "-qb", "two")
    committed(work(OMAR, "came", number=2, task=2, day=7))
    theirs = lines(corpus, "cleaned")
    git(top, "checkout", "-q", "one")
    committed(work(OMAR, "home", number=2, task=2, day=5))
    ours = lines(corpus, "cleaned")
    done = git(top, "merge", "two", "-m", "joined")
    assert done.returncode == 0, done.stdout + done.stderr
    assert lines(corpus, "cleaned") == ours + theirs
    assert corpus.run("pull", "--rebuild").exit_code == 0
    assert whose(corpus) == {"a1": ["Sami", "came"]}
    assert len(list(folder.glob("ner.a1*"))) == 1
    assert corpus.run("pull", "--clean-journal").output == "nothing to clean\n"
