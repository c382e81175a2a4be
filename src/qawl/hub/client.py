"""The client of the Hugging Face Hub: the only place that talks to it, through huggingface_hub.

Foreign errors enter here and leave as HubErrors of one line. A call that failed in a way that passes
is repeated after a pause; of one that changes something it is looked up first whether it was done.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import msgspec
from msgspec import Struct

from qawl.core import names, temporary
from qawl.core.errors import HubError

T = TypeVar("T")

HASTE, PATIENCE = 8.0, 120.0
"""Seconds to wait for the Hub: where it is only asked, and where something is sent."""
PAUSES = (1.0, 4.0)
"""Seconds to wait before a call is repeated."""
PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""HTTP statuses of failures that may be gone in a moment."""
_THERE_ALREADY = frozenset({409, 412})
"""HTTP statuses of a change that is refused because of what is there: perhaps the change itself."""
_OF_XET = re.compile(r"HTTP status \w+ error \((\d{3})\b")
"""How hf_xet, which sends large files, tells what the Hub answered: its errors carry no answer."""
_XET_PLACE = "/xet-write-token/"
"""In the address of what a Hub that has no Xet storage does not know."""
_SECRET = re.compile(r"(hf_|eyJ)[\w.-]{16,}")


class Refs(Struct, frozen=True):
    """Where a repository stands: the commit of its main branch, None if it has none, and its tags."""

    head: str | None
    tags: dict[str, str]


class Blob(Struct, frozen=True):
    """A file in a commit: git's digest of it, and its SHA-256 if it is in large-file storage."""

    git: str
    sha256: str | None


