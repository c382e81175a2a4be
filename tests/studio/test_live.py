"""Push and pull against a real Label Studio."""

import json
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from qawl import cli
from qawl.annotations import derive, import_files, journal_entries
from qawl.annotations.to_label_studio import write_results
from qawl.core import gold_file, project
from qawl.core.errors import ServerError
from qawl.core.records import JUDGE, Annotation, Relation, Span
from qawl.gold import judge as gold_judge
from qawl.scheme import scheme
from qawl.setup import doctor
from qawl.studio import plan, pull, recover, status
from qawl.studio import push as studio_push
from qawl.studio.client import Client

pytestmark = pytest.mark.live

TEXTS = ["قال أحمد 👩‍🚀 نعم.\nثم مضى.", "وقالت ليلى: «لا».", "نص بلا أقوال"]
ONE_LAYER = "layers: [quote]\nannotators: [a1, a2]"


def push(client, corpus):
    """Carries the plan out; its lines."""
    steps = plan.plan(client, corpus)
    for step in steps:
        if not step.empty:
            studio_push.apply(client, step)
    return [line for step in steps for line in step.lines()]


def pull_all(client, corpus):
    return pull.pull(client, corpus)


def work(text, number=1):
    """An annotation of the first text with nested spans, arrows and attributes."""
    spans = (
        Span("c", "CUE", 0, 3, text[:3]),
        Span("s", "SOURCE", 4, 8, text[4:8]),
        Span(
            "q",
            "CONTENT",
            9,
            len(text) - 1,
            text[9:-1],
            {"quote_type": "indirect", "source_status": "named", "speaker": f"أحمد {number}"},
        ),
    )
    drawn = (
        Relation(label="has_cue", from_="q", to="c"),
        Relation(label="has_source", from_="q", to="s"),
    )
    return Annotation(
        article_id="",
        layer="quote",
        annotator="a1",
        text_sha256="",
        scheme_version="0.1",
        spans=spans,
        relations=drawn,
    )


def submit(client, corpus, remote, count=1, number=1):
    """Submits work on the first tasks of a project; the annotation ids."""
    current = scheme.load(corpus, "quote")
    return [
        client.submit(
            task.id, {"result": write_results(work(TEXTS[0], number), current), "lead_time": 3.0}
        )["id"]
        for task in list(plan.remote_tasks(client, remote))[:count]
    ]


def test_a_second_push_has_an_empty_plan(served):
    corpus, client = served(*TEXTS, name="live-twice")
    assert len(push(client, corpus)) == 12
    assert push(client, corpus) == []
    for remote in plan.remotes(client, corpus):
        assert len(list(plan.remote_tasks(client, remote))) == len(TEXTS)


def test_pull_brings_back_what_was_submitted(served):
    corpus, client = served(TEXTS[0], name="live-pull", settings=ONE_LAYER)
    push(client, corpus)
    first, second = plan.remotes(client, corpus)
    submit(client, corpus, first)
    task = next(plan.remote_tasks(client, second))
    client.submit(task.id, {"result": [], "was_cancelled": True})
    outcome = pull_all(client, corpus)
    assert outcome.new == {("quote", "a1"): 1, ("quote", "a2"): 1}
    one, other = derive.read(corpus, "quote")
    assert (one.spans, one.relations) == (
        work(TEXTS[0]).spans[:1] + work(TEXTS[0]).spans[1:],
        work(TEXTS[0]).relations,
    )
    assert (one.annotator, other.annotator, other.status) == ("a1", "a2", "skipped")
    assert pull_all(client, corpus).new.total() == 0


def test_server_and_its_own_export_give_the_same_annotations(served, make_corpus, tmp_path):
    corpus, client = served(TEXTS[0], name="live-export", settings=ONE_LAYER)
    push(client, corpus)
    remote = plan.remotes(client, corpus)[0]
    submit(client, corpus, remote)
    pull_all(client, corpus)
    exported = client.request(
        "GET", f"api/projects/{remote.id}/export", params={"exportType": "JSON"}
    )
    path = tmp_path / "export.json"
    path.write_text(json.dumps(exported), "utf-8")
    other = make_corpus(TEXTS[0], name="offline", settings=ONE_LAYER)
    import_files.pull_files(other, [path], layer=None, annotator=None)
    records = list(derive.read(corpus, "quote"))
    assert list(derive.read(other, "quote")) == records

    def by_export(corpus):
        return import_files.pull_files(corpus, [path], layer=None).new.total()

    def by_server(corpus):
        return pull_all(client, corpus).new.total()

    # The same work by the other road adds nothing, whichever came first.
    assert by_export(corpus) == by_server(corpus) == 0
    copied = shutil.ignore_patterns("exports", ".qawl")
    again = project.load(shutil.copytree(corpus.root, tmp_path / "again", ignore=copied))
    assert by_export(again) == 1
    assert by_server(again) == by_export(again) == by_server(again) == 0
    assert list(derive.read(again, "quote")) == records
    (annotation,) = exported[0]["annotations"]
    client.request("DELETE", f"api/annotations/{annotation['id']}/")
    for each in (corpus, again):
        assert len(pull_all(client, each).alarms) == 1
        assert by_export(each) == 0
        assert not list(derive.read(each, "quote"))


