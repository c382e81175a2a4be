"""`qawl doctor` at servers that are no Label Studio, not safe, or silent: one line says what to do."""

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from corpora import main
from qawl.setup import init
from qawl.studio import client

VERSION = b'{"release": "1.23.2", "edition": "Community"}'


class _Answers(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        body = self.server.version if self.path.endswith("version") else self.server.rest
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def answering(version, rest=b""):
    """The port of a server that says this of itself, and that to anything else."""
    server = HTTPServer(("127.0.0.1", 0), _Answers)
    server.version, server.rest = version, rest
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def doctor(tmp_path, monkeypatch):
    """doctor(address) → (exit code, what `qawl doctor` says)."""
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "token")
    root = init.init(tmp_path / "c", name="c").root

    def doctor(address):
        settings = f"name: c\nlayers: [entity]\nlabel_studio: {{url: '{address}'}}\n"
        (root / "qawl.yaml").write_text(settings, "utf-8")
        main(root, "scheme")
        return main(root, "doctor")

    return doctor


@pytest.mark.parametrize(
    ("version", "rest"),
    [
        (b"{}", b""),
        (b'{"label-studio-os-package": null}', b""),
        (b'{"label-studio-os-package": "1.23.2"}', b""),
        (b'{"release": 1.23}', b""),
        (VERSION, b"[]"),
        (VERSION, b"{}"),
        (VERSION, b'{"count": 1, "results": ["x"]}'),
        (VERSION, b'{"count": 1, "results": [{}]}'),
    ],
)
def test_a_server_of_something_else_is_told(doctor, version, rest):
    with answering(version, rest) as port:
        code, told = doctor(f"http://127.0.0.1:{port}")
    assert code == 1
    assert f"BAD server: http://127.0.0.1:{port} is not a Label Studio: correct" in told
    assert "a fault in qawl" not in told


def test_a_connection_that_is_not_safe_is_told_with_its_reason(doctor):
    """It was told as a server that is not there, to be started."""
    with answering(VERSION) as port:
        code, told = doctor(f"https://127.0.0.1:{port}")
    assert code == 1
    assert f"BAD server: no secure connection to https://127.0.0.1:{port} ([SSL" in told
    assert "SSL_CERT_FILE" in told


def test_a_server_that_never_answers_is_not_waited_for_ten_minutes(doctor, monkeypatch):
    monkeypatch.setattr(client, "GREETING", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        code, told = doctor(f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert code == 1
    assert "does not answer in time: see whether it is starting or overloaded" in told
