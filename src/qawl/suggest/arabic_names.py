"""Persons, posts, bodies, buildings, regions, events and laws in Arabic, by the words that open them."""

from collections.abc import Iterator, Mapping, Sequence

from qawl.suggest.cues import lexicon
from qawl.suggest.gazetteer import PROCLITICS, Gazetteer, Match, places
from qawl.suggest.lists import Reading
from qawl.suggest.sentences import Quote
from qawl.suggest.words import MARKS, behind

_HEADS = (
    ("organisation", "organisation_heads"),
    ("facility", "facility_heads"),
    ("region", "region_heads"),
    ("event", "event_heads"),
    ("law", "law_heads"),
)


def names(read: Reading, quotes: Sequence[Quote]) -> Iterator[Match]:
    """The names that their words tell; what overlaps is settled later."""
    people = [*_persons(read, quotes)]
    yield from people
    taken = {n for each in people for n in _inside(read, each)}
    headed = [*_bodies_of_two(read)]
    for label, heads in _HEADS:
        headed += _headed(read, label, getattr(read.lists, heads), taken)
    yield from headed
    bodies = [each for each in headed if each.label == "organisation"]
    yield from _offices(read, taken, bodies)
    yield from _alone(read)
    yield from _places(read)
    yield from _languages(read)


def _inside(read: Reading, match: Match) -> list[int]:
    return read.inside(match.start, match.end)


def _lead(form: str, known: frozenset[str]) -> int | None:
    """How many letters stand before a known word: 0, or 1 for a proclitic; None for other words."""
    if form in known:
        return 0
    if form[:1] in PROCLITICS and form[1:] in known:
        return 1
    return None


def _stops(read: Reading, at: int) -> bool:
    """Whether a word can't go on with a name: a particle, a verb of saying, a day, a number."""
    form = read.form(at)
    known = lexicon("ar")
    lists = read.lists
    if not read.near(at) or len(form) < 2 or form[:1].isdigit():
        return True
    cue = known.cue(form, proclitics=True) if known else None
    others = (
        lists.stops | lists.days | lists.relative | lists.relatives | lists.numbers | lists.months
    )
    return (
        form in others
        or (form[:1] == "و" and form[1:] in others)
        or (cue is not None and cue[0] != "demand")
    )


# Persons.


def _persons(read: Reading, quotes: Sequence[Quote]) -> Iterator[Match]:
    """Names by their first word, behind a title, and as a source; the last word wherever it recurs."""
    lasts: dict[str, None] = {}
    found: list[Match] = []
    at = 0
    while at < len(read.every):
        run = _person(read, at)
        if run is None:
            at += 1
            continue
        lead, last = run
        found.append(Match("person", behind(read.text, read.every[at], lead), read.every[last].end))
        if last > at:
            lasts[read.form(last)] = None
        at = last + 1
    for quote in quotes:
        found += _quoted(read, quote, lasts)
    yield from found
    yield from _again(read, lasts)


def _person(read: Reading, at: int) -> tuple[int, int] | None:
    """(letters of a proclitic, last word) of a name that begins at a word; None where none begins."""
    lists, form = read.lists, read.form(at)
    lead = _lead(form, lists.given)
    if lead is None or _known_place(form) or (form == "باسم" and _is_title(read, at - 1)):
        return None
    last = at
    while not _stops(read, last + 1) and last - at < 4:
        form = read.form(last + 1)
        before = read.form(last)
        if before in lists.particles or before == "عبد" or form in lists.given | lists.particles:
            last += 1
        elif form.startswith("ال") and len(form) > 4 and form[2:] not in lists.occupations:
            last += 1
            break
        elif last == at or before in lists.given:
            if not _is_family(read, last + 1):
                break
            last += 1
            break
        else:
            break
    nisba = read.form(last + 1).startswith("ال") and read.form(last + 1).endswith("ي")
    if last == at + 1 and nisba and not _stops(read, last + 1):
        last += 1
    given = read.form(at)[lead:]
    titled = _is_title(read, at - 1)
    if last == at:
        return None
    family = read.form(last)
    named = family in lists.given or family.startswith("ال") or read.form(at + 1) in lists.particles
    if (given in lists.common or lead) and not titled and not named:
        return None
    return lead, last


