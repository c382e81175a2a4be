"""Persons, posts, bodies, buildings, regions, events and laws in English, by capitals and words."""

from collections.abc import Iterator, Sequence

from qawl.suggest.gazetteer import Gazetteer, Match, places
from qawl.suggest.lists import BEFORE_MONTHS, Reading
from qawl.suggest.sentences import Quote

Run = list[int]
"""Numbers of words that stand side by side."""


def names(read: Reading, quotes: Sequence[Quote]) -> Iterator[Match]:
    """The names that their words tell; what overlaps is settled later."""
    runs = [*_runs(read)]
    yield from _offices(read, runs)
    rest = []
    for run in runs:
        found = [*_kind(read, run)]
        yield from found
        if not found:
            rest.append(run)
    people = [*_persons(read, rest, quotes)]
    yield from people
    lasts = {read.form(_inside(read, each)[-1]) for each in people}
    yield from _again(read, rest, lasts)
    yield from _places(read, rest, lasts)
    yield from _parts(read)
    yield from _languages(read)


def _inside(read: Reading, match: Match) -> Run:
    return read.inside(match.start, match.end)


def _match(read: Reading, label: str, run: Run) -> Match:
    return Match(label, read.every[run[0]].start, read.every[run[-1]].end)


def _runs(read: Reading) -> Iterator[Run]:
    """Words with a capital letter that stand side by side."""
    run: Run = []
    for at in range(len(read.every)):
        capital = read.upper(at) and not _is_plain(read, at)
        if run and not (capital and _joined(read, at)):
            yield run
            run = []
        if capital:
            run.append(at)
    if run:
        yield run


def _joined(read: Reading, at: int) -> bool:
    """Whether a word stands beside the one before it; a full stop of an abbreviation parts none."""
    gap = read.text[read.every[at - 1].end : read.every[at].start]
    short = read.form(at - 1) in read.lists.titles and len(read.form(at - 1)) <= 4
    return gap in {" ", "\u00a0"} or (gap == ". " and (short or len(read.form(at - 1)) == 1))


def _is_plain(read: Reading, at: int) -> bool:
    """Whether a word has its capital from the start of a sentence alone, as far as can be told."""
    form = read.form(at)
    if (
        form
        in read.lists.function_words | read.lists.not_names | read.lists.days | read.lists.months
    ):
        named = form == "may" and not read.opens(at) and read.form(at - 1) not in BEFORE_MONTHS
        return not named
    return form[:1].isdigit()


def _extended(read: Reading, run: Run) -> Run:
    """A run with what `of` or `for` adds to the name of a body: Bank of England."""
    last = run[-1]
    while read.form(last + 1) in {"of", "for"} and read.beside(last + 1):
        step = last + 2
        while read.form(step) in {"the", "and"}:
            step += 1
        if not (read.upper(step) and read.beside(step)) or _is_plain(read, step):
            break
        while read.beside(step + 1) and (
            (read.upper(step + 1) and not _is_plain(read, step + 1))
            or (read.form(step + 1) == "and" and read.upper(step + 2) and read.beside(step + 2))
        ):
            step += 1
        last = step
    return [*run, *range(run[-1] + 1, last + 1)]


def _kind(read: Reading, run: Run) -> Iterator[Match]:
    """What the words of a run say it is: a building, a region, an event, a law, a body."""
    lists = read.lists
    forms = [read.form(n).removesuffix("'s").removesuffix("’s") for n in run]
    if forms[0] in lists.organisation_openers and read.form(run[-1] + 1) in {"of", "for"}:
        extended = _extended(read, run)
        if len(extended) > len(run):
            yield _match(read, "organisation", extended)
    elif len(run) == 1:
        if _is_acronym(read, run[0]) and not _is_known(forms[0]):
            yield _match(read, "organisation", run)
    elif label := _by_last(read, forms):
        yield _match(read, label, run)
    elif len(run) <= 6 and any(each in lists.organisation_words for each in forms[1:]):
        yield _match(read, "organisation", _extended(read, run))


