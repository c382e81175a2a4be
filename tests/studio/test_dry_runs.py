"""Whatever writes to a server or a store says with --dry-run what it would do, and does nothing there."""

import contextlib
import copy
import json

import pytest
from memory import Webhooks, Working
from test_plan import pushed

from corpora import main
from qawl import cli
from qawl.setup import doctor
from qawl.studio import client as studio_client

WRITE = {"adopt", "doctor", "publish", "pull", "push", "suggest"}
"""The commands that write to a network, and `adopt`, which makes a corpus."""


class Server(Working):
    """A server that is asked by `doctor`, too, and remembers every request that writes."""

    def __init__(self):
        super().__init__()
        self.written = []

    def request(self, method, path, *, body=None):
        if method != "GET":
            self.written.append((method, path))
        return Webhooks.request(self, method, path, body=body)

    def create_project(self, fields):
        self.written.append(("POST", fields["title"]))
        return super().create_project(fields)

    def version(self):
        return "1", "Community"

    def skew(self):
        return None

    def on_sqlite(self, _):
        return True


@pytest.fixture
def server(make_corpus, monkeypatch):
    """(server, corpus) that a push has brought in step."""
    made, there = make_corpus("a text", settings="layers: [entity]\nannotators: [a1, a2]"), Server()
    pushed(there, made)
    there.written.clear()
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
    for place in (doctor, studio_client):
        monkeypatch.setattr(place, "connect", lambda *_: contextlib.nullcontext(there))
    return there, made


def test_commands_that_write_to_a_network_have_it():
    found = {
        name
        for name in cli.group.list_commands(None)
        if any("--dry-run" in each.opts for each in cli.group.get_command(None, name).params)
    }
    assert found == WRITE


def test_doctor_sends_nothing(server):
    there, made = server
    before = copy.deepcopy((there.made, there.held))
    _, said = main(made.root, "doctor", "--dry-run")
    assert "ok  round trip: left out: it sends a task (--dry-run)" in said
    assert (there.written, (there.made, there.held)) == ([], before)
    assert "ok  round trip: a task came back as it was sent" in main(made.root, "doctor")[1]
    assert there.written == [("POST", "qawl doctor")]


@pytest.mark.parametrize("broken", ["create_project", "import_tasks", "tasks"])
def test_a_doctor_that_is_interrupted_leaves_no_project(server, monkeypatch, broken):
    """Ctrl-C while the server made it left the project there, for all annotators to see."""
    there, made = server
    before = copy.deepcopy(there.made)
    act = getattr(there, broken)

    def interrupted(*given, **named):
        act(*given, **named)
        raise KeyboardInterrupt

    monkeypatch.setattr(there, broken, interrupted)
    code, _ = main(made.root, "doctor")
    assert (code, there.made) == (130, before)


def test_webhooks_are_named_and_none_is_made(server):
    there, made = server
    numbers = [each["id"] for each in there.made]
    ask = ("pull", "--watch", "--webhook", "--dry-run")
    code, said = main(made.root, *ask)
    assert (code, there.hooks, there.written) == (0, [], [])
    for number in numbers:
        assert f"project {number}: a webhook would call http://127.0.0.1:" in said
    assert said.rstrip().endswith("dry run: nothing was changed")
    # a hook that a killed run left is changed, not made anew
    whose = {"X-Qawl-Corpus": (made.state / "webhooks.id").read_text("utf-8").strip()}
    there.hooks = [{"id": 9, "project": numbers[0], "url": "http://x/1", "headers": whose}]
    before = json.dumps(there.hooks)
    assert f"project {numbers[0]}: webhook 9 would call" in main(made.root, *ask)[1]
    assert json.dumps(there.hooks) == before