def _is_family(read: Reading, at: int) -> bool:
    """Whether a word may be a family name: no word with a proclitic or of another list."""
    form, lists = read.form(at), read.lists
    if len(form) < 3 or _known_place(form):
        return False
    others = (
        lists.occupations | lists.titles | lists.organisation_heads | lists.periods | lists.units
    )
    known = lexicon("ar")
    return form not in others and not (known and form in known.deeds | known.adjuncts)


def _is_title(read: Reading, at: int) -> bool:
    """Whether a word ends a title: وزير, وزير الخارجية, الرئيس الأميركي."""
    for step in range(at, max(-1, at - 4), -1):
        if step < at and not read.beside(step + 1):
            return False
        form = read.form(step)
        titles = read.lists.titles | read.lists.occupations
        if _lead(form, titles) is not None or form.removeprefix("ال") in titles:
            return True
        if not form.startswith(("ال", "لل")):
            return False
    return False


def _quoted(read: Reading, quote: Quote, lasts: dict[str, None]) -> Iterator[Match]:
    """The name of who is quoted: what stands behind the title, two to three words."""
    if quote.source is None or quote.status != "named":
        return
    source = Match("", quote.source.start, quote.source.end)
    inner = _inside(read, source)
    name = inner[_title_words(read, inner) :] if inner else []
    forms = [read.form(n) for n in name]
    unlike = any(each.startswith("لل") or each in read.lists.bodies for each in forms)
    if not forms or unlike or forms[0].startswith("ال") or _other(read, forms[0]):
        return
    sure = len(name) < len(inner) or _lead(forms[0], read.lists.given) is not None
    if sure and len(name) in {2, 3} and not any(_known_place(each) for each in forms):
        yield Match("person", read.every[name[0]].start, read.every[name[-1]].end)
        lasts[forms[-1]] = None
    elif len(inner) == 1 and len(forms[0]) > 3 and _recurs(read, forms[0]):
        lasts[forms[0]] = None


def _title_words(read: Reading, inner: list[int]) -> int:
    """How many words of a source are its title."""
    titles = read.lists.titles | read.lists.occupations
    if read.form(inner[0]) not in titles and read.form(inner[0]).removeprefix("ال") not in titles:
        return 0
    cut = 1
    while cut < len(inner):
        form = read.form(inner[cut])
        construct = len(inner) - cut > 2 and form in read.lists.bodies
        complement = cut > 1 and read.form(inner[cut - 1]) in read.lists.bodies
        if not (form.startswith(("ال", "لل")) or construct or complement or _nationality(form)):
            break
        cut += 1
    return cut


def _other(read: Reading, form: str) -> bool:
    lists = read.lists
    return (
        form
        in lists.organisation_heads
        | lists.no_names
        | lists.days
        | lists.facility_heads
        | lists.region_heads
    )


def _recurs(read: Reading, form: str) -> bool:
    bare = {form, *(f"{each}{form}" for each in PROCLITICS)}
    known = read.lists.titles | read.lists.occupations | read.lists.no_names
    return (
        form not in known and not _known_place(form) and sum(w.form in bare for w in read.every) > 1
    )


def _again(read: Reading, lasts: dict[str, None]) -> Iterator[Match]:
    for word in read.every:
        for lead in (0, 1):
            form = word.form[lead:]
            if (not lead or word.form[:1] in PROCLITICS) and form in lasts and len(form) > 2:
                yield Match("person", behind(read.text, word, lead), word.end)
                break


def _known_place(form: str) -> bool:
    return places("ar").names.get((form,)) in {"place", "organisation", "region"}


def _nationality(form: str) -> bool:
    return places("ar").names.get((form,)) == "nationality"


# Posts.


def _offices(read: Reading, taken: set[int], bodies: Sequence[Match]) -> Iterator[Match]:
    """Posts with what belongs to them: وزير الخارجية, رئيس مجلس النواب, مديرة جمعية «نغم» الأهلية."""
    named = places("ar").find(read.text, read.every, arabic=True)
    inside = {each.start: each.end for each in named if each.label in {"organisation", "place"}}
    inside |= {each.start: each.end for each in bodies}
    behind_it = {each.start: each.end for each in bodies if not _is_news(read, each)}
    titles = read.lists.titles | read.lists.occupations
    known = titles | {f"ال{each}" for each in titles}
    at = 0
    while at < len(read.every):
        form = read.form(at)
        lead = _lead(form, known)
        lam = form.startswith("لل") and form[2:] in titles
        counted = form[-1:] == "ا" and form[:-1] in titles and _nationality(read.form(at + 1))
        if at in taken or (lead is None and not lam and not counted) or _is_of_news(read, at):
            at += 1
            continue
        last = _office_end(read, at, taken)
        end = _with_body(read, at, last, inside, behind_it)
        yield Match("office", behind(read.text, read.every[at], lead or 0), end)
        at = last + 1