def _by_last(read: Reading, forms: list[str]) -> str | None:
    """What the last word of a run, or the first of a region's, says it is."""
    lists, last = read.lists, forms[-1]
    of_body = last in lists.organisation_words and len(forms) > 3
    told = (
        ("law", last in lists.laws),
        ("event", last in lists.events),
        ("place", last in lists.place_ends and len(forms) <= 3),
        ("region", last in lists.regions or forms[0] in lists.region_heads),
        ("facility", last in lists.facilities and not of_body),
    )
    return next((label for label, is_one in told if is_one), None)


def _is_acronym(read: Reading, at: int) -> bool:
    word = read.every[at]
    surface = read.text[word.start : word.end]
    letters = [c for c in surface if c.isalpha()]
    around = read.upper(at - 1) and read.upper(at + 1) and read.text[word.end :][:1] == " "
    shouted = around and read.text[read.every[at - 1].start : read.every[at - 1].end].isupper()
    return (
        2 <= len(letters) <= 6
        and all(c.isupper() for c in letters)
        and not shouted
        and "-" not in surface
    )


# Posts.


def _offices(read: Reading, runs: list[Run]) -> Iterator[Match]:
    """Titles before names, and posts in lower case with the nouns before them: council officer."""
    heads = read.lists.titles | read.lists.occupations
    for run in runs:
        title = _title(read, run)
        if title:
            yield _match(read, "office", title)
    for at in range(len(read.every)):
        form = read.form(at)
        lower = read.text[read.every[at].start].islower()
        two = f"{read.form(at - 1)} {form}" in heads and read.beside(at)
        alone = form in heads - read.lists.no_offices or two
        if not lower and not (read.opens(at) and form in read.lists.occupations):
            continue
        if not alone and not (form in heads and read.form(at - 1) in read.lists.modifiers):
            continue
        if form in read.lists.not_offices or _is_verb(read, at):
            continue
        start = at
        while (
            start > 0
            and read.beside(start)
            and read.form(start - 1) in read.lists.modifiers - {"lead"}
        ):
            if read.text[read.every[start - 1].start].isupper() and not read.opens(start - 1):
                break
            start -= 1
        yield Match("office", read.every[start].start, read.every[at].end)


def _is_verb(read: Reading, at: int) -> bool:
    """Whether a word that is a post is a verb or an adjective here: to coach, a guard of."""
    return read.form(at - 1) in {"to", "will", "would", "can", "could", "must"}


def _title(read: Reading, run: Run) -> Run:
    """The words of a run that are a title before a name, or a title alone: Foreign Minister, Judge."""
    titles = read.lists.titles | read.lists.occupations
    cut = 0
    for n, at in enumerate(run):
        if read.form(at) in titles:
            cut = n + 1
        elif read.form(at) not in read.lists.modifiers:
            break
    if not cut or read.form(run[0]) in {"mr", "mrs", "ms", "miss"}:
        return []
    if cut == len(run) and read.form(run[-1]) in read.lists.no_offices | {
        "head",
        "major",
        "deputy",
        "justice",
    }:
        return []
    return run[:cut]


# Persons.


def _persons(read: Reading, runs: list[Run], quotes: Sequence[Quote]) -> Iterator[Match]:
    singles = {read.form(run[0]) for run in runs if len(run) == 1}
    sources = {(q.source.start, q.source.end) for q in quotes if q.source and q.status == "named"}
    for run in runs:
        name = _name(read, run)
        if not name or len(name) > 4:
            continue
        titled = len(name) < len(run)
        first, last = read.form(name[0]), read.form(name[-1]).removesuffix("'s").removesuffix("’s")
        given = first in read.lists.given or (len(first) <= 2 and len(name) > 1)
        match = _match(read, "person", name)
        if len(name) == 1:
            if titled and not _is_known(first):
                yield _bare(read, name)
            continue
        sure = given and first not in read.lists.common
        again = last in singles or (match.start, match.end) in sources
        aged = (
            read.text[match.end : match.end + 2] == ", " and read.form(name[-1] + 1)[:2].isdigit()
        )
        told = any(start <= match.start and match.end <= end for start, end in sources)
        apposed = told and len(name) > 1 and any(end == match.end for _, end in sources)
        apposed = apposed and not any(_is_known(read.form(n)) for n in name)
        plain = sure or titled or again or aged or apposed or (given and told)
        if plain and not _is_street(read, name):
            yield _bare(read, name)


