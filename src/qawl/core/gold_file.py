"""exports/gold: the gold of a layer as `qawl adjudicate` stored it, by article."""

from collections.abc import Generator

from qawl.core import files
from qawl.core.project import Project
from qawl.core.records import Gold


def read(project: Project, layer: str) -> Generator[Gold, None, None]:
    """The stored gold of a layer; raises InputError where a line is out of order, twice or no gold."""
    return files.ordered(
        project.gold_file(layer),
        Gold,
        lambda gold: (gold.article_id,),
        lambda gold: files.of_layer(gold.layer, layer),
        "remove the file, and run `qawl adjudicate`",
        project.disk.open,
    )
