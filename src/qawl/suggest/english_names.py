"""Persons, posts, bodies, buildings, regions, events and laws in English, by capitals and words."""

from collections.abc import Iterator, Sequence

import regex

from qawl.suggest.cues import lexicon_of
from qawl.suggest.english_places import (
    Run,
    bare_match,
    match,
    named_as,
    names_of_places,
    regions,
    towns_of,
)
from qawl.suggest.gazetteer import LONGEST, Match, bare
from qawl.suggest.lists import BEFORE_MONTHS, Reading
from qawl.suggest.numerals import is_year
from qawl.suggest.sentences import Quote


def names(read: Reading, quotes: Sequence[Quote]) -> Iterator[Match]:
    """The names that their words tell; what overlaps is settled later."""
    runs = [*_runs(read)]
    offices = [*_offices(read, runs)]
    yield from offices
    runs = [*_behind_offices(read, runs, offices)]
    told, rest = _told(read, runs)
    yield from told
    yield from towns_of(read, told)
    people = [*_persons(read, rest, quotes)]
    yield from people
    lasts = {read.form(read.words_of(each)[-1]) for each in people}
    firsts = {read.form(read.words_of(each)[0]) for each in people} & read.lists.given
    yield from _again(read, rest, lasts | (firsts - read.lists.common))
    yield from names_of_places(read, rest, lasts)
    yield from regions(read)
    yield from _with_a_noun(read, runs)
    yield from _roads(read)
    yield from _laws(read)
    yield from _alone(read)
    yield from _languages(read)


def _told(read: Reading, runs: list[Run]) -> tuple[list[Match], list[Run]]:
    """Names that their own words tell, short ones of firms and teams too, and the runs that are left."""
    told: list[Match] = []
    left: list[Run] = []
    teams: set[str] = set()
    firms: set[tuple[str, ...]] = set()
    for run in runs:
        found = [*_kind(read, run)]
        told += found
        if not found:
            left.append(run)
        elif found[0].label == "organisation" and len(run) == 2:
            teams.add(read.form(run[1]))
        if found and read.form(run[-1]) in read.lists.companies:
            firms |= {tuple(read.form(n) for n in run[:-1])} if len(run) > 2 else set()
        elif found and len(run) < 3 and _is_told(read, run):
            firms.add(tuple(read.form(n) for n in run))
    rest: list[Run] = []
    for run in left:
        forms = tuple(bare(read.form(n)) for n in run)
        team = len(run) == 1 and forms[0] in teams and read.form(run[0]).endswith("s")
        if team or forms in firms:
            told.append(bare_match(read, "organisation", run))
        else:
            rest.append(run)
    return told, rest


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
            if _is_owner(read, run):
                yield run
                run = []
    if run:
        yield run


def _is_owner(read: Reading, run: Run) -> bool:
    """Whether a place, a people or a body owns the name that comes next: Kyoto's Institute."""
    last = read.form(run[-1])
    if last == bare(last) or len(run) > LONGEST:
        return False
    name = (*(read.form(n) for n in run[:-1]), bare(last))
    known = named_as(*name) in {"place", "nationality", "organisation"}
    return known or _owns_a_body(read, run)


def _owns_a_body(read: Reading, run: Run) -> bool:
    """Whether a name in the possessive is apart from the body behind it: Donnelly's | Centre Party."""
    lists, last = read.lists, bare(read.form(run[-1]))
    if last in lists.organisation_words | lists.common_owners or len(run) > 2:
        return False
    ahead = range(run[-1] + 1, run[-1] + 4)
    capital = [n for n in ahead if read.upper(n) and read.beside(n)]
    return len(capital) > 1 and any(read.form(n) in lists.owned_bodies for n in capital[1:])


def _joined(read: Reading, at: int) -> bool:
    """Whether a word stands beside the one before it; a full stop of an abbreviation parts none."""
    gap, before = read.gap(at), read.form(at - 1)
    short = (before in read.lists.titles and len(before) <= 4) or "." in before
    owned = gap in {"' ", "’ "} and read.form(at) in read.lists.organisation_words  # Seamen's Union
    return owned or gap in {" ", "\u00a0", " & "} or (gap == ". " and (short or len(before) == 1))


