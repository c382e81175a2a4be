"""Two leads pull in branches or copies of one corpus; the journals are joined by the command."""

import gzip
import json
import random
import shutil
import subprocess
import sys

import pytest
from test_foreign_exports import SAMI, Foreign
from test_whose_work import OMAR, pull, whose, work

from qawl.annotations import journal, journal_cleaning, journal_entries
from qawl.core.project import load

LINE = "{}.a1.jsonl"


class Lead(Foreign):
    """A copy of a corpus in a folder of its own, as it stands."""

    def __init__(self, folder, other):
        shutil.copytree(other.folder, folder)
        self.folder = folder


@pytest.fixture
def corpus(tmp_path):
    (tmp_path / "one").mkdir()
    made = Foreign(tmp_path / "one" / "corpus")
    made.ingest(SAMI, OMAR, "Nada left.")
    return made


@pytest.fixture
def copied(corpus, tmp_path):
    """copied() → another lead's copy of the corpus as it is now."""

    def made(name="two"):
        (tmp_path / name).mkdir()
        return Lead(tmp_path / name / "corpus", corpus)

    return made


def lines(corpus, name="ner.a1"):
    path = corpus.folder / "exports" / "journal" / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def versions(corpus):
    """The versions in all journals: annotator, article, time and what was marked."""
    found = []
    for path in sorted((corpus.folder / "exports" / "journal").glob("*.*.jsonl")):
        for line in map(json.loads, path.read_text().splitlines()):
            made = line["entry"]["annotation"]
            marked = [each["value"]["text"] for each in made.get("result", ())]
            found.append((path.stem, line["entry"]["article_id"], made.get("updated_at"), *marked))
    return sorted(found, key=str)


def test_what_each_pulled_is_there_once_after_a_merge(corpus, copied):
    pull(corpus, [work()])
    other = copied()
    pull(corpus, [work(surface="Layla", day=3), work(OMAR, "Omar", number=2, task=2)])
    pull(other, [work(surface="met", day=2), work("Nada left.", "Nada", number=3, task=3)])
    before = lines(corpus)
    done = corpus.run("pull", "--merge", str(other.folder))
    assert done.exit_code == 0, done.exception
    assert "ner.a1: 2 of 3 versions" in done.output
    assert lines(corpus)[: len(before)] == before
    assert len(versions(corpus)) == len(set(versions(corpus))) == 5
    assert whose(corpus) == {"a1": ["Layla", "Nada", "Omar"]}
    assert "0 of 3 versions" in corpus.run("pull", "--merge", str(other.folder)).output
    # The other way round gives the same records.
    assert other.run("pull", "--merge", str(corpus.folder)).exit_code == 0
    assert other.records() == corpus.records()
    assert versions(other) == versions(corpus)
    assert corpus.run("pull", "--rebuild").exit_code == 0
    assert "0 new versions" in pull(corpus, [work(), work(surface="met", day=2)]).output


@pytest.mark.parametrize(
    "where", ["", "exports", "exports/journal", "exports/journal/ner.a1.jsonl"]
)
def test_another_place_may_be_a_corpus_its_exports_its_journal_or_a_file(corpus, copied, where):
    other = copied()
    pull(other, [work()])
    assert corpus.run("pull", "--merge", str(other.folder / where)).exit_code == 0
    assert whose(corpus) == {"a1": ["Sami"]}


def test_several_places_are_joined_at_once(corpus, copied):
    two, three = copied("two"), copied("three")
    pull(two, [work()])
    pull(three, [work(), work(OMAR, "Omar", number=2, task=2)])
    assert corpus.run("pull", "--merge", str(two.folder), str(three.folder)).exit_code == 0
    assert whose(corpus) == {"a1": ["Omar", "Sami"]}


def test_one_pseudonym_of_two_people_is_not_joined(corpus, copied):
    """Each lead pulled another annotator first, so both are a1 in one branch."""
    other = copied()
    pull(corpus, [work(user=4)])
    pull(other, [work(surface="Layla", user=9, number=2, task=2)])
    done = corpus.run("pull", "--merge", str(other.folder))
    assert done.exit_code == 0
    assert "(a1 there)" in done.output
    assert whose(corpus) == {"a1": ["Sami"], "a2": ["Layla"]}
    # User 9 is known by now.
    pull(other, [work(OMAR, "Omar", user=9, number=3, task=3)])
    corpus.run("pull", "--merge", str(other.folder))
    assert whose(corpus) == {"a1": ["Sami"], "a2": ["Layla", "Omar"]}


