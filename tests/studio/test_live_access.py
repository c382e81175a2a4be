"""Tokens, addresses and people: what gets in, what never comes out, and what is said where it fails."""

import base64
import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from test_live import ONE_LAYER, TEXTS, push, submit, work

from people import Person
from proxy import proxy
from qawl import cli
from qawl.annotations.to_label_studio import write_results
from qawl.core import project
from qawl.core.errors import ServerError
from qawl.scheme import scheme
from qawl.setup import doctor, init
from qawl.studio import plan, pull, server, status
from qawl.studio.client import connect

pytestmark = pytest.mark.live

RUNS = (
    ["push", "--dry-run"],
    ["push"],
    ["push", "--recover"],
    ["status"],
    ["status", "--json"],
    ["pull"],
    ["pull", "--rebuild"],
    ["tasks"],
    ["validate", "--html", "findings.html"],
    ["agreement", "--html", "agreement.html"],
    ["adjudicate"],
    ["doctor"],
    ["release", "0.1.0"],
)


@pytest.fixture
def personal(label_studio):
    """A personal access token of the session's server, revoked at the end."""
    owner = httpx.Client(headers={"Authorization": f"Token {label_studio.token}"})
    made = owner.post(f"{label_studio.url}/api/token/").json()["token"]

    def revoke():
        owner.post(f"{label_studio.url}/api/token/blacklist/", json={"refresh": made})

    yield made, revoke
    revoke()
    owner.close()


def settle(corpus, url):
    """The corpus with another address in its qawl.yaml."""
    path = corpus.root / "qawl.yaml"
    text = path.read_text("utf-8").replace(corpus.settings.label_studio.url, url)
    path.write_text(text, "utf-8")
    return project.load(corpus.root)


def run(corpus, *arguments, **environment):
    """A command as a user runs it: (exit code, all that it says)."""
    done = subprocess.run(
        [sys.executable, "-m", "qawl", *arguments],
        cwd=corpus.root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_personal_token_works_until_it_is_revoked(served, personal, monkeypatch):
    key, revoke = personal
    corpus, _ = served(*TEXTS, name="access-personal", settings=ONE_LAYER)
    monkeypatch.delenv("LABEL_STUDIO_API_KEY")
    corpus.make_state()
    path = corpus.state / "token"
    path.write_text(f"{key}\n")
    path.chmod(0o644)
    with pytest.raises(ServerError, match="run chmod 600"):
        connect(corpus)
    path.chmod(0o600)
    with connect(corpus) as client:
        push(client, corpus)
        submit(client, corpus, plan.remotes(client, corpus)[0])
        assert pull.pull(client, corpus).new.total() == 1
    assert {line.what: line.said for line in doctor.examine(corpus)}["token"] == (
        "a personal access token, and the server takes it"
    )
    revoke()
    with pytest.raises(ServerError, match=r"refuses the token \(.*\): set LABEL_STUDIO") as caught:
        connect(corpus)
    assert "\n" not in str(caught.value)
    (line,) = (each for each in doctor.examine(corpus) if not each.well)
    assert (line.what, "refuses the token" in line.said) == ("server", True)


def test_an_expired_token_and_what_is_none_are_said(served, monkeypatch):
    corpus, _ = served(*TEXTS, name="access-expired", settings=ONE_LAYER)
    parts = ({"alg": "HS256", "typ": "JWT"}, {"token_type": "refresh", "exp": 1_000_000_000})
    coded = [base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in parts]
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", b".".join([*coded, b"c2ln"]).decode())
    with pytest.raises(ServerError, match=r"refuses the token \(.*expired"):
        connect(corpus)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "سر خفي")
    with pytest.raises(
        ServerError, match="the content of LABEL_STUDIO_API_KEY is not a token"
    ) as said:
        connect(corpus)
    assert "سر" not in str(said.value)


@pytest.mark.parametrize("kind", ["legacy", "personal"])
def test_a_server_below_a_path(served, personal, label_studio, monkeypatch, kind):
    corpus, _ = served(*TEXTS, name=f"access-path-{kind}", settings=ONE_LAYER)
    if kind == "personal":
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", personal[0])
    with proxy(label_studio.url, prefix="/labels") as between:
        corpus = settle(corpus, between.url)
        with connect(corpus) as client:
            push(client, corpus)
            submit(client, corpus, plan.remotes(client, corpus)[0])
            assert pull.pull(client, corpus).new.total() == 1
            (first, _) = status.standings(client, corpus)
            assert first.next.startswith(f"{between.url}/projects/")
        lines = {line.what: line for line in doctor.examine(corpus)}
    assert all(line.well for line in lines.values())
    assert "under the path /labels" in lines["address"].said