def _is_plain(read: Reading, at: int) -> bool:
    """Whether a word has its capital from the start of a sentence alone, as far as can be told."""
    form = bare(read.form(at))
    if (
        form
        in read.lists.function_words | read.lists.not_names | read.lists.days | read.lists.months
    ):
        named = form == "may" and not read.opens(at) and read.form(at - 1) not in BEFORE_MONTHS
        return not named
    return form[:1].isdigit() or (form in read.lists.numbers and read.opens(at))


def _extended(read: Reading, run: Run) -> Run:
    """A run with what `of` or `for` adds to the name of a body: Bank of England."""
    last = run[-1]
    while (
        read.form(last + 1) in {"of", "for"} and read.beside(last + 1) and last < run[-1] + LONGEST
    ):
        step = last + 2
        while read.form(step) in {"the", "and"}:
            step += 1
        if not (read.upper(step) and read.beside(step)) or _is_plain(read, step):
            break
        while _goes_on(read, step):
            step += 1
        last = _listed(read, step)
    return [*run, *range(run[-1] + 1, last + 1)]


def _goes_on(read: Reading, at: int) -> bool:
    """Whether what a body is of goes on behind a word: Business and Trade, but not Leeds and Tate."""
    if not read.beside(at + 1):
        return False
    if read.form(at + 1) == "and":
        return read.upper(at + 2) and read.beside(at + 2) and not named_as(read.form(at))
    return read.upper(at + 1) and not _is_plain(read, at + 1)


def _listed(read: Reading, at: int) -> int:
    """The last word of a list behind a word, where it closes with `and`: for Culture, Media and Sport."""
    step = at
    while step - at < 8 and step + 1 < len(read.every) and read.upper(step + 1):
        if read.gap(step + 1) not in {", ", " "}:
            break
        step += 1
        if read.form(step + 1) == "and" and read.beside(step + 1):
            step += 2 + (read.form(step + 2) == "the")
            while _goes_on(read, step):
                step += 1
            return step if read.upper(step) else at
    return at


def _kind(read: Reading, run: Run) -> Iterator[Match]:
    """What the words of a run say it is: a building, a region, an event, a law, a body."""
    lists = read.lists
    forms = [bare(read.form(n)) for n in run]
    if foreign := _foreign(read, run):
        yield foreign
        return
    opens = not lists.organisation_openers.isdisjoint((forms[0], forms[-1]))
    extended = _extended(read, run) if opens else run
    if len(extended) > len(run):
        yield match(read, "organisation", extended)
    elif len(run) == 1:
        known = named_as(forms[0]) or forms[0] in lists.post_nominals
        if (_is_acronym(read, run[0]) and not known) or _is_told(read, run):
            yield bare_match(read, "organisation", run)
    elif (
        _is_acronym_of(read, run)
        or _is_team(read, run, forms)
        or _is_told(read, run)
        or _is_paper(read, run)
    ):
        yield bare_match(read, "organisation", run)
    elif label := _by_last(read, forms):
        yield bare_match(read, label, _whole_law(read, run) if label == "law" else run)
    elif forms[-1] in (lists.titles | lists.occupations) - lists.organisation_words:
        return
    elif len(run) <= 6 and any(each in lists.organisation_words for each in forms[1:]):
        yield bare_match(read, "organisation", _in_full(read, run))


def _foreign(read: Reading, run: Run) -> Match | None:
    """A body or a building whose first word is its kind in another language: Banco del Litoral."""
    lists, first = read.lists, read.form(run[0])
    body, building = first in lists.foreign_bodies | lists.of_clubs, first in lists.buildings_of
    if not (body or building):
        return None
    last = run[-1]
    while read.form(last + 1) in lists.particles and read.beside(last + 1):
        step = last + 2 + (read.form(last + 2) in lists.particles)
        if not (read.upper(step) and read.beside(step)) or step > run[0] + LONGEST:
            break
        last = step
        while read.upper(last + 1) and read.beside(last + 1) and last < run[0] + LONGEST:
            last += 1
    if last == run[0]:
        return None
    return bare_match(read, "organisation" if body else "facility", [run[0], last])


