"""A proxy between Qawl and a real server that fails as networks do, by a seed."""

import http.client
import random
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

FAULTS = ("drop", "500", "502", "429", "delay", "cut", "after")
HOP = {
    "connection",
    "transfer-encoding",
    "content-encoding",
    "content-length",
    "keep-alive",
    "host",
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def _answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def _forward(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        target = urlsplit(self.server.target)
        connection = http.client.HTTPConnection(target.hostname, target.port, timeout=60)
        try:
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in HOP
            }
            connection.request(
                self.command, self.path, body, {**headers, "Accept-Encoding": "identity"}
            )
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.getheaders()
        finally:
            connection.close()

    def _handle(self):
        with self.server.guard:
            faulty = self.server.rng.random() < self.server.rate
            fault = self.server.rng.choice(FAULTS) if faulty else None
        if fault == "drop":
            self.close_connection = True
            return
        if fault in {"500", "502", "429"}:
            if length := int(self.headers.get("Content-Length") or 0):
                self.rfile.read(length)
            self._answer(int(fault), b"<html><title>fault</title></html>")
            return
        if fault == "delay":
            time.sleep(0.3)
        status, body, headers = self._forward()
        if fault == "after":
            self._answer(500, b"<html><title>lost answer</title></html>")
        elif fault == "cut" and len(body) > 10:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        else:
            self._answer(status, body, headers)

    do_GET = do_POST = do_PATCH = do_DELETE = _handle


@contextmanager
def faulty(target, seed, rate=0.15):
    """The address of a proxy before `target` that spoils this share of the calls."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.target, server.rng, server.rate, server.guard = (
        target,
        random.Random(seed),
        rate,
        threading.Lock(),
    )
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
