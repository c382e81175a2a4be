"""`qawl validate --fix`: which repairs the annotations of a corpus can have, and adding them."""

from collections import Counter

from qawl import annotations, corpus, repairs
from qawl.convert import Converted
from qawl.project import Project
from qawl.repairs import Repair


def fix(project: Project) -> Counter[str]:
    """Adds every safe repair of annotations that have none yet; how many of each name."""
    repairs.undo(project)
    articles = corpus.by_id(project)
    added = []
    for layer in project.settings.layers:
        for each in annotations.derive(project, layer):
            if not isinstance(each, Converted):
                continue
            record = each.annotation
            added += [
                Repair(
                    repair=name,
                    layer=layer,
                    article_id=record.article_id,
                    annotator=record.annotator,
                    version=repairs.version(record),
                )
                for name in repairs.propose(record, articles[record.article_id].text)
            ]
    repairs.store(project, added)
    return Counter(each.repair for each in added)