def _is_paper(read: Reading, run: Run) -> bool:
    """Whether a run is a newspaper behind its article, or a body of a country: Transport Scotland."""
    first, last = read.form(run[0]), read.form(run[-1])
    paper = first in read.lists.papers and read.form(run[0] - 1) == "the" and len(run) <= 3
    nation = first in read.lists.of_nations and named_as(last) == "place"
    return (paper and last not in read.lists.days) or (nation and len(run) == 2)


def _in_full(read: Reading, run: Run) -> Run:
    """A body with what stands before `and` or behind `of`: the Securities and Exchange Commission."""
    first = run[0]
    if read.form(run[-1]) not in read.lists.companies:
        run = _extended(read, run)
    two = read.form(first - 1) == "and" and read.beside(first) and read.upper(first - 2)
    force = read.form(run[-1]) in {"police", "council"} and named_as(read.form(first)) == "place"
    if two and force and named_as(read.form(first - 2)) == "place":
        return [first - 2, first - 1, *run]  # Devon and Cornwall Police
    if two and read.form(first - 3) == "the" and read.beside(first - 1) and read.beside(first - 2):
        run = [first - 2, first - 1, *run]
    return run


def _is_told(read: Reading, run: Run) -> bool:
    """Whether the words around a name say that it is a body: the charity Shelter; Faros, a gang that."""
    lists, first = read.lists, read.form(run[0])
    if first in lists.given | lists.titles | lists.occupations | lists.modifiers or len(run) > 4:
        return False
    forms = (read.form(n).partition("-")[0] for n in run)
    people = (named_as(form) == "nationality" for form in forms)
    if bare(first) != first or any(people):
        return False
    ahead = read.beside(run[0]) and read.text[read.every[run[0] - 1].start].islower()
    if ahead and read.form(run[0] - 1) in lists.kinds_of_bodies:
        return True
    at = run[-1] + 1
    if not read.closes(run[-1], ", ") or read.form(at) not in {"a", "an", "the"}:
        return False
    kind = next((n for n in range(at + 1, at + 5) if _is_kind(read, n)), 0)
    opens = read.opens(run[0]) and len(run) == 1
    if opens and _may_open(read.form(run[0])):
        return False
    closed = kind > 0 and read.closes(kind, ",")
    return closed if opens or read.form(at) == "the" else kind > 0  # Quantiva, the chipmaker, said


def _may_open(form: str) -> bool:
    """Whether a word may open a sentence before its subject: Meanwhile, a company; Sadly, a firm."""
    known = lexicon_of("en")
    return form.endswith("ly") or form in known.openers | known.times


def _is_kind(read: Reading, at: int) -> bool:
    """Whether a word, beside the one before it, is a kind of body and no noun before another one."""
    beside = read.beside(at) and read.form(at) in read.lists.kinds_of_bodies
    return beside and (
        not read.beside(at + 1)
        or read.form(at + 1) in read.lists.function_words | read.lists.after_kinds
    )


def _is_acronym_of(read: Reading, run: Run) -> bool:
    """Whether an acronym and what it is of name a body: NHS England."""
    rest = {read.form(n) for n in run[1:]}
    others = read.lists.titles | read.lists.given | read.lists.occupations
    first = read.form(run[0])
    place = named_as(first) in {"place", "nationality"}
    whole = named_as(*(bare(read.form(n)) for n in run))
    known = place or whole or first in read.lists.not_names
    return len(run) == 2 and _is_acronym(read, run[0]) and not known and not rest & others


def _is_team(read: Reading, run: Run, forms: list[str]) -> bool:
    """Whether two words name a team: a place, and what its players are called (Nairobi Mariners)."""
    first, last = forms[0], forms[-1]
    person = first in read.lists.given and read.form(run[0] - 1) != "the"  # the Austin Rangers
    if len(forms) != 2 or not last.endswith("s") or person:
        return False
    others = read.lists.regions | read.lists.facilities | read.lists.events | read.lists.laws
    return named_as(first) == "place" and not named_as(last) and last not in others


def _whole_law(read: Reading, run: Run) -> Run:
    """The name of a law with its year: the Libraries and Museums Act 1964."""
    first, last = run[0], run[-1]
    if read.form(first - 1) == "and" and read.beside(first) and read.upper(first - 2):
        first -= 2
        while read.beside(first) and read.upper(first - 1) and not _is_plain(read, first - 1):
            first -= 1
    year = read.form(last + 1)
    last += read.near(last + 1) and year.isdecimal() and len(year) == 4
    return [*range(first, last + 1)]


