"""Looks whether published advisories speak of the pins of a lock file, in the index that pip is set to.

    python tools/check_advisories.py requirements.lock

Exit 1 where one does. Where the index has no advisories, or can't be reached, that is said: nothing was
checked then.
"""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


def pins(path: Path) -> Iterator[tuple[str, str]]:
    """(name, version) of each pin in a lock file."""
    for line in path.read_text("utf-8").splitlines():
        name, equals, rest = line.partition("==")
        if equals and not name.startswith("#"):
            yield name.strip(), rest.split(";")[0].split()[0]


def index() -> str:
    """The address of pip's index: what is set, else pip's own."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, check=False, text=True
    )
    for line in done.stdout.splitlines():
        name, _, value = line.partition("=")
        if name.endswith(".index-url"):
            return value.strip("'")
    from pip._internal.models.index import PyPI  # noqa: PLC0415 - asked where nothing is set

    return str(PyPI.simple_url)


def page(address: str, name: str, version: str) -> str:
    """Where an index has what is known of a version."""
    top = address.rstrip("/").removesuffix("/simple")
    return f"{top}/pypi/{name}/{version}/json"


def advisories(address: str, name: str, version: str) -> list[dict[str, Any]]:
    """The advisories on a version that were not withdrawn; raises OSError or ValueError where the index
    does not say."""
    where = page(address, name, version)  # of a server: `check` looks at the scheme
    with urllib.request.urlopen(where, timeout=20) as answer:  # noqa: S310
        said = json.load(answer)
    if "vulnerabilities" not in said:
        raise ValueError("the index has no advisories")
    return [each for each in said["vulnerabilities"] if not each.get("withdrawn")]


def told(name: str, version: str, found: list[dict[str, Any]]) -> Iterator[str]:
    """A line an advisory."""
    for each in found:
        mended = ", ".join(each.get("fixed_in") or ()) or "no version"
        names = ", ".join([each["id"], *(each.get("aliases") or ())])
        yield f"{name} {version}: {names}; mended in {mended}"


def check(path: Path, address: str) -> int:
    """Prints what is found; the exit code."""
    if urlsplit(address).scheme not in ("http", "https"):
        print(f"advisories: NOT CHECKED: pip's index ({address}) is no server")
        return 0
    wrong = count = 0
    for name, version in pins(path):
        try:
            found = advisories(address, name, version)
        except (OSError, ValueError, urllib.error.URLError) as error:
            print(f"advisories: NOT CHECKED from {name} on: {error}")
            return int(wrong > 0)
        count += 1
        for line in told(name, version, found):
            wrong += 1
            print(line)
    print(f"advisories: {count} pins checked, {wrong} advisories")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(check(Path(sys.argv[1]), index()))
