"""A pool before a Label Studio in memory: projects by slices, tabs, and whose work is whose."""

import contextlib
import copy
import json
import random
import re
import shutil
from collections import Counter

import pytest
from click.testing import CliRunner
from memory import Memory, Working
from test_plan import pushed, suggest

from corpora import write_articles
from qawl import cli
from qawl.annotations import derive, import_files, open_journal, users
from qawl.core import files, project
from qawl.core.errors import InputError, ProjectError
from qawl.core.settings import parse_settings
from qawl.setup import doctor
from qawl.studio import client as studio_client
from qawl.studio import pool, pull, status, team
from qawl.validation import validate
from strategies import article

TEXTS = [f"قال أحمد {number} نعم" for number in range(12)]
NAMES = ["زيد-١", "Ann_b", "名前"]
"""Annotators in three scripts, with the marks that a pseudonym may have."""


def settled(made, names, pool, more=""):
    """The corpus with these annotators, in a pool or not."""
    listed = ", ".join(f'"{each}"' for each in names)
    told = f"label_studio: {{pool: {{slices: {pool}}}}}\n" if pool else ""
    (made.root / "qawl.yaml").write_text(
        f"name: trial\nlayers: [entity]\nannotators: [{listed}]\n{told}{more}\n", "utf-8"
    )
    return project.load(made.root)


@pytest.fixture
def corpus(make_corpus):
    return settled(make_corpus(*TEXTS), NAMES, 3)


def held(server, name=None):
    """(project, task) of all tasks, or those of one annotator."""
    return [
        (each["id"], task)
        for each in server.made
        for task in server.held[each["id"]]
        if name in (None, task["data"].get("qawl_annotator"))
    ]


def places(server):
    """Task → project, article and whose it is: what a push must not change."""
    return {
        task["id"]: (number, task["data"]["article_id"], task["data"].get("qawl_annotator"))
        for number, task in held(server)
    }


def test_slices_are_about_equal_and_depend_on_the_article_and_the_seed_alone():
    found = [pool.slice_of(f"{number:012x}", 7, 0) for number in range(7000)]
    assert {*found} == {*range(1, 8)}
    assert all(850 < count < 1150 for count in Counter(found).values())
    assert found == [pool.slice_of(f"{number:012x}", 7, 0) for number in range(7000)]
    assert found != [pool.slice_of(f"{number:012x}", 7, 1) for number in range(7000)]
    assert {pool.slice_of(f"{number:012x}", 1, 0) for number in range(50)} == {1}


def test_a_project_a_slice_a_task_a_person_and_a_second_push_adds_nothing(corpus):
    server = Memory()
    lines = pushed(server, corpus)
    assert sorted(each["title"] for each in server.made) == [
        f"trial · entity · pool {number}" for number in (1, 2, 3)
    ]
    assert sum(line.startswith("make 3 tabs of trial · entity · pool") for line in lines) == 3
    homes = {}
    for number, task in held(server):
        homes.setdefault(task["data"]["article_id"], set()).add(number)
    assert len(homes) == len(TEXTS)
    assert all(len(each) == 1 for each in homes.values())
    whose = Counter((t["data"]["article_id"], t["data"]["qawl_annotator"]) for _, t in held(server))
    assert max(whose.values()) == 1
    assert {name for _, name in whose} == {*NAMES}
    server.calls.clear()
    assert pushed(server, corpus) == []
    assert server.calls == []


def test_who_joins_gets_tabs_and_tasks_and_nothing_moves(corpus):
    server = Memory()
    pushed(server, settled(corpus, NAMES[:2], 3, "overlap: {entity: 1}"))
    before = places(server)
    tabs = len(server.views)
    lines = pushed(server, settled(corpus, NAMES, 3, "overlap: {entity: 1}"))
    assert places(server) == before
    assert [line for line in lines if "tab" not in line] == []
    assert len(server.views) == tabs + 3
    pushed(server, settled(corpus, NAMES, 3, "overlap: {entity: 2}"))
    assert before.items() <= places(server).items()
    assert held(server, NAMES[2])


def test_other_slices_move_nothing_and_take_what_is_new(corpus):
    server = Memory()
    one = settled(corpus, NAMES, 1, "overlap: {entity: 1}")
    pushed(server, one)
    before = places(server)
    pushed(server, settled(corpus, NAMES, 4, "overlap: {entity: 1}"))
    assert places(server) == before
    assert len(server.made) == 4
    pushed(server, settled(corpus, NAMES, 4, "overlap: {entity: 3}"))
    after = places(server)
    assert before.items() <= after.items()
    assert len({home for home, *_ in after.values()}) > 1
    pushed(server, settled(corpus, NAMES, 2, "overlap: {entity: 3}"))
    assert places(server) == after


