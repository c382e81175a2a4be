"""Unique ids that were copied: a project made from an export of another, with other people's work in it."""

import json
import shutil

import pytest

import corpora

TEXTS = {"1": "Sami met Layla in Oslo.", "2": "Layla left Acme.", "3": "Acme came back."}
EARLY, LATE = "2026-01-02T03:04:05Z", "2026-03-02T03:04:05Z"


def made(user, *articles, project=1, first=1, label="PER", when=EARLY, length=4):
    """An export of one user; tasks and annotations are counted from 1, unique ids by the article."""
    return [
        {
            "id": number,
            "project": project,
            "data": {"text": TEXTS[source]},
            "annotations": [
                {
                    "id": number,
                    "unique_id": f"00000000-0000-4000-8000-00000000000{source}",
                    "completed_by": user,
                    "created_at": EARLY if first < 100 else when,
                    "updated_at": when,
                    "result": [
                        {
                            "id": "r1", "from_name": "ner", "to_name": "text", "type": "labels",
                            "value": {"start": 0, "end": length, "labels": [label]},
                        }
                    ],
                }
            ],
        }
        for number, source in enumerate(articles, start=first)
    ]  # fmt: skip


def other_ids(tasks):
    for each in tasks:
        for annotation in each["annotations"]:
            annotation["id"] += 900
            annotation["unique_id"] = annotation["unique_id"].replace("-4000-", "-4999-")
    return tasks


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "corpus"
    return corpora.corpus(folder, corpora.scheme("ner", ["PER", "ORG"]), TEXTS, ["a1", "a2"])


def pull(folder, tasks, *words):
    path = folder.parent / "export.json"
    path.write_text(json.dumps(tasks), "utf-8")
    return corpora.main(folder, "pull", "--from", str(path), *words)


def counted(folder):
    """(annotator, label) of every record."""
    lines = (folder / "exports/annotations/ner.jsonl").read_text("utf-8").splitlines()
    records = map(json.loads, lines)
    return sorted((each["annotator"], each["spans"][0]["label"]) for each in records)


@pytest.mark.parametrize("when", [EARLY, LATE, "2025-01-02T03:04:05Z"])
def test_other_work_with_copied_unique_ids_is_another_annotators(folder, when):
    """It had become a new version of the first annotator's work, or was dropped where it was older."""
    pull(folder, made(1, *TEXTS))
    theirs = made(7, *TEXTS, project=2, first=101, label="ORG", when=when)
    code, said = pull(folder, theirs)
    assert code == 0, said
    assert "3 annotations have unique ids of work of a1 and say something else" in said
    assert counted(folder) == [("a1", "PER")] * 3 + [("a2", "ORG")] * 3
    assert corpora.main(folder, "pull", "--rebuild")[0] == 0
    assert counted(folder) == [("a1", "PER")] * 3 + [("a2", "ORG")] * 3
    # Both are known again, and go on.
    assert "0 new versions" in pull(folder, theirs)[1]
    assert "0 new versions" in pull(folder, made(1, *TEXTS))[1]
    code, said = pull(folder, made(7, "1", project=2, first=101, label="PER", when="2026-05-01"))
    assert (code, "ner a2: 1 new" in said) == (0, True), said


def test_what_says_the_same_is_the_same_work_and_is_named_last(folder):
    pull(folder, made(1, *TEXTS))
    code, said = pull(folder, made(7, *TEXTS, project=2, first=101))
    assert code == 1
    assert "3 annotations have unique ids of work of a1" in said.splitlines()[-1]
    assert "say the same: they count as that work" in said.splitlines()[-1]
    assert counted(folder) == [("a1", "PER")] * 3
    assert pull(folder, made(7, *TEXTS, project=2, first=101), "--partial")[0] == 0


def test_a_server_that_moved_and_numbered_its_users_anew_goes_on(folder):
    """The unchanged work shows who a user is; what changed since is a new version, and is named once."""
    pull(folder, made(1, *TEXTS))
    moved = [*made(7, "1", "2"), *made(7, "3", first=3, label="ORG", when=LATE)]
    code, said = pull(folder, moved)
    assert code == 1
    assert "say something else: they count as new versions" in said
    assert counted(folder) == [("a1", "ORG"), ("a1", "PER"), ("a1", "PER")]
    code, said = pull(folder, [*moved[:2], *made(7, "3", first=3, when="2026-04-01T00:00:00Z")])
    assert code == 0, said
    assert counted(folder) == [("a1", "PER")] * 3


