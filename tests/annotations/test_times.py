"""Versions whose time is missing or can't be read, by the command: in any order the same one counts."""

import itertools
import json
import shutil

import pytest
from click.testing import CliRunner
from test_foreign_exports import SAMI, Foreign
from test_whose_work import OMAR, pull, whose, work

from qawl import cli
from qawl.annotations import journal
from qawl.core.project import load

UNREAD = [None, "", "yesterday", "2025-13-45", "١ مايو", True, {"$date": 1}, 1746093600000]
"""What tools write for a time: nothing, words, a date of no calendar, an object, milliseconds."""


@pytest.fixture
def corpus(tmp_path):
    made = Foreign(tmp_path / "corpus")
    made.ingest(SAMI, OMAR)
    return made


def course(unread):
    """Three versions of one annotation, two with a time."""
    return [
        [work(surface="Layla", day=1)],
        [work(surface="Sami", day=3)],
        [work(surface="met", updated_at=unread)],
    ]


@pytest.mark.parametrize("unread", UNREAD, ids=str)
@pytest.mark.parametrize("number", range(6))
def test_a_version_without_a_time_undoes_none_with_one_in_any_order(corpus, unread, number):
    given = course(unread)
    order = [*itertools.permutations(range(3))][number]
    codes = [pull(corpus, given[each]).exit_code for each in order]
    assert whose(corpus) == {"a1": ["Sami"]}
    # What came later and does not count is said.
    assert codes == [int(each == 2 and place > 0) for place, each in enumerate(order)]
    assert corpus.run("pull", "--rebuild").exit_code == 0
    assert whose(corpus) == {"a1": ["Sami"]}
    done = pull(corpus, *given)
    assert (done.exit_code, "0 new versions" in done.output) == (1, True), done.output
    assert "1 × version without an updated_at" in done.output
    assert "annotation 1 of export-2.json" in done.output
    assert pull(corpus, *given, options=["--partial"]).exit_code == 0


def test_a_version_without_a_time_that_says_the_same_is_nothing_new(corpus):
    given = course(None)
    pull(corpus, *given[:2])
    for surface in ("Sami", "Layla"):  # exports of the same work by a tool that leaves times out
        again = [work(surface=surface, updated_at=None)]
        done = pull(corpus, again)
        assert done.exit_code == int(surface == "Layla"), done.output
    assert whose(corpus) == {"a1": ["Sami"]}


def test_where_no_version_has_a_time_the_last_counts_again_and_again(corpus):
    """A tool without times is pulled after each correction; going back is a correction too."""
    for surface in ("Sami", "Layla", "Sami", "met"):
        made = [work(surface=surface, updated_at=None, unique_id="one")]
        done = pull(corpus, made)
        assert (done.exit_code, "1 new version" in done.output) == (0, True), done.output
        assert whose(corpus) == {"a1": [surface]}
        assert "0 new versions" in pull(corpus, made).output


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
def test_two_annotations_of_one_article_count_by_their_time_in_any_order(corpus, order):
    """One of them lost its time: the other counts, whichever has the larger number."""
    given = [
        [work(surface="Sami", number=2, day=2)],
        [work(surface="Layla", number=9, updated_at="soon")],
        [work(OMAR, "Omar", number=3, task=2)],
    ]
    for each in order:
        pull(corpus, given[each])
    assert whose(corpus) == {"a1": ["Omar", "Sami"]}


@pytest.mark.parametrize("order", [*itertools.permutations(("9", "10", "8"))])
def test_numbers_that_are_written_as_text_order_annotations_as_numbers(corpus, order):
    """What is said not to count is what the records have not."""
    surfaces = {"8": "Sami", "9": "Layla", "10": "met"}
    for each in order:
        done = pull(corpus, [work(surface=surfaces[each], number=each, updated_at=None)])
    assert whose(corpus) == {"a1": ["met"]}
    assert "annotation 10 (task 1) of the same annotator does" in done.output


