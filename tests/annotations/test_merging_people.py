"""Journals are joined whose sides don't agree who did what: told with what to run, never mixed or dead."""
# ruff: noqa: F811 - fixtures of another module are asked for by their names

import json
import shutil

import msgspec
import pytest
from test_merging import copied, corpus, gone, lines  # noqa: F401 - fixtures
from test_reserved_names import old
from test_whose_work import OMAR, pull, whose, work

from qawl.annotations import journal, journal_cleaning, journal_entries
from qawl.core.project import load
from qawl.core.records import JUDGE

NADA = "Nada left."


def moved(corpus, was="a1", now="a2"):
    """Journals that all work of an annotator is another's, as `qawl pull --annotator` does."""
    project = load(corpus.folder)
    old_, new = (
        journal.opened_at(project, project.journal_file("ner", each)) for each in (was, now)
    )
    made = [journal_cleaning.entry(content) for _, content in journal_entries.versions(old_.path)]
    new.add([journal_entries.renamed(each, json.loads(each)["key"]) for each in made])
    old_.delete(list(old_.alive))
    assert corpus.run("pull", "--rebuild").exit_code == 0


def pooled(corpus, name, tasks):
    """Journals work of a server's pool as an annotator's, as a pull from there does."""
    project = load(corpus.folder)
    pull(corpus, tasks, options=["--annotator", name])
    path = project.journal_file("ner", name)
    entries = []
    for each in journal_entries.entries(path):
        data = {**each.task["data"], "qawl_annotator": name}
        task = {**each.task, "project_created_at": "2025-05-01T00:00:00Z", "data": data}
        entries.append(msgspec.structs.replace(each, task=task))
    for part in (path, path.with_name("heads.json")):
        part.unlink()
    for other in path.parent.glob("ner.*.jsonl"):
        journal.load(other)
    opened = journal.opened_at(project, path)
    opened.append(entries)
    assert corpus.run("pull", "--rebuild").exit_code == 0


@pytest.mark.parametrize(
    "new", [None, work(surface="Layla", day=3), work(OMAR, "Omar", number=2, task=2)]
)
@pytest.mark.parametrize("others", [False, True])
def test_work_that_both_sides_gave_to_different_people_is_refused_both_ways(
    corpus, copied, new, others
):
    """One of them is wrong: joined, it would count as that of two, or take other work of theirs along."""
    pull(corpus, [work()])
    if others:  # the people that it was given to have work that both know
        pull(corpus, [work(NADA, "Nada", user=2, number=7, task=3)])
    other = copied()
    moved(corpus, "a1", "a3")
    moved(other, "a1", "a4")
    if new is not None:
        pull(other, [new], options=["--annotator", "1=a4"])
    for here, there, ours, theirs in ((corpus, other, "a3", "a4"), (other, corpus, "a4", "a3")):
        before, records = lines(here, f"ner.{ours}"), here.records()
        done = here.run("pull", "--merge", str(there.folder))
        said = str(done.exception)
        assert done.exit_code == 1
        assert "work of a1 became" in said
        assert f"--annotator 1={theirs}` here too" in said or f"1={ours}` in" in said
        assert f"name {ours} on both sides" in said or f"name {theirs} on both sides" in said
        assert (lines(here, f"ner.{ours}"), here.records()) == (before, records)
    moved(other, "a4", "a3")
    assert corpus.run("pull", "--merge", str(other.folder)).exit_code == 0
    assert sum(map(len, whose(corpus).values())) == 1 + others + (
        new is not None and new["id"] == 2
    )


