"""Pull from a real Label Studio reads what changed, goes on where it was, and misses nothing."""

import shutil
import time
from datetime import timedelta

import pytest
from click.testing import CliRunner
from test_live import ONE_LAYER, TEXTS, push, submit, work

from people import Person
from qawl import cli
from qawl.annotations import derive
from qawl.annotations import store as annotation_store
from qawl.annotations.to_label_studio import write_results
from qawl.core import project
from qawl.core.errors import QawlError, ServerError
from qawl.scheme import scheme
from qawl.studio import client as studio_client
from qawl.studio import plan, pull, pull_project, recover
from qawl.studio import push as studio_push
from qawl.studio.client import Client

pytestmark = pytest.mark.live


@pytest.fixture
def prompt(monkeypatch):
    """A margin in which nothing is read again: the server's clock counts whole seconds."""
    monkeypatch.setattr(pull_project, "MARGIN", timedelta(seconds=-1.1))


def wait():
    time.sleep(2.3)


def test_only_what_changed_is_read(served, prompt):
    corpus, client = served(*TEXTS, name="follow-changed", settings=ONE_LAYER)
    push(client, corpus)
    first, second = plan.remotes(client, corpus)
    made, _ = submit(client, corpus, first, count=2)
    submit(client, corpus, second)
    outcome = pull.pull(client, corpus)
    assert (outcome.tasks, outcome.agreed) == (3, [2, 1])
    wait()
    assert pull.pull(client, corpus).tasks == 0
    wait()
    changed = write_results(work(TEXTS[0], 7), scheme.load(corpus, "quote"))
    client.request("PATCH", f"api/annotations/{made}/", body={"result": changed})
    outcome = pull.pull(client, corpus)
    assert (outcome.tasks, outcome.new.total()) == (1, 1)
    wait()
    client.request("DELETE", f"api/annotations/{made}/")
    assert len(pull.pull(client, corpus).alarms) == 1
    assert pull.pull(client, corpus).alarms == []
    assert len(list(derive.read(corpus, "quote"))) == 2


def test_a_killed_pull_goes_on_where_it_was(served, prompt, monkeypatch):
    monkeypatch.setattr(studio_client, "PAGE", 1)
    corpus, client = served(*TEXTS, name="follow-killed", settings=ONE_LAYER)
    push(client, corpus)
    first = plan.remotes(client, corpus)[0]
    submit(client, corpus, first, count=len(TEXTS))
    whole = client.task_pages

    def broken(*arguments, **options):
        for number, page in enumerate(whole(*arguments, **options)):
            if number == 2:
                raise KeyboardInterrupt
            yield page

    monkeypatch.setattr(client, "task_pages", broken)
    with pytest.raises(KeyboardInterrupt):
        pull.pull(client, corpus)
    assert len(list(derive.read(corpus, "quote"))) == 2
    monkeypatch.setattr(client, "task_pages", whole)
    outcome = pull.pull(client, corpus)
    assert outcome.new == {("quote", "a1"): 1}
    assert outcome.tasks == 1
    assert len(list(derive.read(corpus, "quote"))) == len(TEXTS)


def test_a_journal_brought_back_from_before_is_filled_again(served, prompt, tmp_path):
    corpus, client = served(*TEXTS, name="follow-back", settings=ONE_LAYER)
    push(client, corpus)
    first = plan.remotes(client, corpus)[0]
    (made,) = submit(client, corpus, first)
    pull.pull(client, corpus)
    shutil.copytree(corpus.journal, tmp_path / "before")
    wait()
    changed = write_results(work(TEXTS[0], 7), scheme.load(corpus, "quote"))
    client.request("PATCH", f"api/annotations/{made}/", body={"result": changed})
    pull.pull(client, corpus)
    latest = list(derive.read(corpus, "quote"))
    shutil.rmtree(corpus.journal)
    shutil.copytree(tmp_path / "before", corpus.journal)
    wait()
    assert pull.pull(client, corpus).new.total() == 1
    assert list(derive.read(corpus, "quote")) == latest