def test_a_pseudonym_that_looks_like_one_here_is_not_joined(corpus, copied):
    other = copied()
    pull(corpus, [work(user=4)], options=["--annotator", "b1"])
    pull(
        other,
        [work(surface="Layla", user=9, number=2, task=2)],
        options=["--annotator", "ｂ１"],
    )
    done = corpus.run("pull", "--merge", str(other.folder))
    assert "(ｂ１ there)" in done.output
    assert whose(corpus) == {"b1": ["Sami"], "a1": ["Layla"]}


def test_one_person_with_two_pseudonyms_is_joined_by_their_work(corpus, copied):
    other = copied()
    pull(corpus, [work(user=4), work(surface="Layla", user=9, number=2, task=2)])
    pull(
        other,
        [
            work(surface="Layla", user=9, number=2, task=2),
            work(OMAR, "Omar", user=9, number=3, task=3),
        ],
    )
    done = corpus.run("pull", "--merge", str(other.folder))
    assert "ner.a2: 1 of 2 versions" in done.output
    assert whose(corpus) == {"a1": ["Sami"], "a2": ["Layla", "Omar"]}


def test_a_journal_of_no_layer_here_is_left_out_and_said(corpus, copied):
    other = copied()
    pull(other, [work()])
    journal = other.folder / "exports" / "journal"
    (journal / "ner.a1.jsonl").rename(journal / "quo.a1.jsonl")
    heads = journal / "heads.json"
    heads.write_text(heads.read_text("utf-8").replace("ner.a1", "quo.a1"), "utf-8")
    done = corpus.run("pull", "--merge", str(other.folder))
    assert done.exit_code == 1
    assert "LEFT OUT: quo.a1.jsonl" in done.output


def test_a_damaged_journal_elsewhere_is_refused_and_nothing_is_written(corpus, copied):
    other = copied()
    pull(corpus, [work()])
    pull(other, [work(), work(OMAR, "Omar", number=2, task=2)])
    path = other.folder / "exports" / "journal" / "ner.a1.jsonl"
    path.write_text(path.read_text().replace("Omar", "Umar", 1))
    before = lines(corpus)
    assert "the journal was changed" in str(
        corpus.run("pull", "--merge", str(other.folder)).exception
    )
    assert lines(corpus) == before


@pytest.mark.parametrize("name", ["nowhere", "../nowhere", "--", "HEAD"])
def test_what_is_no_place_is_said(corpus, name):
    done = corpus.run("pull", "--merge", name)
    assert done.exit_code != 0
    assert "no such folder" in str(done.exception) or done.exit_code == 2


@pytest.mark.parametrize("seed", range(8))
def test_any_two_histories_are_joined_without_loss(corpus, copied, seed):
    """Pulls of any versions in any order in three copies, some with deletions, joined both ways."""
    chance = random.Random(seed)
    copies = [corpus, copied("two"), copied("three")]
    texts = [SAMI, OMAR, "Nada left."]
    pool = [
        work(text, text.split()[0], number=number, task=number, day=day)
        for number, text in enumerate(texts, 1)
        for day in range(1, 6)
    ]
    for each in (*copies, *chance.choices(copies, k=4)):
        pull(each, *([one] for one in chance.sample(pool, chance.randint(1, 4))))
    every = set().union(*(versions(each) for each in copies))
    for each in copies:
        places = [str(other.folder) for other in copies if other is not each]
        chance.shuffle(places)
        assert each.run("pull", "--merge", *places).exit_code == 0
    for each in copies:
        assert versions(each) == sorted(every, key=str)
        assert each.records() == corpus.records()
        assert each.errors() == []


