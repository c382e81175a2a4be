"""The settings of a corpus: qawl.yaml, checked key by key."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from difflib import get_close_matches
from math import inf
from typing import Annotated, Literal

import msgspec
from msgspec import Struct

from qawl.core import licences, names, strict_yaml
from qawl.core.errors import ProjectError
from qawl.core.findings import CHECKS, REGISTER
from qawl.core.text import blank
from qawl.core.versions import VERSION

Size = Annotated[int, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


_ORCID = re.compile(r"(\d{4}-){3}\d{3}[\dX]", re.ASCII)


_DAY = re.compile(r"\d{4}(-\d{2}){0,2}", re.ASCII)
_DOI = re.compile(r"10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;.()\[\]\\-]+", re.ASCII)


Slices = Annotated[int, msgspec.Meta(ge=1, le=100)]


class Pool(Struct, frozen=True, forbid_unknown_fields=True):
    """That the annotators of a layer share projects: one for each slice of its articles."""

    slices: Slices = 1


class LabelStudio(Struct, frozen=True, forbid_unknown_fields=True):
    """Where this corpus's Label Studio answers; `adopted` has the project there that a layer was adopted
    from and goes on in, by layer. With a `pool`, annotators share projects; else each has their own."""

    url: str = "http://127.0.0.1:8080"
    adopted: dict[str, Annotated[int, msgspec.Meta(ge=1)]] = {}
    pool: Pool | msgspec.UnsetType = msgspec.UNSET


class Author(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who is cited: a person with `family` and `given` names, or a group with a `name`."""

    name: str | None = None
    family: str | None = None
    given: str | None = None
    orcid: str | None = None
    affiliation: str | None = None

    @property
    def shown(self) -> str:
        """The name as a citation shows it."""
        return self.name or ", ".join(filter(None, (self.family, self.given)))


Said = str | None | msgspec.UnsetType
"""What the corpus lead says; None where the key stands there without a value."""