@pytest.mark.parametrize("unread", UNREAD, ids=str)
@pytest.mark.parametrize("ours", [0, 1, 2])
def test_leads_who_pulled_in_another_order_get_the_same_from_a_merge(
    corpus, tmp_path, unread, ours
):
    (tmp_path / "two").mkdir()
    other = Foreign(tmp_path / "two" / "corpus")
    other.ingest(SAMI, OMAR)
    given = course(unread)
    pull(corpus, given[ours])
    pull(other, *(given[each] for each in (2, 1, 0) if each != ours))
    for here, there in ((corpus, other), (other, corpus)):
        assert here.run("pull", "--merge", str(there.folder)).exit_code == 0
        assert whose(here) == {"a1": ["Sami"]}
        again = here.run("pull", "--merge", str(there.folder)).output
        assert "ner.a1: 0 of" in again


def test_what_was_deleted_is_not_brought_back_by_a_version_without_a_time(corpus):
    given = course("yesterday")
    pull(corpus, given[1])
    project = load(corpus.folder)
    opened = journal.opened_at(project, project.journal_file("ner", "a1"))
    opened.delete(list(opened.alive))
    done = pull(corpus, given[2])
    assert (done.exit_code, "stays deleted" in done.output) == (0, True), done.output
    pull(corpus, given[0])
    assert corpus.records() == []
    assert json.loads(corpus.run("validate", "--json").stdout)["findings"]


@pytest.mark.parametrize("order", [*itertools.permutations((2, 3, None))])
def test_old_exports_do_not_bring_back_what_was_deleted_one_after_the_other(corpus, order):
    """The first of them was known to be old; the next one was newer than that."""
    pull(corpus, [work(day=5)])
    project = load(corpus.folder)
    opened = journal.opened_at(project, project.journal_file("ner", "a1"))
    opened.delete(list(opened.alive))
    for day in order:
        changed = f"2025-05-{day:02}T10:00:00Z" if day else "soon"
        done = pull(corpus, [work(surface="Layla", updated_at=changed)])
        assert (done.exit_code, "stays deleted" in done.output) == (0, True), done.output
        assert corpus.records() == []
    for words in (["pull", "--rebuild"], ["doctor"]):
        corpus.run(*words)
    shutil.rmtree(corpus.folder / ".qawl" / "journal")
    pull(corpus, [work(surface="Layla", day=4)])
    assert corpus.records() == []
    pull(corpus, [work(surface="met", day=6)])
    assert whose(corpus) == {"a1": ["met"]}


@pytest.mark.parametrize("first", [0, 1])
def test_adopt_counts_a_version_without_a_time_once(tmp_path, first):
    """N in, N out: one in the records, one left out with its reason."""
    config = tmp_path / "config.xml"
    config.write_text(
        '<View><Labels name="ner" toName="text"><Label value="PER"/></Labels>'
        '<Text name="text" value="$text"/></View>'
    )
    given = [[work(unique_id="u1")], [work(surface="Layla", unique_id="u1", updated_at="soon")]]
    paths = [tmp_path / f"{number}.json" for number in (0, 1)]
    for path, tasks in zip(paths, given, strict=True):
        path.write_text(json.dumps(tasks), "utf-8")
    into, ordered = tmp_path / "corpus", map(str, (paths[first], paths[1 - first]))
    words = ["adopt", *ordered, str(config), "--into", str(into), "--json"]
    done = CliRunner().invoke(cli.group, words)
    said = json.loads(done.stdout)
    left = {e["reason"]: e["count"] for e in said["left_out"] if "task with" not in e["reason"]}
    assert list(left.values()) == [1], left
    assert (said["in"]["annotations"], said["records"]["annotations"]) == (2, 1)
    (record,) = map(
        json.loads, (into / "exports/annotations/ner.jsonl").read_text("utf-8").splitlines()
    )
    assert record["spans"][0]["text"] == "Sami"