def test_versions_and_deletions_stay_in_the_journal(served):
    corpus, client = served(TEXTS[0], name="live-versions", settings=ONE_LAYER)
    push(client, corpus)
    remote = plan.remotes(client, corpus)[0]
    (identity,) = submit(client, corpus, remote)
    pull_all(client, corpus)
    changed = write_results(work(TEXTS[0], 2), scheme.load(corpus, "quote"))
    client.request("PATCH", f"api/annotations/{identity}/", body={"result": changed})
    assert pull_all(client, corpus).new.total() == 1
    (record,) = derive.read(corpus, "quote")
    assert {span.attributes.get("speaker") for span in record.spans} == {None, "أحمد 2"}
    client.request("DELETE", f"api/annotations/{identity}/")
    outcome = pull_all(client, corpus)
    assert len(outcome.alarms) == 1
    assert not list(derive.read(corpus, "quote"))
    path = corpus.journal / "quote.a1.jsonl"
    assert [each.event for each in journal_entries.entries(path)] == [
        "version",
        "version",
        "deleted",
    ]


def test_push_mends_deleted_and_doubled_tasks_and_keeps_work(served):
    corpus, client = served(*TEXTS, name="live-mend", settings=ONE_LAYER)
    push(client, corpus)
    remote = plan.remotes(client, corpus)[0]
    submit(client, corpus, remote)
    tasks = list(client.tasks(remote.id))
    client.import_tasks(remote.id, [{"data": task["data"]} for task in tasks])
    unworked = [task.id for task in plan.remote_tasks(client, remote) if not task.worked_on]
    client.delete_tasks(unworked[:1])
    lines = push(client, corpus)
    assert any("remove" in line for line in lines)
    assert push(client, corpus) == []
    ids = sorted(task.article_id for task in plan.remote_tasks(client, remote))
    assert ids == sorted({task["data"]["article_id"] for task in tasks})
    pull_all(client, corpus)
    assert len(list(derive.read(corpus, "quote"))) == 1


def test_two_projects_of_one_annotator_become_one(served):
    corpus, client = served(*TEXTS, name="live-two", settings=ONE_LAYER)
    first = plan.plan(client, corpus)
    second = plan.plan(client, corpus)
    for step in (*first, *second):
        studio_push.apply(client, step)
    assert len(plan.remotes(client, corpus)) == 4
    push(client, corpus)
    assert len(plan.remotes(client, corpus)) == 2
    assert push(client, corpus) == []


def test_a_foreign_project_of_the_same_title_is_refused(served):
    corpus, client = served(*TEXTS, name="live-foreign", settings=ONE_LAYER)
    client.create_project({"title": "live-foreign · quote · a1"})
    with pytest.raises(ServerError, match="not of this corpus"):
        plan.plan(client, corpus)


def test_a_config_that_would_orphan_annotations_is_refused_with_counts(served):
    corpus, client = served(TEXTS[0], name="live-orphan", settings=ONE_LAYER)
    push(client, corpus)
    remote = plan.remotes(client, corpus)[0]
    submit(client, corpus, remote)
    path = corpus.label_config / "quote.yaml"
    path.write_text(path.read_text("utf-8").replace("SOURCE", "ORIGIN"), "utf-8")
    with pytest.raises(
        ServerError, match=r"lacks what its annotations use, or its drafts: SOURCE \(1\)"
    ):
        plan.plan(client, corpus)


def test_wrong_token_no_server_and_no_label_studio_are_one_line_each(label_studio):
    with (
        Client(label_studio.url, "0" * 40) as client,
        pytest.raises(ServerError, match="refuses the token"),
    ):
        list(client.projects())
    with (
        Client("http://127.0.0.1:9", "0" * 40) as client,
        pytest.raises(ServerError, match="no Label Studio answers"),
    ):
        list(client.projects())
    with (
        Client(f"{label_studio.url}/nowhere", label_studio.token) as client,
        pytest.raises(ServerError) as caught,
    ):
        list(client.projects())
    assert "\n" not in str(caught.value)


