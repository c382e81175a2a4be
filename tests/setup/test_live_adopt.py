"""A project of a real Label Studio, made by other people, is adopted by its address; annotation goes on there."""

import json
import time

import pytest
from click.testing import CliRunner

from people import Person
from qawl import cli
from qawl.core.errors import ServerError

pytestmark = pytest.mark.live

CONFIG = """<View><Header value="$headline"/><Text name="txt" value="$body"/>
<Labels name="label" toName="txt"><Label value="Person" alias="PER"/><Label value="LOC"/></Labels>
<Choices name="tone" toName="txt"><Choice value="calm"/><Choice value="loud"/></Choices></View>"""
TEXTS = ["ولدت ليلى في بيروت.", "Mona left Tripoli.", "Mona left Tripoli."]


def run(folder, *words):
    done = CliRunner().invoke(cli.group, ["-C", str(folder), *map(str, words)])
    assert done.exit_code == 0, (words, done.output, done.exception)
    return done.output


def records(folder):
    path = folder / "exports" / "annotations" / "label.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def result(text, surface, label="PER"):
    start = text.index(surface)
    value = {"start": start, "end": start + len(surface), "text": surface, "labels": [label]}
    return [
        {"id": f"r{start}", "from_name": "label", "to_name": "txt", "type": "labels", "value": value},
        {"id": "t", "from_name": "tone", "to_name": "txt", "type": "choices", "value": {"choices": ["calm"]}},
    ]  # fmt: skip


@pytest.fixture
def foreign(label_studio, monkeypatch):
    """(client, project): two of three tasks are done, the third text is that of the second."""
    from qawl.studio.client import Client

    monkeypatch.setenv("LABEL_STUDIO_API_KEY", label_studio.token)
    with Client(label_studio.url, label_studio.token) as client:
        made = client.create_project({"title": "somebody's", "label_config": CONFIG})["id"]
        client.import_tasks(made, [{"data": {"body": each, "headline": "H"}} for each in TEXTS])
        first, second, _ = client.tasks(made)
        client.submit(first["id"], {"result": result(TEXTS[0], "ليلى")})
        client.submit(second["id"], {"result": result(TEXTS[1], "Mona")})
        yield client, made


def test_annotation_goes_on_in_the_project_that_was_adopted(foreign, tmp_path):
    client, number = foreign
    folder = tmp_path / "news"
    done = CliRunner().invoke(
        cli.group, ["adopt", f"{client.url}/projects/{number}/data", "--into", str(folder)]
    )
    assert done.exit_code == 0, (done.output, done.exception)
    assert "annotations: 2 in, 2 in the records" in done.output
    assert f"adopted: {{label: {number}}}" in (folder / "qawl.yaml").read_text("utf-8")
    config = client.request("GET", f"api/projects/{number}/")["label_config"]
    projects = len(list(client.projects()))

    def nothing_more():
        said = run(folder, "push")
        assert "nothing to do" in said
        assert "its config stays as it is" in said
        assert len(list(client.projects())) == projects
        assert len(list(client.tasks(number))) == len(TEXTS)

    nothing_more()
    assert "0 new versions" in run(folder, "pull")
    # The annotator goes on: the open task is done, a done one is changed.
    first, _, third = client.tasks(number, annotations=True)
    client.submit(third["id"], {"result": result(TEXTS[2], "Tripoli", "LOC")})
    changed = {"result": result(TEXTS[0], "بيروت", "LOC")}
    client.request("PATCH", f"api/annotations/{first['annotations'][0]['id']}/", body=changed)
    assert "2 new versions" in run(folder, "pull")
    assert "0 new versions" in run(folder, "pull")
    found = records(folder)
    assert {each["annotator"] for each in found} == {"a1"}
    assert len({each["article_id"] for each in found}) == 3
    assert sorted(s["text"] for each in found for s in each["spans"]) == [
        "Mona",
        "Tripoli",
        "بيروت",
    ]
    nothing_more()
    # An article that comes later is annotated there too.
    (tmp_path / "later.txt").write_text("Omar stayed in Sidon.", "utf-8")
    run(folder, "ingest", tmp_path / "later.txt")
    assert "add 1 task to somebody's" in run(folder, "push", "--dry-run")
    run(folder, "push")
    assert "nothing to do" in run(folder, "push")
    *_, last = client.tasks(number)
    assert last["data"]["body"] == "Omar stayed in Sidon."
    client.submit(last["id"], {"result": result(last["data"]["body"], "Omar")})
    assert "1 new version" in run(folder, "pull")
    assert len(records(folder)) == 4
    assert client.request("GET", f"api/projects/{number}/")["label_config"] == config
    said = json.loads(run(folder, "status", "--json"))
    assert [(each["annotator"], each["assigned"], each["left"]) for each in said] == [
        ("adopted", 4, 0)
    ]
    gone = next(iter(client.tasks(number, annotations=True)))["annotations"][0]["id"]
    client.request("DELETE", f"api/annotations/{gone}/")
    assert "1 annotation was deleted" in run(folder, "pull")
    assert len(records(folder)) == 3
    # All annotate the same tasks: by tasks, work of a second annotator did not count.
    (before,) = json.loads(run(folder, "status", "--json"))
    assert before["done"] == 3
    for more in ({}, {"was_cancelled": True}):
        client.submit(last["id"], {"result": [], **more})
    (after,) = json.loads(run(folder, "status", "--json"))
    assert (after["done"], after["skipped"], after["assigned"], after["left"]) == (4, 1, 4, 1)
    client.delete_project(number)
    done = CliRunner().invoke(cli.group, ["-C", str(folder), "push"])
    assert isinstance(done.exception, ServerError)
    assert f"has no project {number}" in str(done.exception)


