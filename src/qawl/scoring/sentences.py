"""Scores of sentences: in which a claim stands, and how check-worthy, as CheckThat! ranks them.

Sentences are those of the table `sentences`. One that nobody has decided on counts for nobody; one that a
system gives no score is not found, and is not ranked.
"""

from collections.abc import Mapping, Sequence

from qawl.core.column_types import Row
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import Scheme
from qawl.scheme.names import ranked_in_sentences, sentence_columns
from qawl.scoring.counts import Ranking, counted, estimated
from qawl.scoring.figures import Ranked
from qawl.scoring.figures import Scored as Figure

ENOUGH = 0.5
"""The score from which on a system says that something stands in a sentence."""

Scored = Sequence[tuple[Sequence[Row], Mapping[int, float]]]
"""(rows of the table, score by the number of the sentence) of each article."""


def upper(attribute: Attribute) -> tuple[str, ...]:
    """The upper half of a scale: what has such a value is wanted."""
    return attribute.categories[(len(attribute.categories) + 1) // 2 :]


def scored(layer: str, scheme: Scheme, articles: Scored) -> dict[str, Figure | Ranked]:
    """F1 at a score of one half, and average precision: of what has something, and by attribute of what
    has a value in the upper half of its scale."""
    has, _, *ranked = sentence_columns(layer, scheme)
    sides = []
    for rows, given in articles:
        known = [row for row in rows if row[has] is not None]
        found = {row["number"] for row in known if given.get(row["number"], 0) >= ENOUGH}
        sides.append(({row["number"] for row in known if row[has]}, found))
    figures: dict[str, Figure | Ranked] = {"f1": estimated(counted(sides))}
    figures["average_precision"] = _ranked(articles, has, frozenset({True}))
    for column, each in zip(ranked, ranked_in_sentences(scheme), strict=True):
        figures[f"average_precision of {each.name}"] = _ranked(
            articles, column, frozenset(upper(each)), empty=has
        )
    return figures


def _ranked(
    articles: Scored, column: str, right: frozenset[object], empty: str | None = None
) -> Ranked:
    """The ranking by score; `empty` is the column that says of a null value that there is nothing."""
    ranking = Ranking(len(articles))
    for at, (rows, given) in enumerate(articles):
        known = [
            row
            for row in rows
            if row[column] is not None or (empty is not None and row[empty] is False)
        ]
        spans = [
            (given[row["number"]], row["start"], row[column] in right)
            for row in known
            if row["number"] in given
        ]
        ranking.add(at, sum(row[column] in right for row in known), spans)
    return ranking.estimated()