def _by_last(read: Reading, forms: list[str]) -> str | None:
    """What the last word of a run, or the first of a region's, says it is."""
    lists, last = read.lists, forms[-1]
    body = last in lists.organisation_words
    of_body = body and len(forms) > 3
    told = (
        ("law", last in lists.laws),
        ("event", last in lists.events or not lists.storms.isdisjoint(forms[:2])),
        ("place", last in lists.place_ends and len(forms) <= 3),
        ("region", last in lists.regions or (forms[0] in lists.region_heads and not body)),
        ("facility", last in lists.facilities and not of_body),
    )
    return next((label for label, is_one in told if is_one), None)


def _is_acronym(read: Reading, at: int) -> bool:
    word = read.every[at]
    surface = read.text[word.start : word.end]
    letters = [c for c in surface if c.isalpha()]
    around = read.upper(at - 1) and read.upper(at + 1) and read.closes(at, " ")
    shouted = around and read.text[read.every[at - 1].start : read.every[at - 1].end].isupper()
    return (
        2 <= len(letters) <= 6
        and all(c.isupper() for c in letters)
        and not shouted
        and "-" not in surface
    )


# Posts.


def _behind_offices(read: Reading, runs: list[Run], offices: Sequence[Match]) -> Iterator[Run]:
    """Runs without the words that end a post before a name: Minister for Finance | Paul Tiernan."""
    posts = [read.words_of(each) for each in offices]
    ends = {n: each[-1] for each in posts for n in each[1:]}
    for run in runs:
        last = ends.get(run[0], -1)
        rest = [n for n in run if n > last]
        yield rest if rest and read.form(rest[0]) in read.lists.given else run


def _offices(read: Reading, runs: list[Run]) -> Iterator[Match]:
    """Titles before names, and posts in lower case with the nouns before them: council officer."""
    heads = read.lists.titles | read.lists.occupations
    for run in runs:
        title = _title(read, run)
        while title and read.form(title[0]) in read.lists.before_titles:
            title = title[1:]
        if title:
            last = _speaks_for(read, title[-1], read.form(title[-1]))
            yield match(read, "office", [title[0], last])
        if (
            read.form(run[-1]) in read.lists.posts_behind
            and len(run) > 2
            and _is_acronym(read, run[-1])
        ):
            yield match(read, "office", run[-1:])
    ends = {run[-1]: run for run in runs}
    for at in range(len(read.every)):
        form = bare(read.form(at))
        lower = read.text[read.every[at].start].islower()
        two = f"{read.form(at - 1)} {form}" in heads and read.beside(at)
        is_head = form in heads or form.endswith(("ologist", "ologists"))
        alone = (is_head and form not in read.lists.no_offices) or two
        if not lower and not (read.opens(at) and form in read.lists.occupations):
            continue
        behind = read.form(at - 1) in read.lists.modifiers or (at - 1 in ends and read.beside(at))
        if not alone and not (is_head and behind):
            continue
        if form in read.lists.not_offices or _is_verb(read, at) or _is_adjective(read, at):
            continue
        start = _office_start(read, at, ends)
        last = _speaks_for(read, at, form)
        yield bare_match(read, "office", [start, last])


def _office_start(read: Reading, at: int, ends: dict[int, Run]) -> int:
    """The first of the nouns before a post, the name of a body or a team too: Mariners manager."""
    start = at
    while (
        start > 0 and read.beside(start) and read.form(start - 1) in read.lists.modifiers - {"lead"}
    ):
        if read.upper(start - 1) and not read.opens(start - 1):
            break
        start -= 1
    run = ends.get(start - 1)
    if run is None or not read.beside(start) or len(run) > 3:
        return start
    body = ends.get(run[0] - 2) if read.form(run[0] - 1) == "of" else None
    if body and read.form(body[-1]) in read.lists.organisation_openers:
        return body[0]  # Bank of Ghana governor
    while run and read.form(run[0]) in read.lists.before_titles:
        run = run[1:]
    forms = tuple(read.form(n) for n in run)
    people = named_as(*forms) == "nationality"
    own = not run or forms[-1] != bare(forms[-1]) or forms[0] in read.lists.given
    return start if people or own else run[0]