@pytest.mark.parametrize("count", [2, 3, 4])
def test_works_of_one_number_stay_apart_however_many_there_are_on_either_side(
    corpus, copied, count
):
    """Other tools count annotations anew in each file. Two of theirs had got one key here: one of them
    was an old version of the other then, which no finding named."""
    pull(corpus, [work(OMAR, "Omar", number=90, task=9)])
    other = copied()

    def made(surface, day):
        return [work(surface=surface, day=day, created_at=f"2025-04-{day:02}T10:00:00Z")]

    for day in range(1, count):
        pull(corpus, made("Sami", day), options=["--annotator", "a1"])
        pull(other, made("Layla", day + 9), options=["--annotator", "a1"])
    pull(other, made("met", 30), options=["--annotator", "a1"])
    for here, there in ((corpus, other), (other, corpus)):
        assert here.run("pull", "--merge", str(there.folder), "--partial").exit_code == 0
        keys = [each["entry"]["key"] for each in lines(here)]
        assert len(keys) == len({*keys}) == 2 * count
        twice = [each for each in here.findings() if each["check"] == "annotation-duplicate"]
        assert len(twice) == 2 * count - 2
        before = lines(here)
        assert here.run("pull", "--merge", str(there.folder), "--partial").exit_code == 0
        assert lines(here) == before


def gone(corpus, text):
    """Journals that the annotation of a text was deleted on its server."""
    from qawl.annotations import journal

    path = corpus.folder / "exports" / "journal" / "ner.a1.jsonl"
    opened = journal.load(path)
    opened.delete([key for key, each in opened.alive.items() if each.task == text])
    corpus.run("pull", "--rebuild")


@pytest.mark.parametrize("both", [True, False])
def test_a_deletion_that_either_knows_stays_one(corpus, copied, both):
    pull(corpus, [work()])
    other = copied()
    gone(corpus, "1")
    if both:
        pull(other, [work(surface="met", day=2)])
    for one, two in ((corpus, other), (other, corpus)):
        assert one.run("pull", "--merge", str(two.folder)).exit_code == 0
        assert one.records() == []
    assert "0 new versions" in pull(corpus, [work()]).output
    assert corpus.records() == []


def moved(corpus):
    """Journals that all work of a1 is that of a2, as `qawl pull --annotator` does from a server."""
    project = load(corpus.folder)
    was, now = (
        journal.opened_at(project, project.journal_file("ner", each)) for each in ("a1", "a2")
    )
    made = [journal_cleaning.entry(content) for _, content in journal_entries.versions(was.path)]
    now.add([journal_entries.renamed(each, json.loads(each)["key"]) for each in made])
    was.delete(list(was.alive))
    assert corpus.run("pull", "--rebuild").exit_code == 0


def test_work_that_one_side_gave_to_another_annotator_is_not_lost(corpus, copied):
    """The side that does not know it may have more of it: that would stand under the wrong name, or die."""
    pull(corpus, [work()])
    other = copied()
    moved(other)
    pull(corpus, [work(surface="Layla", day=3)])
    for here, there in ((corpus, other), (other, corpus)):
        before = here.records()
        done = here.run("pull", "--merge", str(there.folder))
        assert done.exit_code == 1
        assert "work of a1 became a2's" in str(done.exception)
        assert here.records() == before
    moved(corpus)
    assert corpus.run("pull", "--merge", str(other.folder)).exit_code == 0
    assert whose(corpus) == {"a2": ["Layla"]}


NEW = (work(surface="Layla", day=3), work(OMAR, "Omar", number=2, task=2))


@pytest.mark.parametrize("new", NEW, ids=["changed", "more of the user"])
def test_git_is_told_of_a_conflict_where_one_side_ends_what_the_other_goes_on_with(
    corpus, copied, new
):
    """The end may say that the work is another annotator's now: git asks for one file at a time."""
    pull(corpus, [work()])
    other = copied()
    moved(other)
    pull(corpus, [new])
    for here, there in ((corpus, other), (other, corpus)):
        ours, theirs = (each.folder / "exports/journal/ner.a1.jsonl" for each in (here, there))
        before = ours.read_bytes()
        done = here.run("pull", "--merge-file", str(ours), str(theirs))
        assert (done.exit_code, ours.read_bytes()) == (1, before)
        assert "run `qawl pull --merge` with the branch" in str(done.exception)


def test_an_old_export_does_not_undo_a_deletion(corpus):
    """A version newer than all that was known is work that somebody did since."""
    pull(corpus, [work(day=5)])
    gone(corpus, "1")
    for old in ([work(surface="met", day=2)], [work(day=5)]):
        done = pull(corpus, old)
        assert done.exit_code == 0
        assert "1 annotation that came was deleted in Label Studio later" in done.output
        assert corpus.records() == []
    assert "met" in json.dumps(lines(corpus))
    pull(corpus, [work(surface="Layla", day=9)])
    assert whose(corpus) == {"a1": ["Layla"]}


