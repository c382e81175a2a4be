"""Pull from a real Label Studio reads what changed, goes on where it was, and misses nothing."""

import shutil
from datetime import timedelta

import pytest

from qawl import (
    annotations,
    derived,
    following,
    journal,
    label_studio,
    project,
    recover,
    scheme,
    sync,
)
from qawl.errors import ServerError
from qawl.results import write_results
from test_live import ONE_LAYER, TEXTS, push, submit, work

pytestmark = pytest.mark.live


@pytest.fixture
def prompt(monkeypatch):
    """A margin in which nothing is read again: the server's clock counts whole seconds."""
    monkeypatch.setattr(following, "MARGIN", timedelta(seconds=-1.1))


def wait():
    import time

    time.sleep(2.3)


def test_only_what_changed_is_read(served, prompt):
    corpus, client = served(*TEXTS, name="follow-changed", settings=ONE_LAYER)
    push(client, corpus)
    first, second = sync.remotes(client, corpus)
    made, _ = submit(client, corpus, first, count=2)
    submit(client, corpus, second)
    outcome = following.pull(client, corpus)
    assert (outcome.tasks, outcome.agreed) == (3, [2, 1])
    wait()
    assert following.pull(client, corpus).tasks == 0
    wait()
    changed = write_results(work(TEXTS[0], 7), scheme.load(corpus, "quote"))
    client.request("PATCH", f"api/annotations/{made}/", body={"result": changed})
    outcome = following.pull(client, corpus)
    assert (outcome.tasks, outcome.new.total()) == (1, 1)
    wait()
    client.request("DELETE", f"api/annotations/{made}/")
    assert len(following.pull(client, corpus).alarms) == 1
    assert following.pull(client, corpus).alarms == []
    assert len(list(annotations.read(corpus, "quote"))) == 2


def test_a_killed_pull_goes_on_where_it_was(served, prompt, monkeypatch):
    monkeypatch.setattr(label_studio, "PAGE", 1)
    corpus, client = served(*TEXTS, name="follow-killed", settings=ONE_LAYER)
    push(client, corpus)
    first = sync.remotes(client, corpus)[0]
    submit(client, corpus, first, count=len(TEXTS))
    whole = client.task_pages

    def broken(*arguments, **options):
        for number, page in enumerate(whole(*arguments, **options)):
            if number == 2:
                raise KeyboardInterrupt
            yield page

    monkeypatch.setattr(client, "task_pages", broken)
    with pytest.raises(KeyboardInterrupt):
        following.pull(client, corpus)
    assert len(list(annotations.read(corpus, "quote"))) == 2
    monkeypatch.setattr(client, "task_pages", whole)
    outcome = following.pull(client, corpus)
    assert outcome.new == {("quote", "a1"): 1}
    assert outcome.tasks == 1
    assert len(list(annotations.read(corpus, "quote"))) == len(TEXTS)


def test_a_journal_brought_back_from_before_is_filled_again(served, prompt, tmp_path):
    corpus, client = served(*TEXTS, name="follow-back", settings=ONE_LAYER)
    push(client, corpus)
    first = sync.remotes(client, corpus)[0]
    (made,) = submit(client, corpus, first)
    following.pull(client, corpus)
    shutil.copytree(journal.folder(corpus), tmp_path / "before")
    wait()
    changed = write_results(work(TEXTS[0], 7), scheme.load(corpus, "quote"))
    client.request("PATCH", f"api/annotations/{made}/", body={"result": changed})
    following.pull(client, corpus)
    latest = list(annotations.read(corpus, "quote"))
    shutil.rmtree(journal.folder(corpus))
    shutil.copytree(tmp_path / "before", journal.folder(corpus))
    wait()
    assert following.pull(client, corpus).new.total() == 1
    assert list(annotations.read(corpus, "quote")) == latest


def test_a_project_that_is_gone_raises_an_alarm_until_it_is_recovered(served):
    corpus, client = served(*TEXTS, name="follow-gone", settings=ONE_LAYER)
    push(client, corpus)
    first = sync.remotes(client, corpus)[0]
    submit(client, corpus, first, count=2)
    following.pull(client, corpus)
    before = [(each.article_id, each.spans) for each in annotations.read(corpus, "quote")]
    client.delete_project(first.id)
    for _ in range(2):
        (alarm,) = following.pull(client, corpus).alarms
        assert "with 2 annotations is gone" in alarm
    sync.bring(client, corpus)
    recover.recover(client, corpus)
    for _ in range(2):
        assert following.pull(client, corpus).alarms == []
    after = [(each.article_id, each.spans) for each in annotations.read(corpus, "quote")]
    assert after == before
    checks = {each.check for each in derived.findings(corpus, "quote")}
    assert "annotation-duplicate" not in checks


def test_work_on_a_foreign_task_is_named_every_time(served, prompt):
    corpus, client = served(TEXTS[0], name="follow-foreign", settings=ONE_LAYER)
    push(client, corpus)
    first = sync.remotes(client, corpus)[0]
    data = {**next(client.tasks(first.id))["data"], "text": "نص غريب", "article_id": "0" * 12}
    client.import_tasks(first.id, [{"data": {**data, "text_sha256": "0" * 64}}])
    foreign = max(task["id"] for task in client.tasks(first.id, fields=("id",)))
    client.submit(foreign, {"result": []})
    submit(client, corpus, first)
    for _ in range(2):
        outcome = following.pull(client, corpus)
        assert outcome.set_aside["task of no article"] >= 1
        assert outcome.alarms == []
        wait()
    assert len(list(annotations.read(corpus, "quote"))) == 1


def test_a_count_that_does_not_fit_names_the_project(served, monkeypatch):
    corpus, client = served(TEXTS[0], name="follow-count", settings=ONE_LAYER)
    push(client, corpus)
    monkeypatch.setattr(sync, "total", lambda fields: 3)
    first = sync.remotes(client, corpus)[0]
    with pytest.raises(ServerError, match=rf"project {first.id} \(quote, a1\) holds 3"):
        following.pull(client, corpus)


def test_a_draft_is_work_that_is_not_handed_over(served):
    settings = "layers: [quote]\nannotators: [a1, a2, a3]\noverlap: {quote: 1}"
    corpus, client = served(*TEXTS, name="follow-draft", settings=settings)
    push(client, corpus)
    owner, task = next(
        (remote, task)
        for remote in sync.remotes(client, corpus)
        for task in sync.remote_tasks(client, remote)
    )
    results = write_results(work(TEXTS[0]), scheme.load(corpus, "quote"))
    client.request("POST", f"api/tasks/{task.id}/drafts", body={"result": results, "lead_time": 1})
    path = corpus.root / "qawl.yaml"
    away = path.read_text("utf-8").replace(
        owner.annotator, f"{{name: {owner.annotator}, away: true}}", 1
    )
    path.write_text(away, "utf-8")
    corpus = project.load(corpus.root)
    push(client, corpus)
    assert [each.id for each in sync.remote_tasks(client, owner)] == [task.id]
    assert following.pull(client, corpus).drafts == 1
