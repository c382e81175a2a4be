"""Whose work an export holds, which article it is of, and what of it the journal keeps: by the command.

Exports come late, twice, in any order, from servers that all count from 1, with and without addresses.
"""

import bz2
import gzip
import io
import itertools
import json
import lzma
import shutil
import zipfile

import pytest
from test_foreign_exports import SAMI, Foreign, region

from qawl.core import files
from qawl.core.errors import InputError

OMAR = "Omar came home."


@pytest.fixture
def corpus(tmp_path):
    """A corpus with two texts."""
    made = Foreign(tmp_path / "corpus")
    made.ingest(SAMI, OMAR)
    return made


def work(text=SAMI, surface="Sami", *, number=1, task=1, user=1, day=1, label="PER", **more):
    """A task with one annotation; `day` is when it was changed, `made` when it was made."""
    made = {
        "id": number,
        "completed_by": user,
        "created_at": "2025-05-01T10:00:00Z",
        "updated_at": f"2025-05-{day:02}T10:00:00Z",
        "result": [region(text, surface, label)] if surface else [],
        **more,
    }
    return {"id": task, "project": 1, "data": {"text": text}, "annotations": [made]}


def pull(corpus, *exports, options=()):
    """`qawl pull --from` of these exports, in this order."""
    named = []
    for number, tasks in enumerate(exports):
        path = corpus.folder.parent / f"export-{number}.json"
        path.write_text(json.dumps(tasks), "utf-8")
        named += ["--from", str(path)]
    return corpus.run("pull", *named, "--layer", "ner", *options)


def whose(corpus):
    """Annotator → the surfaces that they marked, over all articles."""
    found = {}
    for record in corpus.records():
        marked = [span["text"] for span in record["spans"]]
        found.setdefault(record["annotator"], []).extend(marked)
    return {name: sorted(marked) for name, marked in found.items()}


def journal(corpus):
    paths = sorted((corpus.folder / "exports" / "journal").glob("*.jsonl"))
    return b"".join(each.read_bytes() for each in paths)


# Which version counts


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
@pytest.mark.parametrize("at_once", [True, False])
def test_the_latest_version_counts_in_whatever_order_exports_come(corpus, order, at_once):
    versions = [
        [work(surface=each, day=day)] for day, each in enumerate(["Layla", "met", "Sami"], 1)
    ]
    given = [versions[number] for number in order]
    for exports in [given] if at_once else [[each] for each in given]:
        assert pull(corpus, *exports).exit_code == 0
    assert whose(corpus) == {"a1": ["Sami"]}
    before = journal(corpus)
    assert "0 new versions" in pull(corpus, *versions).output
    assert journal(corpus) == before
    assert corpus.run("pull", "--rebuild").exit_code == 0
    assert whose(corpus) == {"a1": ["Sami"]}


@pytest.mark.parametrize(
    ("older", "later"),
    [
        ("2025-05-01T10:00:00Z", "2025-05-01T10:00:00.5Z"),
        ("2025-05-01T12:00:00+03:00", "2025-05-01T10:00:00Z"),
        ("2025-05-01T10:00:00", "2025-05-01T10:00:01Z"),
        ("2025-05-01T10:00:00.123456Z", "2025-05-01T10:00:00.123457Z"),
        (1746093600, "2025-05-02T10:00:00Z"),
        (None, "2025-05-02T10:00:00Z"),
    ],
)
def test_times_are_compared_as_instants(corpus, older, later):
    """As text, `.5Z` sorts before `Z` and an offset is not seen."""
    new, old = [work(updated_at=later)], [work(surface="Layla", updated_at=older)]
    pull(corpus, old, new)
    assert whose(corpus) == {"a1": ["Sami"]}
    if older:
        for each in (*new, *old):
            each["annotations"][0]["id"] = 2
        pull(corpus, old, options=["--annotator", "b1"])
        pull(corpus, new, options=["--annotator", "b1"])
        pull(corpus, old, options=["--annotator", "b1"])
        assert whose(corpus)["b1"] == ["Sami"]


