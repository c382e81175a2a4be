"""`qawl serve` beside a stand-in for Label Studio's command: what it says when the server ends by itself."""

import signal
import sys

import pytest

from corpora import main
from qawl.setup import init
from qawl.studio import server

STAND_IN = """#!{python}
import json, os, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

SAID = {{"/health": {{"status": "UP"}}, "/api/version": {{"release": "1.23.2"}}, "/api/invite": {{"invite_url": "/x"}}}}

class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        content = json.dumps(SAID.get(self.path.split("?")[0].rstrip("/"), {{}})).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
        if "invite" in self.path:
            {end}

HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Server).serve_forever()
"""


@pytest.mark.parametrize(
    ("end", "how"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "it was killed by signal 9"),
        ("os._exit(3)", "exit code 3"),
    ],
)
def test_serve_ends_with_label_studio(tmp_path, monkeypatch, end, how):
    """It stood there as if it served, though Label Studio had crashed or was killed for want of memory."""
    command = tmp_path / "label-studio"
    command.write_text(STAND_IN.format(python=sys.executable, end=end), "utf-8")
    command.chmod(0o755)
    monkeypatch.setenv(server.EXECUTABLE, str(command))
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # those of the test's own process stay
    monkeypatch.setattr(server, "template", lambda *_: tmp_path / "empty")
    (tmp_path / "empty").mkdir()
    made = init.init(tmp_path / "c", name="c")
    code, said = main(made.root, "serve", "--port", str(server.free_port()))
    assert code == 1
    assert "Ctrl-C ends it" in said
    assert f"Label Studio has ended ({how}" in said