def _with_body(
    read: Reading, at: int, last: int, inside: Mapping[int, int], behind_it: Mapping[int, int]
) -> int:
    """Where a post ends: with the body that begins in it or, behind an adjective, right behind it.

    Of bodies that begin `inside` and `behind_it` by their starts, the ends.
    """
    ends = [inside.get(word.start, 0) for word in read.every[at + 1 : last + 1]]
    if last > at and read.form(last + 1)[:1] == "ل" and read.near(last + 1):
        ends.append(behind_it.get(read.every[last + 1].start + 1, 0))
    return max([read.every[last].end, *ends])


def _is_news(read: Reading, body: Match) -> bool:
    """Whether a body is one that people speak to: قال المسؤول لصحيفة «الخليج»."""
    known = lexicon("ar")
    head = (
        read.form(read.inside(body.start, body.end)[0]) if read.inside(body.start, body.end) else ""
    )
    return known is not None and (head in known.reporters or head[1:] in known.reporters)


def _is_of_news(read: Reading, at: int) -> bool:
    """Whether a word says what kind of thing stands before it: مؤتمر صحافي."""
    adjective = read.form(at).endswith(("في", "فية", "اسي", "اسية", "اسيين"))
    return adjective and read.form(at - 1).removeprefix("ال") in read.lists.of_news


def _office_end(read: Reading, at: int, taken: set[int]) -> int:
    last = at
    while last - at < 5 and last + 1 not in taken and not _stops(read, last + 1):
        step = _office_step(read, at, last)
        last += abs(step)
        if step <= 0:
            break
    return last


def _office_step(read: Reading, at: int, last: int) -> int:
    """How many words a post goes on with; 0 or less where it ends with them."""
    form, before = read.form(last + 1), read.form(last)
    definite = read.form(at).startswith(("ال", "لل"))
    if own := _own_step(read, at, last):
        return own
    if form.startswith("لل"):
        return int(len(form) > 4 and (definite or last > at))
    adjective = _is_adjective(read, form) and form not in read.lists.ordinals
    if adjective or (form in read.lists.bodies and not (definite and last == at)):
        return 1
    place = _known_place(form)
    if form.startswith("ال"):
        foreign = place and read.form(at) not in read.lists.titles
        of_body = before in read.lists.bodies and last > at
        return int(of_body or (not definite and not foreign and last == at))
    if form.startswith("وال") and len(form) > 5 and last > at + 1:
        return int(before.startswith("ال") and read.form(last - 1) in read.lists.bodies)
    of_body = before in read.lists.bodies and last > at and place
    return -1 if of_body else int(_nationality(form) or form in read.lists.ranks)


def _own_step(read: Reading, at: int, last: int) -> int:
    """The same where the post itself says it: the governor of a place, the driver of a bus."""
    form, lists = read.form(last + 1), read.lists
    if form == "باسم":
        return 2 if read.near(last + 2) else 0
    if last > at:
        return 0
    head = read.form(at)
    lead = _lead(head, lists.trades | lists.offices_of_places) or 0
    if head[lead:] in lists.offices_of_places:
        if _known_place(form):
            return -1
        if form in lists.places_after | {"منطقة"} and _known_place(read.form(last + 2)):
            return -2
    return int(head[lead:] in lists.trades and form in lists.of_trades)


# What a head word names.


def _bodies_of_two(read: Reading) -> Iterator[Match]:
    """Bodies that two words name, with their country: الدفاع المدني السوداني."""
    firsts = frozenset(each.split()[0] for each in read.lists.bodies_of_two)
    for at, word in enumerate(read.every):
        lead = _lead(word.form, firsts)
        if (
            lead is None
            or f"{word.form[lead:]} {read.form(at + 1)}" not in read.lists.bodies_of_two
        ):
            continue
        last = at + 1
        while read.near(last + 1) and _nationality(read.form(last + 1)):
            last += 1
        yield Match("organisation", behind(read.text, word, lead), read.every[last].end)