def test_the_same_annotation_with_its_unique_id_and_without_is_one(corpus):
    """The API sends the number, an export of the same server the unique_id too."""
    bare, named = [work()], [work(unique_id="6f1c")]
    pull(corpus, bare)
    assert "0 new versions" in pull(corpus, named).output
    later = [work(surface="Layla", day=2, unique_id="6f1c")]
    assert "1 new version" in pull(corpus, later).output
    assert "0 new versions" in pull(corpus, bare, named).output
    assert whose(corpus) == {"a1": ["Layla"]}


@pytest.mark.parametrize("first", [int, float])
def test_numbers_of_tasks_and_annotations_with_a_fraction_are_the_same_numbers(corpus, first):
    """A script that went through a table has written 7.0 for 7: the work counted again beside itself."""

    def export(as_):
        tasks = [
            work(number=as_(1), user=as_(1), task=as_(1)),
            work(number=as_(2), user=as_(2), task=as_(1), surface="Layla"),
        ]
        return [{**each, "project": as_(1)} for each in tasks]

    other = float if first is int else int
    for kind in (first, other):
        done = pull(corpus, export(kind))
        assert done.exit_code == 0, done.output
    assert whose(corpus) == {"a1": ["Sami"], "a2": ["Layla"]}
    assert journal(corpus).count(b"\n") == 2  # the second brought nothing new


def test_what_changes_by_itself_or_between_editions_is_no_new_version(corpus):
    pull(corpus, [work(created_ago="1 minute", result_count=1)])
    again = work(created_ago="2 years", result_count=7, reviews=[], last_action="updated")
    again["updated_at"], again["total_annotations"] = "2031-01-01T00:00:00Z", 5
    assert "0 new versions" in pull(corpus, [again]).output


# Who is who


def person(number, address):
    return {"id": number, "email": address, "first_name": "", "last_name": ""}


@pytest.mark.parametrize("at_once", [True, False])
def test_two_people_who_are_both_user_1_are_told_apart_by_their_addresses(corpus, at_once):
    """Each has a Label Studio of their own, which counts from 1."""
    first = [work(user=person(1, "a@team.example"))]
    second = [work(surface="Layla", user=person(1, "b@team.example"))]
    for exports in [[first, second]] if at_once else [[first], [second]]:
        assert pull(corpus, *exports).exit_code == 0
    assert whose(corpus) == {"a1": ["Sami"], "a2": ["Layla"]}
    assert "0 new versions" in pull(corpus, second, first).output
    later = [work(surface="Layla", user=person(1, "B@Team.example"), day=9, number=9, task=9)]
    assert pull(corpus, later).exit_code == 1  # one more of the same article
    assert whose(corpus) == {"a1": ["Sami"], "a2": ["Layla"]}


@pytest.mark.parametrize(
    "other",
    [
        {"surface": "Layla"},
        {"surface": "Layla", "created_at": "2025-04-01T10:00:00Z"},
        {"surface": "Layla", "day": 7, "created_at": "2025-04-01T10:00:00Z"},
        {"surface": None},
        {"text": OMAR, "surface": "Omar"},
        {"text": OMAR, "surface": "Omar", "task": 2},
        {"text": OMAR, "surface": "Omar", "number": 2},
        {"surface": "Layla", "unique_id": "other"},
    ],
    ids=str,
)
@pytest.mark.parametrize("at_once", [True, False])
def test_where_nobody_can_tell_who_user_1_is_pull_asks_and_writes_nothing(corpus, other, at_once):
    first, second = [work(unique_id="one") if "unique_id" in other else work()], [work(**other)]
    if not at_once:
        pull(corpus, first)
    before = journal(corpus)
    done = pull(corpus, *([first] if at_once else []), second)
    assert isinstance(done.exception, Exception)
    assert "it is not clear who user 1 is" in str(done.exception)
    assert "--annotator" in str(done.exception)
    assert journal(corpus) == before
    if at_once:
        pull(corpus, first)
    assert pull(corpus, second, options=["--annotator", "1=a2"]).exit_code == 0
    marked = [other["surface"]] if other["surface"] else []
    assert whose(corpus) == {"a1": ["Sami"], "a2": marked}
    assert "0 new versions" in pull(corpus, first).output
    assert "0 new versions" in pull(corpus, second).output


