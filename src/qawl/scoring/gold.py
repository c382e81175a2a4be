"""What scoring reads of a release beside its articles: tokens, votes, and what was skipped."""

from collections.abc import Collection, Iterable, Iterator

from qawl.core.arrow import rows
from qawl.core.column_types import Row
from qawl.core.errors import ReleaseError
from qawl.release.reading import Release
from qawl.release.tables import columns
from qawl.release.tables.candidates import CANDIDATES
from qawl.release.tables.sentence_table import SENTENCES
from qawl.release.tables.token_table import TABLE
from qawl.release.tables.votes import VOTES
from qawl.release.versions import manifest
from qawl.scheme.names import sentence_columns

Arrow = tuple[object, ...]
"""(relation, place of its start, place of its end); a place is (label, start, end)."""
_VOTE = ("article_id", "layer", "id", "attribute", "annotator", "marked", "value", "values")


def tagged_of(release: Release) -> dict[str, set[str]]:
    """Layer → articles that not all annotators skipped: those of which the table `tokens` has tags; of
    layers without labels, and of releases without that table, nothing is known."""
    known = manifest.features(release.folder).get(TABLE, {})
    said = {layer: name for layer in release.layers if (name := f"{layer}_complete") in known}
    found: dict[str, set[str]] = {layer: set() for layer in said}
    splits = release.splits if said else ()
    for row in _rows(release, TABLE, splits, ["article_id", *said.values()]):
        for layer, name in said.items():
            if row[name] is not None:
                found[layer].add(row["article_id"])
    return found


def offsets_of(release: Release, articles: Collection[str]) -> dict[str, list[tuple[int, int]]]:
    """Start and end of each token of these articles, as the table `tokens` has them."""
    splits = release.splits if articles else ()
    return {
        row["article_id"]: [*zip(row["starts"], row["ends"], strict=True)]
        for row in _rows(release, TABLE, splits, ["article_id", "starts", "ends"])
        if row["article_id"] in articles
    }


def open_arrows_of(release: Release) -> dict[tuple[str, str], set[Arrow]]:
    """(article, layer) → relations of which the table `candidates` says that nobody has decided."""
    kinds = manifest.features(release.folder).get(CANDIDATES)
    found: dict[tuple[str, str], set[Arrow]] = {}
    names = ["article_id", "layer", "relation", "from", "to", "right"]
    for row in _rows(release, CANDIDATES, release.splits, names) if kinds else ():
        if row["right"] is None and kinds:
            named = columns.decoded(kinds, row)
            ends = (
                (each["label"], each["start"], each["end"]) for each in (named["from"], named["to"])
            )
            arrow = (named["relation"], *ends)
            found.setdefault((row["article_id"], named["layer"]), set()).add(arrow)
    return found


def sentences_of(release: Release, layers: Collection[str]) -> dict[str, list[Row]]:
    """Article → its rows of the table `sentences`, with what they say of these layers."""
    if not layers:
        return {}
    kinds = manifest.features(release.folder).get(SENTENCES)
    if kinds is None:
        raise ReleaseError(f"{release.folder} has no table {SENTENCES}: scores of them need one")
    told = {name for each in layers for name in sentence_columns(each, release.schemes[each])}
    names = ["article_id", "number", "start", *(name for name in kinds if name in told)]
    found: dict[str, list[Row]] = {}
    for row in _rows(release, SENTENCES, release.splits, names):
        found.setdefault(row["article_id"], []).append(columns.decoded(kinds, row))
    return found


def votes_of(release: Release, split: str | None) -> Iterator[Row]:
    """The rows of the table `votes`, with the names of their classes."""
    kinds = manifest.features(release.folder).get(VOTES)
    if kinds is None:
        raise ReleaseError(
            f"{release.folder} has no table {VOTES}: `--soft` scores releases that have one"
        )
    wanted = [name for name in _VOTE if name in kinds]
    for row in _rows(release, VOTES, [split] if split else release.splits, wanted):
        yield columns.decoded(kinds, row)


def _rows(release: Release, config: str, splits: Iterable[str], names: list[str]) -> Iterator[Row]:
    """Rows of a table as they are stored; a split without any has no file."""
    there = manifest.table_files(release.folder, config)
    for split in splits:
        for path in there.get(split, ()):
            yield from rows(path, names, together=200)
