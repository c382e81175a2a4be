"""Places and regions in English: where their words, or those around them, tell."""

from collections.abc import Iterator, Sequence

import regex

from qawl.suggest.gazetteer import Gazetteer, Match, bare, places, towns
from qawl.suggest.lists import Reading

Run = list[int]
"""Numbers of words that stand side by side."""


def match(read: Reading, label: str, run: Run) -> Match:
    """A name of these words."""
    return Match(label, read.every[run[0]].start, read.every[run[-1]].end)


def bare_match(read: Reading, label: str, name: Run) -> Match:
    """A name without the 's behind it."""
    whole = match(read, label, name)
    surface = read.text[whole.start : whole.end]
    return Match(label, whole.start, whole.start + len(bare(surface)))


def named_as(*forms: str) -> str | None:
    """What these words name: a place, a nationality, an organisation; None where they are not known."""
    return places("en").names.get(forms)


def regions(read: Reading) -> Iterator[Match]:
    """Regions and datelines by their words alone."""
    yield from _parts(read)
    yield from _lands(read)
    yield from _headed(read)
    yield from _dateline(read)


def names_of_places(read: Reading, runs: list[Run], lasts: set[str]) -> Iterator[Match]:
    """A place behind `in` or beside `the town of`, and the same name elsewhere."""
    found: dict[tuple[str, ...], str] = {}
    named = read.lists.given | read.lists.languages | read.lists.not_names | read.lists.titles
    for run in runs:
        forms = tuple(bare(read.form(n)) for n in run)
        if not {*forms} & (named | lasts) and (_is_where(read, run) or _is_town(read, run, forms)):
            found[forms] = "place"
    yield from Gazetteer(found).find(read.text, read.every, arabic=False)


def _is_where(read: Reading, run: Run) -> bool:
    """Whether the words before a name say that it is a place: in Fowey, the town of Sowerby Bridge."""
    before, ahead = read.form(run[0] - 1), read.form(run[0] - 2)
    if before == "of":
        return len(run) <= 2 and ahead in read.lists.places_after
    printed = ahead in {"published", "appeared", "writing", "reported"}
    return before in {"in", "near", "from"} and len(run) == 1 and not printed


def _is_town(read: Reading, run: Run, forms: tuple[str, ...]) -> bool:
    """Whether a name is a town's, and a preposition or a place beside it says so: Halifax or Elland."""
    if forms not in towns():
        return False
    before, ahead = read.form(run[0] - 1), read.form(run[0] - 2)
    told = (ahead,) in towns() and read.form(run[0] - 3) in read.lists.before_places
    joined = before in {"and", "or"} and (named_as(ahead) == "place" or told)
    last = run[-1]
    comma = read.closes(last, ", ") and read.upper(last + 1)
    within = comma and any(
        named_as(*(bare(read.form(n)) for n in range(last + 1, last + 1 + size))) == "place"
        for size in (1, 2)
    )
    return joined or within or before in read.lists.before_places


def _parts(read: Reading) -> Iterator[Match]:
    """A part of a place or region: southern Lebanon, eastern Europe; South Korea is a place itself."""
    for at in range(len(read.every) - 1):
        if read.form(at).replace("-", "") not in read.lists.compass or not read.beside(at + 1):
            continue
        of = read.form(at - 1) == "the" and read.form(at + 1) == "of" and read.beside(at + 2)
        for size in (3, 2, 1):
            first = at + 1 + of
            name = tuple(read.form(n) for n in range(first, first + size))
            whole = (read.form(at), *name)
            named = named_as(*name) in {"place", "region"}
            known_whole = read.upper(at) and named_as(*whole)
            if named and read.upper(first) and not known_whole:
                yield match(read, "region", [at, first + size - 1])
                break


def _lands(read: Reading) -> Iterator[Match]:
    """What belongs to a sea or a river: the Aegean islands, the Nile delta."""
    for at in range(1, len(read.every)):
        if read.form(at) not in read.lists.regions or read.upper(at) or not read.beside(at):
            continue
        for size in (3, 2, 1):
            name = tuple(read.form(n) for n in range(at - size, at))
            if named_as(*name) == "region" and read.upper(at - size):
                yield match(read, "region", [at - size, at])
                break


_HEADED = regex.compile(
    r"\b(?:Bay|Bight|Cape|Firth|Gulf|Horn|Isle|Isles|Isthmus|Lake|Mouth|Plain|Sea|Sound|Strait|Straits|Valley|Vale)"
    r" of (?:the )?\p{Lu}[\p{L}’']+(?: (?!Police|Council|University)\p{Lu}[\p{L}’']+)?"
)


def _headed(read: Reading) -> Iterator[Match]:
    """Regions by the word that opens their name: the Strait of Magellan, the Bay of Plenty."""
    for each in _HEADED.finditer(read.text):
        end = each.start() + len(bare(each.group()))
        yield Match("region", each.start(), end)


_DATELINE = regex.compile(
    r"(\p{Lu}[\p{Lu}’'-]+(?: \p{Lu}[\p{Lu}’'-]+){0,2})(?=, \p{Lu}|,? \(|,? [-–—] )"
)
_OUTLET = regex.compile(r"[^\n(]{0,40}\((\p{Lu}[\p{L}’'.]+(?: \p{Lu}[\p{L}’'.]+){0,2})\) ?[-–—] ")


def _dateline(read: Reading) -> Iterator[Match]:
    """Where an article comes from, in capitals, and its agency: LAMITAN, Philippines (Andes Wire) —."""
    place = _DATELINE.match(read.text)
    if place is not None:
        yield Match("place", *place.span(1))
    if outlet := _OUTLET.match(read.text):
        yield Match("organisation", *outlet.span(1))


def towns_of(read: Reading, found: Sequence[Match]) -> Iterator[Match]:
    """The town that a body or a building of a town is named by: Brixham Harbour Trust, Burnley Road."""
    lists = read.lists
    of_town = lists.facilities | lists.of_towns
    for each in found:
        run = read.words_of(each)
        rest = {read.form(n) for n in run[1:]}
        local = each.label in {"organisation", "facility"} and rest and rest <= of_town
        town = (
            run
            and (read.form(run[0]),) in towns()
            and read.form(run[0]) not in lists.function_words
        )
        valley = len(run) > 2 and read.form(run[1]) in lists.regions - lists.compass
        if each.label == "organisation" and valley and not named_as(read.form(run[0])):
            yield match(read, "region", run[:2])
        if local and town and read.form(run[0]) not in of_town | lists.given | lists.not_names:
            yield match(read, "place", run[:1])
