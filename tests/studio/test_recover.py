"""`qawl push --recover`: what a server lost goes back on it, all of it, and nothing that stands."""

import json

import pytest
from click.testing import CliRunner
from test_plan import pushed
from test_pool import NAMES, Shared, held, settled

from qawl import cli
from qawl.annotations import derive
from qawl.articles import withdrawal
from qawl.core import project
from qawl.studio import client as studio_client
from qawl.studio import pull
from qawl.validation import validate

TEXTS = ["قال أحمد نعم", "Tom said no", "彼は話した", "أخيرا"]


class Losing(Shared):
    """A server to which work is sent as a client sends it; without a user it is that of the token."""

    token = 1

    def submit(self, task, done, at=None):
        if isinstance(task, dict):
            return super().submit(task, done, at)
        there = self.task(task)
        super().submit(there, done.get("completed_by", self.token), at)
        there["annotations"][-1].update(done)
        return None

    def lose(self):
        """All projects are gone."""
        for each in list(self.made):
            self.delete_project(each["id"])


@pytest.fixture
def qawl(monkeypatch):
    """qawl(server, corpus, word, …) → what a command said, and its exit code."""

    def run(server, made, *words):
        monkeypatch.setattr(studio_client, "connect", lambda corpus: server)
        return CliRunner().invoke(cli.group, ["-C", str(made.root), *words])

    return run


def whose(made):
    return sorted(
        (each.article_id, each.annotator, each.status) for each in derive.read(made, "entity")
    )


def at_work(make_corpus, pool, overlap=2, done=NAMES[:2]):
    """(server, corpus): every annotator did all their tasks, each as a user of their own."""
    made = settled(make_corpus(*TEXTS), NAMES[:2], pool, f"overlap: {{entity: {overlap}}}")
    server = Losing()
    pushed(server, made)
    for number, _ in enumerate(NAMES, 1):
        server.join(number)
    for each in server.made:
        for task in server.held[each["id"]]:
            name = task["data"].get("qawl_annotator") or each["title"].rpartition(" · ")[2]
            if name in done:
                server.submit(task, NAMES.index(name) + 1)
    pull.pull(server, made)
    return server, made


@pytest.mark.parametrize("pool", [0, 1, 3])
@pytest.mark.parametrize(
    "now", [[NAMES[0], NAMES[2]], [NAMES[2]], NAMES], ids=["one", "both", "no"]
)
def test_work_of_people_who_left_goes_back_too(make_corpus, qawl, pool, now):
    """With a third who came, the assignment gives the articles to others than those who did them."""
    server, made = at_work(make_corpus, pool)
    before = whose(made)
    server.lose()
    made = settled(made, now, pool, f"overlap: {{entity: {min(2, len(now))}}}")
    pull.pull(server, made)
    assert "8 journalled" in qawl(server, made, "push", "--recover", "--dry-run").output
    said = qawl(server, made, "push", "--recover")
    assert (said.exit_code, said.output.splitlines()[0]) == (0, "8 annotations put back")
    assert pull.pull(server, made).whole
    assert whose(made) == before
    assert "0 journalled" in qawl(server, made, "push", "--recover", "--dry-run").output
    again = qawl(server, made, "push", "--recover")
    assert (again.exit_code, again.output) == (0, "0 annotations put back\n")
    assert not {
        each.check
        for each in validate.validate(project.load(made.root))
        if each.check in {"annotation-deleted", "annotation-duplicate", "annotator-other"}
    }
    assert all(task["annotations"] for _, task in held(server)), "nobody is asked for it again"


def test_what_another_did_goes_back_once(make_corpus, qawl):
    """Of what was just put back, and is in no journal yet, the server tells whose it is."""
    server, made = at_work(make_corpus, 1, overlap=1, done=NAMES[1:2])
    _, task = held(server, NAMES[0])[0]
    server.submit(task, 2)
    pull.pull(server, made)
    tasks = len(held(server))
    before = whose(made)
    task["annotations"].clear()
    pull.pull(server, made)
    assert "1 journalled" in qawl(server, made, "push", "--recover", "--dry-run").output
    assert "1 annotation put back" in qawl(server, made, "push", "--recover").output
    assert pull.pull(server, made).doubled == []
    assert (whose(made), len(held(server))) == (before, tasks)


