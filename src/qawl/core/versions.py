"""Version numbers: of Qawl itself, and of releases (MAJOR.MINOR.PATCH)."""

import re

__version__ = "0.1.0"

VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")
"""How the version of a release is written."""


def numbers(version: str) -> list[int]:
    """A version as what it is ordered by."""
    return [int(each) for each in version.split(".")]


def bumped(version: str, level: str) -> str | None:
    """The version after one, for a change of this level; None where there is nothing to release."""
    major, minor, patch = numbers(version)
    if level == "none":
        return None
    if level == "patch":
        return f"{major}.{minor}.{patch + 1}"
    if level == "minor" or major == 0:
        return f"{major}.{minor + 1}.0"
    return f"{major + 1}.0.0"
