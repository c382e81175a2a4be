"""A network that fails and a process that is killed leave every task and annotation there once."""

import os
import random
import signal
import subprocess
import sys
import time

import msgspec
import pytest
from test_live import ONE_LAYER, TEXTS, push, work

from proxy import faulty, proxy
from qawl.annotations import derive, journal, journal_entries
from qawl.annotations.to_label_studio import write_results
from qawl.core import project
from qawl.core.errors import ServerError
from qawl.core.settings import LabelStudio
from qawl.scheme import scheme
from qawl.studio import client as studio_client
from qawl.studio import plan, pull
from qawl.studio import push as studio_push

pytestmark = pytest.mark.live


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """What waits before it asks again waits a twentieth of that."""
    monkeypatch.setattr("label_studio_sdk.core.http_client.INITIAL_RETRY_DELAY_SECONDS", 0.05)
    monkeypatch.setattr("qawl.studio.transport.WAIT", 0.05)


def through(corpus, url):
    """The corpus as it would be with another address of its server."""
    settings = msgspec.structs.replace(corpus.settings, label_studio=LabelStudio(url=url))
    return project.Project(root=corpus.root, settings=settings)


def until_done(work_once, tries=60):
    """Runs again after every failure, as a person would; how often it failed."""
    for failed in range(tries):
        try:
            work_once()
        except ServerError as error:
            assert "\n" not in str(error)
        else:
            return failed
    pytest.fail("it never got through")


def check(corpus, client, annotated):
    """Every task stands on the server once, and every annotation in the journal once."""
    assert push(client, corpus) == []
    for remote in plan.remotes(client, corpus):
        ids = [task.article_id for task in plan.remote_tasks(client, remote)]
        assert len(ids) == len(set(ids)) == len(TEXTS)
    entries = [
        entry
        for _, path in journal.files(corpus, "quote")
        for entry in journal_entries.entries(path)
    ]
    assert len(entries) == len({entry.key for entry in entries}) == annotated
    assert len(list(derive.read(corpus, "quote"))) == annotated
    for remote in plan.remotes(client, corpus):  # keeps the server light
        client.delete_project(remote.id)


def annotate(corpus, client):
    """Submits one annotation for each task; how many."""
    current = scheme.load(corpus, "quote")
    tasks = [
        task
        for remote in plan.remotes(client, corpus)
        for task in plan.remote_tasks(client, remote)
    ]
    for task in tasks:
        client.submit(task.id, {"result": write_results(work(TEXTS[0]), current), "lead_time": 1.0})
    return len(tasks)


def faults(served, label_studio_server, seeds):
    for seed in seeds:
        corpus, client = served(*TEXTS, name=f"fault-{seed}", settings=ONE_LAYER)
        with (
            faulty(label_studio_server.url, seed) as url,
            studio_client.Client(url, label_studio_server.token) as shaky,
        ):
            away = through(corpus, url)
            until_done(lambda c=shaky, a=away: studio_push.bring(c, a))
            made = annotate(corpus, client)

            until_done(lambda c=shaky, a=away: pull.pull(c, a))
        check(corpus, client, made)


def kills(served, label_studio_server, seeds):
    """Kills push twice and pull once for each seed, at a call that the seed tells; how often."""
    killed = 0
    with proxy(label_studio_server.url) as between:
        for seed in seeds:
            rng = random.Random(seed)
            corpus, client = served(*TEXTS, name=f"killed-{seed}", settings=ONE_LAYER)
            path = corpus.root / "qawl.yaml"
            text = path.read_text("utf-8")
            path.write_text(text.replace(label_studio_server.url, between.url), "utf-8")
            for _ in range(2):
                killed += stop(corpus, "push", between, rng)
            until_done(lambda c=client, a=corpus: studio_push.bring(c, a))
            made = annotate(corpus, client)
            killed += stop(corpus, "pull", between, rng)
            until_done(lambda c=client, a=corpus: pull.pull(c, a))
            check(corpus, client, made)
    return killed


def stop(corpus, command, between, rng):
    """Starts a command and kills it at one of its calls, or shortly after; whether that caught it."""
    with subprocess.Popen(
        [sys.executable, "-m", "qawl", command],
        cwd=corpus.root,
        env=os.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        late = rng.choice((0.0, rng.uniform(0.0, 0.03)))

        def fuse():
            time.sleep(late)
            process.kill()

        between.light(rng.randint(2, 9), fuse)
        return process.wait() == -signal.SIGKILL


def test_eight_bad_networks(served, label_studio):
    faults(served, label_studio, range(8))


def test_five_killed_runs(served, label_studio):
    assert kills(served, label_studio, range(5)) >= 10


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_two_hundred_bad_networks(served, label_studio):
    faults(served, label_studio, range(1000, 1200))


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_hundred_killed_runs(served, label_studio):
    assert kills(served, label_studio, range(1000, 1100)) >= 200