def test_two_exports_in_one_file_are_no_better(corpus):
    """Somebody joined two exports into one list."""
    done = pull(corpus, [work(), work(surface="Layla")])
    assert "annotation 1 of task 1 is there twice" in str(done.exception)
    assert not journal(corpus)
    both = [
        work(user=person(1, "a@team.example")),
        work(surface="Layla", user=person(1, "b@team.example")),
    ]
    assert pull(corpus, both).exit_code == 0
    assert whose(corpus) == {"a1": ["Sami"], "a2": ["Layla"]}


@pytest.mark.parametrize("name", ["سلمى", "नीता", "李四", "Ж-1", "x" * 64])
def test_a_pseudonym_of_any_script_goes_through_every_step(corpus, name):
    pull(corpus, [work(), work(OMAR, "Omar", number=2, task=2)], options=["--annotator", name])
    assert corpus.errors() == []
    for words in (
        ["agreement"],
        ["adjudicate"],
        ["release", "0.1.0", "--draft"],
        ["verify", "exports/releases/0.1.0"],
    ):
        assert corpus.run(*words).exit_code == 0, words
    to = str(corpus.folder.parent / "out")
    assert (
        corpus.run(
            "export", "label-studio", "--annotator", name, "--to", to, "--with-withheld"
        ).exit_code
        == 0
    )
    before = corpus.records()
    back = corpus.run("pull", "--from", f"{to}/ner.{name}.json", "--annotator", name)
    assert back.exit_code == 0, back.exception
    assert [each["spans"] for each in corpus.records()] == [each["spans"] for each in before]


def test_two_servers_with_other_users_need_no_word(corpus):
    done = pull(corpus, [work()], [work(surface="Layla", user=2)])
    assert done.exit_code == 0
    assert whose(corpus) == {"a1": ["Sami"], "a2": ["Layla"]}


def test_a_server_is_known_again_by_what_it_sent_before(corpus):
    """Users 1 of both are people of their own in whatever comes later with work that is known."""
    here, there = work(user=2), work(surface="Layla", user=3)
    pull(corpus, [here])
    pull(corpus, [there])
    more = work(OMAR, "Omar", user=2, number=2, task=2)
    done = pull(corpus, [there, more])  # user 2 of the second server
    assert done.exit_code == 0
    assert whose(corpus) == {"a1": ["Sami"], "a2": ["Layla"], "a3": ["Omar"]}
    more = work(OMAR, "home", user=2, number=3, task=3)
    assert pull(corpus, [here, more]).exit_code == 0
    assert whose(corpus) == {"a1": ["Sami", "home"], "a2": ["Layla"], "a3": ["Omar"]}


def test_one_person_on_two_servers_is_one_by_their_address(corpus):
    pull(corpus, [work(user=person(1, "a@team.example"))])
    pull(corpus, [work(OMAR, "Omar", number=7, task=7, user=person(5, "A@team.example"))])
    assert whose(corpus) == {"a1": ["Omar", "Sami"]}
    assert corpus.errors() == []


def test_an_address_that_comes_later_belongs_to_the_number(corpus):
    """Early exports have numbers alone, later ones addresses too."""
    pull(corpus, [work()])
    pull(corpus, [work(OMAR, "Omar", number=2, task=2, user=person(1, "a@team.example"))])
    assert whose(corpus) == {"a1": ["Omar", "Sami"]}
    pull(corpus, [work(OMAR, "home", number=3, task=3, user=person(1, "b@team.example"))])
    assert whose(corpus) == {"a1": ["Omar", "Sami"], "a2": ["home"]}


def test_a_tool_that_counts_annotations_from_1_in_each_task_is_no_second_server(corpus):
    pull(corpus, [work(), work(OMAR, "Omar", task=2)])
    assert whose(corpus) == {"a1": ["Omar", "Sami"]}
    assert "0 new versions" in pull(corpus, [work(OMAR, "Omar", task=2), work()]).output