def test_commands_push_and_pull(served, monkeypatch):
    corpus, _ = served(TEXTS[0], name="live-commands", settings=ONE_LAYER)
    monkeypatch.chdir(corpus.root)
    run = CliRunner().invoke
    dry = run(cli.group, ["push", "--dry-run"])
    assert "make project" in dry.output
    assert "nothing was changed" in dry.output
    assert run(cli.group, ["push"]).exit_code == 0
    assert "nothing to do" in run(cli.group, ["push"]).output
    assert "0 annotations" in run(cli.group, ["pull"]).output


def test_no_name_or_address_is_written(served, label_studio):
    corpus, client = served(TEXTS[0], name="live-names", settings=ONE_LAYER)
    push(client, corpus)
    submit(client, corpus, plan.remotes(client, corpus)[0])
    pull_all(client, corpus)
    for path in corpus.root.rglob("*"):
        if path.is_file() and ".qawl" not in path.parts:
            assert label_studio.username not in path.read_text("utf-8"), path


def test_a_lock_names_its_holder(make_corpus):
    """Another process is refused; the one that holds it may ask for it again."""
    corpus = make_corpus("نص")
    with project.lock(corpus, "push"), project.lock(corpus, "pull"):
        done = subprocess.run(
            [sys.executable, "-m", "qawl", "-C", str(corpus.root), "validate", "--fix"],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "in use by" in done.stderr
    assert "qawl push" in done.stderr


def test_status_says_who_has_what(served):
    corpus, client = served(*TEXTS, name="live-status", settings=ONE_LAYER)
    push(client, corpus)
    first, second = plan.remotes(client, corpus)
    submit(client, corpus, first, count=2)
    client.submit(next(plan.remote_tasks(client, second)).id, {"result": [], "was_cancelled": True})
    one, other = status.standings(client, corpus)
    assert (one.annotator, one.assigned, one.done, one.skipped, one.left) == ("a1", 3, 2, 0, 1)
    assert (other.annotator, other.assigned, other.done, other.skipped, other.left) == (
        "a2",
        3,
        0,
        1,
        2,
    )
    client.submit(next(plan.remote_tasks(client, first)).id, {"result": [], "was_cancelled": True})
    task = list(plan.remote_tasks(client, first))[2]
    client.submit(task.id, {"result": [], "was_cancelled": True})
    one, _ = status.standings(client, corpus)
    assert (one.done, one.skipped, one.left, one.next) == (2, 1, 0, None)
    assert other.next.startswith(client.url)
    assert one.minutes is not None


def test_doctor_finds_a_set_up_in_order_and_leaves_nothing_behind(served):
    corpus, client = served(*TEXTS, name="live-doctor", settings=ONE_LAYER)
    assert [line.what for line in doctor.examine(corpus) if not line.well] == ["push"]
    push(client, corpus)
    before = len(list(client.projects()))
    assert all(line.well for line in doctor.examine(corpus))
    assert len(list(client.projects())) == before


def test_a_judge_decides_in_a_project_of_their_own(served):
    corpus, client = served(TEXTS[0], name="live-judge", settings=ONE_LAYER)
    push(client, corpus)
    for number, remote in enumerate(plan.remotes(client, corpus), start=1):
        submit(client, corpus, remote, number=number)
    pull_all(client, corpus)
    assert gold_judge.adjudicate(corpus).incomplete == {"quote": 1}
    assert any("adjudication" in line for line in push(client, corpus))
    assert push(client, corpus) == []
    judge = next(each for each in plan.remotes(client, corpus) if each.annotator == JUDGE)
    task = next(client.tasks(judge.id, annotations=True))
    assert [each["model_version"] for each in task["predictions"]] == ["agreed", "A", "B"]
    submit(client, corpus, judge, number=3)
    pull_all(client, corpus)
    outcome = gold_judge.adjudicate(corpus)
    assert outcome.incomplete == {"quote": 0}
    (gold,) = gold_file.read(corpus, "quote")
    assert (gold.decided_by, gold.complete) == ("adjudicator", True)
    assert {span.attributes.get("speaker") for span in gold.spans} == {None, "أحمد 3"}
    # The guidelines take examples from what the judge decided.
    assert all("guidelines" in line for line in push(client, corpus))
    assert push(client, corpus) == []
    first = plan.remotes(client, corpus)[0]
    changed = write_results(work(TEXTS[0], 9), scheme.load(corpus, "quote"))
    made = next(client.tasks(first.id, annotations=True))["annotations"][0]["id"]
    client.request("PATCH", f"api/annotations/{made}/", body={"result": changed})
    pull_all(client, corpus)
    assert len(gold_judge.adjudicate(corpus).reopened) == 1
    assert any("add 1 task" in line for line in push(client, corpus))


def test_what_an_absent_annotator_has_not_begun_goes_to_others(served):
    from qawl.core import project

    corpus, client = served(
        *TEXTS,
        name="live-away",
        settings="layers: [quote]\nannotators: [a1, a2, a3]\noverlap: {quote: 1}",
    )
    push(client, corpus)
    first = next(
        each for each in plan.remotes(client, corpus) if list(plan.remote_tasks(client, each))
    )
    submit(client, corpus, first)
    begun = {task.article_id for task in plan.remote_tasks(client, first) if task.worked_on}
    path = corpus.root / "qawl.yaml"
    path.write_text(
        path.read_text("utf-8").replace(
            f"{first.annotator}", f"{{name: {first.annotator}, away: true}}", 1
        ),
        "utf-8",
    )
    corpus = project.load(corpus.root)
    push(client, corpus)
    assert push(client, corpus) == []
    found = [
        (each.annotator, task.article_id)
        for each in plan.remotes(client, corpus)
        for task in plan.remote_tasks(client, each)
    ]
    assert len(found) == len(TEXTS) == len({identity for _, identity in found})
    assert {identity for who, identity in found if who == first.annotator} == begun


def test_recover_puts_back_what_the_server_lost(served):
    corpus, client = served(*TEXTS, name="live-recover", settings=ONE_LAYER)
    push(client, corpus)
    first, second = plan.remotes(client, corpus)
    submit(client, corpus, first, count=2)
    submit(client, corpus, second)
    pull_all(client, corpus)
    before = {
        (each.annotator, each.article_id): (each.spans, each.relations)
        for each in derive.read(corpus, "quote")
    }
    client.delete_project(first.id)
    pull_all(client, corpus)
    assert studio_push.bring(client, corpus) > 0
    assert recover.recover(client, corpus).count == 2
    assert recover.recover(client, corpus).count == 0
    pull_all(client, corpus)
    after = {
        (each.annotator, each.article_id): (each.spans, each.relations)
        for each in derive.read(corpus, "quote")
    }
    assert after == before


def test_what_a_judge_decided_counts_after_everything_was_lost(served, monkeypatch):
    """The work that was put back has other numbers and times: verdicts on it counted no more, as if
    annotators had changed their minds, and `--recover` said that they are left out."""
    corpus, client = served(TEXTS[0], name="live-judge-lost", settings=ONE_LAYER)
    push(client, corpus)
    for number, remote in enumerate(plan.remotes(client, corpus), start=1):
        submit(client, corpus, remote, number=number)
    pull_all(client, corpus)
    gold_judge.adjudicate(corpus)
    push(client, corpus)
    judge = next(each for each in plan.remotes(client, corpus) if each.annotator == JUDGE)
    submit(client, corpus, judge, number=3)
    pull_all(client, corpus)
    gold_judge.adjudicate(corpus)
    (before,) = gold_file.read(corpus, "quote")
    for each in plan.remotes(client, corpus):
        client.delete_project(each.id)
    monkeypatch.chdir(corpus.root)
    done = CliRunner().invoke(cli.group, ["push", "--recover"])
    assert (done.exit_code, "2 annotations put back" in done.output) == (0, True), done.output
    assert CliRunner().invoke(cli.group, ["pull"]).exit_code == 0
    said = CliRunner().invoke(cli.group, ["adjudicate"]).output
    assert "all complete" in said
    assert "reopened" not in said
    (after,) = gold_file.read(corpus, "quote")
    assert (after.decided_by, after.spans) == ("adjudicator", before.spans)


def test_the_invitation_opens_a_sign_up(served):
    import urllib.request

    _, client = served(TEXTS[0], name="live-invite", settings=ONE_LAYER)
    with urllib.request.urlopen(client.invitation(), timeout=20) as answer:
        assert answer.status == 200
        assert b"password" in answer.read()


def test_watch_says_at_once_what_is_wrong(served, tmp_path):
    import os
    import subprocess
    import sys
    import time

    corpus, client = served(TEXTS[0], name="live-watch", settings=ONE_LAYER)
    push(client, corpus)
    task = next(plan.remote_tasks(client, plan.remotes(client, corpus)[0]))
    with (tmp_path / "out").open("w") as out:
        command = [sys.executable, "-m", "qawl", "pull", "--watch", "--every", "1"]
        with subprocess.Popen(
            command, cwd=corpus.root, env=os.environ, stdout=out, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(4)
            bad = {
                "id": "x",
                "from_name": "quote",
                "to_name": "text",
                "type": "labels",
                "value": {"start": 2, "end": 99, "labels": ["CUE"]},
            }
            client.submit(task.id, {"result": [bad]})
            deadline = time.monotonic() + 20
            while (
                "offset-range" not in (tmp_path / "out").read_text("utf-8")
                and time.monotonic() < deadline
            ):
                time.sleep(0.3)
            process.terminate()
    assert "offset-range" in (tmp_path / "out").read_text("utf-8")