def test_of_a_copy_on_another_server_pull_asks(folder):
    """The numbers of its users are those of others here."""
    pull(folder, [*made(1, "1", "2"), *other_ids(made(2, "1", "2"))])
    theirs = made(2, "1", "2", project=1, label="ORG", when=LATE)
    for each in theirs:
        each["id"] += 50
    code, said = pull(folder, theirs)
    assert code == 1
    assert "it is not clear who user 2 is" in said


@pytest.mark.parametrize("user", [2, 7])
def test_a_name_that_is_given_says_whose_other_work_is(folder, user):
    pull(folder, made(1, *TEXTS))
    theirs = made(user, *TEXTS, project=2, first=101, label="ORG")
    code, said = pull(folder, theirs, "--annotator", f"{user}=a2")
    assert code == 0, said
    assert counted(folder) == [("a1", "PER")] * 3 + [("a2", "ORG")] * 3


def test_where_the_number_is_another_annotators_pull_asks_and_writes_nothing(folder):
    """One copied annotation would have made all new work of a2 that of a1."""
    pull(folder, made(1, "1", "2"))
    pull(folder, other_ids(made(2, "1", "2")))
    before = (folder / "exports/annotations/ner.jsonl").read_bytes()
    mixed = [*made(2, "1"), *other_ids(made(2, "3", first=3))]
    code, said = pull(folder, mixed)
    assert code == 1
    assert "1 annotation has the unique id of work of a1, who has another number" in said
    assert (folder / "exports/annotations/ner.jsonl").read_bytes() == before


def test_journals_with_copied_unique_ids_are_joined_as_two_peoples(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "two" / "corpus")
    pull(folder, made(1, *TEXTS))
    pull(other, made(7, *TEXTS, project=2, first=101, label="ORG"))
    code, said = corpora.main(folder, "pull", "--merge", str(other))
    assert code == 0, said
    assert counted(folder) == [("a1", "PER")] * 3 + [("a2", "ORG")] * 3
    assert "0 of 3 versions" in corpora.main(folder, "pull", "--merge", str(other))[1]


def test_user_1_of_two_servers_is_not_joined_by_the_number(folder, tmp_path):
    """Two corpora with an article in common, each with a Label Studio of its own."""
    other = shutil.copytree(folder, tmp_path / "two" / "corpus")
    pull(folder, made(1, "1", "2"))
    pull(other, other_ids(made(1, "1", "3", label="ORG")))  # task 2 is another article's
    code, said = corpora.main(folder, "pull", "--merge", str(other))
    assert code == 0, said
    assert "(a1 there)" in said
    assert counted(folder) == [("a1", "PER")] * 2 + [("a2", "ORG")] * 2
    # Further people of that server: their numbers are those of that server.
    pull(other, other_ids(made(2, "2", first=5, label="ORG")))
    pull(folder, made(2, "3", first=7))
    assert corpora.main(folder, "pull", "--merge", str(other))[0] == 0
    people = {each for each, _ in counted(folder)}
    assert people == {"a1", "a2", "a3", "a4"}, counted(folder)
    assert "0 of 2 versions" in corpora.main(folder, "pull", "--merge", str(other))[1]


def test_two_servers_are_joined_from_either_side_and_again(folder, tmp_path):
    """What is the first server in one place is the second in the other."""
    other = shutil.copytree(folder, tmp_path / "two" / "corpus")
    pull(folder, made(1, *TEXTS))
    theirs = made(1, *TEXTS, label="ORG")
    for each in theirs:
        each["annotations"][0]["unique_id"] += "f"
    pull(other, theirs)
    for one, two in ((folder, other), (other, folder), (folder, other)):
        code, said = corpora.main(one, "pull", "--merge", str(two))
        assert code == 0, said
    assert counted(folder) == [("a1", "PER")] * 3 + [("a2", "ORG")] * 3
    assert counted(other) == [("a1", "ORG")] * 3 + [("a3", "PER")] * 3
    assert "0 new versions" in pull(folder, theirs)[1]


