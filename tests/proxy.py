"""A proxy between Qawl and a real server that fails as networks do, by a seed, or counts calls."""

import http.client
import os
import random
import socket
import struct
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

FAULTS = ("drop", "reset", "500", "502", "429", "delay", "cut", "after")
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
            path = self.path.removeprefix(self.server.prefix)
            connection.request(self.command, path, body, {**headers, "Accept-Encoding": "identity"})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.getheaders()
        finally:
            connection.close()

    def _handle(self):
        self.server.methods.append(self.command)
        fault, fuse = self.server.next_call()
        if fuse is not None:
            if fault == "after":
                self._forward()
            fuse()
            self.close_connection = True
        elif not self.path.startswith(self.server.prefix):
            self._answer(404, b"<html><title>not under the path</title></html>")
        elif fault in {"drop", "reset", "500", "502", "429"}:
            self._refuse(fault)
        else:
            self._hand_on(fault)

    def _refuse(self, fault):
        """Fails before the server hears of the call."""
        self.close_connection = True
        if fault == "reset":  # the other side sees the connection break off
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            os.close(self.connection.detach())
        elif fault != "drop":
            if length := int(self.headers.get("Content-Length") or 0):
                self.rfile.read(length)
            self._answer(int(fault), b"<html><title>fault</title></html>")

    def _hand_on(self, fault):
        """Lets the server carry the call out, and may spoil its answer."""
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


class Proxy(ThreadingHTTPServer):
    """A proxy before `target` that spoils a share of the calls (`rate`).

    `light` makes it call a function at the call of a number, before or after that is handed on.
    Calls that are not below `prefix` find nothing.
    """

    daemon_threads = True

    def __init__(self, target, seed, rate, prefix):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target, self.rate, self.prefix = target, rate, prefix
        self.rng, self.guard = random.Random(seed), threading.Lock()
        self.calls, self.at, self.fuse = 0, 0, None
        self.methods = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}{prefix}"

    def light(self, at, fuse):
        """Calls `fuse` at the call with this number from now."""
        self.calls, self.at, self.fuse = 0, at, fuse

    def next_call(self):
        """(the fault of this call or None, what is to be called at it or None)."""
        with self.guard:
            self.calls += 1
            if self.calls == self.at:
                return self.rng.choice(("before", "after")), self.fuse
            faulty = self.rng.random() < self.rate
            return self.rng.choice(FAULTS) if faulty else None, None

    def handle_error(self, *_):
        """A client that was killed, or whose connection was reset, is no news."""


@contextmanager
def proxy(target, seed=0, rate=0.0, prefix=""):
    """A running proxy."""
    server = Proxy(target, seed, rate, prefix)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def faulty(target, seed, rate=0.15):
    """The address of a proxy before `target` that spoils this share of the calls."""
    with proxy(target, seed, rate) as server:
        yield server.url