def test_what_was_put_back_is_not_put_back_twice_before_a_pull(make_corpus, qawl):
    server, made = at_work(make_corpus, 1)
    server.lose()
    assert "8 annotations" in qawl(server, made, "push", "--recover").output
    assert "0 annotations" in qawl(server, made, "push", "--recover").output


def test_a_task_that_two_did_is_two_annotations(make_corpus, qawl):
    """The second also did a task of the first; their own task of that article is open."""
    server, made = at_work(make_corpus, 1, done=NAMES[:1])
    first = next(task for _, task in held(server, NAMES[0]))
    for _, task in held(server, NAMES[1]):
        if task["data"]["article_id"] != first["data"]["article_id"]:
            server.submit(task, 2)
    server.submit(first, 2)
    pull.pull(server, made)
    before = whose(made)
    assert "0 journalled" in qawl(server, made, "push", "--recover", "--dry-run").output
    assert "0 annotations" in qawl(server, made, "push", "--recover").output
    assert pull.pull(server, made).whole
    server.lose()
    pull.pull(server, made)
    assert "8 annotations put back" in qawl(server, made, "push", "--recover").output
    assert pull.pull(server, made).whole
    assert whose(made) == before


def test_work_that_was_put_back_and_then_changed_is_still_its_annotators(make_corpus, qawl):
    """The server keeps it as work of the token's user, whoever changes it: that is no second person."""
    server, made = at_work(make_corpus, 0)
    (theirs,) = (each["id"] for each in server.made if each["title"].endswith(NAMES[1]))
    task = server.held[theirs][0]
    task["annotations"].clear()
    pull.pull(server, made)
    assert "1 annotation put back" in qawl(server, made, "push", "--recover").output
    pull.pull(server, made)
    (back,) = task["annotations"]
    assert back["completed_by"] == server.token
    server.submit(task, server.token)
    later = task["annotations"].pop()["updated_at"]
    back.update(was_cancelled=True, updated_at=later)
    assert pull.pull(server, made).new.total() == 1
    found = qawl(server, made, "validate").output
    assert "annotator-several" not in found
    assert "annotation-deleted" not in found


@pytest.mark.parametrize("pool", [0, 1])
def test_an_annotation_that_changed_after_it_was_lost_is_still_said(make_corpus, qawl, pool):
    server, made = at_work(make_corpus, pool)
    _, task = held(server)[0]
    user = task["annotations"].pop()["completed_by"]
    pull.pull(server, made)
    server.submit(task, user)
    task["annotations"][0]["was_cancelled"] = True
    pull.pull(server, made)
    found = [each for each in validate.validate(made) if each.check == "annotation-deleted"]
    assert len(found) == 1


def test_what_can_not_go_back_is_named_and_exits_1(make_corpus, qawl):
    server, made = at_work(make_corpus, 0)
    server.lose()
    text = (made.root / "qawl.yaml").read_text("utf-8")
    (made.root / "qawl.yaml").write_text(f"{text}sample: {{others: 3}}\n", "utf-8")
    said = qawl(server, made, "push", "--recover")
    assert said.exit_code == 1
    assert said.output.splitlines()[0] == "6 annotations put back"
    why = "their articles are not to be annotated here"
    assert said.output.splitlines()[-2:] == [
        f"LEFT OUT: 1 annotation of entity by {name}: {why}" for name in sorted(NAMES[:2])
    ]


def test_work_on_withdrawn_articles_stays_away(make_corpus, qawl):
    server, made = at_work(make_corpus, 1)
    server.lose()
    article = whose(made)[0][0]
    withdrawal.withdraw(made, article, "asked")
    said = qawl(server, project.load(made.root), "push", "--recover")
    assert (said.exit_code, said.output.splitlines()[0]) == (0, "6 annotations put back")


@pytest.mark.parametrize("pulled", [False, True])
def test_one_of_two_annotations_of_a_task_is_lost(make_corpus, qawl, pulled):
    """The task has the other's annotation still, so it is not open: there is another for what was lost."""
    server, made = at_work(make_corpus, 1, overlap=1)
    task = next(task for _, task in held(server, NAMES[0]))
    server.submit(task, 2)
    pull.pull(server, made)
    before = whose(made)
    del task["annotations"][0]
    if pulled:
        pull.pull(server, made)
    said = qawl(server, made, "push", "--recover")
    assert (said.exit_code, said.output.splitlines()[0]) == (0, "1 annotation put back")
    assert "0 annotations" in qawl(server, made, "push", "--recover").output
    assert pull.pull(server, made).whole
    assert whose(made) == before