def test_who_left_keeps_what_is_begun_and_their_tab(corpus):
    server = Memory()
    pushed(server, corpus)
    number, first = held(server, NAMES[0])[0]
    first["draft_exists"] = True
    lines = pushed(server, settled(corpus, NAMES[1:], 3))
    assert [task["id"] for _, task in held(server, NAMES[0])] == [first["id"]]
    # Who takes over is said by the tasks that are added, if anybody does.
    assert any(
        e.startswith("remove") and e.endswith(f": {NAMES[0]} is not in qawl.yaml") for e in lines
    )
    assert any("is not in qawl.yaml; what has work (1 task) stays" in e for e in lines)
    titles = Counter(each["data"]["title"] for each in server.views.values())
    assert titles == {NAMES[0]: 1, NAMES[1]: 3, NAMES[2]: 3}
    assert {
        each["project"] for each in server.views.values() if each["data"]["title"] == NAMES[0]
    } == {number}


def test_a_task_that_says_nobodys_name_goes_unless_it_has_work(corpus):
    server = Memory()
    pushed(server, corpus)
    (_, one), (_, two), *_ = held(server)
    del one["data"]["qawl_annotator"]
    two["data"]["qawl_annotator"] = ["../../x"]
    two["draft_exists"] = True
    lines = pushed(server, corpus)
    assert any("it does not say whose it is" in each for each in lines)
    assert two["id"] in places(server)
    assert one["id"] not in places(server)
    assert not [each for each in pushed(server, corpus) if "remove" in each or "add" in each]


def test_a_growing_team_goes_into_a_pool_and_back_and_no_work_moves(corpus):
    server = Memory()
    pushed(server, settled(corpus, NAMES[:2], None))
    titles = {each["id"]: each["title"] for each in server.made}
    one = next(number for number, title in titles.items() if title.endswith(NAMES[0]))
    worked = server.held[one][0]
    worked["draft_exists"] = True
    lines = pushed(server, settled(corpus, NAMES[:2], 1))
    assert [each["id"] for each in server.held[one]] == [worked["id"]]
    assert any("annotators share the projects of the pool now" in each for each in lines)
    assert any("1 task with work stay here" in each for each in lines)
    assert {each["title"] for each in server.made} == {titles[one], "trial · entity · pool 1"}
    whose = Counter(
        (t["data"].get("qawl_annotator", NAMES[0]), t["data"]["article_id"])
        for _, t in held(server)
    )
    assert max(whose.values()) == 1
    assert len(whose) == 2 * len(TEXTS)
    (shared,) = (each["id"] for each in server.made if each["id"] != one)
    done = server.held[shared][0]
    done["draft_exists"] = True
    alone = settled(corpus, NAMES[:2], None)
    lines = pushed(server, alone)
    assert [each["id"] for each in server.held[shared]] == [done["id"]]
    assert any("each annotator has a project of their own now" in each for each in lines)
    assert len(held(server)) == 2 * len(TEXTS)
    assert not [each for each in pushed(server, alone) if "remove" in each or "add" in each]


def view(name, **data):
    only = {
        "filter": "filter:tasks:data.qawl_annotator", "operator": "equal", "type": "Unknown", "value": name,
    }  # fmt: skip
    filters = {"conjunction": "and", "items": [only]}
    return {"id": data.pop("id", 1), "data": {"title": name, "filters": filters, **data}}


def more(name, conjunction="and"):
    """A tab to which somebody has added a condition."""
    found = view(name)
    found["data"]["filters"]["items"].append({"filter": "filter:tasks:id", "operator": "greater"})
    found["data"]["filters"]["conjunction"] = conjunction
    return found


@pytest.mark.parametrize(
    ("there", "done"),
    [
        ([], ["make"]),
        ([view("a1")], []),
        ([view("a1", columns=["id"], ordering=["-tasks:id"])], []),
        ([more("a1")], []),
        ([more("a1", "or")], ["right"]),
        ([view("a1", title="mine")], ["right"]),
        ([view("a10")], ["make", "gone"]),
        ([view("a1", filters={"conjunction": "and", "items": []})], ["right"]),
        ([view("a1", filters=None)], ["right"]),
        ([{"id": 1, "data": None}], ["make"]),
        ([{"id": 1, "data": {"title": "Default"}}], ["make"]),
        ([view("a1", id=1), view("a1", id=2)], []),
        ([view("a1"), view("a9", id=2)], ["gone"]),
        ([view("a1"), view("a9", id=2, title="to look at")], []),
    ],
)
def test_a_tab_that_shows_one_name_alone_stays_as_people_made_it(there, done):
    before = copy.deepcopy(there)
    found = list(pool.tabs(there, ["a1"]))
    assert there == before
    said = ["gone" if e.data is None else "make" if e.id is None else "right" for e in found]
    assert said == done
    for each in found:
        if each.data is not None:
            assert pool.tab_of([{"id": 5, "data": each.data}], "a1") == 5
            assert each.data["title"] == "a1"


