"""A scheme changes while its work stands on a real Label Studio: nothing there is lost, and what needs a person is
asked anew in a new project."""

import pytest
from click.testing import CliRunner

from qawl import cli
from qawl.annotations import derive
from qawl.core import gold_file, project
from qawl.core.errors import ServerError
from qawl.studio import plan, pull, recover
from qawl.studio import push as studio_push
from qawl.validation import validate

pytestmark = pytest.mark.live

TEXTS = [f"Mona opened bank {number} in Tripoli." for number in range(3)]
OLD = 'layer: x\nversion: "1"\nlabels: [PERS, ORG, LOC]\n'
NEW = """
layer: x
version: "2"
labels: [PERSON, FIRM, OFFICE, LOC]
changes:
  - from: "1"
    renamed: [{label: PERS, to: PERSON}]
    split: [{label: ORG, into: [FIRM, OFFICE], default: FIRM}]
"""


def region(label, start, end, text):
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return {
        "id": f"r{start}",
        "from_name": "x",
        "to_name": "text",
        "type": "labels",
        "value": value,
    }


def changed(made, text):
    (made.label_config / "x.yaml").write_text(text, "utf-8")
    return project.load(made.root)


def push(client, made):
    steps = [step for step in plan.plan(client, made) if not step.empty]
    for step in steps:
        studio_push.apply(client, step)
    return [line for step in steps for line in step.lines()]


@pytest.fixture
def at_work(served, request):
    """(corpus, client, its one project) with three tasks: one with a split to decide, one renamed, one open."""
    made, client = served(
        *TEXTS,
        name=f"changes{len(request.node.name)}",
        settings="language: en\nlayers: [x]\nannotators: [a1]\noverlap: {x: 1}",
    )
    made = changed(made, OLD)
    push(client, made)
    (remote,) = plan.remotes(client, made)
    first, second, _ = client.tasks(remote.id)
    for task, labels in ((first, ["PERS", "ORG"]), (second, ["PERS"])):
        text = task["data"]["text"]
        places = [(0, 4), (12, 16)][: len(labels)]
        marked = [region(each, *at, text) for each, at in zip(labels, places, strict=True)]
        client.submit(task["id"], {"result": marked})
    pull.pull(client, made)
    return made, client, remote


def test_work_stays_and_what_needs_a_person_is_asked_in_a_new_project(at_work):
    made, client, old = at_work
    made = changed(made, NEW)
    outcome = pull.pull(client, made)
    assert outcome.whole
    said = "\n".join(push(client, made))
    assert f"project {old.id} keeps version 1 of the scheme and 2 tasks with work" in said
    assert (
        f"remove 1 task without work from {made.settings.name} · x · a1: project {old.id} keeps"
        in said
    )
    assert f"add 3 tasks to {made.settings.name} · x · a1" in said
    assert push(client, made) == []
    there = {each.id: each for each in plan.remotes(client, made)}
    assert there[old.id].scheme_version == "1"
    (new,) = [each for each in there.values() if each.scheme_version == "2"]
    tasks = list(plan.remote_tasks(client, new))
    assert len(tasks) == 3
    # What needs nobody is there in the new names, as the annotator's own: to read, or to correct.
    (brought,) = [each for each in tasks if each.annotated]
    (theirs,) = client.request("GET", f"api/tasks/{brought.id}/annotations/")
    assert [each["value"]["labels"] for each in theirs["result"]] == [["PERSON"]]
    (before_,) = [
        each["annotations"][0]
        for each in client.tasks(old.id, annotations=True)
        if each["data"]["article_id"] == brought.article_id
    ]
    assert theirs["completed_by"] == before_["completed_by"]
    assert not client.request("GET", f"api/predictions/?task={brought.id}")
    before = sorted(
        (each.label, each.text) for record in derive.read(made, "x") for each in record.spans
    )
    assert before == [("FIRM", TEXTS[0][12:16]), ("PERSON", "Mona"), ("PERSON", "Mona")]
    asked = [each for each in validate.validate(made) if each.check == "scheme-split"]
    assert len(asked) == 1
    assert f"/projects/{old.id}/data?task=" in asked[0].url
    again = next(each for each in tasks if each.article_id == asked[0].article_id)
    (shown,) = client.request("GET", f"api/predictions/?task={again.id}")
    assert {each["value"]["labels"][0] for each in shown["result"]} == {"PERSON", "FIRM"}
    # The annotator says that the bank is an office.
    text = TEXTS[0]
    result = [region("PERSON", 0, 4, text), region("OFFICE", 12, 16, text)]
    client.submit(again.id, {"result": result})
    outcome = pull.pull(client, made)
    assert outcome.whole, list(outcome.doubled)
    assert outcome.alarms == []
    record = next(each for each in derive.read(made, "x") if each.article_id == again.article_id)
    assert [each.label for each in record.spans] == ["PERSON", "OFFICE"]
    other = next(each for each in derive.read(made, "x") if each.article_id == brought.article_id)
    assert [(each.label, each.text) for each in other.spans] == [("PERSON", "Mona")]
    assert other.provenance.project == new.id
    assert record.scheme_version == "2"
    found = {each.check for each in validate.validate(made)}
    assert not {
        "scheme-split", "annotation-duplicate", "annotation-deleted", "annotator-several"
    } & found  # fmt: skip
    assert push(client, made) == []
    assert recover.recover(client, made).count == 0
    # Who goes on in the old project is told that it does not count.
    body = {"result": [region("ORG", 0, 4, TEXTS[1])]}
    client.request("PATCH", f"api/annotations/{before_['id']}/", body=body)
    outcome = pull.pull(client, made)
    (late,) = outcome.doubled
    assert f"annotation {before_['id']} " in late
    assert f"annotation {theirs['id']} " in late
    assert not outcome.whole
    (found,) = [each for each in validate.validate(made) if each.check == "annotation-duplicate"]
    assert f"change {theirs['id']}" in found.message


