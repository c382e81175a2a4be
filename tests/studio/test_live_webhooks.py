"""A real Label Studio calls: what is submitted arrives within seconds, whatever the polling interval."""

import os
import signal
import subprocess
import sys
import time

import pytest
from test_live import ONE_LAYER, TEXTS, push, submit

from qawl.annotations import derive
from qawl.studio import plan
from qawl.studio.webhooks import WHOSE, _identity

pytestmark = pytest.mark.live


def own(client, corpus):
    """The hooks of this corpus on the server."""
    found = client.request("GET", "api/webhooks/")
    return [each for each in found if each["headers"].get(WHOSE) == _identity(corpus)]


def until(what, seconds=30):
    """Waits until something holds; how long it took."""
    start = time.monotonic()
    while not what():
        assert time.monotonic() < start + seconds
        time.sleep(0.1)
    return time.monotonic() - start


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
    took = until(lambda: len(list(derive.read(corpus, "quote"))) == 2, 15)
    assert took < 12
    submit(client, corpus, second)
    until(lambda: len(list(derive.read(corpus, "quote"))) == 3, 15)
    client.request("DELETE", f"api/annotations/{made}/")
    until(lambda: "ALARM" in said(), 15)

    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert own(client, corpus) == []
    assert said().splitlines()[-1] == "qawl: interrupted"
    assert "refused" not in said()