class Card(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What only the corpus lead can say of the dataset; the card prints it as it stands.

    docs/release.md says what belongs where. `languages` is by BCP 47 tag, `glossary` by term.
    """

    summary: Said = msgspec.UNSET
    rationale: Said = msgspec.UNSET
    uses: Said = msgspec.UNSET
    out_of_scope: Said = msgspec.UNSET
    source_datasets: Said = msgspec.UNSET
    collection: Said = msgspec.UNSET
    languages: dict[str, str | None] = {}
    writers: Said = msgspec.UNSET
    annotators: Said = msgspec.UNSET
    process: Said = msgspec.UNSET
    situation: Said = msgspec.UNSET
    quality: Said = msgspec.UNSET
    sensitive: Said = msgspec.UNSET
    limitations: Said = msgspec.UNSET
    funding: Said = msgspec.UNSET
    ethics: Said = msgspec.UNSET
    maintenance: Said = msgspec.UNSET
    contact: Said = msgspec.UNSET
    other: Said = msgspec.UNSET
    glossary: dict[str, str | None] = {}


class Hub(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the dataset card says for the search of the Hugging Face Hub, in the Hub's own words.

    What is left out is said as far as the release shows it. `tags` come to those of Qawl.
    """

    annotations_creators: tuple[str, ...] = ()
    language_creators: tuple[str, ...] = ()
    multilinguality: tuple[str, ...] = ()
    source_datasets: tuple[str, ...] = ()
    task_categories: tuple[str, ...] = ()
    task_ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


SPLITS = ("train", "validation", "test")
"""Splits in the order that releases list them; others follow in the order of qawl.yaml."""


class Release(Struct, frozen=True, forbid_unknown_fields=True):
    """How releases are made: Hub repository, licence of the annotations, shares of the splits.

    `locked_test` names articles or groups that are always test. `split_from` divides by date in
    place of hash: split → the first day of publication that belongs to it. `title`, `authors` and
    `doi` are for the citation.
    """

    repo: str | None = None
    title: str | None = None
    authors: tuple[Author, ...] = ()
    doi: str | None = None
    card: Card = Card()
    hub: Hub = Hub()
    license: str = "cc-by-4.0"
    splits: dict[str, float] = msgspec.field(
        default_factory=lambda: {"train": 0.8, "validation": 0.1, "test": 0.1}
    )
    locked_test: tuple[str, ...] = ()
    split_from: dict[str, str] = {}

    @property
    def split_names(self) -> tuple[str, ...]:
        """All splits that a release may have, in its order."""
        return (*SPLITS, *(name for name in self.splits if name not in SPLITS))


class Ingest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How articles are cleaned: patterns of whole lines that are site chrome, and recurring lines.

    `chrome` comes to the built-in patterns unless `default_chrome` is off. A line recurs where it
    stands in at least `recurring_articles` of a source (0: never) and in `recurring_share` of them.
    """

    chrome: tuple[str, ...] = ()
    default_chrome: bool = True
    recurring_articles: Annotated[int, msgspec.Meta(ge=0, le=10**9)] = 5
    recurring_share: Share = 0.1


class Sample(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many articles of each source go to annotation; None is all of them.

    `sources` names some, `others` is for the rest. The same seed gives the same choice.
    """

    seed: int = 0
    sources: dict[str, Size] = {}
    others: Size | None = None


class Annotator(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Someone who annotates, by pseudonym. `person` is False for recorded or made annotations.

    `how` says in the dataset card how the annotations of somebody who is no person were made.

    `share` weighs how much work they get; who is `away` gets none, and what they have not begun goes
    to others with the next push.
    """

    name: str
    person: bool = True
    how: str | None = None
    share: float = 1.0
    away: bool = False


class Adjudication(Struct, frozen=True, forbid_unknown_fields=True):
    """How gold is decided before a judge is asked: what all say, or what more than half say.

    What a `trusted` annotator, one of `annotators`, did is gold as it is. `person` and `how` are of the
    judge, as of an annotator.
    """

    rule: Literal["unanimous", "majority"] = "unanimous"
    trusted: str | None = None
    person: bool = True
    how: str | None = None


class Dispensation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """That findings of one `check` are let pass, and the `reason`.

    For the named `articles`, or for all; `until` that version is released.
    """

    check: str
    reason: str
    articles: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    until: str | None = None


class Suggester(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who suggests in these `layers` (all, if none is named) in place of Qawl's rules.

    `use` is `transformers`, `openai`, or the name of an installed plug-in; `options` are its own.
    """

    use: str
    layers: tuple[str, ...] = ()
    options: dict[str, object] = {}


class Suggestions(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Suggestions to annotators: the share of articles `without` any shows what they change.

    A label of whose suggestions a smaller share than `precision` is right in gold is not suggested.
    """

    without: Share = 0.2
    precision: Share = 0.5
    suggesters: tuple[Suggester, ...] = ()


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """qawl.yaml: all keys but `name` may be left out.

    Attributes
    ----------
    name : str
        The corpus, as citations have it.
    language : str
        A BCP 47 tag: the language of articles that say none.
    layers : tuple of str
        Each has its scheme in label_config/<layer>.yaml.
    annotators : tuple of str or Annotator
        By pseudonym.
    overlap : dict of str to int
        By layer, how many annotators each article gets; where none is given, all.
    training : tuple of str
        Ids of articles that every annotator gets.
    seed : int
        Fixes who gets what.
    order : str or None
        That of everybody's open tasks: published, random, varied or useful; None leaves each where it is.
    label_studio : LabelStudio
        Where this corpus's Label Studio answers.
    adjudication : Adjudication
        How gold is decided before a judge is asked.
    dispensations : tuple of Dispensation
        Findings that are let pass, each with its reason.
    release, ingest, suggestions, sample
        How releases are made, articles cleaned, suggestions shown, and articles chosen.

    Examples
    --------
    >>> settings = qawl.Corpus(".").settings
    >>> settings.layers, settings.release.splits["train"], settings.ingest.recurring_articles
    (('entity', 'quote', 'claim'), 0.8, 5)
    """

    name: str
    language: str = "ar"
    layers: tuple[str, ...] = ("entity", "quote", "claim")
    annotators: tuple[str | Annotator, ...] = ("a1", "a2")
    overlap: dict[str, int] = {}
    training: tuple[str, ...] = ()
    seed: int = 0
    order: Literal["published", "random", "varied", "useful"] | None = None
    label_studio: LabelStudio = LabelStudio()
    adjudication: Adjudication = Adjudication()
    dispensations: tuple[Dispensation, ...] = ()
    release: Release = Release()
    ingest: Ingest = Ingest()
    suggestions: Suggestions = Suggestions()
    sample: Sample = Sample()


def parse_settings(text: str, where: str) -> Settings:
    """The settings of a qawl.yaml text; `where` names the file in messages."""
    settings = strict_yaml.convert(strict_yaml.read(text, where), where, Settings)
    try:
        return _checked(settings)
    except ValueError as error:
        raise ProjectError(f"{where}: {error}") from error


def _checked(settings: Settings) -> Settings:
    """Settings as they are taken; raises ValueError, with the key, at the first that can't be."""
    _right("name", names.corpus, settings.name)
    _right("language", names.language, settings.language)
    for tag in settings.release.card.languages:
        _right("release.card.languages", names.language, tag)
    _check_layers(settings.layers)
    settings = msgspec.structs.replace(
        settings,
        annotators=_named(settings.annotators),
        release=_titled(settings.release),
    )
    _check_work(settings)
    _check_trusted(settings, _plain(settings.annotators))
    _check_dispensations(settings.dispensations)
    _check_address(settings.label_studio.url)
    if strange := [each for each in settings.label_studio.adopted if each not in settings.layers]:
        raise ValueError(f"label_studio.adopted: {strange[0]!r} is none of layers")
    _check_ingest(settings.ingest)
    _check_citation(settings.release)
    _check_splits(settings.release.splits)
    _check_days(settings.release)
    _check_suggesters(settings)
    return settings


def _right(key: str, check: Callable[..., str], *given: object) -> str:
    """What a check makes of a value; its ValueError says the key."""
    try:
        return check(*given)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from error


def _titled(release: Release) -> Release:
    """The same with its title in one line, as headings and citations have it: YAML may have it in
    several, and ends one of `>` or `|` with a line feed."""
    if not release.title:
        return release
    lines = map(str.strip, release.title.splitlines())
    return msgspec.structs.replace(release, title=" ".join(filter(None, lines)) or None)


def _check_splits(splits: dict[str, float]) -> None:
    """Splits name files, also where upper and lower case are one; their shares are a whole."""
    for name, share in splits.items():
        if not names.is_split(name):
            raise ValueError(
                f"release.splits: {name!r} is not a name of a split: take letters, digits and _ "
                "(`all` means every split to `datasets`)"
            )
        if not 0 <= share <= 1:
            raise ValueError(f"release.splits: {name} is {share}, not between 0 and 1")
    if abs(sum(splits.values()) - 1) > 1e-9:
        raise ValueError("release.splits must add up to 1")
    _check_once("release.splits", tuple(splits))


def _check_days(release: Release) -> None:
    """`split_from` names splits, each with a day."""
    for name, day in release.split_from.items():
        if name not in release.splits:
            raise ValueError(
                f"release.split_from: {name!r} is not one of the splits {', '.join(release.splits)}"
            )
        if _first_day(day) is None:
            raise ValueError(f"release.split_from: {name} is {day!r}: give a day as in 2024-05-01")
    begun: dict[date | None, str] = {}
    for name, day in release.split_from.items():
        other = begun.setdefault(_first_day(day), name)
        if other != name:
            raise ValueError(
                f"release.split_from: {other} and {name} begin on one day: one would get nothing"
            )


def _first_day(given: str) -> date | None:
    """The first day of a year, a month or a day as they are written; None where there is no such day."""
    if not _DAY.fullmatch(given):
        return None
    try:
        return date.fromisoformat(f"{given}-01-01"[:10])
    except ValueError:
        return None


def _check_layers(layers: tuple[str, ...]) -> None:
    """Layers name files, controls and tables: in ASCII, each once."""
    _check_once("layers", layers)
    for layer in layers:
        _right("layers", names.layer, layer)


def _named(given: tuple[str | Annotator, ...]) -> tuple[str | Annotator, ...]:
    """The annotators with their pseudonyms checked and composed."""
    found: list[str | Annotator] = []
    for each in given:
        plain = each if isinstance(each, str) else each.name
        name = _right("annotators", names.new_pseudonym, plain)
        found.append(name if isinstance(each, str) else msgspec.structs.replace(each, name=name))
    _check_once("annotators", _plain(found))
    return tuple(found)


def _plain(given: Sequence[str | Annotator]) -> list[str]:
    """The pseudonyms of annotators."""
    return [each if isinstance(each, str) else each.name for each in given]


def _check_once(key: str, values: Sequence[str]) -> None:
    if len(set(values)) < len(values):
        raise ValueError(f"{key} names one twice: {', '.join(values)}")
    if not values:
        raise ValueError(f"{key} is empty")
    for value in values:
        _right(key, names.apart, value, values)


def _check_work(settings: Settings) -> None:
    """Who gets how much."""
    for layer, count in settings.overlap.items():
        if layer not in settings.layers:
            raise ValueError(f"overlap.{layer}: not one of the layers {', '.join(settings.layers)}")
        if count < 1:
            raise ValueError(f"overlap.{layer} is {count}, it must be 1 or more")
        if count > (there := len(settings.annotators)):
            raise ValueError(
                f"overlap.{layer} is {count}, more than there are annotators "
                f"({', '.join(_plain(settings.annotators))}): set it to {there} or less, or name more"
            )
    for each in settings.annotators:
        if isinstance(each, Annotator) and not 0 < each.share < inf:
            raise ValueError(
                f"share of {each.name} is {each.share:g}, it must be a number above 0 "
                "(`away: true` for an annotator who gets no tasks)"
            )


def _check_trusted(settings: Settings, pseudonyms: Iterable[str]) -> None:
    trusted = settings.adjudication.trusted
    if trusted is not None and trusted not in pseudonyms:
        raise ValueError(
            f"adjudication.trusted: {trusted!r} is not one of the annotators "
            f"{', '.join(pseudonyms)}"
        )


def _check_dispensations(given: Iterable[Dispensation]) -> None:
    """A dispensation names a check that there is, a reason, and a version as versions are written."""
    for each in given:
        if each.check in REGISTER and each.check not in CHECKS:
            raise ValueError(
                f"dispensations: {each.check} is not found by `qawl validate`: only what that "
                "finds can pass"
            )
        if each.check not in CHECKS:
            near = get_close_matches(each.check, CHECKS, 1)
            meant = f"did you mean {near[0]}?" if near else "`qawl validate --list` shows all"
            raise ValueError(f"dispensations: there is no check {each.check!r}: {meant}")
        if blank(each.reason):
            raise ValueError(f"dispensations: {each.check}: the reason is empty")
        if each.articles == ():
            raise ValueError(
                f"dispensations: {each.check}: articles names none: take the dispensation out, or the "
                "key alone, if it is for all articles"
            )
        if each.until is not None and not VERSION.fullmatch(each.until):
            raise ValueError(
                f"dispensations: {each.check}: until: {each.until!r} is not a version: "
                "give three numbers, as in 0.2.0"
            )


def _check_address(url: str) -> None:
    try:
        parts = names.web_address(url)
    except ValueError:
        parts = None
    strange = any(each.isspace() or not each.isprintable() for each in url)
    # A query would stand before the path of each request.
    if parts is None or parts.query or parts.fragment or strange:
        raise ValueError(
            f"label_studio.url {url!r} is not an address: write http://HOST:PORT or https://HOST"
        )
    if parts.username or parts.password:
        raise ValueError(
            "label_studio.url holds a password: take it out, this file is for all to read "
            "(see `qawl doctor` for where tokens go)"
        )


def _check_suggesters(settings: Settings) -> None:
    """Each layer has one at most."""
    given = settings.suggestions.suggesters
    if strange := [n for each in given for n in each.layers if n not in settings.layers]:
        raise ValueError(f"suggestions.suggesters: {strange[0]!r} is none of layers")
    named = [n for each in given for n in each.layers or settings.layers]
    if twice := [each for each in settings.layers if named.count(each) > 1]:
        raise ValueError(f"suggestions.suggesters: two for the layer {twice[0]}")


def _check_ingest(ingest: Ingest) -> None:
    """How lines are found that go."""
    if ingest.recurring_articles == 1:
        raise ValueError(
            "ingest.recurring_articles is 1, and a line of one article does not recur: set it "
            "to 2 or more, or to 0 so that no line is removed"
        )
    for pattern in ingest.chrome:
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            raise ValueError(f"ingest.chrome: {pattern!r}: {error}") from error


def _check_citation(release: Release) -> None:
    """Authors need a name, an ORCID and a DOI their form: a citation that says less is none."""
    for author in release.authors:
        if not author.shown or bool(author.name) == bool(author.family or author.given):
            raise ValueError("release.authors: give family and given, or the name of a group")
        if author.orcid and not _ORCID.fullmatch(author.orcid):
            raise ValueError(
                f"release.authors: {author.orcid!r} is not an ORCID: give 0000-0000-0000-0000"
            )
    if release.repo is not None and not names.is_repository(release.repo):
        raise ValueError(
            f"release.repo: {release.repo!r} is not a name of a repository: give OWNER/NAME of "
            "the dataset on the Hub"
        )
    _right("release.license", licences.licence, release.license)
    if release.doi and not _DOI.fullmatch(release.doi):
        raise ValueError(
            f"release.doi: {release.doi!r} is not a DOI: give 10.NNNN/NAME without an address"
        )