class Shared(Working):
    """A server with users, who submit; `url` is its address."""

    def __init__(self):
        super().__init__()
        self.people, self.born = [], "2026-01-01T00:00:00Z"

    def projects(self):
        return ({**each, "created_at": self.born} for each in super().projects())

    def accounts(self):
        return self.people

    def users(self):
        return {each["id"] for each in self.people}

    def join(self, number, email=None, joined="2026-01-01"):
        self.people.append(
            {"id": number, "email": email or f"u{number}@x.org", "date_joined": joined}
        )

    def submit(self, task, user, at=None):
        self.number += 1
        when = f"{self.now:%Y-%m-%dT%H:%M:%S}.{self.number:06d}Z"
        task["updated_at"] = when
        task["annotations"].append(
            {
                "id": self.number, "unique_id": f"u{self.number}", "completed_by": user, "result": [],
                "was_cancelled": False, "created_at": when, "updated_at": when,
            }
        )  # fmt: skip


@pytest.fixture
def shared(corpus):
    """(server, corpus) of a pool of one project, pushed; users 1 to 3 have signed up."""
    made = settled(corpus, NAMES, 1, "overlap: {entity: 3}")
    server = Shared()
    pushed(server, made)
    for number in (1, 2, 3):
        server.join(number)
    return server, made


def mine(server, name):
    return [task for _, task in held(server, name)]


def whose(made):
    """User's work by annotator, as the records say."""
    return Counter(each.annotator for each in derive.read(made, "entity"))


def test_users_are_told_by_whose_tasks_they_did_most(shared):
    """The stranger comes first, and is not taken for the one whose single task they did."""
    server, made = shared
    one, two = mine(server, NAMES[0]), mine(server, NAMES[1])
    server.submit(one[0], 3)
    for task in one[1:4]:
        server.submit(task, 2)
    for task in two[:2]:
        server.submit(task, 1)
    outcome = pull.pull(server, made)
    assert whose(made) == {NAMES[0]: 3, NAMES[1]: 2, "a4": 1}
    assert f"user 2 is {NAMES[0]} here, since {NAMES[0]} is assigned 3 of 3 tasks" in "\n".join(
        outcome.notes
    )
    assert f"user 3 is a4 here, since another user is {NAMES[0]}" in "\n".join(outcome.notes)
    assert f"a4 did 1 task that is assigned to {NAMES[0]}" in "\n".join(outcome.notes)
    assert pull.pull(server, made).new.total() == 0
    checks = [each.check for each in validate.validate(made)]
    assert checks.count("annotator-other") == 1
    path = made.state / "pool-users.json"
    assert path.stat().st_mode & 0o077 == 0
    assert "x.org" not in path.read_text("utf-8")


def test_a_lost_map_is_found_again_from_the_journal(shared):
    server, made = shared
    for task in mine(server, NAMES[0])[:2]:
        server.submit(task, 2)
    pull.pull(server, made, users=["2=Zoe"])
    before = sorted(path.name for path in made.journal.iterdir())
    names = '"servers": {"http://memory.example": [{"id": 2, "annotator": "%s", "joined": "2026-01-01"}]}'
    for damage in (
        None,
        "{",
        f'{{"format": 1, "corpus": "trial", {names % "../x"}}}',
        f'{{"format": 1, "corpus": "another", {names % "a1"}}}',
    ):
        path = made.state / "pool-users.json"
        path.unlink() if damage is None else path.write_text(damage)
        server.submit(mine(server, NAMES[1])[0], 2)
        pull.pull(server, made)
        assert {*whose(made)} == {"Zoe"}
    assert sorted(path.name for path in made.journal.iterdir()) == before


def test_who_a_user_is_can_be_said_later_and_nothing_is_lost(shared):
    """The first to submit did another's task, so everybody was taken for somebody else."""
    server, made = shared
    server.submit(mine(server, NAMES[0])[0], 2)
    pull.pull(server, made)
    assert whose(made) == {NAMES[0]: 1}
    for task in mine(server, NAMES[0])[1:3]:
        server.submit(task, 1)
    pull.pull(server, made)
    assert whose(made) == {NAMES[0]: 1, "a4": 2}
    outcome = pull.pull(server, made, users=[f"1={NAMES[0]}", f"u2@X.org={NAMES[1]}"])
    assert whose(made) == {NAMES[0]: 2, NAMES[1]: 1}
    said = "\n".join(outcome.notes)
    assert f"1 annotation that counted as {NAMES[0]}'s is {NAMES[1]}'s" in said
    assert f"2 annotations that counted as a4's are {NAMES[0]}'s" in said
    assert pull.pull(server, made).new.total() == 0
    gone = {e.message for e in validate.validate(made) if e.check == "annotation-deleted"}
    assert gone == {f"it counts as that of {name} now; the journal keeps it" for name in NAMES[:2]}
    back = pull.pull(server, made, users=["1=a4"])
    assert whose(made) == {"a4": 2, NAMES[1]: 1}
    assert back.whole


