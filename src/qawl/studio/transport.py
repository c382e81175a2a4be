"""HTTP to a Label Studio server, through its SDK: one call, what is repeated, what its errors mean.

Foreign errors enter here and leave as ServerErrors of one line. What is safe to repeat (GET, PATCH,
DELETE) is retried with back-off; what is not (POST) is sent once, and the caller looks up what arrived.
"""

import re
import time
from http import HTTPStatus
from typing import Any, Self

import httpx
import msgspec

from qawl.core import files
from qawl.core.errors import ServerError
from qawl.studio.token import TOKEN

RETRIES = 3
"""How often a call that is safe to repeat is repeated."""
PATIENCE = 300.0
"""Seconds to wait for an answer."""
WAIT = 1.0
"""Seconds before the first repetition; each further one waits twice as long."""
Json = dict[str, Any]
_TITLE = re.compile(r"<title>\s*(.*?)\s*</title>", re.IGNORECASE | re.DOTALL)


class NobodyListens(ServerError):
    """No server answers at the address: to ask again at once is of no use."""


class Unsendable(ServerError):
    """The server fails at this call itself: it can't make the answer, or the answer is not JSON."""


class NotThere(ServerError):
    """The server has nothing at this address."""


_KINDS: dict[int, type[ServerError]] = {
    HTTPStatus.INTERNAL_SERVER_ERROR: Unsendable,
    HTTPStatus.NOT_FOUND: NotThere,
}


SETTING = "label_studio.url in qawl.yaml"


class Transport:
    """A connection to one server; a context that closes it. `named` says where its address is given."""

    def __init__(self, url: str, key: str, *, named: str = SETTING) -> None:
        from label_studio_sdk import LabelStudio  # noqa: PLC0415 - takes over a second to import

        self.url, self.named = url.rstrip("/"), named
        try:
            # Without the slash at its end, the SDK refreshes a token beside the path, not under it.
            connected: Any = LabelStudio(base_url=f"{self.url}/", api_key=key, timeout=PATIENCE)  # type: ignore[no-untyped-call]
        except Exception as error:
            raise self._foreign(error) from error
        # The SDK's typed calls drop fields that the journal must keep; its HTTP client does not.
        self._http: Any = connected._client_wrapper.httpx_client  # noqa: SLF001

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.httpx_client.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Json | None = None,
        body: object = None,
        retries: int = RETRIES,
        seconds: float = PATIENCE,
    ) -> Any:
        """One call; the decoded answer. Raises ServerError with what went wrong."""
        answer = self._answer(
            method, path, params=params, body=body, retries=retries, seconds=seconds
        )
        if not answer.content:
            return None
        try:
            return msgspec.json.decode(answer.content)
        except files.UNREADABLE as error:
            raise Unsendable(
                f"{self.url} answered {path} with something that is not JSON: {_reason(answer)}; "
                f"does {self.named} name a Label Studio?"
            ) from error

    def _answer(
        self,
        method: str,
        path: str,
        *,
        params: Json | None = None,
        body: object = None,
        retries: int,
        seconds: float = PATIENCE,
    ) -> httpx.Response:
        left = retries if method in {"GET", "PATCH", "DELETE"} else 0
        options = {"max_retries": left, "timeout_in_seconds": seconds}
        try:
            answer: httpx.Response = self._http.request(
                path, method=method, params=params, json=body, request_options=options
            )
        except Exception as error:
            # The SDK repeats what was answered with an error or not at all, not what broke off.
            if left and isinstance(error, (httpx.ReadError, httpx.WriteError)):
                time.sleep(WAIT * 2 ** (RETRIES - left))
                return self._answer(
                    method, path, params=params, body=body, retries=left - 1, seconds=seconds
                )
            raise self._foreign(error) from error
        if answer.status_code in (401, 403):
            raise self._refused(_reason(answer))
        # What is to be deleted may be gone already: by a call whose answer was lost, or by others.
        if answer.status_code >= 400 and (method, answer.status_code) != ("DELETE", 404):
            raise _KINDS.get(answer.status_code, ServerError)(
                f"{self.url} answered {answer.status_code} to {method} {path}: {_reason(answer)}",
            )
        return answer

    def _foreign(self, error: Exception) -> ServerError:
        """An error of the network or the SDK as one of ours."""
        if isinstance(error, httpx.TimeoutException):
            return ServerError(
                f"{self.url} does not answer in time: see whether it is starting or overloaded, "
                f"then run it again; or mend {self.named}"
            )
        if isinstance(error, httpx.ConnectError) and "SSL" in str(error):
            return ServerError(
                f"no secure connection to {self.url} ({_short(str(error))}): mend the server's "
                "certificate, name its authority's in SSL_CERT_FILE, or write http:// in "
                f"{self.named} if the server has no certificate"
            )
        if isinstance(error, httpx.ConnectError):
            start = "start it (`qawl serve`)" if self.named == SETTING else "start it"
            return NobodyListens(
                f"no Label Studio answers at {self.url}: {start}, or mend {self.named}"
            )
        if isinstance(error, httpx.InvalidURL):
            return ServerError(f"{self.url}: no host has such a name: mend {self.named}")
        if getattr(error, "status_code", None) in (401, 403):
            # The SDK raises its own when a personal token is expired or refused.
            said = getattr(error, "body", None)
            return self._refused(_detail(said) if isinstance(said, dict) else str(said))
        return ServerError(f"{self.url}: {_short(str(error) or type(error).__name__)}")

    def _refused(self, reason: str) -> ServerError:
        return ServerError(
            f"{self.url} refuses the token ({_short(reason)}): set {TOKEN} to a new one from "
            "Account & Settings"
        )


def _reason(answer: httpx.Response) -> str:
    """What an error answer says, short: the detail of its JSON, or the title of its page."""
    try:
        said = msgspec.json.decode(answer.content)
    except files.UNREADABLE:
        title = _TITLE.search(answer.text)
        return _short(title.group(1) if title else answer.text)
    return _short(_detail(said) if isinstance(said, dict) else str(said))


def _detail(said: Json) -> str:
    return str(said.get("validation_errors") or said.get("detail") or said)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else line[:297] + "…"