def test_numbers_of_deleted_tasks_and_work_that_is_given_away_change_no_article(foreign, tmp_path):
    """On SQLite a new task gets the number of the last one if that was deleted: its work then was taken
    for that of the article that the deleted one was made of, and push made the new one twice. An annotation
    that was given to another user, or deleted and done anew, was there twice."""
    client, number = foreign
    folder = tmp_path / "news"
    address = f"{client.url}/projects/{number}"
    CliRunner().invoke(cli.group, ["adopt", address, "--into", str(folder)])
    first, second, third = client.tasks(number, annotations=True)
    client.delete_tasks([third["id"]])
    (tmp_path / "later.txt").write_text("Omar stayed in Sidon.", "utf-8")
    run(folder, "ingest", tmp_path / "later.txt")
    lines = (folder / "corpus" / "articles.jsonl").read_text("utf-8").splitlines()
    (new,) = (each for each in map(json.loads, lines) if each["text"].startswith("Omar"))
    told = {"article_id": new["id"], "text_sha256": new["text_sha256"], "headline": ""}
    client.import_tasks(number, [{"data": {"body": new["text"], **told}}])
    *_, last = client.tasks(number)
    assert last["id"] == third["id"] or not client.on_sqlite(number)
    assert "add 1 task to somebody's" in run(folder, "push")
    assert "nothing to do" in run(folder, "push")
    client.submit(last["id"], {"result": result(new["text"], "Omar")})
    made = first["annotations"][0]["id"]
    person = Person(client.invitation(), f"p{time.monotonic_ns()}@team.example")
    person.close()
    client.request("PATCH", f"api/annotations/{made}/", body={"completed_by": person.id})
    said = run(folder, "pull")
    assert "label by a1: 1 annotation was deleted in project" in said
    assert "given to other users" in said
    assert [
        each["annotator"] for each in records(folder) if each["spans"][0]["text"] == "ليلى"
    ] == ["a2"]
    client.request("DELETE", f"api/annotations/{second['annotations'][0]['id']}/")
    client.submit(second["id"], {"result": result(TEXTS[1], "Tripoli", "LOC")})
    assert "1 annotation was deleted" in run(folder, "pull")
    assert "0 new versions" in run(folder, "pull", "--annotator", f"{person.id}=a2")
    found = {each["article_id"]: each["spans"][0]["text"] for each in records(folder)}
    assert found[new["id"]] == "Omar"
    assert sorted(found.values()) == sorted(["ليلى", "Omar", "Tripoli"])


def test_a_project_that_the_token_may_not_see_is_one_line(label_studio, tmp_path, monkeypatch):
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", label_studio.token)
    done = CliRunner().invoke(
        cli.group, ["adopt", f"{label_studio.url}/projects/99999", "--into", str(tmp_path / "x")]
    )
    assert "has no project 99999" in str(done.exception)
    assert not (tmp_path / "x").exists()


def test_another_config_of_a_second_project_is_named(foreign, tmp_path):
    """The first project's config counts; labels of another vanished without a word."""
    client, number = foreign
    other = CONFIG.replace("LOC", "ORG")
    made = [
        client.create_project({"title": "other", "label_config": each})["id"]
        for each in (other, CONFIG)
    ]
    first, second, third = (f"{client.url}/projects/{each}" for each in (number, *made))
    for each in made:
        client.import_tasks(each, [{"data": {"body": "Omar came.", "headline": "H"}}])
    said = run(tmp_path, "adopt", first, second, "--into", tmp_path / "x")
    assert f"{second} has another config than {first}" in said
    assert "another config" not in run(tmp_path, "adopt", first, third, "--into", tmp_path / "y")


class Elsewhere:
    """Any server with a project, whose only task says which server that is."""

    def __init__(self, url, _, **_options):
        self.url = url

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def check(self):
        pass

    def request(self, *_):
        return {"label_config": CONFIG}

    def tasks(self, number, **_):
        data = {"body": f"Omar wrote to {self.url}.", "headline": "H"}
        mark = result(data["body"], "Omar")
        done = {
            "id": 1,
            "result": mark,
            "completed_by": 1,
            "created_at": f"2026-01-0{len(self.url) % 9}",
        }
        yield {"id": 1, "project": number, "data": data, "annotations": [done]}


