"""exports/guidelines: each version of the guidelines, and what has changed since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct

from qawl.annotations import derive
from qawl.core import files
from qawl.core.project import Project
from qawl.core.records import FORMAT, JUDGE, Format


class GuidelinesVersion(Struct, frozen=True, kw_only=True):
    """What the guidelines of a layer said from some day on, by what it is said of."""

    format: Format = FORMAT
    layer: str
    scheme_version: str
    said: dict[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the guidelines say otherwise; None where it was not said before, or is not now."""

    before: str | None
    now: str | None


def history(project: Project, layer: str) -> list[GuidelinesVersion]:
    """All that was told, the oldest first; raises InputError at a line of another layer."""
    path = project.guidelines_file(layer)
    advice = "bring the file back from version control"
    return list(
        files.checked(
            path, GuidelinesVersion, lambda each: files.of_layer(each.layer, layer), advice
        )
    )


def tell(project: Project, layer: str, version: str, said: Mapping[str, str]) -> None:
    """Notes what annotators are told from now on, unless that was told last."""
    before = history(project, layer)
    now = GuidelinesVersion(layer=layer, scheme_version=version, said=dict(said))
    if not before or before[-1] != now:
        files.write(project.guidelines_file(layer), [*before, now])


def last_worked(project: Project, layer: str) -> dict[str, str]:
    """Annotator → the version of the scheme that their newest annotation was made on."""
    newest: dict[str, tuple[str, str]] = {}
    for record in derive.read(project, layer):
        at = record.provenance.updated_at or record.provenance.created_at or ""
        if record.annotator != JUDGE and at >= newest.get(record.annotator, ("", ""))[0]:
            newest[record.annotator] = at, record.scheme_version
    return {name: version for name, (_, version) in newest.items()}


def changes(
    past: Sequence[GuidelinesVersion], version: str | None, said: Mapping[str, str]
) -> list[Change]:
    """What is said otherwise now than when a version was told first; nothing where it never was."""
    known = next((each.said for each in past if each.scheme_version == version), None)
    if known is None:
        return []
    return list(_differing(known, said))


def _differing(before: Mapping[str, str], now: Mapping[str, str]) -> Iterable[Change]:
    """Lines and rules count by what they say, wherever they stand; all else by what it is said of."""
    listed = ("instruction ", "rule ")
    for key, each in now.items():
        if key.startswith(listed):
            if each not in before.values():
                yield Change(None, each)
        elif before.get(key) != each:
            yield Change(before.get(key), each)
    for key, each in before.items():
        if each not in now.values() and (key.startswith(listed) or key not in now):
            yield Change(each, None)