def _headed(read: Reading, label: str, heads: frozenset[str], taken: set[int]) -> Iterator[Match]:
    for at, word in enumerate(read.every):
        lead = _lead(word.form, heads)
        lam = word.form.startswith("لل") and f"ال{word.form[2:]}" in heads
        if at in taken or (lead is None and not lam):
            continue
        last = _complement(read, at, label, taken)
        if last is None:
            continue
        end = read.every[last].end
        mark = read.mark_behind(word.end)
        if mark is not None and mark.start < end <= mark.end:
            end = mark.end
        yield Match(label, behind(read.text, word, lead or 0), end)


def _complement(read: Reading, at: int, label: str, taken: set[int]) -> int | None:
    """The last word of a name that a head word opens; None where it names nothing."""
    quoted = _quoted_name(read, at)
    if quoted is not None:
        return _behind_mark(read, quoted)
    if at + 1 in taken or _stops(read, at + 1):
        return None
    following = read.form(at + 1)
    if read.form(at).startswith(("ال", "لل")):
        named = _is_adjective(read, following) and following not in read.lists.ordinals
        return _adjectives(read, at) if named else None
    if following.startswith("ال") or _known_place(following):
        return _behind_article(read, at, label)
    if read.text[read.every[at + 1].start].isascii():
        return _latin(read, at + 1)
    return _indefinite(read, at, label)


def _behind_article(read: Reading, at: int, label: str) -> int | None:
    """The last word of a name that goes on with the article or a place: جامعة الملك سعود."""
    if read.form(at + 1) in read.lists.royals and not _stops(read, at + 2):
        return at + 2 + (read.form(at + 2) in read.lists.particles and read.near(at + 3))
    return _adjectives(read, at + 1) if _may_follow(read, at, label) else None


def _head(read: Reading, at: int) -> str:
    """A head word without a proclitic."""
    head = read.form(at)
    return (
        head
        if head in read.lists.named_by_a_word or head[1:] not in read.lists.named_by_a_word
        else head[1:]
    )


def _may_follow(read: Reading, at: int, label: str) -> bool:
    """Whether what stands behind a head makes it a name: not every street of a town has one."""
    following = read.form(at + 1)
    common = label in {"facility", "region", "event"}
    return not common or _head(read, at) in read.lists.named_by_a_word or _known_place(following)


def _latin(read: Reading, at: int) -> int:
    """The last of the words in Latin script that a name begins with here."""
    last = at
    while (
        read.beside(last + 1)
        and read.text[read.every[last + 1].start].isascii()
        and read.upper(last + 1)
    ):
        last += 1
    return last


def _indefinite(read: Reading, at: int, label: str) -> int | None:
    """هيئة إدارة الكوارث, بنك مصر: a noun or a name without the article behind a head."""
    following, head = read.form(at + 1), _head(read, at)
    for size in (3, 2):
        name = tuple(read.form(n) for n in range(at + 1, at + 1 + size))
        if name in places("ar").names and all(read.near(n) for n in range(at + 1, at + 1 + size)):
            return at + size
    construct = not _stops(read, at + 2) and read.form(at + 2).startswith("ال")
    if label == "organisation" and construct and head not in read.lists.of_one_word:
        return _adjectives(read, at + 2)
    if label == "organisation" and head in {"محكمة", "نيابة"} and _known_place(read.form(at + 2)):
        return at + 2
    if head not in read.lists.named_by_a_word or label not in {"organisation", "facility"}:
        return None
    known = lexicon("ar")
    plain = known is not None and following in known.deeds | known.described
    if plain or following in read.lists.occupations or following.endswith(("ية", "ين", "ات")):
        return None
    return _adjectives(read, at + 1)


def _quoted_name(read: Reading, at: int) -> int | None:
    """The last word of a name in marks right behind a head: شركة «النور»."""
    if at + 1 >= len(read.every):
        return None
    word = read.every[at]
    mark = read.mark_behind(word.end)
    between = "" if mark is None else read.text[word.end : mark.start].strip()
    if mark is None or (between and between != "أنباء"):
        return None
    inner = read.inside(mark.start, mark.end)
    return inner[-1] if 0 < len(inner) <= 4 else None


def _behind_mark(read: Reading, at: int) -> int:
    """The last word of a name that goes on behind its marks: شركة «النور» للصناعات الدوائية."""
    if at + 1 >= len(read.every):
        return at
    gap = read.text[read.every[at].end : read.every[at + 1].start]
    form = read.form(at + 1)
    goes_on = gap.endswith(" ") and set(gap[:-1]) <= MARKS and len(gap) == 2
    if not goes_on or not (_is_adjective(read, form) or _purpose(form)):
        return at
    return _adjectives(read, at + 1)