def git(folder, *words):
    return subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@team.example", *words],
        cwd=folder, check=False, capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture
def branches(corpus):
    """A repository whose branches `one` and `two` each pulled something."""
    top = corpus.folder.parent
    pull(corpus, [work()])
    for words in (["init", "-q", "-b", "one"], ["add", "corpus"], ["commit", "-qm", "start"]):
        assert git(top, *words).returncode == 0
    git(top, "checkout", "-qb", "two")
    pull(corpus, [work(surface="met", day=2), work(OMAR, "Omar", number=2, task=2)])
    git(top, "add", "corpus")
    git(top, "commit", "-qm", "two")
    git(top, "checkout", "-q", "one")
    pull(corpus, [work(surface="Layla", day=3), work("Nada left.", "Nada", number=3, task=3)])
    git(top, "add", "corpus")
    git(top, "commit", "-qm", "one")
    return top


def test_a_branch_is_joined_by_its_name(corpus, branches):
    """The corpus stands in a folder below the top of the repository."""
    done = corpus.run("pull", "--merge", "two")
    assert done.exit_code == 0, done.exception
    assert whose(corpus) == {"a1": ["Layla", "Nada", "Omar"]}
    assert branches.is_dir()


def test_a_merge_that_git_left_half_done_can_be_finished(corpus, branches):
    assert git(branches, "merge", "two").returncode != 0
    done = pull(corpus, [work()])
    assert "git restore -SW --source HEAD exports/journal" in str(done.exception)
    assert "qawl pull --merge MERGE_HEAD" in str(done.exception)
    assert git(corpus.folder, "checkout", "--ours", "exports/journal").returncode == 0
    assert corpus.run("pull", "--merge", "MERGE_HEAD").exit_code == 0
    assert whose(corpus) == {"a1": ["Layla", "Nada", "Omar"]}


def two_leads(corpus, one, two):
    """What git says where two leads pull in branches, and journals are joined one by one."""
    top = corpus.folder.parent
    driver = f"{sys.executable} -m qawl pull --merge-file %A %B"
    (top / ".gitattributes").write_text(
        "**/exports/journal/*.jsonl merge=qawl\n**/exports/journal/heads.json merge=ours\n"
        "**/exports/annotations/*.jsonl merge=ours\n"
    )
    for words in (
        ["init", "-q", "-b", "one"],
        ["config", "merge.qawl.driver", driver],
        ["config", "merge.ours.driver", "true"],
        ["add", "-A", "."],
        ["commit", "-qm", "start"],
        ["checkout", "-qb", "two"],
    ):
        assert git(top, *words).returncode == 0
    for pulled, branch in ((two, "one"), (one, "one")):
        pulled()
        git(top, "add", "corpus/exports")
        git(top, "commit", "-qm", "pulled")
        shutil.rmtree(
            corpus.folder / ".qawl", ignore_errors=True
        )  # each has a machine of their own
        git(top, "checkout", "-q", branch)
    done = git(top, "merge", "two", "-m", "joined")
    assert done.returncode == 0, done.stdout + done.stderr
    assert corpus.run("pull", "--rebuild").exit_code == 0
    return done.stdout + done.stderr


def test_doctor_names_a_user_whom_git_left_with_two_names(corpus):
    """The driver sees one journal at a time: where one lead named a user otherwise, git adds the journal,
    and one person was two annotators without a word."""
    named = ["--annotator", "4=b1"]
    omar = work(OMAR, "Omar", user=4, number=2, task=2)
    two_leads(
        corpus, lambda: pull(corpus, [work(user=4)]), lambda: pull(corpus, [omar], options=named)
    )
    assert whose(corpus) == {"a1": ["Sami"], "b1": ["Omar"]}
    said = corpus.run("doctor").output
    assert "BAD names of users: user 4 of project 1 is a1 and b1: if that is one person" in said
    assert git(corpus.folder.parent, "reset", "-q", "--hard", "HEAD~1").returncode == 0
    assert corpus.run("pull", "--merge", "two").exit_code == 0
    assert whose(corpus) == {"a1": ["Omar", "Sami"]}
    assert "names of users" not in corpus.run("doctor").output


