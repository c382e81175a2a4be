"""Push to a real Label Studio when somebody else was there too: by hand, at once, or in between."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import msgspec
import pytest
from click.testing import CliRunner
from test_live import ONE_LAYER, TEXTS, push, submit, work

from people import Person
from proxy import proxy
from qawl import cli
from qawl.annotations import derive, journal_entries
from qawl.annotations import store as annotation_store
from qawl.annotations.to_label_studio import write_results
from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.core import files, project
from qawl.core.errors import ProjectError
from qawl.core.records import Span, Suggestion
from qawl.scheme import scheme
from qawl.setup import doctor
from qawl.studio import plan, pull, recover, status
from qawl.studio import push as studio_push

pytestmark = pytest.mark.live


def results(made):
    return write_results(work(TEXTS[0]), scheme.load(made, "quote"))


def ids(client, remote):
    return sorted(task.article_id for task in plan.remote_tasks(client, remote))


def settle(made, before, after):
    """The corpus with something in its qawl.yaml changed."""
    path = made.root / "qawl.yaml"
    path.write_text(path.read_text("utf-8").replace(before, after, 1), "utf-8")
    return project.load(made.root)


def checks(made):
    return {each.check for each in annotation_store.findings(made, "quote")}


def test_a_task_that_was_edited_by_hand_is_replaced_or_named(served):
    made, client = served(*TEXTS, name="push-edited", settings=ONE_LAYER)
    push(client, made)
    first, second = plan.remotes(client, made)
    for remote in (first, second):
        data = next(client.tasks(remote.id))["data"]
        task = next(plan.remote_tasks(client, remote))
        edited = {**data, "text": f"تعديل {data['text']}"}
        client.request("PATCH", f"api/tasks/{task.id}/", body={"data": edited})
    worked = next(plan.remote_tasks(client, first))
    client.submit(worked.id, {"result": results(made)})
    lines = push(client, made)
    assert any(
        f"task {worked.id} has work and stays, though its text was edited in Label" in line
        for line in lines
    )
    assert any("remove 1 task without work" in line and "edited" in line for line in lines)
    assert all(step.empty for step in plan.plan(client, made))
    assert (
        ids(client, second)
        == ids(client, first)
        == sorted(a.id for a in article_store.articles(made))
    )
    pull.pull(client, made)
    (entry,) = journal_entries.entries(made.journal / "quote.a1.jsonl")
    assert entry.text is not None
    assert entry.text.startswith("تعديل")


def test_an_empty_push_status_and_pull_write_nothing_to_the_server(served, label_studio):
    made, client = served(*TEXTS, name="push-reads", settings=ONE_LAYER)
    push(client, made)
    submit(client, made, plan.remotes(client, made)[0])
    with proxy(label_studio.url) as between:
        settle(made, label_studio.url, between.url)
        for command in ("push", "status", "pull"):
            done = subprocess.run(
                [sys.executable, "-m", "qawl", command], cwd=made.root, check=False
            )
            assert done.returncode == 0
        assert between.methods
        assert {*between.methods} == {"GET"}


def test_two_leads_who_push_at_once_leave_every_task_there_once(served, tmp_path):
    for turn in range(3):
        made, client = served(*TEXTS, name=f"push-leads-{turn}", settings=ONE_LAYER)
        other = tmp_path / f"other-{turn}"
        shutil.copytree(made.root, other)
        leads = [
            subprocess.Popen(
                [sys.executable, "-m", "qawl", "push"],
                cwd=folder,
                env=os.environ,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for folder in (made.root, other)
        ]
        for lead in leads:
            lead.wait()
        studio_push.bring(client, made)
        assert push(client, project.load(other)) == []
        found = plan.remotes(client, made)
        assert [each.annotator for each in found] == ["a1", "a2"]
        for remote in found:
            assert ids(client, remote) == sorted(each.id for each in article_store.articles(made))


def test_work_in_two_projects_of_one_annotator_stays_and_counts_once(served):
    made, client = served(*TEXTS, name="push-twins", settings=ONE_LAYER)
    for step in (*plan.plan(client, made), *plan.plan(client, made)):
        studio_push.apply(client, step)
    mine = [each for each in plan.remotes(client, made) if each.annotator == "a1"]
    for remote in mine:
        submit(client, made, remote)
    push(client, made)
    assert all(step.empty for step in plan.plan(client, made))
    stand = [task for each in mine for task in plan.remote_tasks(client, each)]
    assert sum(task.worked_on for task in stand) == 2
    unworked = [task.article_id for task in stand if not task.worked_on]
    assert len(unworked) == len({*unworked}) == len(TEXTS) - 1
    pull.pull(client, made)
    assert len(list(derive.read(made, "quote"))) == 1
    assert "annotation-duplicate" in checks(made)


def test_tasks_imported_by_hand_and_annotated_count_once(served):
    made, client = served(*TEXTS, name="push-by-hand", settings=ONE_LAYER)
    push(client, made)
    first = plan.remotes(client, made)[0]
    client.import_tasks(first.id, [{"data": each["data"]} for each in client.tasks(first.id)])
    submit(client, made, first, count=2 * len(TEXTS))
    lines = push(client, made)
    assert sum("is there twice" in line for line in lines) == len(TEXTS)
    assert all(step.empty for step in plan.plan(client, made))
    pull.pull(client, made)
    assert len(list(derive.read(made, "quote"))) == len(TEXTS)


def test_a_task_that_says_no_article_is_of_the_one_with_its_text(served):
    """A lead deleted a task and imported its bare text anew, and a text of no article: `pull` had the work,
    but `push` asked for the article again, and said that the server had lost the work."""
    made, client = served(
        *TEXTS, name="push-bare", settings="layers: [entity]\nannotators: [a1, a2]"
    )
    push(client, made)
    first = plan.remotes(client, made)[0]
    client.delete_tasks(t["id"] for t in client.tasks(first.id) if t["data"]["text"] == TEXTS[0])
    before = {each["id"] for each in client.tasks(first.id)}
    bare = [TEXTS[0], "Of no article."]
    client.import_tasks(first.id, [{"data": {"text": each}} for each in bare])
    for task in client.tasks(first.id):
        if task["id"] not in before:
            client.submit(task["id"], {"result": []})
    assert pull.pull(client, made).new == {("entity", "a1"): 1}
    lines = push(client, made)
    assert not [each for each in lines if "add" in each or "not to be annotated" in each], lines
    assert sum("it is of no article of this corpus" in each for each in lines) == 1
    assert recover.lost(client, made) == 0


def test_a_withdrawn_article_is_said_by_push_and_pull(served):
    made, client = served(*TEXTS, name="push-withdrawn", settings=ONE_LAYER)
    push(client, made)
    first, second = plan.remotes(client, made)
    task = next(plan.remote_tasks(client, first))
    withdrawal.withdraw(made, task.article_id, "رجع المصدر عنها")
    client.submit(task.id, {"result": results(made)})
    (alarm,) = pull.pull(client, made).alarms
    assert f"new work on article {task.article_id}, which is withdrawn" in alarm
    assert pull.pull(client, made).alarms == []
    lines = push(client, made)
    assert any(f"task {task.id} has work and stays" in line for line in lines)
    assert any("a2: its article is withdrawn" in line for line in lines)
    assert task.article_id in ids(client, first)
    assert task.article_id not in ids(client, second)


def test_an_annotator_taken_out_of_the_settings_keeps_their_work(served):
    made, client = served(
        *TEXTS,
        name="push-left",
        settings="layers: [quote]\nannotators: [a1, a2, a3]\noverlap: {quote: 2}",
    )
    push(client, made)
    gone = next(each for each in plan.remotes(client, made) if ids(client, each))
    task = next(plan.remote_tasks(client, gone))
    client.submit(task.id, {"result": results(made)})
    rest = ", ".join({"a1", "a2", "a3"} - {gone.annotator})
    made = settle(made, "annotators: [a1, a2, a3]", f"annotators: [{rest}]")
    lines = push(client, made)
    assert any(f"{gone.annotator} is not in qawl.yaml;" in line for line in lines)
    assert all(step.empty for step in plan.plan(client, made))
    assert ids(client, gone) == [task.article_id]
    every = [each for remote in plan.remotes(client, made) for each in ids(client, remote)]
    assert sorted(every) == sorted(2 * [each.id for each in article_store.articles(made)])
    assert pull.pull(client, made).new == {("quote", gone.annotator): 1}


def test_what_was_begun_since_the_plan_is_not_removed(served):
    made, client = served(*TEXTS, name="push-begun", settings=ONE_LAYER)
    push(client, made)
    first, second = plan.remotes(client, made)
    made = settle(made, "[a1, a2]", "[{name: a1, away: true}, {name: a2, away: true}]")
    steps = plan.plan(client, made)
    assert [sum(map(len, step.remove.values())) for step in steps] == [3, 3]
    submit(client, made, first)
    drafted = next(plan.remote_tasks(client, second))
    client.request("POST", f"api/tasks/{drafted.id}/drafts", body={"result": results(made)})
    for step in steps:
        studio_push.apply(client, step)
    assert len(ids(client, first)) == len(ids(client, second)) == 1
    assert all(step.empty for step in plan.plan(client, made))


def test_a_new_version_of_a_scheme_is_stamped_after_a_push(served):
    made, client = served(*TEXTS, name="push-stamp", settings=ONE_LAYER)
    push(client, made)
    first = plan.remotes(client, made)[0]
    submit(client, made, first)
    pull.pull(client, made)
    path = made.label_config / "quote.yaml"
    path.write_text(path.read_text("utf-8").replace('version: "0.1"', 'version: "0.2"'), "utf-8")
    task = list(plan.remote_tasks(client, first))[1]
    client.submit(task.id, {"result": results(made)})
    pull.pull(client, made)
    assert any("bring the config" in line for line in push(client, made))
    assert push(client, made) == []
    task = list(plan.remote_tasks(client, first))[2]
    client.submit(task.id, {"result": results(made)})
    pull.pull(client, made)
    versions = sorted(each.scheme_version for each in derive.read(made, "quote"))
    assert versions == ["0.1", "0.1", "0.2"]


def test_recover_without_writing_says_how_many(served):
    made, client = served(*TEXTS, name="push-lost", settings=ONE_LAYER)
    push(client, made)
    first, second = plan.remotes(client, made)
    submit(client, made, first, count=2)
    submit(client, made, second)
    pull.pull(client, made)
    assert recover.lost(client, made) == 0
    client.delete_project(first.id)
    done = subprocess.run(
        [sys.executable, "-m", "qawl", "push", "--recover", "--dry-run"],
        cwd=made.root,
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "2 journalled annotations not on the server" in done.stdout
    assert [each.annotator for each in plan.remotes(client, made)] == ["a2"]


def test_training_that_is_no_article_is_named(served):
    made, client = served(*TEXTS, name="push-training", settings=ONE_LAYER)
    settings = msgspec.structs.replace(made.settings, training=("0" * 12,))
    with pytest.raises(ProjectError, match="training: 000000000000"):
        plan.plan(client, project.Project(root=made.root, settings=settings))


def test_who_has_no_project_yet_is_said(served, monkeypatch):
    made, client = served(*TEXTS, name="push-new", settings=ONE_LAYER)
    push(client, made)
    settle(made, "[a1, a2]", "[a1, a2, a3]")
    monkeypatch.chdir(made.root)
    said = CliRunner().invoke(cli.group, ["status"]).output
    assert "not in Label Studio yet: quote a3 (run `qawl push`)" in said
    client.create_project({"title": "push-new · quote · a3"})
    lines = {line.what: line for line in doctor.examine(project.load(made.root))}
    assert not lines["push"].well
    assert "is not of this corpus" in lines["push"].said
    assert lines["round trip"].well


def test_work_of_two_users_in_one_project_is_a_finding(served):
    made, client = served(*TEXTS, name="push-users", settings=ONE_LAYER)
    push(client, made)
    first = plan.remotes(client, made)[0]
    tasks = [task.id for task in plan.remote_tasks(client, first)]
    for number, task in enumerate(tasks[:2]):
        person = Person(client.invitation(), f"user{number}@two.example")
        person.submit(task, results(made))
        person.close()
    pull.pull(client, made)
    assert "annotator-several" in checks(made)


def test_counters_that_a_server_has_not_kept_are_not_trusted(served, tmp_path_factory):
    """As found on PostgreSQL: a task's own counters stay at nothing while it has annotations."""
    made, client = served(*TEXTS, name="push-counters", settings=ONE_LAYER)
    push(client, made)
    first = plan.remotes(client, made)[0]
    submit(client, made, first, count=2)
    (database,) = tmp_path_factory.getbasetemp().glob("server0/home/.qawl/label-studio/*.sqlite3")
    with closing(sqlite3.connect(database, timeout=60)) as opened, opened:
        said = "total_annotations = 0, cancelled_annotations = 0, is_labeled = 0"
        opened.execute(f"UPDATE task SET {said} WHERE project_id = ?", (first.id,))
    assert [task.annotated for task in plan.remote_tasks(client, first)] == [True, True, False]
    one, _ = status.standings(client, made)
    assert (one.done, one.skipped, one.left) == (2, 0, 1)
    made = settle(made, "[a1, a2]", "[a2]")
    push(client, made)
    assert len(ids(client, first)) == 2


