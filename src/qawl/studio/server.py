"""A local Label Studio of a corpus: its environment, its data folder, its process.

The environment and a migrated empty data folder are made once a machine, under the user's cache; a
corpus's own data stand in .qawl/label-studio. The server listens at the address of qawl.yaml alone:
127.0.0.1, or one by which others on the network reach this machine.
"""

import errno
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import filelock
import msgspec

from qawl.core import files as core_files
from qawl.core import temporary
from qawl.core.errors import ServerError
from qawl.core.project import Project
from qawl.studio.token import SERVED, Served

VERSION = "1.23.2"
"""The Label Studio that Qawl installs and is tested with."""

EXECUTABLE = "QAWL_LABEL_STUDIO"
"""Environment variable: a label-studio command to use in place of Qawl's own environment."""

START_SECONDS = 180
USER = "qawl@localhost.example"
DATA = "label-studio"
"""The server's folder in .qawl/."""
LOG = "label-studio.log"
"""The file in .qawl/ that has what the server says."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Access:
    """Where a server answers and how to get in; a token is never shown. `process` is that of a server
    that was started here."""

    url: str
    username: str
    password: str = field(repr=False)
    token: str = field(repr=False)
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False, compare=False)


def cache() -> Path:
    """Where the environment of this Label Studio version stands, for all corpora of the user."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "qawl" / f"label-studio-{VERSION}"


def executable(say: Say) -> Path:
    """The label-studio command; its environment is made the first time, which takes minutes."""
    if given := os.environ.get(EXECUTABLE):
        if not Path(given).is_file():
            raise ServerError(f"{EXECUTABLE} is {given}, which is not a file")
        return Path(given)
    home = cache()
    ready, command = home / "ready", home / "env" / "bin" / "label-studio"
    home.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(home / "lock"):
        if not ready.exists():
            say(f"installing Label Studio {VERSION} into {home} (once, one to three minutes)")
            _install(home / "env")
            ready.touch()
    return command


def _install(environment: Path) -> None:
    shutil.rmtree(environment, ignore_errors=True)
    pinned = files("qawl.studio").joinpath("label-studio.lock")
    steps = (
        [sys.executable, "-m", "venv", str(environment)],
        [
            str(environment / "bin" / "python"),
            # -I: what PYTHONPATH holds here is not there when the server runs.
            *(
                "-I",
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-r",
                str(pinned),
            ),
        ],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = [each for each in done.stderr.splitlines() if "ERROR" in each] or [
                "no reason given"
            ]
            raise ServerError(f"Label Studio can't be installed: {lines[-1].strip()}")


def settled(project: Project, port: int | None = None) -> Access:
    """How to reach the corpus's own server; user, password and token are made once."""
    project.make_state()
    path = project.state / SERVED
    known = core_files.load_if_whole(path, Served) or _newcomer(project)
    address = urlsplit(project.settings.label_studio.url)
    url = f"http://{address.hostname}:{port or address.port or 8080}"
    known = msgspec.structs.replace(known, url=url)
    core_files.write_text(
        path, json.dumps(msgspec.to_builtins(known), indent=1) + "\n", private=True
    )
    return Access(known.url, known.username, known.password, known.token)


def _newcomer(project: Project) -> Served:
    """A user for the server to make; one that it does not know yet, where it has data already."""
    known = (project.state / DATA).exists()
    name = f"qawl-{secrets.token_hex(4)}@localhost.example" if known else USER
    return Served(username=name, password=secrets.token_urlsafe(9), token=secrets.token_hex(20))


@contextmanager
def running(
    project: Project,
    *,
    port: int | None = None,
    say: Say,
    database: Mapping[str, str] | None = None,
) -> Iterator[Access]:
    """The corpus's Label Studio, started and ready; stopped with all its children at the end.

    It is on SQLite, unless `database` has the variables that name another database to Label Studio.
    """
    command = executable(say)
    data = project.state / DATA
    access = settled(project, port)
    if not data.exists():
        with core_files.naming(data), temporary.folder(data) as making:
            shutil.copytree(template(command, say), making, dirs_exist_ok=True)
            making.rename(data)
    with _process(command, data, access, project.state / LOG, database or {}) as process:
        yield replace(access, process=process)


def wait(project: Project, access: Access) -> None:
    """Waits for as long as the corpus's own server runs; raises ServerError when it ends by itself."""
    if access.process is not None:
        code = access.process.wait()
        how = f"it was killed by signal {-code}" if code < 0 else f"exit code {code}"
        raise ServerError(
            f"Label Studio has ended ({how}): run `qawl serve` again; {project.state / LOG} may say why"
        )


def template(command: Path, say: Say) -> Path:
    """A migrated, empty data folder: copying it saves the minute that migrations take."""
    home = cache()
    target = home / "template"
    home.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(home / "template.lock"):
        if target.exists():
            return target
        say("preparing an empty Label Studio (once, about a minute)")
        making = home / "template.making"
        shutil.rmtree(making, ignore_errors=True)
        access = Access(f"http://127.0.0.1:{free_port()}", "", "", "")
        with _process(command, making, access, home / "template.log", {}):
            pass
        (making / ".env").unlink(missing_ok=True)  # holds a secret key; each corpus gets its own
        making.rename(target)
    return target


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _process(
    command: Path, data: Path, access: Access, log: Path, database: Mapping[str, str]
) -> "Iterator[subprocess.Popen[bytes]]":
    parts = urlsplit(access.url)
    host, port = str(parts.hostname), parts.port or 80
    _refuse_taken(host, port)
    data.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                *(str(command), "start", "--no-browser", "--port", str(port)),
                *("--internal-host", host),
            ],
            env={**_environment(data, access), **database},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=data,
        )
    try:
        _wait(process, access.url, log)
        yield process
    finally:
        _stop(process)


def _refuse_taken(host: str, port: int) -> None:
    try:
        place = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)[0][4]
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ServerError(
                f"port {port} is in use: stop what runs there, or give another with --port"
            ) from error
        raise ServerError(
            f"{host} is not an address of this machine: `qawl serve` runs a server here, and "
            "label_studio.url in qawl.yaml names another"
        ) from error


def _environment(data: Path, access: Access) -> dict[str, str]:
    """Settings of the server process. Credentials go here, not on the command line that `ps` shows."""
    settings = {
        "LABEL_STUDIO_BASE_DATA_DIR": str(data),
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LABEL_STUDIO_HOST": access.url,
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "DJANGO_DB": "sqlite",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": str(1 << 30),
    }
    if access.username:
        settings |= {
            "LABEL_STUDIO_USERNAME": access.username,
            "LABEL_STUDIO_PASSWORD": access.password,
            "LABEL_STUDIO_USER_TOKEN": access.token,
        }
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(
            ("LABEL_STUDIO_", "DJANGO_", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
        )
    }
    return inherited | settings


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerError(f"Label Studio stopped at its start: {_last(log)} (see {log})")
        if healthy(url):
            return
        time.sleep(0.2)
    raise ServerError(f"Label Studio did not start in {START_SECONDS} s (see {log})")


def _last(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else "no reason given"


def healthy(url: str) -> bool:
    """Whether a Label Studio answers there."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310 - http is meant
            return b"UP" in answer.read(200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