def test_the_driver_says_where_a_name_alone_tells_whose_a_journal_is(corpus):
    """`pull --merge` says so; git said that lines were added."""
    theirs = work(OMAR, "Omar", number=2, task=2)
    ours = work()
    for each in (ours, theirs):
        del each["annotations"][0]["completed_by"]
    said = two_leads(corpus, lambda: pull(corpus, [ours]), lambda: pull(corpus, [theirs]))
    assert "those of one annotator by their name alone" in said


@pytest.mark.parametrize("swapped", [False, True])
def test_an_empty_journal_is_named_as_that(corpus, tmp_path, swapped):
    """The message spoke of lines that do not follow each other."""
    pull(corpus, [work()])
    whole, empty = corpus.folder / "exports/journal/ner.a1.jsonl", tmp_path / "empty"
    empty.write_bytes(b"")
    paths = [whole, empty][:: -1 if swapped else 1]
    done = corpus.run("pull", "--merge-file", *map(str, paths))
    said = str(done.exception)
    assert said.startswith(
        f"{empty} is empty or begins with no line of a journal, and the other is not"
    )
    assert "then `qawl pull --merge MERGE_HEAD`" in said
    assert (len(lines(corpus)), empty.read_bytes()) == (1, b"")


def test_git_joins_journals_by_itself_when_it_is_told_how(corpus, branches, monkeypatch):
    """As docs/exports.md has it."""
    driver = f"{sys.executable} -m qawl pull --merge-file %A %B"
    git(branches, "config", "merge.qawl.driver", driver)
    git(branches, "config", "merge.ours.driver", "true")
    (branches / ".gitattributes").write_text(
        "exports/journal/*.jsonl merge=qawl\n**/exports/journal/*.jsonl merge=qawl\n"
        "**/exports/journal/heads.json merge=ours\n**/exports/annotations/*.jsonl merge=ours\n"
    )
    git(branches, "add", "-A")
    git(branches, "commit", "-qm", "attributes")
    done = git(branches, "merge", "two", "-m", "joined")
    assert done.returncode == 0, done.stdout + done.stderr
    assert corpus.run("pull", "--rebuild").exit_code == 0
    assert whose(corpus) == {"a1": ["Layla", "Nada", "Omar"]}
    assert "0 new versions" in pull(corpus, [work(), work(surface="met", day=2)]).output


def test_git_is_told_of_a_conflict_where_one_pseudonym_is_two_people(corpus, copied):
    other = copied()
    pull(corpus, [work(user=4)])
    pull(other, [work(surface="Layla", user=9, number=2, task=2)])
    files = [str(each.folder / "exports/journal/ner.a1.jsonl") for each in (corpus, other)]
    before = lines(corpus)
    done = corpus.run("pull", "--merge-file", *files)
    assert "different users" in str(done.exception)
    assert lines(corpus) == before


@pytest.mark.parametrize(
    "named", ["ner.A1", "ner.ａ1", "NER.a1", "ner.A1.0001.jsonl.gz"], ids=["case", "form", "layer", "sealed"]
)  # fmt: skip
def test_journals_that_are_named_alike_are_refused_until_they_are_joined(corpus, tmp_path, named):
    """A merge in git keeps both files; on a disk that folds case, or to people, they are one."""
    pull(corpus, [work(), work(OMAR, "Omar", number=2, task=2)])
    folder = corpus.folder / "exports" / "journal"
    content = (folder / "ner.a1.jsonl").read_bytes()
    if named.endswith(".gz"):
        name, content = named, gzip.compress(content)
    else:
        name = f"{named}.jsonl"
    (folder / name).write_bytes(content)
    for words in (
        ["validate"],
        ["pull", "--rebuild"],
        ["adjudicate"],
        ["release", "0.1.0", "--draft"],
    ):
        done = corpus.run(*words)
        assert done.exit_code == 1
        assert "are named alike" in str(done.exception)
    assert whose(corpus) == {"a1": ["Omar", "Sami"]}
    shutil.move(folder / name, tmp_path / name)
    if named.startswith("ner") and not named.endswith(".gz"):
        done = corpus.run("pull", "--merge", str(tmp_path / name))
        assert done.exit_code == 0, done.exception
    assert corpus.run("validate").exit_code == 0
    assert whose(corpus) == {"a1": ["Omar", "Sami"]}