def test_a_project_that_is_gone_raises_an_alarm_once_and_is_noted_until_it_is_recovered(served):
    corpus, client = served(*TEXTS, name="follow-gone", settings=ONE_LAYER)
    push(client, corpus)
    first = plan.remotes(client, corpus)[0]
    submit(client, corpus, first, count=2)
    pull.pull(client, corpus)
    before = [(each.article_id, each.spans) for each in derive.read(corpus, "quote")]
    client.delete_project(first.id)
    (alarm,) = pull.pull(client, corpus).alarms
    assert "with 2 annotations is gone" in alarm
    again = pull.pull(client, corpus)
    assert again.alarms == []
    assert any("still gone from Label Studio" in each for each in again.notes)
    studio_push.bring(client, corpus)
    recover.recover(client, corpus)
    for _ in range(2):
        assert pull.pull(client, corpus).alarms == []
    after = [(each.article_id, each.spans) for each in derive.read(corpus, "quote")]
    assert after == before
    checks = {each.check for each in annotation_store.findings(corpus, "quote")}
    assert "annotation-duplicate" not in checks


def test_work_on_a_foreign_task_is_named_every_time(served, prompt):
    corpus, client = served(TEXTS[0], name="follow-foreign", settings=ONE_LAYER)
    push(client, corpus)
    first = plan.remotes(client, corpus)[0]
    data = {**next(client.tasks(first.id))["data"], "text": "نص غريب", "article_id": "0" * 12}
    client.import_tasks(first.id, [{"data": {**data, "text_sha256": "0" * 64}}])
    foreign = max(task["id"] for task in client.tasks(first.id, fields=("id",)))
    client.submit(foreign, {"result": []})
    submit(client, corpus, first)
    for _ in range(2):
        outcome = pull.pull(client, corpus)
        assert outcome.set_aside["task of no article"] >= 1
        assert outcome.alarms == []
        wait()
    assert len(list(derive.read(corpus, "quote"))) == 1


def test_a_count_that_does_not_fit_names_the_project(served, monkeypatch):
    corpus, client = served(TEXTS[0], name="follow-count", settings=ONE_LAYER)
    push(client, corpus)
    monkeypatch.setattr(plan, "total", lambda fields: 3)
    first = plan.remotes(client, corpus)[0]
    with pytest.raises(ServerError, match=rf"project {first.id} \(quote, a1\) holds 3"):
        pull.pull(client, corpus)


