"""A PostgreSQL of the tests' own: a cluster in a temporary folder, stopped and removed at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from qawl.studio.server import free_port

USER = "postgres"
"""Who runs the server where the tests run as root, which PostgreSQL refuses."""


def programs():
    """The folder of Debian's newest PostgreSQL, or None."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3])
    )
    return found[-1].parent if found else None


@contextmanager
def running():
    """What Label Studio's environment needs to use a new, empty database."""
    folder = Path(tempfile.mkdtemp(prefix="qawl-postgresql-"))
    port = free_port()
    try:
        _own(folder)
        _run("initdb", "-D", folder / "data", "-U", "qawl", "--auth=trust", "--encoding=UTF8")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        _run("pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")
        try:
            _run("createdb", "-h", "127.0.0.1", "-p", port, "-U", "qawl", "studio")
            yield {
                "DJANGO_DB": "default",
                "POSTGRE_HOST": "127.0.0.1",
                "POSTGRE_PORT": str(port),
                "POSTGRE_NAME": "studio",
                "POSTGRE_USER": "qawl",
                "POSTGRE_PASSWORD": "none",
            }
        finally:
            _run("pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _own(folder):
    if os.getuid() == 0:
        shutil.chown(folder, USER, pwd.getpwnam(USER).pw_gid)


def _run(program, *words):
    command = [str(programs() / program), *map(str, words)]
    user = {"user": USER, "group": USER, "extra_groups": []} if os.getuid() == 0 else {}
    # pg_ctl's server keeps the pipes that it inherits, so none is given to it.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(command, stdout=said, stderr=said, check=False, cwd="/", **user)
        said.seek(0)
        assert done.returncode == 0, said.read().decode("utf-8", "replace")
