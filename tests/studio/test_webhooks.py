"""Calls of webhooks: those of the server name projects; all others are refused and counted."""

import http.client
import socket
import threading
import time
from collections import Counter

import pytest
from memory import Webhooks

from corpora import main
from qawl.cli import watch
from qawl.core.errors import ServerError
from qawl.studio import webhook_listener, webhooks
from qawl.studio.webhook_listener import PROOF, Address
from qawl.studio.webhooks import ACTIONS, WHOSE, Hooks, Spool


class Server(Webhooks):
    """What Label Studio keeps of webhooks; `refuses` makes it refuse new ones."""

    def __init__(self, *, refuses=False):
        super().__init__()
        self.refuses = refuses

    def request(self, method, path, *, body=None):
        if method == "POST" and self.refuses:
            raise ServerError("http://x answered 400 to POST api/webhooks/: url")
        return super().request(method, path, body=body)


@pytest.fixture
def hooks(make_corpus):
    made = Hooks(make_corpus("a text"), Address("127.0.0.1", 0))
    made.register(Server(), [7, 12])
    with made.listening():
        yield made


def call(hooks, path="/7", body=b'{"action": "ANNOTATION_CREATED"}', method="POST", **headers):
    """The status of a call; `secret` is the right one unless it is given."""
    sent = {PROOF: hooks.secret, "Content-Type": "application/json"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    line = http.client.HTTPConnection(*hooks._server.server_address[:2], timeout=10)
    try:
        line.request(method, path, body, sent)
        return line.getresponse().status
    finally:
        line.close()


def test_calls_name_their_projects_once(hooks):
    assert [call(hooks), call(hooks), call(hooks, "/12")] == [200, 200, 200]
    assert hooks.spool.wait(0)
    assert hooks.spool.take() == {7, 12}
    assert hooks.spool.take() == frozenset()
    assert not hooks.spool.wait(0)
    assert not hooks.refused


@pytest.mark.parametrize(
    ("how", "status", "why"),
    [
        ({"X_Qawl_Secret": ""}, 403, "wrong secret"),
        ({"X_Qawl_Secret": "geheim-ß".encode("latin-1")}, 403, "wrong secret"),
        ({"path": "/8"}, 404, "unknown project"),
        ({"path": "/"}, 404, "unknown project"),
        ({"path": "/../7"}, 404, "unknown project"),
        ({"path": "/-7"}, 404, "unknown project"),
        ({"path": "/" + "7" * 5000}, 404, "unknown project"),
        ({"path": "/%D9%A7"}, 404, "unknown project"),
        ({"body": b"action=ANNOTATION_CREATED"}, 400, "not a webhook's JSON"),
        ({"body": b""}, 400, "not a webhook's JSON"),
        ({"body": b"[" * 60000}, 400, "not a webhook's JSON"),
        ({"body": b'{"action": ["x"]}'}, 400, "not a webhook's JSON"),
        ({"body": b'{"action": "\xff"}'}, 400, "not a webhook's JSON"),
        ({"body": b'{"action": "PROJECT_UPDATED"}'}, 400, "unknown action"),
        ({"body": b" " * 70000}, 413, "too long"),
        ({"body": b"{}", "Content_Length": "9" * 40}, 413, "too long"),
        ({"body": b"{}", "Content_Length": "-2"}, 413, "too long"),
        ({"method": "GET"}, 501, "not a POST"),
        ({"method": "DELETE"}, 501, "not a POST"),
    ],
)
def test_what_is_no_call_of_the_server_is_refused_and_counted(hooks, how, status, why):
    try:
        assert call(hooks, **how) == status
    except ConnectionError:  # the body was not read, and the line is closed
        assert status == 413
    assert hooks.refused == Counter([why])
    assert hooks.spool.take() == frozenset()
    assert call(hooks) == 200


def test_lines_that_are_not_http_or_never_end_hold_nobody_up(hooks, monkeypatch):
    monkeypatch.setattr(webhook_listener.Handler, "timeout", 0.3)
    lines = [socket.create_connection(hooks._server.server_address[:2]) for _ in range(4)]
    lines[0].sendall(b"\x16\x03\x01\x02\x00\x01\x00")  # TLS
    lines[1].sendall(b"GARBAGE\r\n\r\n")
    lines[2].sendall(b"POST /7 HTTP/1.1\r\nContent-Length: 40\r\n\r\n{")
    assert call(hooks) == 200
    for each in lines:
        each.close()
    assert hooks.spool.take() == {7}


def test_only_so_many_are_heard_at_once(hooks, monkeypatch):
    monkeypatch.setattr(webhook_listener.Handler, "timeout", 2)
    lines = [
        socket.create_connection(hooks._server.server_address[:2])
        for _ in range(webhook_listener.AT_ONCE + 5)
    ]
    time.sleep(0.5)
    assert hooks.refused["too many at once"] >= 5
    for each in lines:
        each.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            assert call(hooks) == 200
            break
        except (http.client.HTTPException, ConnectionError):
            time.sleep(0.1)
    assert hooks.spool.take() == {7}


def test_many_threads_lose_no_project(make_corpus):
    spool, found = Spool(make_corpus("a")), set()
    spool._path.parent.mkdir(exist_ok=True)

    def fill(first):
        for number in range(first, first + 50):
            spool.add(number, ACTIONS[0])

    threads = [threading.Thread(target=fill, args=(start,)) for start in range(0, 400, 50)]
    for each in threads:
        each.start()
    while any(each.is_alive() for each in threads):
        found |= spool.take()
    assert found | spool.take() == set(range(400))


@pytest.mark.parametrize(
    "line", [b'{"proj', b'{"project":4,"action":"\xff"}', b"\0" * 9, b"[" * 5000]
)
def test_a_spool_with_a_line_that_is_torn_or_damaged_means_all_projects(make_corpus, line):
    # Which projects the line named is lost; what a call told of must still be read.
    spool = Spool(make_corpus("a"))
    spool._path.parent.mkdir(exist_ok=True)
    spool._path.write_bytes(b'{"project":3,"action":"x"}\n' + line)
    spool.add(7, ACTIONS[0])
    assert spool.take() is None
    assert spool.take() == frozenset()


@pytest.mark.parametrize("content", [b"", b"\0" * 32, b"\xff\xfe", b"a\r\nX-Other: b"])
def test_a_damaged_name_of_the_corpus_is_put_aside_and_made_anew(make_corpus, content):
    # An empty one would be that of every other corpus whose file is empty.
    made = make_corpus("a")
    made.make_state()
    path = made.state / "webhooks.id"
    path.write_bytes(content)
    first = webhooks._identity(made)
    assert len(first) == 32
    assert webhooks._identity(made) == first
    assert path.with_name("webhooks.id.damaged").read_bytes() == content


def test_a_full_spool_means_all_projects(make_corpus, monkeypatch):
    spool = Spool(make_corpus("a"))
    spool._path.parent.mkdir(exist_ok=True)
    monkeypatch.setattr(webhooks, "FULL", 200)
    for number in range(30):
        spool.add(number, ACTIONS[0])
    assert spool._path.stat().st_size < 300
    assert spool.take() is None
    assert spool.take() == frozenset()


def test_hooks_that_a_killed_run_left_are_used_again_and_others_stay(make_corpus):
    corpus, other, server = make_corpus("a"), make_corpus("b", name="other"), Server()
    server.hooks.append({"id": 99, "project": 7, "url": "http://elsewhere.example", "headers": {}})
    killed = Hooks(corpus, Address("127.0.0.1", 0))
    killed.register(server, [7, 12])
    stranger = Hooks(other, Address("127.0.0.1", 0))
    stranger.register(server, [7])
    again = Hooks(corpus, Address("127.0.0.1", 0))
    again.register(server, [7, 12, 13])
    again.register(server, [7, 12, 13])
    own = [each for each in server.hooks if each["headers"].get(WHOSE) == again._whose]
    assert [each["project"] for each in own] == [7, 12, 13]
    assert {each["headers"][PROOF] for each in own} == {again.secret}
    assert all(each["url"] == f"{again.url}/{each['project']}" for each in own)
    assert not any(each["send_payload"] for each in own)
    again.remove(server)
    assert [each["project"] for each in server.hooks] == [7, 7]
    for each in (killed, stranger, again):
        each._server.server_close()


def test_a_server_that_may_not_call_here_says_what_to_set(make_corpus):
    made = Hooks(make_corpus("a"), Address("127.0.0.1", 0))
    with pytest.raises(ServerError, match="SSRF_PROTECTION_ENABLED=false"):
        made.register(Server(refuses=True), [7])
    made._server.server_close()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("0.0.0.0:80", "give the address at which Label Studio reaches this machine"),
        ("somewhere", "give PORT or HOST:PORT"),
        ("me:secret@host:80", "give PORT or HOST:PORT"),
        ("127.0.0.1:99999", "99999: give PORT or HOST:PORT"),
        ("localhost:web", "give PORT or HOST:PORT"),
        ("[::1:80", "give PORT or HOST:PORT"),
        ("127.0.0.1:80/path", "give PORT or HOST:PORT"),
        ("192.0.2.1:8090", "--webhook 192.0.2.1:8090: "),
    ],
)
def test_addresses_that_nobody_can_listen_at_are_refused(make_corpus, given, says):
    code, said = main(make_corpus("a").root, "pull", "--watch", "--webhook", given)
    assert code in {1, 2}
    assert says in said