def test_suggestions_and_titles_that_change_reach_open_tasks_on_the_server(served):
    """The server keeps suggestions apart from a task's data, and shows those of one model alone."""
    lines = "layers: [quote]\nannotators: [a1]\nsuggestions: {without: 0}"
    made, client = served(*TEXTS, name="push-later", settings=lines)
    push(client, made)
    (remote,) = plan.remotes(client, made)
    submit(client, made, remote)
    done = next(plan.remote_tasks(client, remote))
    for model_version in ("1", "2"):
        given = [
            Suggestion(
                article_id=each.id, layer="quote", model="rules", model_version=model_version,
                text_sha256=each.text_sha256, scheme_version="0.1",
                spans=(Span("s", "CUE", 0, 2, each.text[:2]),),
            )
            for each in article_store.articles(made)
        ]  # fmt: skip
        made.suggestions_file("quote").parent.mkdir(exist_ok=True)
        files.write(made.suggestions_file("quote"), given)
        lines = push(client, project.load(made.root))
        assert any("bring 2 tasks without work up to date" in line for line in lines)
        assert any("1 task with work keeps the names" in line for line in lines)
        (remote,) = plan.remotes(client, made)
        assert remote.fields["model_version"] == f"rules {model_version}"
        for task in client.tasks(remote.id, fields=("id", "data")):
            found = client.request("GET", "api/predictions/", params={"task": task["id"]})
            versions = [each["model_version"] for each in found]
            assert versions == ([] if task["id"] == done.id else [f"rules {model_version}"])
    assert all(step.empty for step in plan.plan(client, project.load(made.root)))