@pytest.mark.parametrize(
    "damaged",
    [
        "{",
        "[1]",
        '{"1": "../x"}',
        '{"1": "adjudication"}',
        '{"1": "ａ１"}',
        '{"1": "b1", "2": "ｂ１"}',
        "",
        "\0",
        '{"1": 5}',
    ],
)
def test_a_damaged_map_of_users_is_put_aside_and_found_again(corpus, damaged):
    exports = [work(user=9), work(OMAR, "Omar", number=2, task=2, user=4)]
    pull(corpus, exports)
    before = whose(corpus)
    path = corpus.folder / ".qawl" / "users.json"
    path.write_text(damaged)
    done = pull(corpus, [work(OMAR, "home", number=3, task=3, user=9)])
    assert "users.json was damaged" in done.output
    assert path.with_suffix(".json.damaged").read_text() == damaged
    assert whose(corpus) == {
        name: [*marked, "home"] if "Sami" in marked else marked for name, marked in before.items()
    }
    assert oct(path.stat().st_mode)[-3:] == "600"


def test_the_map_of_an_earlier_version_is_read(corpus):
    path = corpus.folder / ".qawl" / "users.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text('{"7": "a2", "b@team.example": "ruba"}')
    pull(
        corpus, [work(user=7)], [work(surface="Layla", number=2, user={"email": "B@team.example"})]
    )
    assert whose(corpus) == {"a2": ["Sami"], "ruba": ["Layla"]}


@pytest.mark.parametrize(
    "written",
    [
        int,
        str,
        float,
        lambda n: [n],
        lambda n: {"id": float(n)},
        lambda n: {"id": str(n), "email": f"{n}@t.example"},
    ],
)
def test_a_user_is_known_again_on_another_machine_however_the_number_is_written(corpus, written):
    """Scripts and spreadsheets write "7" for 7. The journal kept no such number, and git keeps no .qawl.

    Tables with a gap in the column make all its numbers 7.0: all users of such an export were one annotator.
    """
    pull(corpus, [work(user=written(8))])
    pull(corpus, [work(OMAR, "Omar", number=2, task=2, user=written(7))])
    shutil.rmtree(corpus.folder / ".qawl")
    pull(corpus, [work(surface="Layla", number=3, task=3, user=written(7))])
    assert whose(corpus) == {"a1": ["Sami"], "a2": ["Layla", "Omar"]}


@pytest.mark.parametrize("written", [(int, float), (float, int), (float, float)])
def test_an_annotation_is_known_again_however_its_number_is_written(corpus, written):
    """With 7.0 for 7 it had no number: a later version was a second annotation, counted as left out."""
    for number, day, surface in zip(written, (1, 2), ("Sami", "Layla"), strict=True):
        given = work(surface=surface, day=day)
        for each in (given, *given["annotations"]):
            each |= {"id": number(each["id"]), "project": number(3)}
        assert pull(corpus, [given]).exit_code == 0
    assert whose(corpus) == {"a1": ["Layla"]}


@pytest.mark.parametrize("digits", ["0791234567", "962791234", "007", "٧"])
def test_what_may_be_a_telephone_number_does_not_enter_the_journal(corpus, digits):
    assert pull(corpus, [work(user=digits)]).exit_code == 0
    assert b'"completed_by":null' in journal(corpus)


def test_users_of_one_export_can_be_named_one_by_one(corpus):
    exports = [
        work(),
        work(surface="Layla", number=2, user=2),
        work(OMAR, "Omar", number=3, task=2, user=3),
    ]
    done = pull(corpus, exports, options=["--annotator", "1=b1", "--annotator", "2=b2"])
    assert done.exit_code == 0, done.exception
    assert whose(corpus) == {"b1": ["Sami"], "b2": ["Layla"], "a1": ["Omar"]}


@pytest.mark.parametrize(
    "given",
    [
        ["9=b1"],
        ["1=b1", "1=b2"],
        ["b1", "b2"],
        ["1=../x"],
        ["=b1"],
        ["b1", "1=b2"],
        ["1=b1", "b2"],
        ["1=ａ1"],
    ],
)
def test_names_that_fit_no_user_are_refused(corpus, given):
    done = pull(corpus, [work()], options=[f"--annotator={each}" for each in given])
    assert "--annotator" in str(done.exception)
    assert not journal(corpus)