class _Old(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        body = self.server.says
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.mark.parametrize(
    ("says", "message"),
    [
        (
            b'{"release": "1.7.0", "label-studio-os-package": {}}',
            "runs Label Studio 1.7.0; Qawl wo",
        ),
        (b'["something else"]', "is not a Label Studio"),
        (b"<html><title>Welcome</title></html>", "with something that is not JSON: Welcome"),
    ],
)
def test_an_old_server_and_what_is_none_are_refused(served, says, message):
    corpus, _ = served(*TEXTS, name="access-old", settings=ONE_LAYER)
    old = HTTPServer(("127.0.0.1", 0), _Old)
    old.says = says
    thread = threading.Thread(target=old.serve_forever, daemon=True)
    thread.start()
    corpus = settle(corpus, f"http://127.0.0.1:{old.server_address[1]}")
    with pytest.raises(ServerError, match=message):
        connect(corpus)
    old.shutdown()
    old.server_close()
    thread.join()


def test_a_wrong_address_is_said_at_once(served):
    corpus, _ = served(*TEXTS, name="access-nobody", settings=ONE_LAYER)
    corpus = settle(corpus, f"http://127.0.0.1:{server.free_port()}")
    start = time.monotonic()
    with pytest.raises(ServerError, match="no Label Studio answers"):
        connect(corpus)
    assert time.monotonic() - start < 3


def test_the_address_of_a_page_is_named(served):
    """Who takes the address from the browser's bar gets a version there too, but nothing else."""
    corpus, client = served(*TEXTS, name="access-page", settings=ONE_LAYER)
    corpus = settle(corpus, f"{client.url}/projects/3/data")
    for words in (("push",), ("pull",), ("status",)):
        assert "/projects/3/data is a page: label_studio.url" in run(corpus, *words)[1]


def test_no_token_name_or_address_of_a_person_comes_out(served, label_studio):
    """Every command that touches a server runs; what they say and every file that they write is read."""
    corpus, client = served(
        *TEXTS, name="access-names", settings=f"{ONE_LAYER}\nrelease: {{license: cc0-1.0}}"
    )
    said = [run(corpus, "push")[1]]
    people = [
        Person(client.invitation(), "zubayda.q@people.example", "Zubayda", "Quraishi"),
        Person(client.invitation(), "idris.w@people.example", "Idris", "Wazzani"),
    ]
    results = write_results(work(TEXTS[0]), scheme.load(corpus, "quote"))
    for person, remote in zip(people, plan.remotes(client, corpus), strict=True):
        for task in plan.remote_tasks(client, remote):
            person.submit(task.id, results)
        person.close()
    said += [run(corpus, *arguments)[1] for arguments in RUNS]
    said.append(run(corpus, "status", LABEL_STUDIO_API_KEY=label_studio.token[::-1])[1])
    assert any("refuses the token" in each for each in said)
    assert any("6 new versions" in each for each in said)
    files = [
        path
        for path in corpus.root.rglob("*")
        if path.is_file() and ".qawl" not in path.relative_to(corpus.root).parts
    ]
    names = {path.name for path in files}
    assert names >= {"quote.a1.jsonl", "quote.jsonl", "findings.html", "agreement.html"}
    secrets = [label_studio.token, label_studio.token[::-1], label_studio.password]
    people_say = ["zubayda", "quraishi", "idris", "wazzani", "@people.example"]
    for content in (*(path.read_bytes() for path in files), *(each.encode() for each in said)):
        for secret in (*secrets, *people_say, label_studio.username):
            assert secret.encode() not in content.lower(), secret
    # A token stands in no command line either, and .qawl opens for its owner alone.
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert label_studio.token.encode() not in entry.read_bytes()
        except OSError:  # it ended meanwhile
            continue
    assert corpus.state.stat().st_mode & 0o077 == 0


def test_serve_says_how_to_get_in_and_ends_with_its_server(tmp_path, monkeypatch):
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)
    made = init.init(tmp_path / "logged")
    made = settle(made, f"http://127.0.0.1:{server.free_port()}")
    url = made.settings.label_studio.url
    out = tmp_path / "out"
    with (
        out.open("w") as file,
        subprocess.Popen(
            [sys.executable, "-m", "qawl", "serve"], cwd=made.root, stdout=file, stderr=file
        ) as process,
    ):
        until(out, "Ctrl-C ends it")
        known = json.loads((made.state / "label-studio.json").read_text("utf-8"))
        with connect(made) as client:
            assert list(client.projects()) == []
        process.terminate()
        assert process.wait(30) == 0
    said = out.read_text("utf-8")
    assert f"annotators sign up at {url}/user/signup/?token=" in said
    assert f"sign in as {known['username']} with {known['password']}" in said
    assert not server.healthy(url)
    for each in (said, (made.state / "label-studio.log").read_text("utf-8", "replace")):
        assert known["token"] not in each
    assert (made.state / "label-studio.json").stat().st_mode & 0o077 == 0