def _bare(read: Reading, name: Run) -> Match:
    """A name without the 's behind it."""
    match = _match(read, "person", name)
    surface = read.text[match.start : match.end]
    cut = 2 if surface.endswith(("'s", "’s")) else 0
    return Match("person", match.start, match.end - cut)


def _name(read: Reading, run: Run) -> Run:
    """A run without the title before it and a particle at its end; lower-case particles join it."""
    cut = len(_title(read, run))
    if read.form(run[0]) in {"mr", "mrs", "ms", "miss"}:
        cut = 1
    name = run[cut:]
    if name:
        after = name[-1] + 1
        while read.form(after) in read.lists.particles and read.beside(after):
            after += 1
        if after > name[-1] + 1 and read.upper(after) and read.beside(after):
            name = [*name, *range(name[-1] + 1, after + 1)]
    return name


def _is_street(read: Reading, name: Run) -> bool:
    return bool({read.form(n) for n in name} & (read.lists.streets | read.lists.compass))


def _is_known(form: str) -> bool:
    return (form,) in places("en").names


def _again(read: Reading, runs: list[Run], lasts: set[str]) -> Iterator[Match]:
    """The last name of a person wherever it stands alone."""
    bare = {each.removesuffix("'s").removesuffix("’s") for each in lasts}
    for run in runs:
        form = read.form(run[-1]).removesuffix("'s").removesuffix("’s")
        if len(run) == 1 and form in bare:
            yield _bare(read, run)


def _places(read: Reading, runs: list[Run], lasts: set[str]) -> Iterator[Match]:
    """A place behind `in` or beside `the town of`, and the same name elsewhere."""
    found: dict[tuple[str, ...], str] = {}
    for run in runs:
        forms = tuple(read.form(n).removesuffix("'s").removesuffix("’s") for n in run)
        before, first = read.form(run[0] - 1), run[0]
        town = before == "of" and read.form(first - 2) in read.lists.places_after
        where = before in {"in", "near", "from"} and len(run) == 1
        where = where and read.form(first - 2) not in {
            "published",
            "appeared",
            "writing",
            "reported",
        }
        named = read.lists.given | read.lists.languages | read.lists.not_names | read.lists.titles
        if (town or where) and len(run) <= 2 and not {*forms} & (named | lasts):
            found[forms] = "place"
    yield from Gazetteer(found).find(read.text, read.every, arabic=False)


def _parts(read: Reading) -> Iterator[Match]:
    """A part of a place: southern Lebanon, north-west England; South Korea is a place itself."""
    known = places("en")
    for at in range(len(read.every) - 1):
        if read.form(at).replace("-", "") not in read.lists.compass or not read.beside(at + 1):
            continue
        for size in (3, 2, 1):
            name = tuple(read.form(n) for n in range(at + 1, at + 1 + size))
            whole = (read.form(at), *name)
            if known.names.get(name) == "place" and read.upper(at + 1) and whole not in known.names:
                yield _match(read, "region", [at, at + size])
                break


def _languages(read: Reading) -> Iterator[Match]:
    """In French, speaks Welsh, from the Korean: a language behind a word that speaks of one."""
    speaks = {
        "speak",
        "speaks",
        "spoke",
        "speaking",
        "spoken",
        "into",
        "fluent",
        "learn",
        "learning",
        "taught",
        "teach",
        "translated",
    }
    for at, word in enumerate(read.every):
        if word.form not in read.lists.languages or not read.upper(at):
            continue
        before = read.form(at - 1)
        noun = (
            not read.beside(at + 1)
            or not read.text[read.every[at + 1].start].isalpha()
            or (
                read.form(at + 1)
                in read.lists.function_words
                | {"or", "language", "lessons", "speakers", "translation"}
            )
        )
        if (
            before in speaks
            or (before == "in" and noun)
            or read.form(at + 1) in {"language", "lessons", "speakers"}
        ):
            yield Match("language", word.start, word.end)