def test_git_joins_both_and_the_work_is_named_as_that_of_two(corpus, copied):
    """Git adds the file of each side without asking the driver. Nothing is dead, nothing counts twice."""
    for made in ([work()], [work(unique_id="6f1c")]):
        shutil.rmtree(corpus.folder / "exports" / "journal", ignore_errors=True)
        shutil.rmtree(corpus.folder / ".qawl", ignore_errors=True)
        (corpus.folder / "exports/annotations/ner.jsonl").unlink(missing_ok=True)
        pull(corpus, made)
        other = copied(f"two{len(made[0]['annotations'][0])}")
        moved(corpus, "a1", "a3")
        moved(other, "a1", "a4")
        name = "exports/journal/ner.a4.jsonl"
        shutil.copy(other.folder / name, corpus.folder / name)
        assert corpus.run("pull", "--rebuild").exit_code == 1
        assert whose(corpus) == {"a3": ["Sami"]}
        assert corpus.errors() == ["annotation-copied"]
        (said,) = {each["message"] for each in corpus.findings("error")}
        assert "ner.a3.jsonl and in ner.a4.jsonl" in said
        assert "--annotator USER=NAME" in said


def test_both_sides_that_name_one_person_at_once_or_later_agree(corpus, copied):
    """One lead knew from the start who it was, the other put it right."""
    other = copied()
    pull(corpus, [work()])
    moved(corpus, "a1", "a2")
    pull(other, [work(), work(OMAR, "Omar", number=2, task=2)], options=["--annotator", "1=a2"])
    for here, there in ((corpus, other), (other, corpus)):
        assert here.run("pull", "--merge", str(there.folder)).exit_code == 0
        assert whose(here) == {"a2": ["Omar", "Sami"]}


def test_who_has_no_number_is_told_by_their_work(corpus, copied):
    """`--annotator None=a2` would name nobody."""
    address = {"email": "a@team.example"}
    pull(corpus, [work(user=address)])
    other = copied()
    moved(other)
    pull(corpus, [work(surface="Layla", user=address, day=3)])
    for here, there in ((corpus, other), (other, corpus)):
        said = str(here.run("pull", "--merge", str(there.folder)).exception)
        assert "--annotator USER=a2" in said
        assert "(USER: the e-mail address of who made annotation 1 of task 1)" in said
        assert "None" not in said


def test_those_whose_work_it_may_be_are_named_with_their_numbers(corpus, copied):
    """A file of theirs holds the work of two people who are apart here."""
    given = [work(user=4), work(OMAR, "Omar", user=9, number=2, task=2)]
    other = copied()
    pull(corpus, given)
    pull(other, given, options=["--annotator", "4=b1", "--annotator", "9=b1"])
    said = str(corpus.run("pull", "--merge", str(other.folder)).exception)
    assert "the work of b1 there is that of a1 (user 4) and a2 (user 9) here" in said
    assert "`qawl pull --annotator 4=a1 --annotator 9=a2`" in said


def test_two_people_of_a_pool_of_whom_each_side_knows_one_stay_two(corpus, copied):
    """Both leads pulled when one person had worked in the pool: both call that person a3."""
    other = copied()
    pooled(corpus, "a3", [work(user=4)])
    pooled(other, "a3", [work(OMAR, "Omar", user=9, number=2, task=2)])
    files = [str(each.folder / "exports/journal/ner.a3.jsonl") for each in (corpus, other)]
    assert "different users" in str(corpus.run("pull", "--merge-file", *files).exception)
    assert corpus.run("pull", "--merge", str(other.folder)).exit_code == 0
    assert sorted(map(sorted, whose(corpus).values())) == [["Omar"], ["Sami"]]
    assert corpus.errors() == []


@pytest.mark.parametrize("name", ["gold", "pool"])
def test_a_name_that_stands_for_something_else_is_another_here(corpus, copied, monkeypatch, name):
    other = copied()
    old(other, monkeypatch, name)
    pull(corpus, [work(OMAR, "came", user=2, number=3, task=2)])
    done = corpus.run("pull", "--merge", str(other.folder))
    assert done.exit_code == 0, done.exception
    assert f"({name} there)" in done.output
    assert whose(corpus) == {"a1": ["came"], "a2": ["Omar", "Sami"]}
    # Where it stands already, it stays.
    assert other.run("pull", "--merge", str(corpus.folder)).exit_code == 0
    assert whose(other) == {"a1": ["came"], name: ["Omar", "Sami"]}