def until(out, words):
    """Waits until a file has these words."""
    deadline = time.monotonic() + 120
    while words not in out.read_text("utf-8"):
        assert time.monotonic() < deadline, out.read_text("utf-8")
        time.sleep(0.2)


def test_serve_listens_at_the_address_of_the_settings(tmp_path, monkeypatch):
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)
    made = init.init(tmp_path / "lan", name="lan")
    port = server.free_port()
    path = made.root / "qawl.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("127.0.0.1:8080", f"127.0.0.2:{port}"), "utf-8")
    made = project.load(made.root)
    with server.running(made, say=print) as access:
        assert access.url == f"http://127.0.0.2:{port}"
        assert not server.healthy(f"http://127.0.0.1:{port}")
        with connect(made) as client:
            assert client.invitation().startswith(f"http://127.0.0.2:{port}/user/signup/?token=")
            person = Person(client.invitation(), "lan@people.example")
            assert person.id > 1
            person.close()
    other = settle(made, "http://192.0.2.1:8080")
    with (
        pytest.raises(ServerError, match=r"192\.0\.2\.1 is not an address of this machine"),
        server.running(other, say=print),
    ):
        pass


def test_watch_outlives_a_server_that_is_away_and_lets_others_work(served, label_studio, tmp_path):
    corpus, client = served(TEXTS[0], name="access-watch", settings=ONE_LAYER)
    push(client, corpus)
    task = next(plan.remote_tasks(client, plan.remotes(client, corpus)[0]))
    out = tmp_path / "out"
    with proxy(label_studio.url) as between, out.open("w") as file:
        corpus = settle(corpus, between.url)
        command = [sys.executable, "-m", "qawl", "pull", "--watch", "--every", "1"]
        with subprocess.Popen(
            command, cwd=corpus.root, env=os.environ, stdout=file, stderr=file
        ) as process:
            until(out, "pulling every 1 s")
            until_read(corpus)
            between.prefix = "/away"
            until(out, "waiting 1 s: ")
            between.prefix = ""
            client.submit(task.id, {"result": []})
            until(out, "1 new or changed annotation")
            # It holds the corpus only while it pulls.
            for _ in range(20):
                code, said = run(corpus, "push")
                if code == 0:
                    break
                assert "in use by `qawl pull --watch`" in said
            assert code == 0
            assert process.poll() is None
            process.terminate()


def until_read(corpus):
    """Waits until a first pull has come to its end."""
    deadline = time.monotonic() + 60
    while not (corpus.state / "pulled.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.2)
    time.sleep(1)


def test_status_as_a_table_and_json(served, monkeypatch):
    corpus, client = served(*TEXTS, name="access-status", settings=ONE_LAYER)
    push(client, corpus)
    first = plan.remotes(client, corpus)[0]
    submit(client, corpus, first, count=3)
    monkeypatch.chdir(corpus.root)
    shown = CliRunner().invoke(cli.group, ["status"])
    assert shown.exit_code == 0
    assert "nothing is left" in shown.output
    one, other = json.loads(CliRunner().invoke(cli.group, ["status", "--json"]).output)
    assert (one["assigned"], one["done"], one["left"], one["next"]) == (3, 3, 0, None)
    assert one["minutes"] == 0.1
    assert httpx.get(other["next"], follow_redirects=True).is_success
