"""A pool of a real Label Studio: annotators share a project, with a tab and an account for each."""

import time

import pytest
from click.testing import CliRunner
from test_browser import INSTRUCTIONS, browser  # noqa: F401 - one is a fixture

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
CHANGED = """layer: toy
version: "2"
labels: [PERSON, MAN, ORG]
changes:
  - from: "1"
    split: [{label: PER, into: [PERSON, MAN], default: PERSON}]
"""
SCHEME = 'layer: toy\nversion: "1"\nlabels: [PER, ORG]\n'


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
    first = task["data"]["text"].split()[0].rstrip(".")
    value = {"start": 0, "end": len(first), "text": first, "labels": ["PER"]}
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
    assert f"user {one.id} is {zaid} here, since {zaid} is assigned 4 of 5 tasks" in said.output
    assert f"user {two.id} is {ann} here, since {ann} is assigned 4 of 4 tasks" in said.output
    assert f"toy: {zaid} did 1 task that is assigned to {ann}" in said.output
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


def worked(pooled, people, monkeypatch, name, change=None):
    """A pool in which two people have done everything, differently in one article, and it was pulled."""
    corpus, client = pooled(name)
    run(corpus, monkeypatch, "push")
    (remote,) = plan.remotes(client, corpus)
    users = dict(zip(NAMES[:2], people(2), strict=True))
    for annotator, person in users.items():
        for number, task in enumerate(shown(client, remote.id, annotator)):
            alike = number or annotator == NAMES[0]
            person.submit(task["id"], marks(task) if alike else [])
    said = run(corpus, monkeypatch, "pull")
    assert said.exit_code == 0, said.output
    return corpus, client, remote, users


def test_work_that_the_server_gives_to_another_moves_to_them(pooled, people, monkeypatch):
    """Label Studio's API can say that an annotation is somebody else's: every pull then failed."""
    corpus, client = pooled("pool-given")
    zaid, ann = NAMES[:2]
    assert run(corpus, monkeypatch, "push").exit_code == 0
    (remote,) = plan.remotes(client, corpus)
    one, two = people(2)
    done = [one.submit(task["id"], marks(task)) for task in shown(client, remote.id, zaid)[:3]]
    two.submit(shown(client, remote.id, ann)[5]["id"], [])
    assert run(corpus, monkeypatch, "pull").exit_code == 0
    client.request("PATCH", f"api/annotations/{done[0]['id']}/", body={"completed_by": two.id})
    said = run(corpus, monkeypatch, "pull")
    assert said.exit_code == 0, said.output
    assert f"toy: 1 annotation that counted as {zaid}'s is {ann}'s" in said.output
    assert sorted(name for _, name in records(corpus)) == [ann, ann, zaid, zaid]
    assert " 0 new versions" in run(corpus, monkeypatch, "pull").output


def test_what_they_did_is_judged_and_released(pooled, people, monkeypatch):
    corpus, client, _, _ = worked(pooled, people, monkeypatch, "pool-release")
    for words in (("agreement",), ("adjudicate",), ("push",)):
        said = run(corpus, monkeypatch, *words)
        assert said.exit_code == 0, said.output
    titles = {each.fields["title"] for each in plan.remotes(client, corpus)}
    assert titles == {"pool-release · toy · pool 1", "pool-release · toy · adjudication"}
    (judged,) = (each for each in plan.remotes(client, corpus) if each.slice is None)
    (task,) = client.tasks(judged.id)
    assert "qawl_annotator" not in task["data"]
    client.submit(task["id"], {"result": marks(task)})
    for words in (
        ("pull",),
        ("agreement",),
        ("adjudicate",),
        ("push",),
        ("release", "0.1.0", "--draft"),
    ):
        said = run(corpus, monkeypatch, *words)
        assert said.exit_code == 0, said.output
    assert run(corpus, monkeypatch, "verify", "0.1.0").exit_code == 0
    assert run(corpus, monkeypatch, "push").output.startswith("nothing to do")


def test_what_the_server_lost_goes_back_to_whose_it_was(pooled, people, monkeypatch):
    corpus, client, remote, users = worked(pooled, people, monkeypatch, "pool-recover")
    before = sorted(map(str, (e.spans for e in derive.read(corpus, "toy"))))
    client.delete_project(remote.id)
    assert "push --recover" in run(corpus, monkeypatch, "pull").output
    assert (
        "12 journalled annotations not on"
        in run(corpus, monkeypatch, "push", "--recover", "--dry-run").output
    )
    said = run(corpus, monkeypatch, "push", "--recover")
    assert said.exit_code == 0, said.output
    assert "12 annotations put back" in said.output
    assert "0 annotations put back" in run(corpus, monkeypatch, "push", "--recover").output
    (new,) = plan.remotes(client, corpus)
    for task in client.tasks(new.id, annotations=True):
        (done,) = task["annotations"]
        assert done["completed_by"] == users[task["data"]["qawl_annotator"]].id
    said = run(corpus, monkeypatch, "pull")
    assert said.exit_code == 0, said.output
    assert sorted(map(str, (e.spans for e in derive.read(corpus, "toy")))) == before
    checks = {each.check for each in validate.validate(corpus)}
    assert not checks & {"annotator-other", "annotator-several", "annotation-duplicate"}