def test_one_account_for_several_people_is_nobody_of_them(shared):
    server, made = shared
    for name in NAMES[:2]:
        for task in mine(server, name)[:2]:
            server.submit(task, 1)
    outcome = pull.pull(server, made)
    assert {*whose(made)} == {"a4"}
    assert (
        "where several people share an account, nobody can tell whose work is whose"
        in "\n".join(outcome.notes)
    )
    # The same articles by the same user: the later one counts, and the others are named.
    assert len(outcome.doubled) == 4 - whose(made)["a4"]
    assert outcome.whole == (not outcome.doubled)


def test_a_user_who_is_gone_from_the_server_stays_who_they_were(shared):
    server, made = shared
    task = mine(server, NAMES[0])[0]
    server.submit(task, 2)
    pull.pull(server, made)
    task["annotations"][0]["completed_by"] = None
    task["updated_at"] = task["annotations"][0]["updated_at"] = "2026-06-01T00:00:00Z"
    server.submit(mine(server, NAMES[1])[0], None)
    outcome = pull.pull(server, made)
    assert whose(made)[NAMES[0]] == 1
    assert "a user without a number (deleted there) is" in "\n".join(outcome.notes)


@pytest.mark.parametrize("number", [None, 12])
@pytest.mark.parametrize("first", [False, True])
def test_a_user_who_was_gone_before_the_first_pull_can_be_named(shared, number, first, monkeypatch):
    """Deleted in Label Studio (no number any more), or no longer listed there: they became a new annotator
    for good. Work that the journal knows as somebody's stays theirs."""
    server, made = shared
    one, two = mine(server, NAMES[0]), mine(server, NAMES[1])
    server.submit(one[0], 2)
    pull.pull(server, made, users=[f"2={NAMES[0]}"])
    one[0]["annotations"][0]["completed_by"] = None
    one[0]["updated_at"] = one[0]["annotations"][0]["updated_at"] = "2026-06-01T00:00:00Z"
    for task in one[1:3]:
        server.submit(task, number)
    if not first:
        _, told = called(server, made, monkeypatch, "pull")
        (new,) = whose(made).keys() - {NAMES[0]}
        assert whose(made) == {NAMES[0]: 1, new: 2}
        assert f"{new} here" in told
        assert f"`qawl pull --annotator {number or 0}=NAME`" in told
    named = f"{number or 0}={NAMES[1]}"
    _, told = called(server, made, monkeypatch, "pull", "--annotator", named)
    assert whose(made) == {NAMES[0]: 1, NAMES[1]: 2}
    assert first or f"2 annotations that counted as {new}'s are {NAMES[1]}'s" in told
    server.submit(two[3], number)
    called(server, made, monkeypatch, "pull")
    assert whose(made) == {NAMES[0]: 1, NAMES[1]: 3}
    assert '"was"' not in (made.state / "pool-users.json").read_text("utf-8")


def test_another_server_at_the_same_address_has_other_users(shared):
    server, made = shared
    server.submit(mine(server, NAMES[0])[0], 2)
    pull.pull(server, made)
    later = Shared()
    later.join(2, joined="2026-05-05")
    pushed(later, made)
    later.born = "2026-05-05T00:00:00Z"
    for task in mine(later, NAMES[1])[:2]:
        later.submit(task, 2)
    outcome = pull.pull(later, made)
    assert f"user 2 is {NAMES[1]} here" in "\n".join(outcome.notes)


@pytest.mark.parametrize(
    "given", ["9=a1", "=a1", "2=", "2=../x", "2=adjudication", "2=ann_B", "x=y=z", "0=a1"]
)
def test_who_is_no_user_or_no_name_is_refused(shared, given):
    server, made = shared
    with pytest.raises(InputError, match="--annotator"):
        pull.pull(server, made, users=[given])
    assert not (made.state / "pool-users.json").exists()


def test_a_user_can_be_named_in_a_pool_alone(corpus):
    server, made = Shared(), settled(corpus, NAMES, None)
    pushed(server, made)
    with pytest.raises(InputError, match="for pools"):
        pull.pull(server, made, users=["1=a1"])


def test_work_that_another_did_is_not_asked_again_unless_it_is_wanted(shared):
    """Of three for each article, the one who did another's task has done their own before."""
    server, made = shared
    name, other = NAMES[:2]
    for task in mine(server, name)[:3]:
        server.submit(task, 1)
    article = mine(server, name)[0]["data"]["article_id"]
    (task,) = (each for each in mine(server, other) if each["data"]["article_id"] == article)
    server.submit(task, 1)
    pull.pull(server, made)
    lines = pushed(server, made)
    assert "add 1 task to trial · entity · pool 1" in lines
    again = [each for each in mine(server, other) if each["data"]["article_id"] == article]
    assert [bool(each["annotations"]) for each in again] == [True, False]
    assert not [line for line in pushed(server, made) if "add" in line or "remove" in line]


@pytest.mark.parametrize("given", ["0", "-1", "101", "1.5", "many", "true", "null", "[1]"])
def test_slices_are_1_to_100(given):
    with pytest.raises(ProjectError, match=r"qawl.yaml.*slices|slices"):
        parse_settings(f"name: x\nlabel_studio: {{pool: {{slices: {given}}}}}", "qawl.yaml")