def _speaks_for(read: Reading, at: int, form: str) -> int:
    """The last word of a post: a spokesman for the council, the minister for schools."""
    told = form.startswith("spokes") or form in read.lists.posts_for
    of = form in {"minister", "secretary"} and read.form(at + 1) == "of" and _is_field(read, at + 2)
    if not (of or (told and read.form(at + 1) == "for")) or not read.beside(at + 1):
        return at
    first = at + 3 if read.form(at + 2) == "the" else at + 2
    if first >= len(read.every) or not read.beside(first):
        return at
    last = first
    noun = (
        read.form(last) in read.lists.modifiers and read.form(last + 1) in read.lists.of_modifiers
    )
    last += noun and read.beside(last + 1)
    while read.upper(last) and read.upper(last + 1) and read.beside(last + 1):
        if read.form(last + 1) in read.lists.given:
            break
        last += 1
    if of and read.form(last + 1) == "for" and read.beside(last + 1) and read.upper(last + 2):
        last += 2  # Minister of State for Health
    seat = form in {"mp", "msp"} and read.form(last + 1) == "and" and read.upper(last + 2)
    last += 2 * (seat and read.beside(last + 2))
    return last


def _is_field(read: Reading, at: int) -> bool:
    """Whether a word tells what a minister is responsible for: Minister of Health; not: of Norway."""
    return read.upper(at) and not named_as(read.form(at)) and not _is_acronym(read, at)


def _is_adjective(read: Reading, at: int) -> bool:
    """Whether `official` tells of the noun behind it: the official residence."""
    noun = read.beside(at + 1) and not read.upper(at + 1)
    following = read.form(at + 1)
    verb = following in read.lists.function_words | read.lists.after_kinds | read.lists.not_one
    return read.form(at) == "official" and noun and not verb and not following.endswith("ed")


def _is_verb(read: Reading, at: int) -> bool:
    """Whether a word that is a post is a verb or an adjective here: to coach, a guard of."""
    if read.form(at - 1) == "to" and read.form(at).endswith("s"):
        return False
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
    if not cut and read.form(run[0]) not in read.lists.given:
        behind = read.lists.titles_behind
        cut = next((n + 1 for n, at in enumerate(run[:-1]) if n and read.form(at) in behind), 0)
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
    singles = {bare(read.form(run[0])) for run in runs if len(run) == 1}
    sources = {(q.source.start, q.source.end) for q in quotes if q.source and q.status == "named"}
    starts = {start for start, _ in sources}
    for run in runs:
        name = _name(read, run)
        owner = any(read.form(n) != bare(read.form(n)) for n in name[:-1])
        if not name or len(name) > 4 or owner or _is_people(read, name):
            continue
        titled = len(name) < len(run) or _is_kin(read, run[0] - 1)
        first, last = read.form(name[0]), bare(read.form(name[-1]))
        given = first in read.lists.given or (len(first) <= 2 and len(name) > 1)
        whole = match(read, "person", name)
        if len(name) == 1:
            if titled and not named_as(first):
                yield bare_match(read, "person", name)
            continue
        if read.form(name[0] - 1) == "the" and read.beside(name[0]) and not titled:
            if (whole.start - 4, whole.end) in sources:
                yield bare_match(read, "organisation", name)
            continue
        sure = given and first not in read.lists.common
        again = last in singles or (whole.start, whole.end) in sources
        aged = (
            read.text[whole.end : whole.end + 2] == ", " and read.form(name[-1] + 1)[:2].isdigit()
        )
        told = any(start <= whole.start and whole.end <= end for start, end in sources)
        apposed = told and len(name) > 1 and any(end == whole.end for _, end in sources)
        apposed = apposed and not any(named_as(read.form(n)) for n in name)
        behind = (whole.start in starts and read.form(name[-1] + 1) == "of") or _is_credit(
            read, name[0]
        )
        plain = sure or titled or again or aged or apposed or behind or (given and told)
        if plain and not _is_street(read, name):
            yield bare_match(read, "person", name)


def _is_credit(read: Reading, at: int) -> bool:
    """Whether a name stands behind what its bearer did for the article: Reporting by Hugo Balbin."""
    return read.form(at - 1) == "by" and read.form(at - 2) in {
        "reporting",
        "editing",
        "writing",
        "compiled",
    }