def test_a_draft_is_work_that_is_not_handed_over(served):
    settings = "layers: [quote]\nannotators: [a1, a2, a3]\noverlap: {quote: 1}"
    corpus, client = served(*TEXTS, name="follow-draft", settings=settings)
    push(client, corpus)
    owner, task = next(
        (remote, task)
        for remote in plan.remotes(client, corpus)
        for task in plan.remote_tasks(client, remote)
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
    assert [each.id for each in plan.remote_tasks(client, owner)] == [task.id]
    assert pull.pull(client, corpus).drafts == 1


def test_a_task_that_the_server_fails_to_send_is_named_and_all_others_are_pulled(served):
    """Half an emoji in a surface: the server takes it, answers 500, and from then on to every reading."""
    corpus, client = served(*TEXTS, name="half-an-emoji", settings=ONE_LAYER)
    push(client, corpus)
    first, second = plan.remotes(client, corpus)
    submit(client, corpus, first, count=2)
    submit(client, corpus, second)
    assert pull.pull(client, corpus).whole
    bad, good = [task.id for task in plan.remote_tasks(client, first)][-2:]
    half = r'{"result": [{"id": "x", "from_name": "quote", "to_name": "text", "type": "labels",'
    half += r' "value": {"start": 0, "end": 1, "text": "\ud83d", "labels": ["CUE"]}}]}'
    done = client._http.httpx_client.post(
        f"{client.url}/api/tasks/{bad}/annotations/",
        content=half,
        headers={**client._http.base_headers(), "Content-Type": "application/json"},
    )
    assert done.status_code == 500
    client.submit(good, {"result": write_results(work(TEXTS[0]), scheme.load(corpus, "quote"))})
    for new in (1, 0):
        outcome = pull.pull(client, corpus)
        assert outcome.new.total() == new
        assert outcome.tasks == 4  # though they are read twice where a count does not fit
        # PostgreSQL stores no half emoji: the annotation is refused, and nothing is damaged.
        damaged = client.on_sqlite(first.id)
        named = {"task that the server can't send": [f"task {bad} of project {first.id}"]}
        assert outcome.named == (named if damaged else {})
        assert outcome.whole is not damaged
        assert not [alarm for alarm in outcome.alarms if "deleted" in alarm]
    assert len(list(derive.read(corpus, "quote"))) == 4
    assert push(client, corpus) == []


@pytest.fixture
def said(monkeypatch):
    """said(corpus, word, …) → what a command says, with its exit code."""

    def run(corpus, *words):
        monkeypatch.chdir(corpus.root)
        done = CliRunner().invoke(cli.group, words)
        error = done.exception if isinstance(done.exception, QawlError) else ""
        return done.exit_code, f"{done.output}{error}"

    return run


def test_a_project_whose_description_was_changed_is_known_again_by_one_line(served, said):
    """Settings, General in Label Studio shows the description to all: who wrote another one was told that
    the project is gone, and to rename it, which left the work there out."""
    corpus, client = served(*TEXTS, name="follow-line", settings=ONE_LAYER)
    push(client, corpus)
    first = plan.remotes(client, corpus)[0]
    submit(client, corpus, first)
    assert said(corpus, "pull")[0] == 0
    client.update_project(first.id, {"description": "Our quotes"})
    submit(client, corpus, first, count=2)
    line = "qawl corpus=follow-line layer=quote annotator=a1 scheme="
    for words in (("pull",), ("pull",), ("push",)):
        output = said(corpus, *words)[1]
        assert line in output
        assert " is gone" not in output
    told = output.strip().rpartition(": ")[2]
    client.update_project(first.id, {"description": f"Our quotes\n{told}"})
    output = said(corpus, "pull")[1]
    assert ": 2 new versions" in output
    assert "ALARM" not in output
    assert said(corpus, "push")[0] == 0


def test_work_that_was_put_back_is_no_other_users(served, said):
    """`push --recover` puts it back as that of the token's user: `validate` said that two people share a
    pseudonym."""
    corpus, client = served(*TEXTS, name="follow-back-user", settings=ONE_LAYER)
    push(client, corpus)
    first = plan.remotes(client, corpus)[0]
    person = Person(client.invitation(), f"p{time.monotonic_ns()}@team.example")
    results = write_results(work(TEXTS[0]), scheme.load(corpus, "quote"))
    tasks = [task.id for task in plan.remote_tasks(client, first)]
    for task in tasks[:2]:
        person.submit(task, results)
    person.close()
    assert said(corpus, "pull")[0] == 0
    client.delete_tasks(tasks[:1])
    for words in (("pull",), ("push",), ("push", "--recover"), ("pull",)):
        assert said(corpus, *words)[0] == 0
    assert len(list(derive.read(corpus, "quote"))) == 2
    assert "annotator-several" not in said(corpus, "validate")[1]
    client.submit(tasks[2], {"result": results})  # this is another user's
    assert said(corpus, "pull")[0] == 0
    told = said(corpus, "validate", "--check", "annotator-several")[1]
    assert "2 users worked as a1" in told
    assert told.count(" did task ") == 1


def test_an_annotator_is_renamed_as_the_documents_say(served, said):
    """docs/exports.md spoke of the files alone: the next pull brought the old name back, and all work stood
    in two journals."""
    corpus, client = served(*TEXTS, name="follow-renamed", settings=ONE_LAYER)
    push(client, corpus)
    first = plan.remotes(client, corpus)[0]
    submit(client, corpus, first, count=2)
    assert said(corpus, "pull")[0] == 0
    told = first.fields["description"].replace("annotator=a1", "annotator=ann")
    client.update_project(first.id, {"description": told})
    for path in corpus.journal.glob("quote.a1.*"):
        path.rename(path.with_name(path.name.replace("a1", "ann")))
    for path, old in (
        (corpus.journal / "heads.json", "quote.a1"),
        (corpus.root / "qawl.yaml", "[a1"),
    ):
        new = old.replace("a1", "ann")
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    corpus.annotations_file("quote").unlink()
    (corpus.state / "users.json").unlink(missing_ok=True)
    for words in (("pull", "--rebuild"), ("adjudicate",), ("pull",), ("push",), ("pull",)):
        code, output = said(corpus, *words)
        assert (code, "ALARM" in output) == (0, False), output
    assert "nothing to do" in said(corpus, "push")[1]
    corpus = project.load(corpus.root)
    assert {each.annotator for each in derive.read(corpus, "quote")} == {"ann"}
    checks = {each.check for each in annotation_store.findings(corpus, "quote")}
    assert "annotation-copied" not in checks
    client.delete_project(first.id)
    assert "(quote, ann) with 2 annotations is gone" in said(corpus, "pull")[1]


def test_work_that_the_server_moves_stays_one(served, said):
    """Label Studio joins doubled tasks, and its API can say that an annotation is somebody else's: each was
    then there twice, one of them for ever, and every pull said that it did not count beside itself."""
    corpus, client = served(*TEXTS[:2], name="follow-moved", settings=ONE_LAYER)
    push(client, corpus)
    first = plan.remotes(client, corpus)[0]
    made, _ = submit(client, corpus, first, count=2)
    doubled = [{"data": each["data"]} for each in client.tasks(first.id)][-1:]
    client.import_tasks(first.id, doubled)
    here, there = (task.id for task in list(plan.remote_tasks(client, first))[1:])
    last = client.submit(there, {"result": []})["id"]
    code, output = said(corpus, "pull")
    assert (code, output.count("does not count")) == (1, 1)
    everything = {"selectedItems": {"all": True, "excluded": []}}
    at = {"id": "remove_duplicates", "project": first.id}
    client.request("POST", "api/dm/actions", params=at, body=everything)
    (moved,) = (each for each in client.tasks(first.id, annotations=True) if each["id"] == here)
    assert last in [each["id"] for each in moved["annotations"]]
    person = Person(client.invitation(), f"p{time.monotonic_ns()}@team.example")
    person.close()
    client.request("PATCH", f"api/annotations/{made}/", body={"completed_by": person.id})
    for _ in range(2):
        code, output = said(corpus, "pull")
        assert (code, output.count("does not count"), "ALARM" in output) == (1, 1, False)
        assert f"annotation {last} (task" in output.rpartition("does not count")[2]
    assert output.count("has what the server counts: 3 annotations") == 1


def test_numbers_that_a_restored_server_gives_again_are_told_apart(served, said, monkeypatch):
    """After a backup was restored, work that is gone had no alarm as soon as as much was done anew: the
    server counted as many annotations as the journal, with the same numbers."""
    corpus, client = served(*TEXTS, name="follow-restored", settings=ONE_LAYER)
    push(client, corpus)
    first = plan.remotes(client, corpus)[0]
    (lost,) = submit(client, corpus, first)
    assert said(corpus, "pull")[0] == 0
    client.request("DELETE", f"api/annotations/{lost}/")
    task = list(plan.remote_tasks(client, first))[1]
    new = client.submit(task.id, {"result": []})["id"]
    pages = Client.task_pages

    def as_restored(*arguments, **options):
        for page in pages(*arguments, **options):
            for each in (done for task in page for done in task.get("annotations", ())):
                each["id"] = lost if each["id"] == new else each["id"]
            yield page

    monkeypatch.setattr(Client, "task_pages", as_restored)
    code, output = said(corpus, "pull")
    assert (code, output.count("1 annotation is gone from Label Studio")) == (0, 1)
    assert [each.spans for each in derive.read(corpus, "quote")] == [()]
    assert "ALARM" not in said(corpus, "pull")[1]
    assert "1 annotation put back" in said(corpus, "push", "--recover")[1]
    code, output = said(corpus, "pull")
    assert (code, "ALARM" in output) == (0, False)
    assert sorted(len(each.spans) for each in derive.read(corpus, "quote")) == [0, 3]