TOY = 'layer: toy\nversion: "{}"\nlabels: [{}, ORG]\n{}'
RENAMED = 'changes: [{from: "1", renamed: [{label: PER, to: PERSON}]}]\n'
SPLIT = 'changes: [{from: "1", split: [{label: PER, into: [MAN, WOMAN], default: MAN}]}]\n'


def toy(make_corpus, pool, lost=True):
    """(server, corpus) with work in the names of version 1 of a scheme, all lost; its spans were suggested
    and changed."""
    made = make_corpus(*TEXTS)
    (made.label_config / "toy.yaml").write_text(TOY.format(1, "PER", ""), "utf-8")
    made = settled(made, NAMES[:2], pool)
    path = made.root / "qawl.yaml"
    path.write_text(
        path.read_text("utf-8").replace("[entity]", "[toy]") + "overlap: {toy: 2}", "utf-8"
    )
    made, server = project.load(made.root), Losing()
    pushed(server, made)
    for number in (1, 2):
        server.join(number)
    for each in server.made:
        for task in server.held[each["id"]]:
            name = task["data"].get("qawl_annotator") or each["title"].rpartition(" · ")[2]
            server.submit(task, NAMES.index(name) + 1)
            value = {"start": 0, "end": 2, "text": task["data"]["text"][:2], "labels": ["PER"]}
            mark = {"id": "r", "type": "labels", "from_name": "toy", "to_name": "text"}
            mark["origin"] = "prediction-changed"
            task["annotations"][0]["result"] = [{**mark, "value": value}]
    pull.pull(server, made)
    if lost:
        server.lose()
    return server, made


@pytest.mark.parametrize("pool", [0, 1])
def test_work_goes_back_in_the_names_that_the_scheme_has_now(make_corpus, qawl, pool):
    server, made = toy(make_corpus, pool)
    (made.label_config / "toy.yaml").write_text(TOY.format(2, "PERSON", RENAMED), "utf-8")
    made = project.load(made.root)
    said = qawl(server, made, "push", "--recover")
    assert (said.exit_code, said.output.splitlines()[0]) == (0, "8 annotations put back")
    assert pull.pull(server, made).whole
    spans = [span for each in derive.read(made, "toy") for span in each.spans]
    assert [(span.label, span.origin) for span in spans] == [("PERSON", "changed")] * 8


@pytest.mark.parametrize(
    ("labels", "changes", "sent"), [("PERSON", RENAMED, 1), ("MAN, WOMAN", SPLIT, 0)]
)
def test_old_names_that_came_after_they_changed_do_not_go_into_a_project_of_the_new_ones(
    make_corpus, qawl, labels, changes, sent
):
    """An export has the names of its project, not those of the scheme: the new project got unknown labels."""
    server, made = toy(make_corpus, 0)
    pull.pull(server, made)
    (made.label_config / "toy.yaml").write_text(TOY.format(2, labels, changes), "utf-8")
    place = {"start": 0, "end": 3, "text": "Tom", "labels": ["PER"]}
    region = {"id": "r", "type": "labels", "from_name": "toy", "to_name": "text", "value": place}
    work = {"id": 900, "completed_by": 9, "result": [region], "updated_at": "2026-06-01T10:00:00Z"}
    export = made.root.parent / "export.json"
    export.write_text(
        json.dumps([{"id": 900, "data": {"text": TEXTS[1]}, "annotations": [work]}]), "utf-8"
    )
    words = ["pull", "--from", str(export), "--annotator", NAMES[1]]
    assert qawl(server, made, *words).exit_code == 1  # the lost annotation of the article is named
    qawl(server, made, "push", "--recover")
    there = [each for task in held(server) for each in task[1]["annotations"]]
    marked = [each["result"][0]["value"]["labels"][0] for each in there]
    assert marked == [labels] * 8 * sent
    assert "0 annotations put back" in qawl(server, made, "push", "--recover").output