def _is_kin(read: Reading, at: int) -> bool:
    """Whether a word tells whose name comes next: her friend Carl Dupont; the economist, Ana Ruiz."""
    form, lists = read.form(at), read.lists
    if read.beside(at + 1) and form in lists.kin:
        return True
    comma = read.gap(at + 1) == ", "
    last = at + 1
    while read.beside(last + 1) and read.upper(last + 1):
        last += 1
    if last in {at + 2, at + 3} and _is_described(read, last):
        return True
    closed = comma and read.closes(last, ",", ".")
    return closed and last > at + 1 and form in lists.kin | lists.occupations | lists.titles


def _is_described(read: Reading, last: int) -> bool:
    """Whether who a name is stands behind it: Ana Ruiz, who studies; Ana Ruiz, a nurse from Leeds."""
    if not read.closes(last, ", "):
        return False
    if read.form(last + 1) == "who":
        return True
    known = read.lists.occupations | read.lists.titles
    article = read.form(last + 1) in {"a", "an", "the"}
    return article and any(
        bare(read.form(n)) in known for n in range(last + 2, last + 6) if read.beside(n)
    )


def _is_people(read: Reading, name: Run) -> bool:
    """Whether a name is none of a person: it tells a people (the French Embassy), or a county."""
    ends = {read.form(name[0]), bare(read.form(name[-1]))} - read.lists.given
    posts = read.lists.titles | read.lists.occupations
    if read.form(name[0]) == "co" or (len(name) > 2 and bare(read.form(name[-1])) in posts):
        return True
    return len(name) > 1 and any(named_as(each) == "nationality" for each in ends)


def _name(read: Reading, run: Run) -> Run:
    """A run without the title before it and a particle at its end; lower-case particles join it."""
    cut = len(_title(read, run))
    name = run[cut:]
    while (
        len(name) > 1
        and read.form(name[-1]) in read.lists.post_nominals
        and _is_acronym(read, name[-1])
    ):
        name = name[:-1]
    given = read.lists.given - read.lists.common
    if not cut and len(name) > 2 and read.opens(name[0]):
        forms = [read.form(each) for each in name[:2]]
        name = name[1:] if forms[0] not in given and forms[1] in given else name
    if name:
        after = name[-1] + 1
        while read.form(after) in read.lists.particles and read.beside(after):
            after += 1
        if after > name[-1] + 1 and read.upper(after) and read.beside(after):
            name = [*name, *range(name[-1] + 1, after + 1)]
    return name


def _is_street(read: Reading, name: Run) -> bool:
    return bool({read.form(n) for n in name} & (read.lists.streets | read.lists.compass))


def _again(read: Reading, runs: list[Run], lasts: set[str]) -> Iterator[Match]:
    """The last name of a person wherever it stands alone."""
    known = {bare(each) for each in lasts}
    for run in runs:
        form = bare(read.form(run[-1]))
        if len(run) == 1 and form in known:
            yield bare_match(read, "person", run)


def _with_a_noun(read: Reading, runs: list[Run]) -> Iterator[Match]:
    """A name and the noun in lower case that it stands before: the Sinaloa cartel, Guayas province."""
    for run in runs:
        noun, first = read.form(run[-1] + 1), read.form(run[0])
        lower = read.beside(run[-1] + 1) and not read.upper(run[-1] + 1)
        people = named_as(first) == "nationality"
        if not lower or people or len(run) > 3 or bare(read.form(run[-1])) != read.form(run[-1]):
            continue
        if noun in read.lists.fighters and not named_as(first) and not read.lists.given & {first}:
            yield match(read, "organisation", run)
        exchange = f"{noun} {read.form(run[-1] + 2)}" == "stock exchange" and named_as(first)
        if exchange and read.beside(run[-1] + 2):
            yield match(read, "organisation", [run[0], run[-1] + 2])
        label = _of_noun(read, noun, run[0])
        if label:
            yield match(read, label, [run[0], run[-1] + 1])
    for at in range(len(read.every) - 2):
        if read.form(at) == "port" and read.form(at + 1) == "of" and read.upper(at + 2):
            yield match(read, "facility", [at, at + 2])
        if (
            read.form(at) == "co"
            and read.upper(at)
            and read.upper(at + 1)
            and read.text[read.every[at].end] in " ."
        ):
            yield match(read, "place", [at, at + 1])


