"""Which version may follow which: its number says as much as what changed; no release changes."""

from pathlib import Path

from qawl.articles import released
from qawl.core import versions
from qawl.core.errors import ReleaseError
from qawl.core.excerpts import listed
from qawl.core.project import Project
from qawl.core.text import file_sha256
from qawl.release.versions import manifest
from qawl.release.versions.diff import Difference
from qawl.release.versions.manifest import FileDigest


def refuse_no_version(version: str) -> None:
    """Raises ReleaseError where a version is not written as three numbers."""
    if not versions.VERSION.fullmatch(version):
        raise ReleaseError(f"{version!r} is not a version: give three numbers, as in 0.1.0")


def refuse_unfit(project: Project, version: str, found: Difference | None) -> None:
    """Refuses a version number that says less than what changed since the last release.

    `found` is the difference from the last release below `version`. Raises ReleaseError.
    """
    last = released.last_version(project)
    if last is None:
        return
    if found is None or found.old != last:
        raise ReleaseError(f"{version} can't follow {last}: choose a higher one (or --bump)")
    if found.version is None:
        raise nothing_changed(last)
    if versions.numbers(version) < versions.numbers(found.version):
        raise ReleaseError(
            f"{version} is too low: the changes since {last} are {found.level} and call for "
            f"{found.version} (or --bump)"
        )


def nothing_changed(last: str) -> ReleaseError:
    """The error where all is as in the last release."""
    return ReleaseError(f"nothing changed since {last}: there is nothing to release")


def refuse_other_bytes(target: Path, building: Path) -> None:
    """Refuses another release under the same version; raises ReleaseError."""
    old, new = _digests(target), _digests(building)
    differing = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    if differing:
        raise ReleaseError(
            f"{target} exists and would change ({listed(differing, 5)}): "
            "a released version stays as it is; choose a higher one (or, if nobody has this one yet and "
            "it is the last, delete its folder first)"
        )


def _digests(folder: Path) -> dict[str, FileDigest]:
    """Those of all files of a release, its manifest among them."""
    path = folder / manifest.MANIFEST
    return {
        **manifest.file_digests(folder),
        manifest.MANIFEST: FileDigest(file_sha256(path), path.stat().st_size),
    }