def test_a_pool_without_a_value_is_refused():
    with pytest.raises(ProjectError, match=r"label_studio\.pool: it takes .*not nothing"):
        parse_settings("name: x\nlabel_studio:\n  pool:\n", "qawl.yaml")


def test_a_pool_is_one_slice_unless_more_are_asked_for():
    told = parse_settings("name: x\nlabel_studio: {pool: {}}", "qawl.yaml")
    assert told.label_studio.pool.slices == 1


def test_an_export_of_a_pool_tells_users_by_whose_tasks_they_did(shared, tmp_path):
    """By number alone, user 1 would be the first annotator; here that is user 2, and 3 is a stranger."""
    server, made = shared
    for task in mine(server, NAMES[0])[:3]:
        server.submit(task, 2)
    for task in mine(server, NAMES[1])[:2]:
        server.submit(task, 1)
    server.submit(mine(server, NAMES[1])[4], 3)
    path = tmp_path / "export.json"
    path.write_text(
        json.dumps([{**task, "project": number} for number, task in held(server)]), "utf-8"
    )
    outcome = import_files.pull_files(made, [path], layer=None)
    assert outcome.whole
    assert whose(made) == {NAMES[0]: 3, NAMES[1]: 2, "a4": 1}
    assert [each.check for each in validate.validate(made)].count("annotator-other") == 1
    # The same work by the server is nobody else's.
    again = pull.pull(server, made)
    assert again.new.total() == 0
    assert whose(made) == {NAMES[0]: 3, NAMES[1]: 2, "a4": 1}


def test_tasks_for_import_by_hand_say_whose_they_are(corpus, monkeypatch):
    monkeypatch.chdir(corpus.root)
    said = CliRunner().invoke(cli.group, ["tasks", "--layer", "entity"])
    tasks = json.loads(said.output)
    assert Counter(each["data"]["qawl_annotator"] for each in tasks) == dict.fromkeys(NAMES, 12)
    said = CliRunner().invoke(cli.group, ["tasks", "--layer", "entity", "--annotator", NAMES[0]])
    assert {each["data"]["qawl_annotator"] for each in json.loads(said.output)} == {NAMES[0]}
    settled(corpus, NAMES, None)
    said = CliRunner().invoke(cli.group, ["tasks", "--layer", "entity"])
    assert len(json.loads(said.output)) == len(TEXTS)
    assert "qawl_annotator" not in said.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--annotator", "a1"], "give USER=NAME"),
        (["--annotator", "=a1"], "give USER=NAME"),
        (["--annotator", "7="], "give USER=NAME"),
        (["--annotator", "7=a1", "--watch"], "--watch does not go with --annotator"),
        (["--annotator", "7=a1", "--rebuild"], "does not go with --rebuild"),
        (["--judge"], "--judge is for exports"),
    ],
)
def test_names_that_nothing_would_take_are_refused(corpus, monkeypatch, words, said):
    monkeypatch.chdir(corpus.root)
    done = CliRunner().invoke(cli.group, ["pull", *words])
    assert done.exit_code == 2
    assert said in done.output


def test_who_worked_in_a_project_of_their_own_is_known_in_the_pool(corpus):
    """By the task they did first in the pool, each would be the other."""
    server = Shared()
    for number in (1, 2):
        server.join(number)
    made = settled(corpus, NAMES[:2], None)
    pushed(server, made)
    for each, user in zip(server.made, (2, 1), strict=True):
        for task in server.held[each["id"]][:2]:
            server.submit(task, user)
    pull.pull(server, made)
    made = settled(corpus, NAMES[:2], 1)
    pushed(server, made)
    server.submit(mine(server, NAMES[0])[0], 1)
    server.submit(mine(server, NAMES[1])[1], 2)
    outcome = pull.pull(server, made)
    assert f"user 1 is {NAMES[1]} here, whose work they did before the pool" in "\n".join(
        outcome.notes
    )
    assert whose(made) == {NAMES[0]: 3, NAMES[1]: 3}
    assert [each.check for each in validate.validate(made)].count("annotator-other") == 2


def test_an_account_that_did_everybodys_work_before_is_nobody_in_the_pool(corpus):
    server = Shared()
    server.join(1)
    made = settled(corpus, NAMES[:2], None)
    pushed(server, made)
    for each in server.made:
        for task in server.held[each["id"]][:2]:
            server.submit(task, 1)
    pull.pull(server, made)
    assert whose(made) == {NAMES[0]: 2, NAMES[1]: 2}
    made = settled(corpus, NAMES[:2], 1)
    pushed(server, made)
    for name in NAMES[:2]:
        server.submit(mine(server, name)[0], 1)
    pull.pull(server, made)
    assert whose(made)[NAMES[0]] == whose(made)[NAMES[1]] == 2
    assert whose(made)["a3"] >= 1


