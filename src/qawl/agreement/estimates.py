"""What a report of agreement says: each figure with its interval and n, by layer and what it is of."""

from collections.abc import Iterator

from msgspec import UNSET, Struct, UnsetType, field

from qawl.core.records import FORMAT, Format


class Estimate(Struct, frozen=True, gc=False):
    """A figure with the bounds of its 95 % interval and its n.

    The interval is over articles: a jackknife variance (Efron and Stein 1981, doi:10.1214/aos/1176345462)
    in the interval of Wilson (1927). docs/decisions/intervals.md says why.

    Attributes
    ----------
    value : float or None
        The figure; None where it is undefined.
    low, high : float or None
        The bounds of its 95 % interval; None also where it rests on one article.
    n : int
        How many items were compared: spans, relations, characters, or items of an attribute.

    Examples
    --------
    >>> figure = qawl.Corpus(".").agreement().layers["quote"].exact_f1
    >>> figure.low < figure.value < figure.high, figure.n > 0
    (True, True)
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


class Value(Struct, frozen=True, gc=False):
    """A figure without an interval: that of one article, or of one source."""

    value: float | None
    n: int


class Distanced(Struct, frozen=True, gc=False):
    """Alpha with the distance between values that it takes: nominal, ordinal, interval or MASI."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    distance: str


class OfPair(Struct, frozen=True):
    """What two annotators have of an attribute."""

    cohen_kappa: Estimate


class AttributeAgreement(Struct, frozen=True):
    """How far annotators agree on an attribute, where two or more of them set it.

    Attributes
    ----------
    percent : Estimate
        The share of equal pairs of values, a mean over items; 0 to 1.
    cohen_kappa : Estimate
        The mean over pairs of annotators (Light 1971) of Cohen (1960), doi:10.1177/001316446002000104.
    fleiss_kappa : Estimate
        Fleiss (1971), doi:10.1037/h0031619.
    ac1 : Estimate
        Gwet (2008), doi:10.1348/000711006X126600.
    alpha : Distanced
        Krippendorff (2011), with the distance that it takes: nominal, ordinal, interval or MASI.
    pairs : dict of str to OfPair
        Cohen's kappa of two annotators, by their names.

    Examples
    --------
    >>> found = qawl.Corpus(".").agreement().layers["quote"].attributes["quote_type"]
    >>> found.alpha.distance, 0 <= found.percent.value <= 1
    ('nominal', True)
    """

    percent: Estimate
    cohen_kappa: Estimate
    fleiss_kappa: Estimate
    ac1: Estimate
    alpha: Distanced
    pairs: dict[str, OfPair]

    def named(self) -> Iterator[tuple[str, Estimate | Distanced]]:
        """(name, figure) in the order of the report."""
        yield "percent", self.percent
        yield "cohen_kappa", self.cohen_kappa
        yield "fleiss_kappa", self.fleiss_kappa
        yield "ac1", self.ac1
        yield "alpha", self.alpha


class Confused(Struct, frozen=True):
    """Two labels that stand against each other, and how often."""

    labels: tuple[str, str]
    n: int


