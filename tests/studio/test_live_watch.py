"""`qawl pull --watch` beside two people at work: what is wrong is said at once, with article and task."""

import os
import signal
import subprocess
import sys
import time

import pytest

from people import Person
from qawl.studio import plan, push

pytestmark = pytest.mark.live

TEXTS = ["قال أحمد: نعم للعمل", "وقالت ليلى: «لا»", "نص بلا أقوال", "قال أحمد: لا للعمل"]
SETTINGS = "layers: [quote]\nannotators: [a1, a2]\nsuggestions: {without: 0}"


def mark(identity, label, start, end, **chosen):
    """A region with its values, as the editor sends them."""
    place = {"start": start, "end": end}
    one = {"id": identity, "to_name": "text"}
    yield {
        **one, "from_name": "quote", "type": "labels", "value": {**place, "labels": [label]},
    }  # fmt: skip
    for name, value in chosen.items():
        yield {**one, "from_name": name, "type": "choices", "value": {**place, "choices": [value]}}


@pytest.fixture
def watched(served, tmp_path):
    """(corpus, client, the process, what it said on stdout and on stderr)."""
    corpus, client = served(*TEXTS, name="live-watching", settings=SETTINGS)
    push.bring(client, corpus)
    out, err = tmp_path / "out", tmp_path / "err"
    with out.open("w") as to, err.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "qawl", "pull", "--watch", "--every", "1"],
            cwd=corpus.root, env=os.environ, stdout=to, stderr=errors,
        )  # fmt: skip
    yield corpus, client, process, lambda: out.read_text("utf-8"), lambda: err.read_text("utf-8")
    process.kill()
    process.wait()


def test_what_is_wrong_is_said_at_once_and_ctrl_c_ends_it_in_one_line(watched):
    """Empty work, rules of the guideline (level 4), what only the collection shows (level 5), and work in
    somebody else's project: each by its own line, a second or so after it was submitted."""
    corpus, client, process, said, errors = watched
    a1, a2 = plan.remotes(client, corpus)
    tasks = {each.article_id: each for each in plan.remote_tasks(client, a1)}
    first, second, third, fourth = list(tasks.values())
    texts = {
        each["id"]: each["data"]["text"] for each in client.tasks(a1.id, fields=("id", "data"))
    }
    layla, idris = (
        Person(client.invitation(), f"{name}@watch.example") for name in ("layla", "idris")
    )

    def line(person, task, results, *words):
        """The new lines that have these words, after a person submitted this."""
        before = len(said())
        person.submit(task.id, results)
        deadline = time.monotonic() + 40
        while not (
            found := [e for e in said()[before:].splitlines() if all(w in e for w in words)]
        ):
            assert time.monotonic() < deadline, (words, said()[before:], errors())
            time.sleep(0.2)
        return found

    empty, *_ = line(layla, first, [], "empty", first.article_id)
    assert empty.startswith(f"empty [quote {first.article_id} a1] submitted without a mark http")
    assert f"task={first.id}" in empty

    length = len(texts[second.id])
    content = list(mark("c", "CONTENT", 0, length, quote_type="direct", source_status="named"))
    rule, *_ = line(layla, second, content, "relation-missing", second.article_id)
    assert rule.startswith("error relation-missing")
    assert f"task={second.id}" in rule

    doubt = {
        "id": "t", "from_name": "qawl_unsure_task_note", "to_name": "text", "type": "textarea",
        "value": {"text": ["أهو قول؟"]},
    }  # fmt: skip
    unsure, *_ = line(layla, third, [*mark("u", "CUE", 0, 2), doubt], "unsure", "أهو قول؟")
    assert unsure.startswith("warning unsure")
    assert f"task={third.id}" in unsure

    other = line(idris, fourth, [*mark("u", "CUE", 0, 3)], "annotator-several", fourth.article_id)
    assert f"user {idris.id} did task {fourth.id} of project {a1.id}" in other[0]

    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert errors().splitlines()[-1] == "qawl: interrupted"
    assert "Traceback" not in errors()
    assert errors().count("interrupted") == 1
    assert a2.id != a1.id
    for each in (layla, idris):
        each.close()