@pytest.mark.parametrize("pool", [0, 1])
def test_work_that_comes_into_a_new_project_says_what_was_suggested(make_corpus, qawl, pool):
    """Else agreement would lose what suggestions change, and the table of their fate, by a new version."""
    server, made = toy(make_corpus, pool, lost=False)
    (made.label_config / "toy.yaml").write_text(TOY.format(2, "PERSON", RENAMED), "utf-8")
    made = project.load(made.root)
    assert qawl(server, made, "pull").exit_code == 0
    assert qawl(server, made, "push").exit_code == 0
    copies = [e for each in server.held.values() for task in each for e in task["annotations"]]
    assert len(copies) == 16
    assert {each["result"][0]["origin"] for each in copies} == {"prediction-changed"}


def test_work_that_was_put_back_comes_into_a_new_project_as_its_annotators(make_corpus, qawl):
    """The server has it as work of the token's user: it is no second person's who annotated under the name."""
    server, made = toy(make_corpus, 0, lost=False)
    (theirs,) = (each["id"] for each in server.made if each["title"].endswith(NAMES[1]))
    server.held[theirs][0]["annotations"].clear()
    pull.pull(server, made)
    assert "1 annotation put back" in qawl(server, made, "push", "--recover").output
    pull.pull(server, made)
    (made.label_config / "toy.yaml").write_text(TOY.format(2, "PERSON", RENAMED), "utf-8")
    made = project.load(made.root)
    pull.pull(server, made)
    assert qawl(server, made, "push").exit_code == 0
    (new,) = (e["id"] for e in server.made if e["title"].endswith(NAMES[1]) and e["id"] != theirs)
    users = [each["completed_by"] for task in server.held[new] for each in task["annotations"]]
    assert users == [2] * 4


def test_work_of_which_a_step_of_the_scheme_asks_a_person_is_named(make_corpus, qawl):
    server, made = toy(make_corpus, 1)
    (made.label_config / "toy.yaml").write_text(TOY.format(2, "MAN, WOMAN", SPLIT), "utf-8")
    said = qawl(server, project.load(made.root), "push", "--recover")
    assert (said.exit_code, said.output.splitlines()[0]) == (1, "0 annotations put back")
    assert said.output.count("LEFT OUT: 4 annotations of toy by ") == 2
    assert "a step of the scheme since then asks a person" in said.output


@pytest.mark.parametrize("pool", [0, 2])
def test_a_push_says_that_it_asks_for_work_that_is_there(make_corpus, qawl, pool):
    """After a loss, every task was added as an open one without a word: all would be done again."""
    server, made = at_work(make_corpus, pool)
    assert "journal has" not in qawl(server, made, "push").output
    server.lose()
    said = "8 of these tasks are done: the journal has the work"
    assert said in qawl(server, made, "push", "--dry-run").output
    assert said in qawl(server, made, "push").output
    assert "8 annotations put back" in qawl(server, made, "push", "--recover").output
    assert qawl(server, made, "push").output.startswith("nothing to do")


def test_adopted_work_goes_into_the_projects_that_push_makes(tmp_path, qawl):
    """An export says where its project was; here it has none, and all stood to be done again."""
    place = {"start": 0, "end": 3, "text": "Ada", "labels": ["A"]}
    region = {"id": "r", "from_name": "label", "to_name": "text", "type": "labels", "value": place}
    work = [{"id": each, "completed_by": each, "result": [region]} for each in (1, 2)]
    export = tmp_path / "export.json"
    export.write_text(
        json.dumps([{"id": 1, "project": 3, "data": {"text": "Ada came."}, "annotations": work}])
    )
    words = ["adopt", str(export), "--into", str(tmp_path / "c")]
    assert CliRunner().invoke(cli.group, words).exit_code == 0
    server, made = Losing(), project.load(tmp_path / "c")
    assert "2 of these tasks are done" in qawl(server, made, "push").output
    assert "2 annotations put back" in qawl(server, made, "push", "--recover").output
    first = qawl(server, made, "pull")
    assert "2 new versions" in first.output
    assert qawl(server, made, "push").output.startswith("nothing to do")
    assert len(list(derive.read(made, "label"))) == 2
    # Every later pull named each of them as left out, and exited 1: the export's own and its copy.
    for done in (first, qawl(server, made, "pull")):
        assert "twice" not in done.output
        assert "LEFT OUT" not in done.output
        assert done.exit_code == 0
    said = qawl(server, made, "validate").output
    assert "annotation-duplicate" not in said
    assert "annotator-several" not in said