def test_a_second_annotation_by_the_same_user_is_named_and_both_users_of_a_task_count(shared):
    server, made = shared
    task, other, *_ = mine(server, NAMES[0])
    for user in (1, 1, 2):
        server.submit(task, user)
    server.submit(other, 1)
    for each in mine(server, NAMES[1])[:3]:
        server.submit(each, 2)
    outcome = pull.pull(server, made)
    assert len(outcome.doubled) == 1 + (
        task["data"]["article_id"] in {e["data"]["article_id"] for e in mine(server, NAMES[1])[:3]}
    )
    assert {NAMES[0], NAMES[1]} == {*whose(made)}
    assert not [line for line in pushed(server, made) if "add" in line]


def swapped(made, one, two):
    """The map with two names of it swapped, as a wrong edit or another folder's map has them."""
    path = made.state / "pool-users.json"
    text = path.read_text("utf-8").replace(one, "?").replace(two, one).replace("?", two)
    path.write_text(text, "utf-8")
    return path


def called(server, made, monkeypatch, *words):
    """Exit code and words of a command on this server."""
    monkeypatch.chdir(made.root)
    monkeypatch.setattr(studio_client, "connect", lambda *_: contextlib.nullcontext(server))
    done = CliRunner().invoke(cli.group, [*words])
    return done.exit_code, str(done.exception or "") + done.output


def test_the_number_of_a_deleted_task_on_another_does_not_change_whose_it_is(shared):
    """On SQLite a new task gets the number of the last one if that was deleted: what somebody did on it
    was taken for the work of who had done the old one, and push took their own task away."""
    server, made = shared
    *_, old = mine(server, NAMES[1])
    server.submit(old, 2)
    pull.pull(server, made)
    (home,) = server.held
    new = next(
        task
        for task in mine(server, NAMES[0])
        if task["data"]["article_id"] != old["data"]["article_id"]
    )
    server.held[home].remove(old)
    new["id"] = old["id"]
    server.submit(new, 1)
    assert not [line for line in pushed(server, made) if "remove" in line]


def test_a_map_that_contradicts_the_journal_moves_no_work(shared, monkeypatch):
    server, made = shared
    for user, name in ((1, NAMES[0]), (2, NAMES[2])):
        for task in mine(server, name)[:3]:
            server.submit(task, user)
    pull.pull(server, made)
    before = {each.name: each.read_bytes() for each in made.journal.iterdir()}
    path = swapped(made, NAMES[0], NAMES[2])
    server.submit(mine(server, NAMES[0])[5], 1)
    for words in (["pull"], ["pull", "--annotator", f"1={NAMES[0]}"]):
        code, said = called(server, made, monkeypatch, *words)
        assert code == 1
        assert "pool-users.json: user " in said
        assert f"user 2 is {NAMES[0]} there, and {NAMES[2]} in the journal" in said
        assert (f"user 1 is {NAMES[2]} there, and {NAMES[0]} in" in said) == (len(words) != 3)
        assert {each.name: each.read_bytes() for each in made.journal.iterdir()} == before
    told = [word for each in ("1=" + NAMES[0], "2=" + NAMES[2]) for word in ("--annotator", each)]
    assert called(server, made, monkeypatch, "pull", *told)[0] == 0
    assert whose(made) == {NAMES[0]: 4, NAMES[2]: 3}
    swapped(made, NAMES[0], NAMES[2]).unlink()
    server.submit(mine(server, NAMES[2])[5], 2)
    assert called(server, made, monkeypatch, "pull")[0] == 0
    assert whose(made) == {NAMES[0]: 4, NAMES[2]: 4}
    assert path.is_file()


def test_doctor_names_a_map_that_contradicts_the_journal(shared, monkeypatch):
    """Before the pull that refuses it; nothing is written."""
    server, made = shared
    for user, name in ((1, NAMES[0]), (2, NAMES[2])):
        for task in mine(server, name)[:3]:
            server.submit(task, user)
    pull.pull(server, made)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
    monkeypatch.setattr(doctor, "connect", lambda *_: contextlib.nullcontext(server))
    for name, answer in {
        "version": lambda: ("1", "Community"), "skew": lambda: None, "on_sqlite": lambda _: True,
        "request": lambda *_, **__: [],
    }.items():  # fmt: skip
        monkeypatch.setattr(server, name, answer, raising=False)
    _, said = called(server, made, monkeypatch, "doctor")
    assert f"ok  users: no user is named yet for: {NAMES[1]}" in said
    path = swapped(made, NAMES[0], NAMES[2])
    before = path.read_bytes()
    code, said = called(server, made, monkeypatch, "doctor")
    (line,) = (each for each in said.splitlines() if each.startswith("BAD users"))
    assert code == 1
    assert f"pool-users.json: user 1 is {NAMES[2]} there, and {NAMES[0]} in the journal" in line
    assert "`qawl pull --annotator USER=NAME` for each), or remove the file" in line
    assert path.read_bytes() == before
    path.unlink()
    assert "BAD users" not in called(server, made, monkeypatch, "doctor")[1]