# Which article


def test_two_tasks_of_one_article_by_one_annotator_are_named(corpus):
    exports = [work(number=101, task=11), work(surface="Layla", number=102, task=12, day=2)]
    for _ in range(2):
        done = pull(corpus, exports)
        assert done.exit_code == 1
        last = done.output.splitlines()[-2:]
        assert "annotation 101 (task 11) does not count, annotation 102 (task 12)" in last[0]
        assert last[1].startswith("LEFT OUT: 1 ")
    assert pull(corpus, exports, options=["--partial"]).exit_code == 0
    assert whose(corpus) == {"a1": ["Layla"]}


def test_two_annotators_of_one_article_are_overlap(corpus):
    assert pull(corpus, [work(), work(surface="Layla", number=2, task=2, user=2)]).exit_code == 0
    assert whose(corpus) == {"a1": ["Sami"], "a2": ["Layla"]}


@pytest.fixture
def cleaned(tmp_path):
    """cleaned(settings, text, …) → a corpus with these texts cleaned in its own way."""

    def made(settings, *texts):
        corpus = Foreign(tmp_path / "corpus")
        with (corpus.folder / "qawl.yaml").open("a") as file:
            file.write(settings)
        corpus.ingest(*texts)
        return corpus

    return made


RECURRING = [f"{name} came to the {place}.\n(APPLAUSE)\nThe mayor spoke to {name} then." for name, place in
             [("Sami", "harbour"), ("Layla", "bridge"), ("Omar", "school"), ("Nada", "field"), ("Hani", "market"), ("Rima", "court")]]  # fmt: skip
OWN = [
    "Sami came.\n-- from our desk --\nThe mayor spoke.",
    "Read also: more\nThe mayor left.\n\n\n\nAt night.",
]


@pytest.mark.parametrize(
    ("settings", "texts"),
    [
        ("", RECURRING),
        ("ingest: {chrome: ['-- from our desk --']}\n", OWN),
        ("ingest: {default_chrome: false}\n", OWN),
        ("ingest: {recurring_articles: 2, recurring_share: 0.01}\n", RECURRING[:3]),
    ],
    ids=["recurring", "own chrome", "no chrome", "recurring soon"],
)
@pytest.mark.parametrize(
    "copied", [str, lambda text: text.replace("\n", "\r\n"), lambda text: f"\ufeff{text}\n\n"]
)
def test_received_texts_are_matched_by_what_was_done_to_each(cleaned, settings, texts, copied):
    """They were cleaned again by default rules before, and most did not match."""
    corpus = cleaned(settings, *texts)
    tasks = [
        work(copied(text), "The mayor", number=number, task=number)
        for number, text in enumerate(texts, 1)
    ]
    done = pull(corpus, tasks)
    assert done.exit_code == 0, done.output
    assert corpus.spans() == [("PER", "The mayor")] * len(texts)
    assert corpus.errors() == []


@pytest.mark.parametrize("name", ["Full_Text", "النص", "body", "text "])
def test_a_text_may_stand_in_any_field(corpus, name):
    one = work()
    one["data"] = {"title": "A meeting", name: one["data"]["text"], "n": 5}
    assert pull(corpus, [one]).exit_code == 0
    assert corpus.spans() == [("PER", "Sami")]


def test_where_no_text_is_known_the_fields_are_named(corpus):
    one = work()
    one["data"] = {"Full_Text": "Somebody else came.", "title": "x"}
    said = str(pull(corpus, [one]).exception)
    assert "no task belongs to this corpus (1 read)" in said
    assert "Full_Text, title" in said


def test_of_articles_with_one_text_the_one_is_taken_that_the_task_tells(tmp_path):
    corpus = Foreign(tmp_path / "corpus")
    path = tmp_path / "texts.jsonl"
    lines = [{"id": str(n), "text": SAMI, "source": name} for n, name in enumerate(["x", "y", "z"])]
    path.write_text("\n".join(map(json.dumps, lines)))
    corpus.run("ingest", str(path))
    one = work()
    one["data"]["source"] = "y"
    pull(corpus, [one])
    articles = map(json.loads, (corpus.folder / "corpus/articles.jsonl").read_text().splitlines())
    (there,) = [each["id"] for each in articles if each["source"] == "y"]
    assert [each["article_id"] for each in corpus.records()] == [there]