def test_webhook_goes_with_watch(make_corpus):
    assert main(make_corpus("a").root, "pull", "--webhook")[0] == 2


def test_turns(make_corpus, monkeypatch):
    """A call is followed at once and once more; all projects are read in their turn."""
    monkeypatch.setattr(watch, "SETTLE", 0)
    monkeypatch.setattr(watch, "AGAIN", 0.05)
    made = Hooks(make_corpus("a"), Address("127.0.0.1", 0))
    turns = watch._Turns(3600, made)
    turns.done(None)
    made.spool.add(7, ACTIONS[0])
    assert turns.next() == {7}
    turns.done(frozenset({7}))
    assert turns.next() == {7}
    turns.done(frozenset({7}))
    assert turns._again is None
    turns._all = time.monotonic() + 0.05
    assert turns.next() is None
    assert turns.failed() == watch.PAUSE
    assert watch._Turns(5, None).failed() == 5
    made._server.server_close()


def test_hooks_that_call_nobody_are_named_of_this_corpus_and_for_its_projects(hooks, make_corpus):
    """Others of Qawl's, of other corpora, and those of other programs are left out."""
    made = make_corpus("b", name="other")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        server = Server()
        mine = {WHOSE: webhooks._identity(made)}
        for number, url, headers in (
            (1, f"{hooks.url}/1", mine),
            (2, f"{nobody}/2", mine),
            (7, f"{nobody}/7", {WHOSE: "0" * 32}),
            (8, f"{nobody}/8", {WHOSE: "0" * 32}),
            (7, f"{nobody}/9", {}),
            (7, f"{nobody}/9", None),
            (None, "no address: [", mine),
        ):
            server.request("POST", "", body={"project": number, "url": url, "headers": headers})
        found = list(webhooks.left_over(server, made, {7}))
    assert found == [(2, f"{nobody}/2"), (7, f"{nobody}/7"), (None, "no address: [")]
