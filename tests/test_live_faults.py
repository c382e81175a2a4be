"""A network that fails and a process that is killed leave every task and annotation there once."""

import os
import random
import subprocess
import sys
import time

import msgspec
import pytest

from proxy import faulty
from qawl import annotations, following, journal, label_studio, project, scheme, sync
from qawl.errors import ServerError
from qawl.results import write_results
from test_live import ONE_LAYER, TEXTS, push, work

pytestmark = pytest.mark.live


def through(corpus, url):
    """The corpus as it would be with another address of its server."""
    settings = msgspec.structs.replace(corpus.settings, label_studio=project.LabelStudio(url=url))
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
    for remote in sync.remotes(client, corpus):
        ids = [task.article_id for task in sync.remote_tasks(client, remote)]
        assert len(ids) == len(set(ids)) == len(TEXTS)
    entries = [
        entry for _, path in journal.files(corpus, "quote") for entry in journal.entries(path)
    ]
    assert len(entries) == len({entry.key for entry in entries}) == annotated
    assert len(list(annotations.read(corpus, "quote"))) == annotated


def annotate(corpus, client):
    """Submits one annotation for each task; how many."""
    current = scheme.load(corpus, "quote")
    tasks = [
        task
        for remote in sync.remotes(client, corpus)
        for task in sync.remote_tasks(client, remote)
    ]
    for task in tasks:
        client.submit(task.id, {"result": write_results(work(TEXTS[0]), current), "lead_time": 1.0})
    return len(tasks)


def faults(served, label_studio_server, seeds):
    for seed in seeds:
        corpus, client = served(*TEXTS, name=f"fault-{seed}", settings=ONE_LAYER)
        with (
            faulty(label_studio_server.url, seed) as url,
            label_studio.Client(url, label_studio_server.token) as shaky,
        ):
            away = through(corpus, url)
            until_done(lambda c=shaky, a=away: sync.bring(c, a))
            made = annotate(corpus, client)

            until_done(lambda c=shaky, a=away: following.pull(c, a))
        check(corpus, client, made)


def kills(served, seeds):
    for seed in seeds:
        rng = random.Random(seed)
        corpus, client = served(*TEXTS, name=f"killed-{seed}", settings=ONE_LAYER)
        for arguments in (["push"], ["push"]):
            stop(corpus, arguments, rng.uniform(0.5, 2.2))
        until_done(lambda c=client, a=corpus: sync.bring(c, a))
        made = annotate(corpus, client)
        stop(corpus, ["pull"], rng.uniform(0.5, 2.0))
        following.pull(client, corpus)
        check(corpus, client, made)


def stop(corpus, arguments, after):
    """Starts a command and kills it."""
    with subprocess.Popen(
        [sys.executable, "-m", "qawl", *arguments],
        cwd=corpus.root,
        env=os.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        time.sleep(after)
        process.kill()


def test_twenty_bad_networks(served, label_studio):
    faults(served, label_studio, range(20))


def test_ten_killed_runs(served):
    kills(served, range(10))


@pytest.mark.soak
def test_two_hundred_bad_networks(served, label_studio):
    faults(served, label_studio, range(1000, 1200))


@pytest.mark.soak
def test_a_hundred_killed_runs(served):
    kills(served, range(1000, 1100))