def test_projects_of_two_servers_with_one_number_are_two(tmp_path, monkeypatch):
    """The tasks of the second were written over those of the first, which were gone without a word."""
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "x")
    monkeypatch.setattr("qawl.setup.adoption.server.Client", Elsewhere)
    addresses = ["https://one.example/projects/12", "https://three.example/projects/12"]
    said = run(tmp_path, "adopt", *addresses, "--into", tmp_path / "x")
    assert "tasks: 2 in, 2 in the records" in said
    text = (tmp_path / "x" / "corpus" / "articles.jsonl").read_text("utf-8")
    assert [text.count(f"Omar wrote to https://{each}.example.") for each in ("one", "three")] == [
        1,
        1,
    ]


def test_annotation_of_dialogues_goes_on_too(label_studio, tmp_path, monkeypatch):
    from qawl.studio.client import Client

    monkeypatch.setenv("LABEL_STUDIO_API_KEY", label_studio.token)
    config = (
        '<View><ParagraphLabels name="label" toName="chat"><Label value="PER"/></ParagraphLabels>'
        '<Paragraphs name="chat" value="$turns" layout="dialogue"/></View>'
    )
    turns = [{"author": "Ada", "text": "👩‍🚀 Who came?"}, {"author": "Omar", "text": "Mona came."}]

    def said(turn, start, end):
        words = turns[turn]["text"].encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")
        value = {
            "start": str(turn),
            "end": str(turn),
            "startOffset": start,
            "endOffset": end,
            "text": words,
            "paragraphlabels": ["PER"],
        }
        return {"result": [{"id": "r", "from_name": "label", "to_name": "chat", "type": "paragraphlabels", "value": value}]}  # fmt: skip

    with Client(label_studio.url, label_studio.token) as client:
        number = client.create_project({"title": "talks", "label_config": config})["id"]
        client.import_tasks(number, [{"data": {"turns": turns}}, {"data": {"turns": turns[:1]}}])
        first, second = client.tasks(number)
        client.submit(first["id"], said(1, 0, 4))
        folder = tmp_path / "talks"
        done = CliRunner().invoke(
            cli.group, ["adopt", f"{client.url}/projects/{number}", "--into", str(folder)]
        )
        assert done.exit_code == 0, (done.output, done.exception)
        client.submit(second["id"], said(0, 6, 9))
        assert "1 new version" in run(folder, "pull")
        assert "0 new versions" in run(folder, "pull")
        assert sorted(s["text"] for each in records(folder) for s in each["spans"]) == [
            "Mona",
            "Who",
        ]
        findings = json.loads(
            CliRunner().invoke(cli.group, ["-C", str(folder), "validate", "--json"]).stdout
        )
        assert findings["summary"]["errors"] == 0
        assert "nothing to do" in run(folder, "push")


def test_a_second_project_of_the_same_texts_gets_no_task_twice(label_studio, tmp_path, monkeypatch):
    """Its layer is of the articles that were there, which were made of tasks of the first project:
    `push` added them all to the second one again."""
    from qawl.studio.client import Client

    monkeypatch.setenv("LABEL_STUDIO_API_KEY", label_studio.token)
    folder, texts = tmp_path / "news", TEXTS[:2]
    with Client(label_studio.url, label_studio.token) as client:
        for title in ("names", "places"):
            config = CONFIG.replace('name="label"', f'name="{title}"')
            number = client.create_project({"title": title, "label_config": config})["id"]
            client.import_tasks(number, [{"data": {"body": each}} for each in texts])
            (_, second) = client.tasks(number)
            work = [
                {**each, "from_name": title} if each["from_name"] == "label" else each
                for each in result(texts[1], "Mona")
            ]
            client.submit(second["id"], {"result": work})
            address = f"{client.url}/projects/{number}"
            done = CliRunner().invoke(cli.group, ["adopt", address, "--into", str(folder)])
            assert done.exit_code == 0, (done.output, done.exception)
        settings = (folder / "qawl.yaml").read_text("utf-8")
        assert f"places: {number}}}" in settings
        assert "nothing to do" in run(folder, "push")
        assert len(list(client.tasks(number))) == len(texts)
        first, _ = client.tasks(number)
        client.submit(first["id"], {"result": work[1:]})
        assert "1 new version" in run(folder, "pull")
        assert "nothing to do" in run(folder, "push")
        # Somebody who worked in one of the two projects is named, by an address that no work says.
        person = Person(client.invitation(), f"p{time.monotonic_ns()}@team.example")
        person.submit(first["id"], work[:1])
        person.close()
        assert "places zed: 1 new" in run(
            folder, "pull", "--annotator", f"{person.email.upper()}=zed"
        )
        done = CliRunner().invoke(cli.group, ["-C", str(folder), "pull", "--annotator", "987=x"])
        assert "987=x: this user made nothing in the adopted projects" in str(done.exception)
