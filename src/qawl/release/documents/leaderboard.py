"""The leaderboard of a release: what `qawl score --json` said of systems, in one table of the card.

A file exports/scores/<system>.json holds what the command printed. It counts where it was scored on the
content of this release, else the system has to be scored again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from qawl.core import files
from qawl.core.errors import ReleaseError
from qawl.core.project import Project
from qawl.core.records import FORMAT, Format

FIGURES = ("exact_f1", "overlap_f1", "relation_f1", "whole", "who_said_what")
"""The figures that the table has a column for; average precision comes last."""


class Figure(Struct, frozen=True):
    """A figure with its interval."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Scores(Struct, frozen=True):
    """What is read of the scores of a layer."""

    n_articles: int
    exact_f1: Figure | None = None
    overlap_f1: Figure | None = None
    relation_f1: Figure | None = None
    whole: Figure | None = None
    who_said_what: Figure | None = None
    ranking: dict[str, Figure] = {}
    sentences: dict[str, Figure] = {}


class Scored(Struct, frozen=True):
    """What `qawl score --json` prints, as far as the table needs it."""

    content_sha256: str
    layers: dict[str, Scores]
    format: Format = FORMAT
    release: str | None = None
    split: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: a system on a layer; `figures` are those of FIGURES, then the ranking."""

    system: str
    layer: str
    split: str
    articles: int
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """The rows by layer, the best first, and the files that were scored on other content."""

    rows: tuple[Row, ...] = ()
    stale: tuple[str, ...] = ()


def folder(project: Project) -> Path:
    """Where scores are kept."""
    return project.exports / "scores"


def leaderboard(project: Project, content_sha256: str) -> Leaderboard:
    """The scores on a release of this content; raises ReleaseError where a file holds none."""
    found = [(path, _read(project, path)) for path in files.listed(folder(project), "*.json")]
    stale = (path.name for path, each in found if each.content_sha256 != content_sha256)
    fresh = [(path.stem, each) for path, each in found if each.content_sha256 == content_sha256]
    ranked = sorted(_ranked(fresh), key=lambda each: each[:3])
    return Leaderboard(tuple(row for *_, row in ranked), tuple(stale))


def _read(project: Project, path: Path) -> Scored:
    content = project.disk.text(path).encode()
    try:
        return msgspec.json.decode(content, type=Scored)
    except files.UNREADABLE as error:
        why = files.problem(content, error)
        raise ReleaseError(f"{path}: not what `qawl score --json` prints: {why}") from error


def _ranked(found: list[tuple[str, Scored]]) -> Iterator[tuple[str, float, str, Row]]:
    """(layer, place, system, row) of each layer that a system was scored on."""
    for system, scored in found:
        for layer, said in scored.layers.items():
            best = said.exact_f1.value if said.exact_f1 else None
            ranked = [*said.ranking.values(), said.sentences.get("average_precision")]
            ranking = [each for each in ranked if each and each.value is not None]
            figures: list[Figure | None] = [getattr(said, name) for name in FIGURES]
            figures.append(ranking[0] if ranking else None)
            row = Row(
                system, layer, scored.split or "all", said.n_articles, tuple(map(_shown, figures))
            )
            yield layer, -(best or 0), system, row


def _shown(figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return ""
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.2f} to {figure.high:.2f})"
