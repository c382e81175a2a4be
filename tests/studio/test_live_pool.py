"""A pool of a real Label Studio: annotators share a project, with a tab and an account for each."""

import time

import pytest
from click.testing import CliRunner
from test_browser import browser  # noqa: F401 - a fixture

from people import Person
from qawl import cli
from qawl.annotations import derive
from qawl.core import project
from qawl.setup import doctor
from qawl.studio import plan, status
from qawl.validation import validate

pytestmark = pytest.mark.live

TEXTS = [
    "قال أحمد نعم.",
    "قالت ليلى لا.",
    "نص بلا أقوال",
    "Tom said no.",
    "And Ann said yes.",
    "أخيرا",
]
NAMES = ["زيد-١", "Ann_b", "名前"]
"""Annotators in three scripts, with the marks that a pseudonym may have."""
SCHEME = "layer: toy\nlabels: [PER, ORG]\n"


def settings(names, more=""):
    listed = ", ".join(f'"{each}"' for each in names)
    return f"annotators: [{listed}]\nlayers: [toy]\noverlap: {{toy: 2}}\n{more}"


@pytest.fixture
def pooled(served, label_studio):
    """pooled(name, names) → a corpus whose annotators share a project, with its client."""

    def made(name, names=NAMES[:2], pool="pool: {slices: 1}", more=""):
        corpus, client = served(*TEXTS, name=name, settings="layers: [quote]")
        return settled(corpus, names, pool, more), client

    return made


def settled(corpus, names, pool, more=""):
    """The corpus with other annotators, or a pool of another kind."""
    url = corpus.settings.label_studio.url
    (corpus.label_config / "toy.yaml").write_text(SCHEME, "utf-8")
    lines = f'name: {corpus.settings.name}\nlabel_studio: {{url: "{url}"{pool and ", " + pool}}}\n'
    (corpus.root / "qawl.yaml").write_text(lines + settings(names, more), "utf-8")
    return project.load(corpus.root)


@pytest.fixture
def people(label_studio):
    """people(count) → that many people who have signed up."""
    from qawl.studio.client import Client

    there = []

    def made(count):
        with Client(label_studio.url, label_studio.token) as client:
            new = [
                Person(client.invitation(), f"p{time.monotonic_ns()}@team.example")
                for _ in range(count)
            ]
        there.extend(new)
        return new

    yield made
    for each in there:
        each.close()


def marks(task):
    text = task["data"]["text"]
    value = {"start": 0, "end": 3, "text": text[:3], "labels": ["PER"]}
    return [{"id": "r", "type": "labels", "from_name": "toy", "to_name": "text", "value": value}]


def shown(client, project, name):
    """The tasks that somebody's tab shows, as the browser asks for them."""
    (tab,) = (each for each in client.tabs(project) if each["data"]["title"] == name)
    found = client.request("GET", "api/tasks/", params={"view": tab["id"], "page_size": 100})
    return found["tasks"]


def run(corpus, monkeypatch, *words):
    monkeypatch.chdir(corpus.root)
    return CliRunner().invoke(cli.group, words)


def records(corpus):
    return {(each.article_id, each.annotator) for each in derive.read(corpus, "toy")}


def test_two_annotators_share_a_project_and_a_third_joins(pooled, people, monkeypatch):
    corpus, client = pooled("pool-two")
    zaid, ann = NAMES[:2]
    said = run(corpus, monkeypatch, "push")
    assert said.exit_code == 0, said.output
    assert "make project pool-two · toy · pool 1" in said.output
    assert f"make 2 tabs of pool-two · toy · pool 1: {zaid}, {ann}" in said.output
    assert run(corpus, monkeypatch, "push").output.startswith("nothing to do")
    (remote,) = plan.remotes(client, corpus)
    tasks = {name: shown(client, remote.id, name) for name in (zaid, ann)}
    for name, mine in tasks.items():
        assert len(mine) == len(TEXTS)
        assert {each["data"]["qawl_annotator"] for each in mine} == {name}
    assert remote.fields["task_number"] == 2 * len(TEXTS)

    one, two = people(2)
    for task in tasks[zaid][:4]:
        one.submit(task["id"], marks(task))
    for task in tasks[ann][:3]:
        two.submit(task["id"], [])
    two.send(
        "POST", f"tasks/{tasks[ann][3]['id']}/annotations/", {"result": [], "was_cancelled": True}
    )
    strange = tasks[ann][5]
    one.submit(strange["id"], marks(strange))

    said = run(corpus, monkeypatch, "pull")
    assert f"user {one.id} is {zaid} here, to whom 4 of the 5 tasks" in said.output
    assert f"user {two.id} is {ann} here, to whom 4 of the 4 tasks" in said.output
    assert f"toy: {zaid} did 1 tasks that are assigned to {ann}" in said.output
    article = strange["data"]["article_id"]
    assert (article, ann) not in records(corpus)
    assert (article, zaid) in records(corpus)
    (found,) = (each for each in validate.validate(corpus) if each.check == "annotator-other")
    assert (found.annotator, found.article_id) == (zaid, article)
    assert "annotator-several" not in {each.check for each in validate.validate(corpus)}
    assert run(corpus, monkeypatch, "pull").output.count(" 0 new versions") == 1

    # What the assigned did not do is theirs no more; the article waits for a second annotator again.
    again = run(corpus, monkeypatch, "push")
    assert again.exit_code == 0, again.output
    assert run(corpus, monkeypatch, "push").output.startswith("nothing to do")

    corpus = settled(corpus, NAMES, "pool: {slices: 1}")
    before = {each["id"]: each["data"] for each in client.tasks(remote.id)}
    said = run(corpus, monkeypatch, "push")
    assert f"make 1 tab of pool-two · toy · pool 1: {NAMES[2]}" in said.output
    after = {each["id"]: each["data"] for each in client.tasks(remote.id)}
    assert before.items() <= after.items()
    (third,) = people(1)
    corpus = settled(corpus, NAMES, "pool: {slices: 1}", f"training: [{article}]")
    run(corpus, monkeypatch, "push")
    (task,) = shown(client, remote.id, NAMES[2])
    third.submit(task["id"], [])
    assert run(corpus, monkeypatch, "pull").exit_code in (0, 1)
    assert (article, NAMES[2]) in records(corpus)
    rows = {each.annotator: each for each in status.standings(client, corpus)}
    assert (rows[ann].done, rows[ann].skipped, rows[NAMES[2]].done, rows[NAMES[2]].left) == (
        4,
        1,
        1,
        0,
    )
    assert rows[zaid].next.endswith("&labeling=1")
    table = run(corpus, monkeypatch, "status").output
    assert rows[zaid].next in table.replace("\n", "")
    assert "push" not in {each.what for each in doctor.examine(corpus) if not each.well}