class Confusion(Struct, frozen=True):
    """Labels against labels where places match; the label "" is no span. `most` has the most frequent."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    most: tuple[Confused, ...]


Estimates = dict[str, Estimate]
"""Figures by name."""

Fate = dict[str, dict[str, int | None]]
"""Label → what became of suggestions: kept, changed, deleted (None where it was not counted), made."""


class Suggested(Struct, frozen=True):
    """What suggestions change: the figures of both arms, what became of them, and the differences."""

    with_: Estimates = field(name="with")
    without: Estimates
    fate: Fate
    difference: Estimates


class Arm(Struct, frozen=True):
    """A figure of both arms and its difference, for a table."""

    name: str
    with_: Estimate
    without: Estimate
    difference: Estimate


FIGURES = ("exact_f1", "overlap_f1", "boundary_f1", "clitic_f1", "relation_f1", "alpha", "alpha_u")
"""The figures of a whole layer, in the order of the report; a layer has not all of them."""


class LayerAgreement(Struct, frozen=True, kw_only=True):
    """The agreement of one layer, as exports/agreement.json has it.

    Every F1 is a share, 0 to 1; alphas are corrected for chance: 1 at most, 0 is chance.
    docs/agreement.md defines each figure. One that a layer can't have (no relations, no labels) is UNSET.

    Attributes
    ----------
    annotators : tuple of str
        Whose work is compared, by pseudonym.
    articles_compared : int
        How many articles have two annotators or more.
    warnings : tuple of str
        What to bear in mind when the figures are read.
    exact_f1, overlap_f1, boundary_f1, clitic_f1, relation_f1 : Estimate or UNSET
        F1 over pairs of annotators: spans with the same bounds, that overlap, whose bounds differ by at
        most 3 code points, that are the same but for proclitics; relations.
    alpha : Estimate or UNSET
        Krippendorff (2011) over characters: the same labels cover them.
    alpha_u : Estimate or UNSET
        Unitizing alpha: Krippendorff (2004), doi:10.1007/s11135-004-8107-7.
    attributes : dict of str to AttributeAgreement
        By the name of the attribute.
    labels, pairs, against_rest : dict of str to dict of str to Estimate
        The figures by label; by the names of two annotators; of each annotator against all others.
    sources : dict of str to dict of str to Value
        The figures by the source of the articles.
    suggestions : Suggested or UNSET
        What suggestions change; only where annotations began with some.
    articles : dict of str to dict of str to Value, or UNSET
        The figures of each article by id, those with least agreement first; left out where a stored
        report is read back.
    confusion : Confusion
        Labels against labels where places match.

    Examples
    --------
    >>> layer = qawl.Corpus(".").agreement().layers["quote"]
    >>> layer.annotators, layer.articles_compared, sorted(layer.labels)[:2]
    (('a1', 'a2'), 3, ['ADDRESSEE', 'CONTENT'])
    """

    annotators: tuple[str, ...]
    articles_compared: int
    warnings: tuple[str, ...]
    exact_f1: Estimate | UnsetType = UNSET
    overlap_f1: Estimate | UnsetType = UNSET
    boundary_f1: Estimate | UnsetType = UNSET
    clitic_f1: Estimate | UnsetType = UNSET
    relation_f1: Estimate | UnsetType = UNSET
    alpha: Estimate | UnsetType = UNSET
    alpha_u: Estimate | UnsetType = UNSET
    attributes: dict[str, AttributeAgreement]
    labels: dict[str, Estimates]
    pairs: dict[str, Estimates]
    against_rest: dict[str, Estimates]
    sources: dict[str, dict[str, Value]]
    suggestions: Suggested | UnsetType = UNSET
    articles: dict[str, dict[str, Value]] | UnsetType = UNSET
    confusion: Confusion

    @property
    def figures(self) -> Estimates:
        """The figures of the whole layer by name."""
        found = ((name, getattr(self, name)) for name in FIGURES)
        return {name: each for name, each in found if each is not UNSET}

    @property
    def marked(self) -> bool:
        """Whether spans of two annotators are compared: without any, only attributes say something."""
        return any(each.n for name, each in self.figures.items() if name.endswith("_f1"))

    @property
    def nothing(self) -> str:
        """Why no figure can be given, in words."""
        if not self.articles_compared:
            return "no article has two annotators"
        return "two annotators have articles in common, but no figure of them is defined"

    @property
    def suggested(self) -> Suggested | None:
        """What suggestions change; None where no annotation began with them."""
        return None if self.suggestions is UNSET else self.suggestions

    @property
    def of_articles(self) -> dict[str, dict[str, Value]]:
        """The figures of each article; none where they are left out."""
        return {} if self.articles is UNSET else self.articles


class Agreement(Struct, frozen=True, kw_only=True):
    """A report of agreement.

    Attributes
    ----------
    format : int
        The version of the record, 1.
    annotations_sha256 : str
        The digest of the annotations that it is of, 64 hex digits.
    people : dict of str to bool
        Of each annotator, whether it is a person.
    figures : int
        The version of the definitions of the figures.
    intervals : str
        How the intervals were computed.
    layers_sha256 : str
        The digest of `layers`: by it, figures that somebody changed are told.
    layers : dict of str to LayerAgreement
        By layer, in the order of qawl.yaml.

    Examples
    --------
    >>> found = qawl.Corpus(".").agreement()
    >>> found.people, list(found.layers)
    ({'a1': False, 'a2': False}, ['entity', 'quote', 'claim'])
    """

    format: Format = FORMAT
    annotations_sha256: str
    people: dict[str, bool]
    figures: int
    intervals: str
    layers_sha256: str = ""
    layers: dict[str, LayerAgreement]