# What is left out


def test_what_is_left_out_is_said_last_and_by_the_exit_code(corpus):
    strange = [work("Elsewhere.", "E", number=8, task=8), work("Nowhere.", "N", number=9, task=9)]
    done = pull(corpus, [work()], strange)
    assert done.exit_code == 1
    *_, reason, count, last = done.output.splitlines()
    assert (
        reason
        == "set aside: 2 × task of no article (task 8 of export-1.json, task 9 of export-1.json)"
    )
    assert count.startswith("LEFT OUT: 2 annotations")
    assert last == "NOT READ: export-1.json: no task in it belongs to this corpus (2 tasks)"
    assert corpus.spans() == [("PER", "Sami")]
    assert pull(corpus, [work()], strange, options=["--partial"]).exit_code == 0


def test_tasks_elsewhere_that_nobody_worked_on_are_no_loss(corpus):
    empty = work("Elsewhere.", "E", task=8)
    empty["annotations"] = []
    done = pull(corpus, [work(), empty])
    assert done.exit_code == 0
    assert "1 × task of no article" in done.output


def test_the_exports_of_a_folder_are_read(corpus, tmp_path):
    folder = tmp_path / "today"
    (folder / "more").mkdir(parents=True)
    (folder / "a.json").write_text(json.dumps([work()]))
    (folder / "more" / "B.JSON").write_text(json.dumps([work(OMAR, "Omar", number=2, task=2)]))
    (folder / "notes.txt").write_text("no export")
    done = corpus.run(
        "pull", "--from", str(folder), "--from", str(folder / "a.json"), "--layer", "ner"
    )
    assert done.exit_code == 0, done.exception
    assert "read 2 tasks" in done.output
    assert whose(corpus) == {"a1": ["Omar", "Sami"]}


def test_tasks_a_line_are_read_in_a_folder_too(corpus, tmp_path):
    """They were read where the file was named, and left out where its folder was."""
    folder = tmp_path / "today"
    folder.mkdir()
    tasks = [json.dumps(work()), json.dumps(work(OMAR, "Omar", number=2, task=2))]
    (folder / "a.jsonl").write_text(f"{tasks[0]}\n")
    (folder / "b.JSONL.GZ").write_bytes(gzip.compress(f"{tasks[1]}\n".encode()))
    done = corpus.run("pull", "--from", str(folder), "--layer", "ner")
    assert done.exit_code == 0, done.exception
    assert "NOT READ" not in done.output
    assert whose(corpus) == {"a1": ["Omar", "Sami"]}


def test_a_folder_without_exports_is_said(corpus, tmp_path):
    (tmp_path / "empty").mkdir()
    done = corpus.run("pull", "--from", str(tmp_path / "empty"), "--layer", "ner")
    assert "no .json file, and no .jsonl file of tasks" in str(done.exception)


# What the journal keeps


ADDRESSES = (
    "desk@team.example",
    "مكتب@فريق.مثال",
    "first.last+x@sub.team.example",
    "desk＠team.example",
    "desk﹫team．example",
    "desk%40team.example",
    "desk\u200e@\u200eteam.example",
)


def hidden(address):
    """An annotation with an address in every field that some edition writes, and in new ones."""
    who = {"id": 9, "email": address, "first_name": "F", "last_name": "L"}
    one = work(OMAR, "Omar", user={"id": 7, "email": address, "username": address})
    made = one["annotations"][0]
    for name in (
        "created_by",
        "reviewed_by",
        "last_action_by",
        "draft_created_by",
        "updated_by",
        "new",
    ):
        made[name] = who
    made |= {"created_username": address, "last_created_by": address, "unique_id": "u1"}
    made |= {"reviews": [{"created_by": who}], "comments": [{"text": address, "created_by": who}]}
    made |= {
        "history": [{"created_by": who, "result": [{"meta": address}]}],
        "drafts": [{"user": address}],
    }
    region_ = made["result"][0]
    made["id"] = address
    region_ |= {
        "meta": {"text": [f"seen by {address}, twice"], address: 1},
        "user": who,
        "id": "r@1",
    }
    one |= {
        "comment_authors": [who],
        "annotators": [address],
        "file_upload": address,
        "updated_by": [who],
    }
    one["data"] |= {"assigned": address, "reviewer": who}
    return one