def test_work_that_went_from_hand_to_hand_is_whose_it_is_now(corpus, copied):
    pull(corpus, [work()])
    other, third = copied(), copied("three")
    for was, now in (("a1", "a2"), ("a2", "a3")):
        moved(corpus, was, now)
    moved(other, "a1", "a3")
    for was, now in (("a1", "a2"), ("a2", "a1")):  # it was put back
        moved(third, was, now)
    for here, there in ((corpus, other), (other, corpus)):
        assert here.run("pull", "--merge", str(there.folder)).exit_code == 0
        assert whose(here) == {"a3": ["Sami"]}
    for here, there in ((corpus, third), (third, corpus)):
        assert "became" in str(here.run("pull", "--merge", str(there.folder)).exception)
    assert (whose(corpus), whose(third)) == ({"a3": ["Sami"]}, {"a1": ["Sami"]})


def test_who_was_named_on_one_side_has_no_two_names_though_their_first_work_is_deleted(
    corpus, copied
):
    """What was given to another on one side was deleted on the server before the other side pulled again."""
    pull(corpus, [work()])
    other = copied()
    gone(corpus, "1")
    pull(corpus, [work(NADA, "Nada", number=3, task=3)])
    moved(other, "a1", "a3")
    new = [work(OMAR, "Omar", number=2, task=2)]
    pull(other, new, options=["--annotator", "1=a3"])
    for here, there in ((corpus, other), (other, corpus)):
        said = str(here.run("pull", "--merge", str(there.folder)).exception)
        assert "work of a1 became a3's" in said
        assert "its user is a1 still: run `qawl pull --annotator 1=a3`" in said
    moved(corpus, "a1", "a3")
    assert corpus.run("pull", "--merge", str(other.folder)).exit_code == 0
    assert {*whose(corpus)} == {"a3"}
    assert {"Nada", "Omar"} <= {*whose(corpus)["a3"]}


@pytest.mark.parametrize("name", ["a1", "zoe"])
@pytest.mark.parametrize("both", [True, False])
def test_the_judge_who_annotates_too_gets_no_work_of_annotators(corpus, copied, name, both):
    """In small teams the lead is both. What a number alone tells, it tells of annotators."""
    other = copied()
    pull(corpus, [work(NADA, "Nada", number=3, task=3, user=7)], options=["--judge"])
    if both:
        pull(corpus, [work(user=7)], options=["--annotator", name])
    pull(other, [work(OMAR, "Omar", number=2, task=2, user=7)], options=["--annotator", name])
    for here, there in ((corpus, other), (other, corpus)):
        assert here.run("pull", "--merge", str(there.folder)).exit_code == 0
        assert whose(here) == {name: ["Omar", "Sami"] if both else ["Omar"], JUDGE: ["Nada"]}


@pytest.mark.parametrize("name", ["b1", "a1", "a2"])
def test_numbers_of_two_people_here_are_no_reason_to_take_one_of_them(corpus, copied, name):
    """The first of them got the work of both; now who has the name, else the lead is asked."""
    other = copied()
    pull(corpus, [work(user=4), work(NADA, "Nada", user=9, number=3, task=3)])
    before = whose(corpus)
    given = [work(OMAR, "Omar", user=4, number=2, task=2), work(user=9, number=8, task=8)]
    pull(other, given, options=["--annotator", name])
    done = corpus.run("pull", "--merge", str(other.folder))
    if name == "b1":
        said = str(done.exception)
        assert "the users of b1 there are a1 (user 4) and a2 (user 9) here" in said
        assert "`qawl pull --annotator 4=a1 --annotator 9=a2`" in said
        assert whose(corpus) == before
    else:
        assert "Omar" in whose(corpus)[name]
        assert {*whose(corpus)} == {"a1", "a2"}


def test_who_is_told_by_the_name_alone_is_named(corpus, copied):
    """Exports without numbers of users: a1 of one lead and a1 of the other may be two people."""
    other = copied()
    pull(corpus, [work(user={"email": "ann@team.example"})])
    pull(other, [work(OMAR, "Omar", number=2, task=2, user={"email": "bea@team.example"})])
    done = corpus.run("pull", "--merge", str(other.folder))
    assert done.exit_code == 0
    assert f"a1 of {other.folder} is taken for the annotator of that name here" in done.output
    assert whose(corpus) == {"a1": ["Omar", "Sami"]}
    # Now both have work in common.
    assert "taken for" not in corpus.run("pull", "--merge", str(other.folder)).output