def test_a_renamed_and_a_split_label_are_asked_of_who_did_the_work(pooled, people, monkeypatch):
    corpus, client, remote, users = worked(pooled, people, monkeypatch, "pool-scheme")
    (corpus.label_config / "toy.yaml").write_text(CHANGED, "utf-8")
    corpus = project.load(corpus.root)
    assert run(corpus, monkeypatch, "pull").exit_code == 0
    said = run(corpus, monkeypatch, "push")
    assert said.exit_code == 0, said.output
    assert f"project {remote.id} keeps version" in said.output
    (new,) = (each for each in plan.remotes(client, corpus) if each.id != remote.id)
    tasks = list(client.tasks(new.id, annotations=True))
    whose = {(t["data"]["qawl_annotator"], t["data"]["article_id"]): t for t in tasks}
    assert len(whose) == len(tasks) == 2 * len(TEXTS)
    for (name, _), task in whose.items():
        assert {each["completed_by"] for each in task["annotations"]} <= {users[name].id}
        assert bool(task["annotations"]) != bool(task["predictions"])
    assert {t["data"]["title"] for t in client.tabs(new.id)} == {*NAMES[:2]}
    for (name, _), task in whose.items():
        if not task["annotations"]:
            users[name].submit(task["id"], [])
    said = run(corpus, monkeypatch, "pull")
    assert said.exit_code == 0, said.output
    assert len(records(corpus)) == 2 * len(TEXTS)
    assert "nothing to do" in run(corpus, monkeypatch, "push").output


def test_a_team_moves_into_a_pool_in_the_middle_of_its_work(pooled, people, monkeypatch):
    corpus, client = pooled("pool-move", pool="")
    run(corpus, monkeypatch, "push")
    one, two = plan.remotes(client, corpus)
    users = dict(zip(NAMES[:2], people(2), strict=True))
    for task in list(client.tasks(one.id))[:2]:
        users[one.annotator].submit(task["id"], [])
    assert run(corpus, monkeypatch, "pull").exit_code == 0
    corpus = settled(corpus, NAMES[:2], "pool: {slices: 2}")
    said = run(corpus, monkeypatch, "push")
    assert said.exit_code == 0, said.output
    there = plan.remotes(client, corpus)
    assert {each.slice for each in there} == {None, 1, 2}
    assert {each.id for each in there if each.slice is None} == {one.id}
    assert two.id not in {each["id"] for each in client.projects()}
    assert run(corpus, monkeypatch, "push").output.endswith(
        "nothing to do: Label Studio matches the corpus\n"
    )
    shared = [each for each in there if each.slice]
    for remote in shared:
        for name, person in users.items():
            for task in shown(client, remote.id, name):
                person.submit(task["id"], [])
    said = run(corpus, monkeypatch, "pull")
    assert said.exit_code == 0, said.output
    assert len(records(corpus)) == 2 * len(TEXTS)
    checks = {each.check for each in validate.validate(corpus)}
    assert not checks & {"annotator-other", "annotator-several", "annotation-duplicate"}
    corpus = settled(corpus, NAMES[:2], "")
    said = run(corpus, monkeypatch, "push")
    assert "add" not in said.output
    assert run(corpus, monkeypatch, "pull").exit_code == 0


@pytest.mark.browser
def test_a_tab_hands_out_its_own_tasks_in_a_browser(pooled, people, monkeypatch, browser, tmp_path):  # noqa: F811
    corpus, client = pooled("pool-browser", NAMES)
    run(corpus, monkeypatch, "push")
    (remote,) = plan.remotes(client, corpus)
    one, *_ = people(1)
    rows = {each.annotator: each for each in status.standings(client, corpus)}
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.goto(f"{one.base}/user/login/")
    page.fill("input[name=email]", one.email)
    page.fill("input[name=password]", "Secret12345")
    page.click("button[type=submit]")
    page.wait_for_url("**/*", wait_until="networkidle")
    mine = {each["id"]: each for each in shown(client, remote.id, NAMES[2])}
    page.goto(rows[NAMES[2]].url)
    page.wait_for_load_state("networkidle")
    page.wait_for_selector(f"text=Tasks: {len(mine)} / {remote.fields['task_number']}")
    page.screenshot(path=tmp_path / "tab.png")
    for _ in mine:
        page.goto(rows[NAMES[2]].next)
        page.locator(INSTRUCTIONS).first.wait_for(timeout=60_000)
        page.keyboard.press("Escape")
        page.locator(INSTRUCTIONS).first.wait_for(state="hidden")
        page.screenshot(path=tmp_path / "stream.png")
        page.click("button:has-text('Submit')")
        page.wait_for_load_state("networkidle")
        time.sleep(1)
    done = [each for each in client.tasks(remote.id, annotations=True) if each["annotations"]]
    assert {each["id"] for each in done} == {*mine}
    context.close()
    assert run(corpus, monkeypatch, "pull").exit_code == 0
    assert {name for _, name in records(corpus)} == {NAMES[2]}
