"""Stretches of text that an annotator marked with a label: what both alphas on text are counted on."""

from dataclasses import dataclass

import numpy as np

from qawl.agreement.matching import Ints, clusters
from qawl.agreement.spans_table import Units


@dataclass(frozen=True, slots=True)
class Sections:
    """Stretches of continua, sorted by continuum and start: units of one annotator, or gaps between."""

    home: Ints
    start: Ints
    end: Ints

    @property
    def length(self) -> Ints:
        """In code points."""
        return self.end - self.start


def marked(units: Units, annotator: int) -> Sections:
    """One annotator's units in each label of each article (continuum label * articles + article).

    What overlaps within a label is one unit.
    """
    low, high = np.searchsorted(units.annotator, [annotator, annotator + 1])
    home = units.label[low:high] * len(units.articles) + units.article[low:high]
    start, end = units.start[low:high], units.end[low:high]
    cluster = clusters(home, start, end)
    size = int(cluster.max(initial=-1)) + 1
    first = np.full(size, np.iinfo(np.int64).max)
    last = np.zeros(size, np.int64)
    homes = np.zeros(size, np.int64)
    np.minimum.at(first, cluster, start)
    np.maximum.at(last, cluster, end)
    homes[cluster] = home
    return Sections(homes, first, last)
