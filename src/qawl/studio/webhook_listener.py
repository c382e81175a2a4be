"""An HTTP server for Label Studio's calls: few at once, none for long, whatever they send."""

import socket
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from qawl.core.errors import ServerError

LONGEST = 1 << 16
"""Bytes of the longest call that is read: it names an action alone."""
PATIENCE = 5
"""Seconds that a caller may take to send its call."""
AT_ONCE = 16
"""Calls that are heard at once; Label Studio makes one at a time for each worker."""
PROOF = "X-Qawl-Secret"
"""Header of each call that shows that it comes from this server."""


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address as a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def address(given: str) -> Address:
    """`PORT` or `HOST:PORT` as an address; raises ValueError where it is none.

    Examples
    --------
    >>> address("8090"), address("[::1]:8090")
    (Address(host='127.0.0.1', port=8090), Address(host='::1', port=8090))
    """
    try:
        parts = urlsplit(f"//127.0.0.1:{given}" if given.isdecimal() else f"//{given}")
        port = parts.port
    except ValueError as error:  # a bracket left open, a port that is no number
        raise ValueError(f"{given}: give PORT or HOST:PORT") from error
    if not parts.hostname or port is None or parts.path or parts.username is not None:
        raise ValueError(f"{given}: give PORT or HOST:PORT")
    if parts.hostname in {"0.0.0.0", "::"}:  # noqa: S104 - it is refused
        raise ValueError(f"{given}: give the address at which Label Studio reaches this machine")
    return Address(parts.hostname, port)


class Hearer(Protocol):
    """Who is told of calls."""

    def heard(self, path: str, secret: str, body: bytes) -> HTTPStatus:
        """Takes a call, or counts why not."""

    def refuse(self, why: str, status: HTTPStatus) -> HTTPStatus:
        """Counts a call that is not taken."""


class Listener(ThreadingHTTPServer):
    """A listener that hears a few callers at once, and none for long."""

    daemon_threads = True
    request_queue_size = (
        128  # a caller that finds no room waits a second, and Label Studio gives up
    )
    block_on_close = False

    def __init__(self, where: Address, hooks: Hearer) -> None:
        self.hooks = hooks
        self.places = threading.BoundedSemaphore(AT_ONCE)
        if ":" in where.host:
            self.address_family = socket.AF_INET6
        try:
            super().__init__(where, Handler)
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or error
            raise ServerError(f"--webhook {where.host}:{where.port}: {why}") from error

    def server_bind(self) -> None:
        """Binds without asking for the name of this machine, which may take long."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def process_request(
        self, request: "socket.socket | tuple[bytes, socket.socket]", client_address: object
    ) -> None:
        """Hears a caller in a thread, unless there are too many."""
        if self.places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.hooks.refuse("too many at once", HTTPStatus.SERVICE_UNAVAILABLE)
            self.shutdown_request(request)

    def process_request_thread(
        self, request: "socket.socket | tuple[bytes, socket.socket]", client_address: object
    ) -> None:
        """Hears a caller."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.release()

    def handle_error(self, *_: object) -> None:
        """A caller that broke off is counted."""
        self.hooks.refuse("broken off", HTTPStatus.BAD_REQUEST)


class Handler(BaseHTTPRequestHandler):
    """One call."""

    server: Listener
    timeout = PATIENCE
    server_version, sys_version = "qawl", ""

    def do_POST(self) -> None:
        """Label Studio's call."""
        length = self.headers.get("Content-Length") or ""
        if not length.isdecimal() or len(length) > len(str(LONGEST)) or int(length) > LONGEST:
            status = self.server.hooks.refuse("too long", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            body = self.rfile.read(int(length))
            secret = self.headers.get(PROOF) or ""
            status = self.server.hooks.heard(urlsplit(self.path).path, secret, body)
        self._end(status)

    def send_error(self, code: int, *_: object, **__: object) -> None:
        """Whatever is no call of a webhook."""
        self._end(self.server.hooks.refuse("not a POST", HTTPStatus(code)))

    def _end(self, status: HTTPStatus) -> None:
        self.send_response_only(status)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """What callers send is not written anywhere."""