def _is_adjective(read: Reading, form: str) -> bool:
    return form.startswith("ال") and (form.endswith(("ي", "ية")) or form in read.lists.adjectives)


def _adjectives(read: Reading, at: int) -> int:
    """The last of the adjectives, or nouns joined by و, behind a word."""
    last = at
    while last - at < 4 and not _stops(read, last + 1):
        form = read.form(last + 1)
        joined = (
            form.startswith("وال") and len(form) > 5 and read.form(last).startswith(("ال", "لل"))
        )
        if _serves(read, last + 1):
            return last + 2
        if not (_is_adjective(read, form) or joined or _nationality(form) or _purpose(form)):
            break
        last += 1
    return last


def _serves(read: Reading, at: int) -> bool:
    """Whether two words say what a body is for: المرصد السوري لحقوق الإنسان."""
    form, lists = read.form(at)[1:], read.lists
    behind_it = read.form(at)[:1] == "ل" and len(form) > 3 and read.form(at - 1).startswith("ال")
    if not behind_it or _stops(read, at + 1) or not read.form(at + 1).startswith("ال"):
        return False
    others = lists.organisation_heads | lists.titles | lists.occupations | lists.places_after
    known = lexicon("ar")
    return form not in others and not (known and form in known.reporters) and form[:1] != "ل"


def _purpose(form: str) -> bool:
    """Whether a word says what a body is for: الهيئة الوطنية للأرصاد; those it speaks to it is not."""
    known = lexicon("ar")
    return (
        form.startswith("لل")
        and len(form) > 4
        and not form.endswith("ين")
        and not (known and form[2:] in known.reporters)
    )


def _alone(read: Reading) -> Iterator[Match]:
    """Bodies that one word names: الوزارة, للبلدية."""
    known = read.lists.organisations_alone
    for word in read.every:
        lead = _lead(word.form, known)
        lam = word.form.startswith("لل") and f"ال{word.form[2:]}" in known
        if lead is not None or lam:
            yield Match("organisation", behind(read.text, word, lead or 0), word.end)


def _places(read: Reading) -> Iterator[Match]:
    """What مدينة, بلدة or محافظة names, and the same name elsewhere in the text."""
    found: dict[tuple[str, ...], str] = {}
    for at, word in enumerate(read.every):
        if word.form in {"سان", "سانت", "سانتا"} and not _stops(read, at + 1):
            found[word.form, read.form(at + 1)] = "place"
        if _lead(word.form, read.lists.places_after) is None or _stops(read, at + 1):
            continue
        form = read.form(at + 1)
        if form.startswith("ال") and not _known_place(form):
            continue
        key = [form]
        before_place = form in {
            "رأس",
            "بني",
            "بيت",
            "دير",
            "عين",
            "كفر",
            "تل",
            "أم",
            "أبو",
            "خان",
            "مرسى",
            "برج",
            "وادي",
        }
        if before_place and not _stops(read, at + 2):
            key.append(read.form(at + 2))
        others = read.lists.occupations | read.lists.stops | read.lists.organisation_heads
        if len(form) > 2 and form not in others:
            found[tuple(key)] = "place"
    yield from Gazetteer(found).find(read.text, read.every, arabic=True)


def _languages(read: Reading) -> Iterator[Match]:
    """A language behind a word that speaks of one: باللغة الفرنسية, يتحدث الكورية."""
    for at, word in enumerate(read.every):
        for lead in (0, 1):
            form = word.form[lead:]
            known = form in read.lists.languages and (not lead or word.form[:1] in PROCLITICS)
            if known and _is_spoken(read, at):
                yield Match("language", behind(read.text, word, lead), word.end)


def _is_spoken(read: Reading, at: int) -> bool:
    if _lead(read.form(at - 1), read.lists.speech_of) is not None:
        return True
    if any(_lead(read.form(n), read.lists.speaks) is not None for n in (at - 1, at - 2)):
        return True
    ahead = [read.form(n).removeprefix("و").removeprefix("ال") for n in range(max(0, at - 6), at)]
    translated = any(
        each.startswith(("ترجم", "يترجم", "مترجم", "لترجم", "للترجم")) for each in ahead
    )
    return translated and read.form(at - 1) in {"من", "إلى"}