def test_a_name_is_nobodys_whose_bearer_here_has_another_name_there(corpus, copied):
    """Their a1 was taken for ours, who is their a2 by the work of both: two people were one."""
    ann, bea = ({"email": f"{each}@team.example"} for each in ("ann", "bea"))
    other = copied()
    pull(corpus, [work(user=ann)])
    pull(other, [work(OMAR, "Omar", number=2, task=2, user=bea)])
    pull(other, [work(user=ann), work(NADA, "Nada", number=3, task=3, user=bea)])
    assert whose(other) == {"a1": ["Nada", "Omar"], "a2": ["Sami"]}
    done = corpus.run("pull", "--merge", str(other.folder))
    assert done.exit_code == 0
    assert "(a1 there)" in done.output
    assert whose(corpus) == {"a1": ["Sami"], "a3": ["Nada", "Omar"]}


def swapped(corpus, copied):
    """Two leads who call the same two people a1 and a2, each the other way round; both have work of both."""
    other = copied()
    ada, nada = work(user=4), work(NADA, "Nada", user=9, number=3, task=3)
    pull(corpus, [ada, nada])
    pull(other, [nada])
    pull(other, [ada])
    assert (whose(corpus)["a1"], whose(other)["a1"]) == (["Sami"], ["Nada"])
    return other


def test_both_sides_that_gave_work_to_one_person_of_two_names_agree(corpus, copied):
    """It was refused, since pseudonyms were compared as they are written."""
    other = swapped(corpus, copied)
    moved(corpus, "a1", "a2")
    moved(other, "a2", "a1")
    for here, there in ((corpus, other), (other, corpus)):
        mine = whose(here)
        assert here.run("pull", "--merge", str(there.folder)).exit_code == 0
        assert whose(here) == mine
        assert here.errors() == []
        # Who has given all of their work away is nobody new.
        names = sorted(path.name for path in here.folder.glob("exports/journal/ner.*"))
        assert names == ["ner.a1.jsonl", "ner.a2.jsonl"]


def test_one_name_of_two_people_is_no_agreement(corpus, copied):
    """Work of a1 is a2's here, whom the other side calls a1; there it is still that of their a2, who is a1
    here: the two names are one word. It was joined, and new work of one person became the other's."""
    other = swapped(corpus, copied)
    moved(corpus, "a1", "a2")
    pull(other, [work(OMAR, "Omar", user=4, number=2, task=2)])
    for here, there, where in ((corpus, other, "in"), (other, corpus, "here")):
        before = here.records()
        done = here.run("pull", "--merge", str(there.folder))
        assert (done.exit_code, here.records()) == (1, before)
        said = str(done.exception)
        assert "work of a1 became a2's" in said
        assert f"{where} " in said
        assert "it is a2's still: run `qawl pull --annotator 4=a1`" in said
    moved(other, "a2", "a1")
    assert corpus.run("pull", "--merge", str(other.folder)).exit_code == 0
    assert whose(corpus) == {"a2": ["Nada", "Omar", "Sami"]}


def test_a_name_that_is_somebody_elses_there_is_not_to_be_given(corpus, copied):
    """Work became a3's here, and a3 there is a person whom this side calls a1."""
    other = copied()
    omar, ada = work(OMAR, "Omar", user=5, number=2, task=2), work(user=4)
    for tasks in ([omar], [ada]):
        pull(corpus, tasks)
    for tasks in ([ada], [work(NADA, "Nada", user=9, number=3, task=3)], [omar]):
        pull(other, tasks)
    moved(corpus, "a2", "a3")
    for here, there in ((corpus, other), (other, corpus)):
        said = str(here.run("pull", "--merge", str(there.folder)).exception)
        assert "it is a1's still: run `qawl pull --annotator 4=NAME` on both sides" in said
    moved(corpus, "a3", "b1")
    moved(other, "a1", "b1")
    assert corpus.run("pull", "--merge", str(other.folder)).exit_code == 0
    assert whose(corpus)["b1"] == ["Sami"]