class Repository:
    """A dataset repository on the Hub, by OWNER/NAME; `hasty` waits seconds for it, and never again.

    What is loaded from it stands beside `workshop`; what a killed run left there goes with the next.
    """

    def __init__(self, name: str, workshop: Path, *, hasty: bool = False) -> None:
        self._hf = _library(hasty=hasty)
        if not names.is_repository(name):
            raise HubError(
                f"{name!r} is not a name of a repository: give OWNER/NAME of the dataset on the Hub"
            )
        self.name, self.workshop = name, workshop
        self._api = self._hf.HfApi(library_name="qawl")
        self._hasty = hasty

    @property
    def url(self) -> str:
        """The page of the dataset."""
        return f"{self._api.endpoint}/datasets/{self.name}"

    def signed_in(self) -> bool:
        """Whether there is a token: in HF_TOKEN, or stored by huggingface_hub."""
        return self._call(self._hf.get_token) is not None

    def refs(self) -> Refs | None:
        """Its head and tags; None where there is no such repository, or none that the token may see."""

        def ask() -> Refs | None:
            try:
                found = self._api.list_repo_refs(self.name, repo_type="dataset")
            except self._hf.errors.RepositoryNotFoundError:
                return None
            heads = {each.name: each.target_commit for each in found.branches}
            return Refs(heads.get("main"), {each.name: each.target_commit for each in found.tags})

        return self._call(ask)

    def files(self, commit: str) -> dict[str, Blob]:
        """The files of a commit by path."""

        def ask() -> dict[str, Blob]:
            tree = self._api.list_repo_tree(
                self.name, recursive=True, revision=commit, repo_type="dataset"
            )
            return {
                each.path: Blob(each.blob_id, each.lfs.sha256 if each.lfs else None)
                for each in tree
                if isinstance(each, self._hf.hf_api.RepoFile)
            }

        return self._call(ask)

    def read(self, commit: str, path: str) -> bytes:
        """A file of a commit."""

        def ask() -> bytes:
            with temporary.folder(self.workshop) as cache:
                found = self._api.hf_hub_download(
                    self.name, path, repo_type="dataset", revision=commit, cache_dir=cache
                )
                return Path(found).read_bytes()

        return self._call(ask)

    def create(self) -> None:
        """Makes the repository, private; one that is there is left as it is."""
        self._call(
            lambda: self._api.create_repo(
                self.name, repo_type="dataset", private=True, exist_ok=True
            )
        )

    def commit(
        self,
        message: str,
        *,
        parent: str | None,
        add: Mapping[str, Path],
        delete: Iterable[str],
        made: Callable[[], str | None],
    ) -> str:
        """One commit on the main branch, if that is still at `parent`; its id.

        `made` looks up whether the commit is there; it is asked where the answer was lost.
        """

        def send() -> str:
            operations = [
                *(self._hf.CommitOperationAdd(path, str(file)) for path, file in add.items()),
                *(self._hf.CommitOperationDelete(path, is_folder=False) for path in delete),
            ]
            sent = self._api.create_commit(
                self.name,
                operations,
                commit_message=message,
                repo_type="dataset",
                parent_commit=parent,
            )
            return str(sent.oid)

        return self._call(send, done=made)

    def tag(self, name: str, commit: str) -> None:
        """Tags a commit; a tag that is there is never moved."""

        def send() -> str:
            self._api.create_tag(
                self.name, tag=name, revision=commit, repo_type="dataset", exist_ok=False
            )
            return commit

        def made() -> str | None:
            refs = self.refs()
            return commit if refs and refs.tags.get(name) == commit else None

        self._call(send, done=made)

    def download(self, commit: str, cache: Path) -> Path:
        """The files of a commit in a folder below an empty one."""
        return Path(
            self._call(
                lambda: self._api.snapshot_download(
                    self.name, repo_type="dataset", revision=commit, cache_dir=cache
                )
            )
        )

    def load(self, commit: str, configs: Iterable[str], cache: Path) -> dict[str, int]:
        """Rows of each `config/split` of a commit, as `datasets` loads them in a process of its own."""
        environment = {
            **os.environ,
            "HF_HUB_CACHE": str(cache),
            "HF_DATASETS_CACHE": str(cache / "datasets"),
        }
        done = subprocess.run(
            [sys.executable, "-P", "-m", "qawl.hub.load_check", self.name, commit, *configs],
            cwd=cache,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["no reason given"]
            raise HubError(
                f"{self.name} at {commit[:12]} can't be loaded with datasets ({_line(said[-1])}): "
                "it was not tagged; run it again"
            )
        return msgspec.json.decode(done.stdout, type=dict[str, int])

    def _call(self, act: Callable[[], T], *, done: Callable[[], T | None] | None = None) -> T:
        """What a call returns; one that failed in a way that passes is repeated after each pause.

        `done` looks up whether what the call does was done, where its answer was lost.
        """
        pauses = iter(() if self._hasty else PAUSES)
        while True:
            try:
                return self._once(act, done)
            except self._failures as failure:
                pause = next(pauses, None) if self._passes(failure) else None
                if pause is None:
                    raise self._told(failure) from failure
            time.sleep(pause)

    def _once(self, act: Callable[[], T], done: Callable[[], T | None] | None) -> T:
        """What a call returns, or `done` finds after it failed."""
        try:
            return _within(HASTE, act) if self._hasty else act()
        except self._failures as failure:
            lost = self._passes(failure) or _status(failure) in _THERE_ALREADY
            found = done() if done and lost else None
            if found is None:
                raise
            return found

    @property
    def _failures(self) -> tuple[type[Exception], ...]:
        """What a call of huggingface_hub raises where it fails."""
        errors = self._hf.errors
        answered = (errors.HTTPError, errors.LocalEntryNotFoundError)
        return (*answered, ConnectionError, TimeoutError, RuntimeError, ValueError)

    def _network(self, failure: Exception) -> Exception:
        """The failure of the network that another one was raised from; else that one."""
        each: BaseException | None = failure
        while each is not None:
            if isinstance(each, self._hf.errors.HTTPError | ConnectionError):
                return each
            each = each.__cause__
        return failure

    def _passes(self, failure: Exception) -> bool:
        failure = self._network(failure)
        if isinstance(failure, self._hf.errors.OfflineModeIsEnabled):
            return False
        status = _status(failure)
        if status is None:
            return isinstance(failure, self._hf.errors.HTTPError | ConnectionError)
        return status in PASSING

    def _told(self, failure: Exception) -> HubError:
        """A foreign error as one line."""
        failure = self._network(failure)
        status = _status(failure)
        if isinstance(failure, UnicodeError):
            return HubError(f"the token can't be one ({_line(failure)}): {_SIGN_IN}")
        if status is None and isinstance(failure, RuntimeError | ValueError):
            return HubError(f"{self.name}: {_line(failure)}")
        if status is None:
            return HubError(
                f"{self._api.endpoint} can't be reached ({_line(failure)}): {self._way_out(failure)}"
            )
        if status in _UNKNOWN and _XET_PLACE in str(failure):
            return HubError(
                f"{self._api.endpoint} does not take large files by Xet: set HF_HUB_DISABLE_XET=1 in the "
                "environment, and run it again"
            )
        return HubError(
            _ANSWERS.get(status, _OTHER).format(
                name=self.name, hub=self._api.endpoint, status=status, said=_line(failure)
            )
        )

    def _way_out(self, failure: Exception) -> str:
        """What to do where the Hub can't be reached."""
        if isinstance(failure, self._hf.errors.OfflineModeIsEnabled):
            return "unset HF_HUB_OFFLINE"
        if "://" not in str(self._api.endpoint):
            return "HF_ENDPOINT begins with https://"
        return "run it again"


_SIGN_IN = "set HF_TOKEN to a valid one, or run `hf auth login`"
_ANSWERS = {
    401: f"{{hub}} refuses the token: {_SIGN_IN}",
    403: "the token has no access to {name}: give it the right to write there",
    404: "{hub} knows no dataset {name}, or the token may not see it",
    409: "{name} has it already ({said}): run it again",
    412: "someone else committed to {name} in the meantime: run it again",
    429: "{hub} asks for a pause (429): run it again in some minutes",
}
_UNKNOWN = frozenset({404, 405, 501})
"""HTTP statuses of a call that a server does not know."""
_OTHER = "{hub} answered {status} ({said}): run it again later"


def _library(*, hasty: bool) -> ModuleType:
    """huggingface_hub, quiet, and with an end to its waiting, which by default has none."""
    import huggingface_hub  # noqa: PLC0415 - only where something is published
    import huggingface_hub.errors  # noqa: PLC0415
    import huggingface_hub.hf_api  # noqa: PLC0415
    from huggingface_hub.utils import _http  # noqa: PLC0415

    def client() -> object:
        made = _http.default_client_factory()
        made.timeout = HASTE if hasty else PATIENCE
        return made

    library: ModuleType = huggingface_hub
    library.utils.set_client_factory(client)
    library.utils.logging.set_verbosity_error()
    if not sys.stderr.isatty():
        library.utils.disable_progress_bars()
    return library


def _within(seconds: float, act: Callable[[], T]) -> T:
    """What `act` returns; TimeoutError after so many seconds, also where a name server or one of many
    addresses keeps it waiting, which no timeout of a connection bounds."""
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(act())
        except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
            outcome.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        return outcome.result(seconds)
    except TimeoutError as error:
        raise TimeoutError(f"no answer in {seconds:g} seconds") from error


def _status(failure: BaseException | None) -> int | None:
    """The HTTP status behind a failure; None where no answer came."""
    while failure is not None:
        answer = getattr(failure, "response", None)
        if answer is not None:
            return int(answer.status_code)
        said, failure = _OF_XET.search(str(failure)), failure.__cause__
        if said is not None:
            return int(said[1])
    return None


def _line(said: object) -> str:
    """The reason that a failure gives, in one short line without a token."""
    reason = getattr(said, "server_message", None) or str(said) or type(said).__name__
    line = _SECRET.sub("(token)", " ".join(str(reason).split()))
    return line if len(line) <= 200 else line[:199] + "…"