def test_work_of_nobody_knows_whom_in_another_project_is_named(folder):
    pull(folder, made(1, *TEXTS))
    theirs = made(None, *TEXTS, project=2, first=101, label="ORG")
    code, said = pull(folder, theirs)
    assert code == 1
    assert "3 annotations have unique ids of work of a1" in said.splitlines()[-1]


def test_new_work_goes_to_its_annotator_though_a_copy_of_the_journal_is_there(folder):
    pull(folder, made(1, *TEXTS), "--annotator", "b1")
    pull(folder, other_ids(made(1, *TEXTS)))
    journals = folder / "exports/journal"
    shutil.copy(journals / "ner.b1.jsonl", journals / "ner.a9.jsonl")
    pull(folder, made(1, "1", label="ORG", when=LATE))
    (journals / "ner.a9.jsonl").unlink()
    code, said = corpora.main(folder, "pull", "--rebuild")
    assert code == 0, said


def test_one_project_number_on_two_servers_is_two_servers(folder, tmp_path):
    """What came from servers themselves has no user's number; the projects are compared."""
    other = shutil.copytree(folder, tmp_path / "two" / "corpus")
    for place, label, home in ((folder, "PER", "2026-01-01"), (other, "ORG", "2026-02-01")):
        tasks = made(1, "1", label=label)
        for each in tasks if place is folder else other_ids(tasks):
            each["project_created_at"] = home
        pull(place, tasks)
        _from_server(place, home)
    code, said = corpora.main(folder, "pull", "--merge", str(other))
    assert code == 0, said
    assert counted(folder) == [("a1", "PER"), ("a2", "ORG")]


def _from_server(folder, home):
    """Makes the journal one that a server's project gave."""
    import msgspec

    from qawl.annotations import journal, journal_entries

    path = folder / "exports/journal/ner.a1.jsonl"
    entries = [
        msgspec.structs.replace(each, task={**each.task, "project_created_at": home})
        for each in journal_entries.entries(path)
    ]
    path.unlink()
    path.with_name("heads.json").unlink()
    journal.load(path).append(entries)


def test_a_copy_of_a_journal_is_named_and_can_be_taken_away(folder):
    """Rebuilding had made the copy one that must never go."""
    pull(folder, made(1, *TEXTS))
    journals = folder / "exports/journal"
    shutil.copy(journals / "ner.a1.jsonl", journals / "ner.a3.jsonl")
    code, said = corpora.main(folder, "pull", "--rebuild")
    assert code == 1
    code, said = corpora.main(folder, "validate", "--check", "annotation-copied")
    assert code == 1
    assert "exports/journal/ner.a1.jsonl and in ner.a3.jsonl" in said
    assert "remove the file that is a copy" in said
    (journals / "ner.a3.jsonl").unlink()
    for words in (["validate"], ["pull", "--rebuild"], ["validate"], ["adjudicate"]):
        code, said = corpora.main(folder, *words)
        assert code == 0, said
    assert "a3" not in (journals / "heads.json").read_text("utf-8")
    assert counted(folder) == [("a1", "PER")] * 3


def test_a_renamed_journal_gives_its_work_to_nobody_else(folder):
    """It counted as the copy of one that was removed: rebuilding gave all work to another annotator, exit 0."""
    pull(folder, made(1, *TEXTS))
    journals = folder / "exports/journal"
    (journals / "ner.a1.jsonl").rename(journals / "ner.a9.jsonl")
    for words in (["validate"], ["pull", "--rebuild"], ["adjudicate"]):
        code, said = corpora.main(folder, *words)
        assert code == 1
        assert "ner.a1.jsonl is ner.a9.jsonl now, which would give its work to another" in said
    (journals / "ner.a9.jsonl").rename(journals / "ner.a1.jsonl")
    assert corpora.main(folder, "pull", "--rebuild")[0] == 0
    assert counted(folder) == [("a1", "PER")] * 3


def test_a_journal_that_held_more_than_another_does_not_go_without_a_word(folder):
    pull(folder, made(1, "1", "2"))
    journals = folder / "exports/journal"
    shutil.copy(journals / "ner.a1.jsonl", journals / "ner.a3.jsonl")
    pull(folder, made(9, "3", first=3), "--annotator", "a3")
    (journals / "ner.a3.jsonl").unlink()
    code, said = corpora.main(folder, "pull", "--rebuild")
    assert code == 1
    assert "ner.a3.jsonl: heads.json says that it held 3 versions, and it is gone" in said
