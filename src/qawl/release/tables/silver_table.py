"""The table `silver` of a release: suggestions for articles that nobody annotated, nobody's work.

It stands apart: no other table has anything of it.
"""

from qawl.core.column_types import STRING, Columns, Row
from qawl.core.records import Suggestion

SILVER = "silver"
"""The name of the table."""
_WHO = ("annotator", "judge", "status")


def silver_columns(annotations: Columns, provenance: Columns) -> Columns:
    """The columns: those of the table `annotations`, with what made a row in place of who."""
    made_by = dict.fromkeys(("article_id", "layer", "model", "model_version"), STRING)
    kept = {name: kind for name, kind in annotations.items() if name not in (*_WHO, *provenance)}
    return {**made_by, **kept}


def silver_row(made: Suggestion, as_annotated: Row) -> Row:
    """A row, from that of the annotation which it would be."""
    return {**as_annotated, "model": made.model, "model_version": made.model_version}