def test_work_of_an_export_that_is_newer_than_the_same_on_a_server_is_another(tmp_path, qawl):
    """What the server's annotation said first was enough to call a newer one of an export its copy: that
    counted, the server's was left out with its corrections, and `pull` said nothing of it."""
    export, text = tmp_path / "export.json", "Ada came."
    place = {"start": 0, "end": 3, "text": "Ada", "labels": ["A"]}
    region = {"id": "r", "from_name": "label", "to_name": "text", "type": "labels", "value": place}

    def exported(number, when, result, text=text):
        done = {"id": number, "completed_by": 1, "updated_at": when, "result": result}
        task = {"id": number, "project": number, "data": {"text": text}, "annotations": [done]}
        export.write_text(json.dumps([task]))
        return str(export)

    words = ["adopt", exported(1, "2026-01-01T00:00:00Z", [region]), "--into", str(tmp_path / "c")]
    assert CliRunner().invoke(cli.group, words).exit_code == 0
    server, made = Losing(), project.load(tmp_path / "c")
    qawl(server, made, "push")
    qawl(server, made, "push", "--recover")
    assert qawl(server, made, "pull").exit_code == 0
    (there,) = [
        each for tasks in server.held.values() for task in tasks for each in task["annotations"]
    ]
    newer = exported(70, "2027-01-01T00:00:00Z", [region])
    assert "twice" in qawl(server, made, "pull", "--from", newer, "--annotator", "a1").output
    there.update(result=[], updated_at="2026-12-01T00:00:00Z")
    done = qawl(server, made, "pull")
    assert f"annotation {there['id']} (task 2) does not count, annotation 70" in done.output
    assert (done.exit_code, "annotation-duplicate" in qawl(server, made, "validate").output) == (
        1,
        True,
    )


@pytest.mark.parametrize("pool", [0, 1, 3])
def test_work_on_a_task_that_somebody_imported_by_hand_is_not_put_back(make_corpus, qawl, pool):
    """In a pool it was: the task says no article, so the work seemed lost though `pull` had it, and the
    annotator had it twice from then on."""
    server, made = at_work(make_corpus, pool)
    number, task = next(
        (number, task)
        for number, those in server.held.items()
        for task in those
        if any(each["completed_by"] == 1 for each in task["annotations"])
    )
    server.delete_tasks([task["id"]])
    server.import_tasks(number, [{"data": {"text": task["data"]["text"]}}])
    server.submit(server.held[number][-1], 1)
    first = qawl(server, made, "push", "--dry-run").output
    assert ("what nobody was given and has work (1 task) stays" in first) == bool(pool)
    assert qawl(server, made, "pull").exit_code == 0
    assert "0 journalled annotations" in qawl(server, made, "push", "--recover", "--dry-run").output
    assert "0 annotations put back" in qawl(server, made, "push", "--recover").output
    done = qawl(server, made, "pull")
    assert (done.exit_code, "twice" in done.output) == (0, False)


@pytest.mark.parametrize("overlap", [1, 2])
@pytest.mark.parametrize("lost", ["tasks", "annotations"])
def test_work_that_was_taken_for_anothers_first_goes_back_once(make_corpus, qawl, overlap, lost):
    """The journals of both knew it as gone, so it went back as the work of both: two who agreed, and where
    the other had done the article too, their own work was lost."""
    server, made = at_work(make_corpus, 1, overlap)
    before = [each.spans for each in derive.read(made, "entity")], whose(made)
    qawl(server, made, "pull", "--annotator", f"2={NAMES[0]}")
    assert qawl(server, made, "pull", "--annotator", f"2={NAMES[1]}").exit_code == 0
    assert whose(made) == before[1]
    for those in server.held.values():
        for task in those if lost == "annotations" else ():
            task["annotations"].clear()
        server.delete_tasks([each["id"] for each in those if lost == "tasks"])
    qawl(server, made, "pull")
    assert whose(made) == []
    said = qawl(server, made, "push", "--recover")
    assert f"{4 * overlap} annotations put back" in said.output
    assert "0 journalled" in qawl(server, made, "push", "--recover", "--dry-run").output
    assert qawl(server, made, "pull").exit_code == 0
    assert ([each.spans for each in derive.read(made, "entity")], whose(made)) == before
    assert "nothing to do" in qawl(server, made, "push").output