def _of_noun(read: Reading, noun: str, first: int) -> str | None:
    """What a noun in lower case says of the name before it: the Sinaloa cartel, the Tana river."""
    lists = read.lists
    if noun in lists.bands:
        return "organisation"
    if noun in lists.provinces:
        return "place"
    lands = noun in lists.lands and read.form(first - 1) == "the" and read.beside(first)
    return "region" if lands else None


_ROAD = regex.compile(
    r"\b(?:Highway|Route|Interstate|Autoroute|Motorway|Freeway) \d{1,4}[A-Z]?\b"
    r"|(?<=\bthe )[AM]\d{1,4}\b(?:\(M\))?"
)


def _roads(read: Reading) -> Iterator[Match]:
    """Roads by their number: Highway 61, the M25."""
    for each in _ROAD.finditer(read.text):
        yield Match("facility", *each.span())


_ACT = regex.compile(
    r"(?<=\bthe )\p{Lu}[\p{L}’']+(?: (?:and |of |the )?\p{Lu}[\p{L}’']+){0,6} \([^()\n]{1,80}\)"
    r" (?:Act|Order|Regulations|Bill)\b(?: \d{4}\b)?"
)


def _laws(read: Reading) -> Iterator[Match]:
    """Acts with a remark in brackets, and agreements in lower case behind where they were made."""
    for each in _ACT.finditer(read.text):
        yield Match("law", *each.span())
    for at in range(1, len(read.every)):
        where = read.upper(at - 1) and named_as(read.form(at - 1)) == "place"
        if where and read.form(at) in read.lists.pacts and read.beside(at) and not read.upper(at):
            dated = is_year(read, at - 2, at - 2) if at > 1 else False
            if read.form(at - 2) == "the" or dated:
                yield match(read, "law", [at - 1, at])


def _alone(read: Reading) -> Iterator[Match]:
    """Forces that one word names: the navy said, Peru's army; Police said."""
    others = read.lists.titles | read.lists.occupations | read.lists.of_forces
    for at, word in enumerate(read.every):
        before = read.form(at - 1)
        first = word.form == "police" and read.upper(at) and read.opens(at)
        if first and not read.upper(at + 1) and read.form(at + 1) not in others:
            yield match(read, "organisation", [at])
        if word.form not in read.lists.organisations_alone or not read.beside(at) or read.upper(at):
            continue
        noun = read.beside(at + 1) and read.form(at + 1) in others
        if not noun and (before == "the" or named_as(bare(before)) in {"place", "nationality"}):
            yield match(read, "organisation", [at])


def _languages(read: Reading) -> Iterator[Match]:
    """In French, speaks Welsh, from the Korean: a language behind a word that speaks of one."""
    for at, word in enumerate(read.every):
        head, _, tail = word.form.partition("-")
        if head in read.lists.languages and tail in {"language", "speaking", "speaker", "speakers"}:
            yield Match("language", word.start, word.start + len(head))
        if word.form not in read.lists.languages or not read.upper(at):
            continue
        before = read.form(at - 1)
        noun = (
            not read.beside(at + 1)
            or not read.text[read.every[at + 1].start].isalpha()
            or (read.form(at + 1) in read.lists.function_words | {"or"} | read.lists.of_languages)
        )
        if (
            before in read.lists.speaks
            or (before == "in" and noun)
            or _is_the_language(read, at)
            or (read.form(at + 1) in read.lists.of_languages and read.beside(at + 1))
        ):
            yield Match("language", word.start, word.end)
        elif read.upper(at - 1) and read.beside(at) and read.form(at - 2) in read.lists.speaks:
            yield Match("language", read.every[at - 1].start, word.end)  # speak Cajun French


def _is_the_language(read: Reading, at: int) -> bool:
    """English the only language, Polish as an official language; French and Basque behind `speaks`."""
    if read.form(at - 1) in {"and", "or"} and read.form(at - 2) in read.lists.languages:
        return read.form(at - 3) in read.lists.speaks
    first = at + 1 + (read.form(at + 1) in {"as", "is", "was"})
    if read.form(first) not in {"a", "an", "the"} or not read.beside(at + 1):
        return False
    return any(read.form(n) == "language" for n in range(first + 1, first + 4))