def test_a_renamed_annotator_takes_their_work_along(shared):
    server, made = shared
    for task in mine(server, NAMES[0])[:2]:
        server.submit(task, 1)
    pull.pull(server, made)
    made = settled(made, ["Zaid", *NAMES[1:]], 1, "overlap: {entity: 3}")
    outcome = pull.pull(server, made, users=["1=Zaid"])
    assert whose(made) == {"Zaid": 2}
    assert outcome.whole
    pushed(server, made)
    articles = {task["data"]["article_id"] for task in mine(server, "Zaid")}
    assert len(articles) == len(TEXTS) - 2
    assert not [line for line in pushed(server, made) if "add" in line or "remove" in line]


def test_a_pool_without_articles_and_of_several_layers(make_corpus):
    server = Memory()
    made = make_corpus()
    lines = 'layers: [entity, quote, claim]\nannotators: [a1, "1"]\nlabel_studio: {pool: {}}\n'
    (made.root / "qawl.yaml").write_text(f"name: {'n' * 70}\n{lines}", "utf-8")
    pushed(server, made)
    assert len({each["description"] for each in server.made}) == 3
    assert all(len(each["title"]) <= 50 and each["title"].endswith(" 1") for each in server.made)
    assert len(server.views) == 6
    assert pushed(server, made) == []


def test_two_folders_that_took_a_user_for_different_people_are_merged(
    shared, tmp_path, monkeypatch
):
    server, made = shared
    other = project.load(shutil.copytree(made.root, tmp_path / "other"))
    for task in mine(server, NAMES[0])[:3]:
        server.submit(task, 1)
    pull.pull(server, made)
    pull.pull(server, other, users=["1=a9"])
    assert (whose(made), whose(other)) == ({NAMES[0]: 3}, {"a9": 3})
    shutil.copy(other.journal_file("entity", "a9"), made.journal)  # as git merges a branch
    made = project.load(made.root)
    outcome = pull.pull(server, made)
    assert f"3 annotations that counted as a9's are {NAMES[0]}'s" in "\n".join(outcome.notes)
    assert whose(made) == {NAMES[0]: 3}
    assert outcome.agreed == [3]


@pytest.mark.parametrize(
    "name", ["ann_B", "ANN_B", "adjudication", "", ".", "a/b", "x" * 65, "e\u0301"]
)
def test_a_name_in_the_map_that_is_none_is_found_anew(shared, name):
    server, made = shared
    server.submit(mine(server, NAMES[1])[0], 2)
    pull.pull(server, made)
    path = made.state / "pool-users.json"
    path.write_text(path.read_text("utf-8").replace(NAMES[1], name), "utf-8")
    server.submit(mine(server, NAMES[1])[1], 2)
    pull.pull(server, made)
    assert whose(made) == {NAMES[1]: 2}


def test_suggestions_that_come_later_reach_each_persons_open_task(corpus):
    made = settled(corpus, NAMES, 2, "suggestions: {without: 0}")
    server = Memory()
    pushed(server, made)
    text = TEXTS[4]
    those = {t["data"]["qawl_annotator"]: t for _, t in held(server) if t["data"]["text"] == text}
    those[NAMES[0]]["draft_exists"] = True
    (made.exports / "suggestions").mkdir()
    files.write(made.suggestions_file("entity"), [suggest(made, "entity", text, "PERS", 4, 8)])
    lines = pushed(server, made)
    assert sum("bring 2 tasks without work up to date" in each for each in lines) == 1
    assert any(f"1 task of {NAMES[0]} with work keeps the names" in e for e in lines)
    shown = {name: len(task.get("predictions", ())) for name, task in those.items()}
    assert shown == {NAMES[0]: 0, NAMES[1]: 1, NAMES[2]: 1}
    assert {task["data"]["qawl_annotator"] for task in those.values()} == {*NAMES}
    assert not [line for line in pushed(server, made) if "bring" in line]


def test_each_tab_is_in_the_order_of_work_and_the_next_task_stays(make_corpus):
    days = [f"2024-05-{day:02d}" for day in (9, 3, 7, 1, 5)]
    made = make_corpus("x")
    texts = [article(f"text {day}", published=day) for day in days]
    write_articles(made, texts[:3])
    made = settled(made, NAMES, 1, "order: published\noverlap: {entity: 3}")
    server = Memory()
    pushed(server, made)
    write_articles(made, texts)
    pushed(server, made)
    for name in NAMES:
        assert [task["data"]["date"][-2:] for task in mine(server, name)] == [
            "03",
            "01",
            "05",
            "07",
            "09",
        ]
    assert pushed(server, made) == []


def test_a_changed_scheme_is_brought_to_every_project_of_the_pool(corpus):
    server = Memory()
    pushed(server, corpus)
    path = corpus.scheme_file("entity")
    changed = re.sub(
        r"color: .?#[0-9A-Fa-f]{6}.?", 'color: "#123456"', path.read_text("utf-8"), count=1
    )
    path.write_text(changed, "utf-8")
    before = places(server)
    lines = pushed(server, corpus)
    assert places(server) == before
    assert [line.split(" of trial")[0] for line in lines] == 3 * [
        "bring the config and the guidelines"
    ]
    assert pushed(server, corpus) == []