def signed(name, number, surface):
    """An annotation that names its user as early exports and Annotation Lab do."""
    made = work(surface=surface, number=number, created_username=name)
    del made["annotations"][0]["completed_by"]
    return made


@pytest.mark.parametrize("options", [["ada=b1", "--annotator", "eve=b2"], ["b1"]], ids=str)
def test_who_a_user_without_a_number_was_said_to_be_is_kept(corpus, options):
    """Their further work became that of somebody new: no journal tells whose names are."""
    first = [signed("Ada", 1, "Sami"), signed("Eve", 2, "Layla")][: len(options)]
    assert pull(corpus, first, options=["--annotator", *options]).exit_code == 0
    assert pull(corpus, [signed("ADA", 9, "met")]).exit_code == 1  # of one article the newer counts
    assert whose(corpus)["b1"] == ["met"]
    assert not {"a1", "a2"} & set(whose(corpus))


def test_several_users_who_were_named_alike_are_not_kept_as_one(corpus):
    """NAME says who made what is in an export, not that all who are in it are one person."""
    first = [signed("Ada", 1, "Sami"), signed("Eve", 2, "Layla")]
    pull(corpus, first, options=["--annotator", "b1"])
    pull(corpus, [work(OMAR, "Omar", number=9, task=9, user={"username": "Eve"})])
    assert whose(corpus)["a1"] == ["Omar"]


@pytest.mark.parametrize("user", [None, "Ada"], ids=str)
def test_who_was_said_to_be_two_annotators_is_asked_again(corpus, user):
    """The first answer was kept: further work without --annotator became the first one's in silence."""
    known = work(OMAR, "Omar", number=2, task=2, user=user)
    assert pull(corpus, [work(user=user)], options=["--annotator", "b1"]).exit_code == 0
    assert pull(corpus, [known], options=["--annotator", "b2"]).exit_code == 0
    more = work(surface="met", number=3, task=3, user=user)
    for again in range(2):
        done = pull(corpus, [more])
        assert done.exit_code == 1, again
        assert "--annotator has named b1, b2 for such work" in str(done.exception)
        assert pull(corpus, [known]).exit_code == 0  # the journal tells whose it is
    assert pull(corpus, [known, work(surface="met", number=3, task=3, user=user)]).exit_code == 0
    assert whose(corpus) == {"b1": ["Sami"], "b2": ["Omar", "met"]}


def test_a_name_tells_annotators_apart_where_nothing_else_does(corpus):
    """All of these were one annotator, of whose work the latest alone counted."""
    work_of = {"Eric": "Layla", "ليلى": "met", "Max M m@team.example, 7": "Sami"}
    export = [signed(name, at, work_of[name]) for at, name in enumerate(work_of, 1)]
    assert pull(corpus, export).exit_code == 0
    assert sorted(whose(corpus).values()) == [["Layla"], ["Sami"], ["met"]]
    again = [signed(" max m@team.example, 7", 3, "Sami"), signed("eric", 9, "Layla")]
    again[1]["data"]["text"] = OMAR
    again[1]["annotations"][0]["result"] = [region(OMAR, "Omar", "PER")]
    assert pull(corpus, again).exit_code == 0
    assert ["Layla", "Omar"] in whose(corpus).values()
    assert len(whose(corpus)) == 3
    kept = journal(corpus).decode().casefold()
    assert not [name for name in ("eric", "ليلى", "m@team.example") if name in kept]


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_enters_the_journal_by_any_field(corpus, address):
    pull(corpus, [hidden(address), work(number=2, task=2)])
    assert whose(corpus) == {"a1": ["Omar", "Sami"]} or len(whose(corpus)) == 2
    for path in (corpus.folder / "exports").rglob("*"):
        assert path.is_dir() or address not in path.read_text("utf-8"), path
    kept = json.loads(journal(corpus).splitlines()[1])["entry"]["annotation"]
    assert kept["result"][0]["id"] == "r@1"
    assert kept["result"][0]["meta"]["text"] == ["seen by [address], twice"]
    assert kept["unique_id"] == "u1"
    assert kept["completed_by"] == 7
    assert {"created_at", "updated_at", "result"} <= set(kept)
    assert kept.get("updated_by") == 9


