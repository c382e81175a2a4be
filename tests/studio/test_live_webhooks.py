"""A real Label Studio calls: what is submitted arrives within seconds, whatever the polling interval."""

import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from test_live import ONE_LAYER, TEXTS, push, submit

from people import Person
from qawl import cli
from qawl.annotations import derive
from qawl.core import project
from qawl.setup import doctor
from qawl.studio import plan
from qawl.studio.webhooks import WHOSE, _identity

pytestmark = pytest.mark.live


def own(client, corpus):
    """The hooks of this corpus on the server."""
    found = client.request("GET", "api/webhooks/")
    return [each for each in found if each["headers"].get(WHOSE) == _identity(corpus)]


def until(what, seconds=90):
    """Waits until something holds, far shorter than the polling interval."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture
def watch(tmp_path):
    """watch(corpus) → (process, what it has said so far)."""
    started = []

    def start(corpus):
        path = tmp_path / f"out{len(started)}"
        command = [sys.executable, "-m", "qawl", "pull", "--watch", "--every", "3600", "--webhook"]
        with path.open("w") as out:
            process = subprocess.Popen(
                command, cwd=corpus.root, env=os.environ, stdout=out, stderr=out
            )
        started.append(process)
        return process, lambda: path.read_text("utf-8")

    yield start
    for each in started:
        each.kill()
        each.wait()


def test_submitted_work_arrives_within_seconds_and_the_hooks_go_in_the_end(served, watch):
    corpus, client = served(*TEXTS, name="live-hooks", settings=ONE_LAYER)
    push(client, corpus)
    first, second = plan.remotes(client, corpus)
    killed, _ = watch(corpus)
    until(lambda: len(own(client, corpus)) == 2)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    before = own(client, corpus)

    process, said = watch(corpus)
    until(lambda: [each["url"] for each in own(client, corpus)] != [each["url"] for each in before])
    assert sorted(each["id"] for each in own(client, corpus)) == sorted(e["id"] for e in before)
    time.sleep(3)  # the first pull ends
    made, _ = submit(client, corpus, first, count=2)
    until(lambda: len(list(derive.read(corpus, "quote"))) == 2)
    submit(client, corpus, second)
    until(lambda: len(list(derive.read(corpus, "quote"))) == 3)
    client.request("DELETE", f"api/annotations/{made}/")
    until(lambda: "ALARM" in said())

    # Somebody joins: their project calls from the next call of any project on, not after an hour.
    path = corpus.root / "qawl.yaml"
    path.write_text(path.read_text("utf-8").replace("a1, a2", "a1, a2, a3"), "utf-8")
    corpus = project.load(corpus.root)
    until(lambda: CliRunner().invoke(cli.group, ["-C", str(corpus.root), "push"]).exit_code == 0)
    third = plan.remotes(client, corpus)[2]
    submit(client, corpus, third)
    assert len(own(client, corpus)) == 2
    client.submit(next(plan.remote_tasks(client, second)).id, {"result": []})
    until(lambda: len(list(derive.read(corpus, "quote"))) == 3)
    assert len(own(client, corpus)) == 3

    process.send_signal(signal.SIGINT)
    assert process.wait(90) == 130
    assert own(client, corpus) == []
    assert said().splitlines()[-1] == "qawl: interrupted"
    assert "refused" not in said()


CONFIG = """<View><Text name="txt" value="$body"/><Labels name="label" toName="txt">
<Label value="PER"/></Labels></View>"""


def test_an_adopted_project_calls_too_and_what_a_killed_run_left_is_named(
    served, watch, tmp_path, monkeypatch
):
    _, client = served(name="live-hooks-adopted")
    made = client.create_project({"title": "somebody's", "label_config": CONFIG})["id"]
    client.import_tasks(made, [{"data": {"body": each}} for each in ("Mona left.", "Ann came.")])
    first, second = (task["id"] for task in client.tasks(made))
    value = {"start": 0, "end": 3, "text": "Mona"[:3], "labels": ["PER"]}
    mark = {"id": "r", "from_name": "label", "to_name": "txt", "type": "labels", "value": value}
    client.submit(first, {"result": [mark]})
    folder = tmp_path / "adopted"
    address = f"{client.url}/projects/{made}/data"
    done = CliRunner().invoke(cli.group, ["adopt", address, "--into", str(folder)])
    assert done.exit_code == 0, done.output
    corpus = project.load(folder)

    process, said = watch(corpus)
    until(lambda: [each["project"] for each in own(client, corpus)] == [made])
    time.sleep(3)  # the first pull ends
    client.submit(second, {"result": [mark]})
    until(lambda: len(list(derive.read(corpus, "label"))) == 2)
    assert not [
        each for each in doctor.examine(corpus) if each.what == "webhooks" and not each.well
    ]
    process.send_signal(signal.SIGKILL)
    process.wait()
    (line,) = (each for each in doctor.examine(corpus) if each.what == "webhooks")
    assert not line.well
    assert f"project {made} → http://127.0.0.1:" in line.said
    # In another folder of the same corpus the hook is of one of its projects.
    (corpus.state / "webhooks.id").unlink()
    (line,) = (each for each in doctor.examine(corpus) if each.what == "webhooks")
    assert not line.well
    for each in client.request("GET", "api/webhooks/"):
        client.request("DELETE", f"api/webhooks/{each['id']}/")
    assert "refused" not in said()


def test_a_pool_calls_and_only_who_submitted_gets_the_work(served, watch, monkeypatch):
    corpus, client = served(
        *TEXTS, name="live-hooks-pool", settings="layers: [quote]\nannotators: [a1, a2]"
    )
    path = corpus.root / "qawl.yaml"
    path.write_text(path.read_text("utf-8").replace("url:", "pool: {slices: 1}, url:"), "utf-8")
    corpus = project.load(corpus.root)
    push(client, corpus)
    (remote,) = plan.remotes(client, corpus)
    process, said = watch(corpus)
    until(lambda: [each["project"] for each in own(client, corpus)] == [remote.id])
    time.sleep(3)
    people = [Person(client.invitation(), f"w{time.monotonic_ns()}@x.org") for _ in range(2)]
    for name, person in zip(("a1", "a2"), people, strict=True):
        for task in client.tasks(remote.id):
            if task["data"]["qawl_annotator"] == name:
                person.submit(task["id"], [])
        person.close()
        until(lambda: len(list(derive.read(corpus, "quote"))) % len(TEXTS) == 0 < len(list(derive.read(corpus, "quote"))))  # fmt: skip
    until(lambda: len(list(derive.read(corpus, "quote"))) == 2 * len(TEXTS))
    for person, name in zip(people, ("a1", "a2"), strict=True):
        until(lambda line=f"user {person.id} is {name} here": line in said())
    process.send_signal(signal.SIGINT)
    assert process.wait(90) == 130
    assert own(client, corpus) == []
    assert {each.annotator for each in derive.read(corpus, "quote")} == {"a1", "a2"}