class Killed(BaseException):
    """The machine was switched off."""


def killing(monkeypatch, owner, names, rng, most):
    """One of these calls of an object, drawn at random, is the last: before or after it was done."""
    left = [rng.randrange(1, most)]

    def stands_in(real):
        def call(*given, **named):
            left[0] -= 1
            if left[0] == 0:
                if rng.random() < 0.5:
                    real(*given, **named)
                raise Killed
            return real(*given, **named)

        return call

    for name in names:
        monkeypatch.setattr(owner, name, stands_in(getattr(owner, name)))


@pytest.mark.parametrize("seed", range(12))
def test_killed_at_random_nothing_is_lost_doubled_or_anothers(corpus, monkeypatch, seed):
    rng = random.Random(seed)
    made, server = settled(corpus, NAMES, 2, "overlap: {entity: 3}"), Shared()
    with monkeypatch.context() as killed, contextlib.suppress(Killed):
        calls = ("create_project", "import_tasks", "put_tab")
        killing(killed, server, calls, rng, 12)
        pushed(server, made)
    pushed(server, made)
    whose_ = Counter(
        (t["data"]["article_id"], t["data"]["qawl_annotator"]) for _, t in held(server)
    )
    assert len(whose_) == whose_.total() == 3 * len(TEXTS)
    assert len({(v["project"], v["data"]["title"]) for v in server.views.values()}) == 6

    for number, name in enumerate(NAMES, 1):
        server.join(number)
        for task in mine(server, name):
            server.submit(task, rng.choice([number, number, number, rng.randrange(1, 4)]))
    for _ in range(6):
        told = zip((1, 2, 3), rng.sample([*NAMES, "zz"], 3), strict=True)
        said = [f"{user}={name}" for user, name in told] if rng.random() < 0.6 else []
        with monkeypatch.context() as killed, contextlib.suppress(Killed):
            killing(killed, open_journal.Journal, ["append"], rng, 8)
            pull.pull(server, project.load(made.root), users=said)
    pull.pull(server, made, users=[f"{user}={name}" for user, name in enumerate(NAMES, 1)])
    wanted = {}
    for _, task in held(server):
        for each in task["annotations"]:
            place = task["data"]["article_id"], NAMES[each["completed_by"] - 1]
            wanted.setdefault(place, []).append(each["id"])
    found = {
        (e.article_id, e.annotator): e.provenance.annotation for e in derive.read(made, "entity")
    }
    assert {*found} == {*wanted}
    assert all(number in wanted[place] for place, number in found.items())
    assert pull.pull(server, made).new.total() == 0


def test_an_address_that_exports_named_tells_a_user_first(shared):
    """Also where the tasks that they did are another's."""
    server, made = shared
    account = users.Account(annotator=NAMES[2], name="u1@x.org")
    made.make_state()
    users.store(made, [account])
    server.people[0]["email"] = "U1@X.org"
    for task in mine(server, NAMES[0])[:3]:
        server.submit(task, 1)
    outcome = pull.pull(server, made)
    assert whose(made) == {NAMES[2]: 3}
    assert f"user 1 is {NAMES[2]} here, by their e-mail address in exports" in "\n".join(
        outcome.notes
    )
    assert users.load(made, ())[0] == [account]


def test_a_page_for_the_team_and_a_table_name_the_slices(corpus, monkeypatch):
    """The table cut its heads where a terminal has 80 columns: "annot…", "assig…"."""
    server = Shared()
    pushed(server, corpus)
    for number, name in enumerate(NAMES, 1):
        server.join(number)
        server.submit(mine(server, name)[0], number)
    rows = status.standings(server, corpus)
    assert len(rows) == 9
    assert sum(each.assigned for each in rows) == 3 * len(TEXTS)
    assert sum(each.done for each in rows) == 3
    assert {each.slice for each in rows} == {1, 2, 3}
    assert all("?tab=" in each.url for each in rows)
    monkeypatch.setattr(studio_client, "connect", lambda corpus: server)
    said = CliRunner(env={"COLUMNS": "80"}).invoke(cli.group, ["-C", str(corpus.root), "status"])
    _, head, *table = said.output.splitlines()
    assert head.split() == (
        ["layer", "annotator", "pool", "assigned", "done", "skipped", "drafts", "left", "minutes"]
    )
    assert max(map(len, (head, *table[: len(rows)]))) <= 80
    assert [each.split()[:3] for each in table[: len(rows)]] == [
        ["entity", each.annotator, str(each.slice)] for each in rows
    ]
    shown = team.page(corpus, rows)
    assert all(f" · {number}</th>" in shown for number in (1, 2, 3))
    assert shown.count("&amp;labeling=1") == sum(each.left > 0 for each in rows)