def test_an_address_in_the_text_stays_where_it_was_marked(tmp_path):
    """What annotators mark and type is the annotation; a release looks for addresses itself."""
    corpus = Foreign(tmp_path / "corpus")
    corpus.ingest("Write to desk@paper.example now.")
    pull(corpus, [work("Write to desk@paper.example now.", "desk@paper.example")])
    assert corpus.spans() == [("PER", "desk@paper.example")]
    assert corpus.errors() == []


def test_files_of_a_folder_that_are_not_read_are_named_and_the_folder_is_walked_once(
    corpus, monkeypatch
):
    """Browsers and mail add endings; others pack exports, or put notes and configs beside them."""
    folder = corpus.folder.parent / "exports"
    (folder / "deep").mkdir(parents=True)
    content = json.dumps([work()])
    names = ["b.json.zip", "c.json.txt", "d", "f.csv", "notes.md", "text.jsonl"]
    for name in ["a.json", ".g.json", "README.md", "Thumbs.db", *names]:
        (folder / name).write_text(content)
    other = json.dumps([work(OMAR, "Omar", number=2, task=2)]).encode()
    (folder / "deep" / "H.JSON.GZ").write_bytes(gzip.compress(other))
    (folder / "text.jsonl").write_text('{"text": "no task"}\n')
    walked = []
    below = files.below
    monkeypatch.setattr(files, "below", lambda at: walked.append(at) or below(at))
    done = corpus.run("pull", "--from", str(folder), "--layer", "ner")
    assert done.exit_code == 0
    assert walked.count(folder) == 1
    assert "2 new versions" in done.output
    *_, last = done.output.rstrip().splitlines()
    assert last.startswith(f"NOT READ: {', '.join(names)}: of a folder, only .json files and")


def test_an_export_that_gzip_packed_is_read_and_other_packed_ones_are_named(corpus):
    folder = corpus.folder.parent
    content = json.dumps([work()]).encode()
    whole = gzip.compress(content, mtime=0)
    for name, packed, said in (
        ("a.json.gz", whole, "1 new version"),
        ("b.json", whole, "read 1 task with 1 annotation"),
        ("c.gz", gzip.compress(b"\xef\xbb\xbf" + content), "read 1 task with 1 annotation"),
        (
            "d.gz",
            gzip.compress(content.decode().encode("utf-16")),
            "read 1 task with 1 annotation",
        ),
        ("cut.json.gz", whole[:-20], "cut.json.gz: cut off or damaged"),
        ("head.json.gz", whole[:12], "head.json.gz: cut off or damaged"),
        ("odd.json.gz", whole[:30] + bytes(20) + whole[50:], "odd.json.gz: cut off or damaged"),
        ("e.zip", zipped(content), "e.zip: a zip file: unpack it"),
        ("f.json", zipped(content), "f.json: a zip file: unpack it"),
        ("g.zst", b"\x28\xb5\x2f\xfd" + content, "g.zst: a Zstandard file: unpack it"),
        ("h.xz", lzma.compress(content), "h.xz: a xz file: unpack it"),
        ("i.bz2", bz2.compress(content), "i.bz2: a bzip2 file: unpack it"),
    ):
        (folder / name).write_bytes(packed)
        done = corpus.run("pull", "--from", str(folder / name), "--layer", "ner")
        assert said in f"{done.output}{done.exception}"
        assert done.exit_code == (0 if said.startswith(("read", "1 new")) else 1)
        assert done.exit_code == 0 or isinstance(done.exception, InputError)


def zipped(content):
    """A zip file with an export in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("export.json", content)
    return file.getvalue()
