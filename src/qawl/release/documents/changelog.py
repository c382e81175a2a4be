"""CHANGELOG.md of a release: what changed since the release before it, over the entries before."""

import re
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from qawl.core import files
from qawl.core.errors import ReleaseError
from qawl.core.excerpts import many
from qawl.core.markdown import escaped
from qawl.release import errata
from qawl.release.documents.facts import Described
from qawl.release.versions import diff_words, manifest
from qawl.release.versions.diff import Difference
from qawl.release.versions.manifest import Manifest

CHANGELOG = "CHANGELOG.md"
_ENTRY = "## "
_WITHDRAWN = re.compile(r"- Article `(?P<id>[0-9a-f]{12})` was withdrawn: ")


def text(described: Described, previous: Path | None, found: Difference | None) -> str:
    """The changelog; `found` is the difference from the `previous` release, None for the first."""
    head = (
        f"# Changelog of {escaped(described.title)}\n\n"
        "The newest release first. The first number rises if released records change (before 1.0, the\n"
        "second number). The second rises if records are added. The third rises if only files or\n"
        "documents change. A span is relabelled (another label), re-bounded (other offsets) or\n"
        "re-attributed (another value of an attribute); a relation is re-linked (to another span,\n"
        "or under another name).\n\n"
    )
    day = f" ({described.facts.date})" if described.facts.date else ""
    entry = "\n".join(
        [f"{_ENTRY}{described.version}{day}", "", *_entry(described, previous, found)]
    )
    return head + entry.rstrip() + "\n" + (f"\n{_earlier(previous, described)}" if previous else "")


def _entry(described: Described, previous: Path | None, found: Difference | None) -> Iterator[str]:
    before = manifest.load(previous) if previous else None
    if found is None:
        yield f"The first release: {many(described.facts.articles, 'article')}."
    elif found.changes:
        yield diff_words.markdown(found).rstrip()
    else:
        yield f"The records are those of {found.old}."
    now = described.manifest
    if lines := [*_schemes(before, described), *_withdrawn(before, now)]:
        yield ""
        yield from lines
    if found_out := errata.new(now.errata or (), before):
        yield ""
        yield "Errata, reported by readers:"
        yield ""
        yield from errata.lines(found_out)
    yield ""


def _schemes(before: Manifest | None, described: Described) -> Iterator[str]:
    """Layers whose scheme changed since the release before, with the steps that it states."""
    old = before.chain if before else {}
    for layer, said in described.manifest.chain.items():
        if layer in old and old[layer].scheme_sha256 != said.scheme_sha256:
            versions = f"{old[layer].scheme_version} → {said.scheme_version}"
            yield f"- The scheme of `{layer}` changed ({versions}); GUIDELINES.md is the new one."
            steps = described.schemes[layer].steps_since(old[layer].scheme_version)
            yield from (f"  - {escaped(each)}" for each in steps)


def _withdrawn(before: Manifest | None, now: Manifest) -> Iterator[str]:
    """Articles that left since the release before, each with the reason."""
    known = before.articles.withdrawn if before else {}
    for identity, reason in now.articles.withdrawn.items():
        if identity not in known:
            yield _gone(identity, reason)


def _gone(identity: str, reason: str) -> str:
    return f"- Article `{identity}` was withdrawn: {escaped(reason)}"


def _earlier(previous: Path, described: Described) -> str:
    """The entries of the release before, without what may not be shown any more; one that has no
    changelog is named alone."""
    path = previous / CHANGELOG
    if not path.is_file():
        return f"{_ENTRY}{manifest.load(previous).version}\n\nReleased without a changelog.\n"
    _, found, entries = files.text(path).partition(f"\n{_ENTRY}")
    if not found:
        raise ReleaseError(f"{path} has no entry: bring the release back")
    now = described.manifest.articles
    shown = described.facts.shown()
    lines = (_as_of_now(line, shown, now.withdrawn) for line in entries.split("\n"))
    return _ENTRY + "\n".join(lines)


def _as_of_now(line: str, shown: Container[str], withdrawn: Mapping[str, str]) -> str:
    """A line without the title of an article that is not shown now, and with the reason that is given
    now: that of before may be one that may not be published."""
    if (named := diff_words.NAMED_WITH_TITLE.fullmatch(line)) and named["id"] not in shown:
        return named["before"] + named["after"]
    gone = _WITHDRAWN.match(line)
    if gone and gone["id"] in withdrawn:
        return _gone(gone["id"], withdrawn[gone["id"]])
    return line
