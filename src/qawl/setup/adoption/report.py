"""What an adoption reports: how much came in, how much the records have, why the rest is left out."""

import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TypedDict

from qawl.annotations import derive
from qawl.annotations import store as annotation_store
from qawl.articles import store as article_store
from qawl.core.excerpts import many
from qawl.core.findings import CHECKS, reason
from qawl.core.project import Project
from qawl.setup.adoption.corpus_writer import DOUBLED
from qawl.setup.adoption.facts import Counts

VERSIONS = (
    "annotation of the same number and task as another: the newest counts, the journal has both"
)
UNREAD_CHECKS = frozenset(annotation_store.UNREAD) - {"result-unsupported", "result-unreadable"}
"""Findings that say what the records lack, but for results that are counted as they are read."""
IN_PART = {
    "attribute-twice": "attribute that is given twice: one of the two counts",
    "region-unlabelled": "region without a label (the journal keeps it)",
}
"""Further findings that say so, in words for the report."""
_TIMES = re.compile(r"\((\d+) times in ")


class LeftOut(TypedDict):
    """How often something was left out, and why."""

    reason: str
    count: int


Summary = TypedDict(
    "Summary",
    {
        "in": dict[str, int],
        "records": dict[str, int],
        "left_out": list[LeftOut],
        "layer": str,
        "notes": list[str],
    },
)
"""What `qawl adopt --json` prints."""


@dataclass(slots=True)
class Report:
    """How much came in and how much stands in the records, and each difference by its reason."""

    layer: str
    given: Counts
    records: Counts = field(default_factory=Counts)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> Summary:
        """The object that `qawl adopt --json` prints."""
        return {
            "in": asdict(self.given),
            "records": asdict(self.records),
            "left_out": [{"reason": r, "count": n} for r, n in self.left_out.most_common()],
            "layer": self.layer,
            "notes": self.notes,
        }

    def count(self, project: Project) -> None:
        """Counts what stands in the records now, and what these say is missing."""
        counts = self.records
        for each in annotation_store.findings(project, self.layer):
            if each.check in IN_PART:
                self.left_out[IN_PART[each.check]] += 1
            elif each.check in UNREAD_CHECKS:
                again = _TIMES.search(each.message)
                self.left_out[CHECKS[each.check].explanation] += int(again[1]) if again else 1
        displaced = 0
        for article, records in derive.beside(project, self.layer, article_store.by_id(project)):
            for record in records:
                counts.annotations += 1
                counts.spans += len(record.spans)
                counts.relations += len(record.relations)
                counts.attributes += len(record.attributes)
                counts.attributes += sum(len(each.attributes) for each in record.spans)
                displaced += sum(s.text != article.text[s.start : s.end] for s in record.spans)
        if displaced:
            self.notes.append(
                f"{many(displaced, 'span does', 'spans do')} not stand where the annotator's words are: "
                "`qawl validate` lists them; "
                "`qawl validate --fix` moves those of exports that count UTF-16 units"
            )

    def explain(self, written: int) -> None:
        """Gives a reason for each difference between what came in and what stands in the records.

        `written` annotations went into the journals; `count` is called before.
        """
        unclear = self.left_out[reason("annotation-unattributed").words]
        textless = self.given.annotations - written - unclear
        told = self.left_out[DOUBLED] + self.left_out[reason("annotation-timeless").words]
        versions = written - self.records.annotations - told
        if textless > 0:
            self.left_out["annotation of a task without a text"] += textless
        if versions > 0:
            self.left_out[VERSIONS] += versions
        self.left_out = +self.left_out
        given, there = asdict(self.given), asdict(self.records)
        known = self.left_out.total()
        whole = given["annotations"] == there["annotations"]  # else one reason is of many spans
        for name, count in given.items():
            missing = count - there[name]
            if missing > known and (whole or not known):
                why = f"{name} that are not in the records: see `qawl validate`"
                self.left_out[why] += missing - known
        if (more := there["attributes"] - given["attributes"]) > 0:
            self.notes.append(
                f"attributes: {more} more than came in: one of a region with several labels is of each "
                "span"
            )