def test_work_that_no_step_touches_stays_in_its_project(at_work):
    made, client, old = at_work
    added = OLD.replace('"1"', '"2"').replace("LOC]", "PLACE]")
    made = changed(made, added + "changes: [{from: 1, renamed: [{label: LOC, to: PLACE}]}]\n")
    assert any("config" in line for line in push(client, made))
    (remote,) = plan.remotes(client, made)
    assert (remote.id, remote.scheme_version) == (old.id, "2")


def test_what_was_changed_before_the_push_and_not_pulled_is_named(at_work):
    """The new project got it as it was at the last pull, and that counts."""
    made, client, old = at_work
    made = changed(made, NEW)
    pull.pull(client, made)
    second = [each for each in client.tasks(old.id, annotations=True) if each["annotations"]][1]
    body = {"result": [region("LOC", 0, 4, TEXTS[1])]}
    client.request("PATCH", f"api/annotations/{second['annotations'][0]['id']}/", body=body)
    push(client, made)
    (late,) = pull.pull(client, made).doubled
    assert "changed in a project of an older version of the scheme, does not count" in late


def test_a_name_that_a_draft_alone_uses_stays_within_its_reach(at_work):
    """The config was changed under the draft: its region had no label any more."""
    made, client, old = at_work
    task = next(each for each in plan.remote_tasks(client, old) if not each.annotated)
    place = 24, 31
    draft = {"result": [region("LOC", *place, TEXTS[2])], "lead_time": 1.0}
    client.request("POST", f"api/tasks/{task.id}/drafts?project={old.id}", body=draft)
    without = changed(made, OLD.replace(", LOC]", "]"))
    with pytest.raises(ServerError, match=r"or its drafts: LOC \(1\);"):
        push(client, without)
    added = OLD.replace('"1"', '"2"').replace("LOC]", "PLACE]")
    made = changed(made, added + "changes: [{from: 1, renamed: [{label: LOC, to: PLACE}]}]\n")
    pull.pull(client, made)
    said = "\n".join(push(client, made))
    assert f"project {old.id} keeps version 1 of the scheme and 3 tasks with work" in said
    client.submit(task.id, draft)
    pull.pull(client, made)
    (record,) = [r for r in derive.read(made, "x") if r.article_id == task.article_id]
    assert [(each.label, each.text) for each in record.spans] == [("PLACE", TEXTS[2][24:31])]


@pytest.mark.parametrize("verdict", ["PERS", "ORG"])
def test_verdicts_stay_valid_where_work_comes_into_a_new_project(served, monkeypatch, verdict):
    """Whether the judge's own work uses a name that was changed or not: annotators find theirs in the new
    names, and the verdicts on it counted no more."""
    settings = "language: en\nlayers: [x]\nannotators: [a1, a2]"
    made, client = served(TEXTS[0], name=f"changes-judge-{verdict}", settings=settings)
    made = changed(made, OLD)
    monkeypatch.chdir(made.root)

    def run(*words):
        done = CliRunner().invoke(cli.group, words)
        assert done.exit_code == 0, (words, done.output, done.exception)
        return done.output

    def submit(title, label):
        (remote,) = (each for each in plan.remotes(client, made) if each.annotator == title)
        (task,) = client.tasks(remote.id)
        client.submit(task["id"], {"result": [region(label, 0, 4, task["data"]["text"])]})

    run("push")
    submit("a1", "PERS")
    submit("a2", "ORG")
    run("pull")
    run("adjudicate")
    run("push")
    submit("adjudication", verdict)
    run("pull")
    assert "all complete" in run("adjudicate")
    renamed = 'changes: [{from: "1", renamed: [{label: PERS, to: PERSON}]}]\n'
    changed(made, OLD.replace('"1"', '"2"').replace("PERS", "PERSON") + renamed)
    run("pull", "--rebuild")
    run("adjudicate")
    for _ in range(2):
        run("push")
        run("pull")
        said = run("adjudicate")
        assert "all complete" in said
        assert "reopened" not in said
    assert "nothing to do" in run("push")
    (record,) = (each for each in derive.read(made, "x") if each.annotator == "a1")
    assert [each.label for each in record.spans] == ["PERSON"]
    (gold,) = gold_file.read(project.load(made.root), "x")
    named = {"PERS": "PERSON"}.get(verdict, verdict)
    assert (gold.decided_by, [each.label for each in gold.spans]) == ("adjudicator", [named])
