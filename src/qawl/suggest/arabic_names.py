"""Posts, bodies, buildings, regions, events and laws in Arabic, by the words that open them."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

import regex

from qawl.suggest.arabic_persons import persons
from qawl.suggest.arabic_words import is_owned, is_people, is_place, lead_of, stops_at
from qawl.suggest.cues import lexicon_of
from qawl.suggest.gazetteer import PROCLITICS, Gazetteer, Match, countries, key, places
from qawl.suggest.lists import Reading
from qawl.suggest.numerals import is_year
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
    people = [*persons(read, quotes)]
    yield from people
    taken = {n for each in people for n in read.words_of(each)}
    headed = [*_bodies_of_two(read)]
    for label, heads in _HEADS:
        headed += _headed(read, label, getattr(read.lists, heads), taken)
    yield from headed
    bodies = [each for each in headed if each.label == "organisation"]
    yield from _offices(read, taken, bodies)
    yield from _alone(read)
    yield from _outlets(read)
    yield from _dateline(read)
    yield from _clubs(read)
    yield from _places(read)
    yield from _languages(read)


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
        lead = _post_lead(read, at, titles, known)
        if at in taken or lead is None or _is_no_post(read, at):
            at += 1
            continue
        last = _office_end(read, at, taken)
        end = _with_body(read, at, last, inside, behind_it)
        yield Match("office", behind(read.text, read.every[at], lead), end)
        at = last + 1


def _post_lead(read: Reading, at: int, titles: frozenset[str], known: frozenset[str]) -> int | None:
    """How many letters stand before a post that begins at a word; None where none begins.

    `known`: the posts, with and without the article.
    """
    form, following = read.form(at), read.form(at + 1)
    if form.startswith("لل") and (form[2:] in titles or form[1:] in titles):
        return 0
    lead = lead_of(form, known)
    if lead is not None:
        return lead
    counted = form[-1:] == "ا" and form[:-1] in titles and is_people(following)
    if counted or is_owned(form, titles) or f"{form} {following}" in titles:
        return 0
    return 1 if form[:1] in PROCLITICS and f"{form[1:]} {following}" in titles else None


def _is_no_post(read: Reading, at: int) -> bool:
    """Whether a word that may be a post says what kind of thing stands before it, or speaks."""
    form, before = read.form(at), read.form(at - 1)
    nisba = form.removeprefix("ال") in read.lists.nisba_posts
    known = lexicon_of("ar")
    owned = form == "ملك" and read.form(at + 1)[:1] == "ل"  # النفط ملك لليبيين
    said = known.cue(before, proclitics=True) is not None
    of_thing = nisba and read.near(at) and not (said or before in read.lists.stops)
    speaking = form.startswith("متحدث") and read.form(at + 1)[1:] in read.lists.languages
    deed = form[:1] in {"ب", "ل"} and form[1:] in known.deeds  # بمحاسبة
    return of_thing or speaking or owned or deed or _is_of_news(read, at)


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
    known = lexicon_of("ar")
    head = (
        read.form(read.inside(body.start, body.end)[0]) if read.inside(body.start, body.end) else ""
    )
    return head in known.reporters or head[1:] in known.reporters


def _is_of_news(read: Reading, at: int) -> bool:
    """Whether a word says what kind of thing stands before it: مؤتمر صحافي."""
    adjective = read.form(at).endswith(("في", "فية", "اسي", "اسية", "اسيين"))
    before = read.form(at - 1)
    lead = int(before[:1] in PROCLITICS and before[1:].removeprefix("ال") in read.lists.of_news)
    return adjective and before[lead:].removeprefix("ال") in read.lists.of_news


def _office_end(read: Reading, at: int, taken: set[int]) -> int:
    last = at
    while last - at < 5 and last + 1 not in taken and not stops_at(read, last + 1):
        step = _office_step(read, at, last)
        last += abs(step)
        if step <= 0:
            break
    return last


def _office_step(read: Reading, at: int, last: int) -> int:
    """How many words a post goes on with; 0 or less where it ends with them."""
    form, before = read.form(last + 1), read.form(last)
    owned = is_owned(read.form(at), read.lists.titles)  # ودعا وزيرها الأحزاب
    definite = owned or read.form(at).startswith(("ال", "لل"))
    if own := _own_step(read, at, last):
        return own
    if form.startswith("لل"):
        return int(len(form) > 4 and (definite or last > at))
    adjective = _is_adjective(read, form) and form not in read.lists.ordinals
    if adjective or (form in read.lists.bodies and not (definite and last == at)):
        return 1
    place = is_place(form)
    if form.startswith("ال"):
        foreign = place and read.form(at) not in read.lists.titles
        of_body = before in read.lists.bodies and last > at
        return int(of_body or (not definite and not foreign and last == at))
    if form.startswith("وال") and len(form) > 5 and last > at + 1:
        return int(before.startswith("ال") and read.form(last - 1) in read.lists.bodies)
    of_body = before in read.lists.bodies and last > at and place
    return -1 if of_body else int(is_people(form) or form in read.lists.ranks)


def _own_step(read: Reading, at: int, last: int) -> int:
    """The same where the post itself says it: the governor of a place, the driver of a bus."""
    form, lists = read.form(last + 1), read.lists
    if form == "باسم":
        return 2 if read.near(last + 2) else 0
    if last > at:
        return 0
    head = read.form(at)
    if not {f"{head} {form}", f"{head[1:]} {form}"}.isdisjoint(lists.occupations):
        return 1
    lead = lead_of(head, lists.trades | lists.offices_of_places) or 0
    if head[lead:] in lists.offices_of_places:
        if is_place(form):
            return -1
        if form in lists.places_after | {"منطقة"} and is_place(read.form(last + 2)):
            return -2
    return int(head[lead:] in lists.trades and form in lists.of_trades)


# What a head word names.


def _bodies_of_two(read: Reading) -> Iterator[Match]:
    """Bodies that two words name, with their country: الدفاع المدني السوداني."""
    firsts = frozenset(each.split()[0] for each in read.lists.bodies_of_two)
    for at, word in enumerate(read.every):
        lead = lead_of(word.form, firsts)
        if (
            lead is None
            or f"{word.form[lead:]} {read.form(at + 1)}" not in read.lists.bodies_of_two
        ):
            continue
        last = at + 1
        while read.near(last + 1) and is_people(read.form(last + 1)):
            last += 1
        yield Match("organisation", behind(read.text, word, lead), read.every[last].end)


def _headed(read: Reading, label: str, heads: frozenset[str], taken: set[int]) -> Iterator[Match]:
    for at, word in enumerate(read.every):
        lead = lead_of(word.form, heads)
        lam = word.form.startswith("لل") and f"ال{word.form[2:]}" in heads
        if at in taken or (lead is None and not lam):
            continue
        if label == "organisation" and (inner := _outlet_named(read, at, lead or 0)):
            yield Match(label, read.every[inner[0]].start, read.every[inner[-1]].end)
            continue
        last = _complement(read, at, label, taken)
        if last is None or (label == "region" and _is_beside_a_city(read, at, last, lead or 0)):
            continue
        end = read.every[last].end
        mark = read.mark_behind(word.end)
        if mark is not None and mark.start < end <= mark.end:
            end = mark.end
        yield Match(label, behind(read.text, word, lead or 0), end)


def _is_beside_a_city(read: Reading, at: int, last: int, lead: int) -> bool:
    """Whether words say on which side of a city something is, and name no region: شرق القاهرة."""
    city = _is_city(*(read.form(n) for n in range(at + 1, last + 1)))
    return read.form(at)[lead:] in _SIDES and city


_SIDES = frozenset(("شمال", "جنوب", "شرق", "غرب", "وسط"))


def _complement(read: Reading, at: int, label: str, taken: set[int]) -> int | None:
    """The last word of a name that a head word opens; None where it names nothing."""
    quoted = _quoted_name(read, at)
    called = label == "law" and read.form(at).startswith("ال")  # القرار «باطل»
    if quoted is not None and not called:
        return _behind_mark(read, quoted)
    if label == "law" and read.near(at + 1) and is_year(read, at + 1, at + 1):
        return at + 1
    if at + 1 in taken and _head(read, at) in read.lists.named_after and read.near(at + 1):
        return _after_somebody(read, at + 1, taken)
    if at + 1 in taken or stops_at(read, at + 1):
        return None
    if read.form(at).startswith(("ال", "لل", "وال", "بال")):
        return _definite(read, at, label)
    return _of_construct(read, at, label)


def _after_somebody(read: Reading, at: int, taken: set[int]) -> int:
    """The last word of a name that is a person's: شارع حسن صبري, مستشفى أحمد ماهر التعليمي."""
    last = at
    while last + 1 in taken and read.near(last + 1):
        last += 1
    return _adjectives(read, last)


def _of_construct(read: Reading, at: int, label: str) -> int | None:
    """The last word of a name whose head has no article: جامعة الملك سعود, شركة AquaNova, بنك مصر."""
    following = read.form(at + 1)
    if following.startswith("ال") or is_place(following):
        return _behind_article(read, at, label)
    if read.text[read.every[at + 1].start].isascii():
        return _latin(read, at + 1)
    return _indefinite(read, at, label)


def _definite(read: Reading, at: int, label: str) -> int | None:
    """The last word of a name whose head has the article: الجهاز المركزي, not الجهاز الفني."""
    following, lists = read.form(at + 1), read.lists
    head = read.form(at)[lead_of(read.form(at), lists.organisation_heads) or 0 :]
    others = lists.ordinals | (lists.no_bodies if label == "organisation" else frozenset())
    foreign = head in lists.of_countries and not is_people(following)
    if not _is_adjective(read, following) or following in others or foreign:
        return None
    last = _adjectives(read, at)
    return _road_end(read, last) if label == "facility" else last


def _road_end(read: Reading, at: int) -> int:
    """The last word of a road with its number or its ends: الطريق السريع رقم 5, بين كسلا وبورتسودان."""
    one, two = read.form(at + 1), read.form(at + 2)
    if one == "رقم" and two.isdecimal() and read.near(at + 2):
        return at + 2
    ends = one == "بين" and is_place(two) and read.form(at + 3)[:1] == "و"
    return at + 3 if ends and is_place(read.form(at + 3)[1:]) else at


def _behind_article(read: Reading, at: int, label: str) -> int | None:
    """The last word of a name that goes on with the article or a place: جامعة الملك سعود."""
    if read.form(at + 1) in read.lists.royals and not stops_at(read, at + 2):
        return _adjectives(
            read, at + 2 + (read.form(at + 2) in read.lists.particles and read.near(at + 3))
        )
    if not _may_follow(read, at, label):
        return None
    last = _adjectives(read, at + 1)
    if label != "region":
        return last
    joined = (n for n in range(at + 2, last + 1) if read.form(n).startswith("وال"))
    return next(joined, last + 1) - 1  # نهر السنغال | والشريط الساحلي


def _head(read: Reading, at: int) -> str:
    """A head word without a proclitic."""
    head = read.form(at)
    return (
        head
        if head in read.lists.named_by_a_word or head[1:] not in read.lists.named_by_a_word
        else head[1:]
    )


_HAVE_A_CENTRE = frozenset(
    ("الزلزال", "الهزة", "العاصفة", "الإعصار", "المدينة", "البلدة", "القرية", "الاهتمام", "الثقل")
)
"""What has a centre that is no body: مركز الزلزال, مركز المدينة."""


def _may_follow(read: Reading, at: int, label: str) -> bool:
    """Whether what stands behind a head makes it a name: not every street of a town has one."""
    following = read.form(at + 1)
    if _head(read, at) == "مركز" and following in _HAVE_A_CENTRE:
        return False
    if _head(read, at) in read.lists.weak_heads and not is_place(following):
        return read.form(at + 2).startswith(("ال", "وال")) and not stops_at(read, at + 2)
    plain = following.removeprefix("ال") in read.lists.no_complements
    if label == "facility" and (plain or following in read.lists.ordinals):
        return False
    common = label in {"facility", "region", "event"}
    return not common or _head(read, at) in read.lists.named_by_a_word or is_place(following)


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
    if label == "event" and head == "أيام":
        return None
    for first, size in ((at + 1, 3), (at + 1, 2), (at + 2, 3), (at + 2, 2)):
        name = tuple(read.form(n) for n in range(first, first + size))
        near = all(read.near(n) for n in range(at + 1, first + size))
        if name in places("ar").names and near and (first == at + 1 or label == "organisation"):
            return first + size - 1
    if label == "event" and head in read.lists.contests:
        return _contest(read, at + 1)
    if _is_construct(read, at, label):
        return _adjectives(read, at + 2)
    opened = following in {"سان", "سانت", "سانتا", "ابن", "بن", "أبو", "أبي"}
    court = head in {"محكمة", "نيابة"} and is_place(read.form(at + 2))
    if court or (opened and not stops_at(read, at + 2)):
        return at + 2
    return _plainly_named(read, at, label)


def _is_construct(read: Reading, at: int, label: str) -> bool:
    """Whether a noun and another with the article stand behind a head: هيئة إدارة الكوارث."""
    following, head, lists = read.form(at + 1), _head(read, at), read.lists
    if stops_at(read, at + 2) or not read.form(at + 2).startswith("ال"):
        return False
    one_word = head in lists.of_one_word and following not in lists.constructs
    return label == "law" or (label == "organisation" and not one_word)


def _plainly_named(read: Reading, at: int, label: str) -> int | None:
    """The last word of what a bare word names behind its head: شركة نور للطاقة, not شركة خاصة."""
    following, head = read.form(at + 1), _head(read, at)
    labels = (
        {"organisation", "facility", "region"} if head in _LANDS else {"organisation", "facility"}
    )
    if head not in read.lists.named_by_a_word or label not in labels:
        return None
    known = lexicon_of("ar")
    plain = following in known.deeds | known.described
    plain = plain or following in read.lists.no_complements or following.startswith("لل")
    plain = plain or (following.endswith("ي") and following not in read.lists.given)
    plain = plain or following in read.lists.occupations | read.lists.titles  # سجن مدير سابق
    if plain or following.endswith(("ية", "ين", "ات")):
        return None
    return _adjectives(read, at + 1)


_LANDS = frozenset(("نهر", "وادي"))
"""What a bare word behind it names: وادي رم; a mountain or an island stands with adjectives as often."""


def _contest(read: Reading, at: int) -> int | None:
    """The last word of a contest's name behind its head: كأس أمم أفريقيا, دوري أبطال آسيا 2."""
    if read.form(at) not in read.lists.contestants or not read.near(at + 1):
        return None
    following = read.form(at + 1)
    if not (is_place(following) or following.startswith("ال")) or following in read.lists.titles:
        return None
    digit = read.near(at + 2) and read.form(at + 2) in {"1", "2", "3"}
    return at + 1 + digit


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


def _outlet_named(read: Reading, at: int, lead: int) -> list[int]:
    """The words in marks that alone name an outlet: صحيفة «الخليج»; not: وكالة «الساحل» للأنباء."""
    word = read.every[at]
    mark = read.mark_behind(word.end) if word.form[lead:] in read.lists.outlets else None
    if mark is None or read.text[word.end : mark.start].strip():
        return []
    inner = read.inside(mark.start, mark.end)
    gap = read.text[mark.end : mark.end + 2]
    purpose = bool(inner) and gap.startswith(" ") and _purpose(read.form(inner[-1] + 1))
    return inner if 0 < len(inner) <= 4 and not purpose else []


def _behind_mark(read: Reading, at: int) -> int:
    """The last word of a name that goes on behind its marks: شركة «النور» للصناعات الدوائية."""
    gap, form = read.gap(at + 1), read.form(at + 1)
    goes_on = gap.endswith(" ") and set(gap[:-1]) <= MARKS and len(gap) == 2
    if not goes_on or not (_is_adjective(read, form) or _purpose(form)):
        return at
    return _adjectives(read, at + 1)


def _is_adjective(read: Reading, form: str) -> bool:
    endings = ("ي", "ية", "يين")
    return form.startswith("ال") and (form.endswith(endings) or form in read.lists.adjectives)


def _adjectives(read: Reading, at: int) -> int:
    """The last of the adjectives, or nouns joined by و, behind a word."""
    last = at
    while last - at < 4 and not stops_at(read, last + 1):
        form = read.form(last + 1)
        joined = _is_joined(read, last + 1)
        if (served := _served(read, last + 1)) is not None:
            return served
        if not (_is_adjective(read, form) or joined or is_people(form) or _purpose(form)):
            break
        last += 1
    return last


def _is_joined(read: Reading, at: int) -> bool:
    """Whether a word goes on with a name behind `and` and begins none: التعبئة العامة والإحصاء."""
    form, lists = read.form(at), read.lists
    before = read.form(at - 1)
    if not form.startswith("وال") or len(form) < 6 or not before.startswith(("ال", "لل")):
        return False
    if is_people(before):
        return False
    heads = lists.organisation_heads | lists.facility_heads | lists.law_heads | lists.region_heads
    two = f"{form[1:]} {read.form(at + 1)}" in lists.bodies_of_two
    return not two and form[1:] not in heads | lists.titles and form[3:] not in lists.occupations


def _served(read: Reading, at: int) -> int | None:
    """The last word of what a body serves: لحقوق الإنسان, لمصايد غرب أفريقيا; None for other words."""
    form = read.form(at)
    if form[:1] != "ل" or not read.form(at - 1).startswith("ال") or not read.near(at):
        return None
    known = places("ar").names
    for first in (form[1:], ""):
        for size in (3, 2):
            start = at if first else at + 1
            rest = tuple(read.form(n) for n in range(at + 1, start + size))
            name = (first, *rest) if first else rest
            if name in known and all(read.near(n) for n in range(at + 1, start + size)):
                return start + size - 1
    if not _serves(read, at):
        return None
    last = at + 1
    while (
        last < at + 3 and not stops_at(read, last + 1) and _is_adjective(read, read.form(last + 1))
    ):
        last += 1
    return last


def _serves(read: Reading, at: int) -> bool:
    """Whether two words say what a body is for: المرصد السوري لحقوق الإنسان."""
    form, lists = read.form(at)[1:], read.lists
    behind_it = read.form(at)[:1] == "ل" and len(form) > 3 and read.form(at - 1).startswith("ال")
    if not behind_it or stops_at(read, at + 1) or not read.form(at + 1).startswith("ال"):
        return False
    others = lists.organisation_heads | lists.titles | lists.occupations | lists.places_after
    known = lexicon_of("ar")
    return form not in others and form not in known.reporters and form[:1] != "ل"


def _purpose(form: str) -> bool:
    """Whether a word says what a body is for: الهيئة الوطنية للأرصاد; those it speaks to it is not."""
    known = lexicon_of("ar")
    return (
        form.startswith("لل")
        and len(form) > 4
        and not form.endswith("ين")
        and form[2:] not in known.reporters
    )


def _alone(read: Reading) -> Iterator[Match]:
    """Bodies that one word names: الوزارة, للبلدية."""
    known = read.lists.organisations_alone
    for word in read.every:
        lead = lead_of(word.form, known)
        lam = word.form.startswith("لل") and f"ال{word.form[2:]}" in known
        if lead is not None or lam:
            yield Match("organisation", behind(read.text, word, lead or 0), word.end)


def _clubs(read: Reading) -> Iterator[Match]:
    """A city with a masculine nationality is its club, in the whole text: الشارقة الإماراتي."""
    found: dict[tuple[str, ...], str] = {}
    for each in places("ar").find(read.text, read.every, arabic=True):
        inner = read.words_of(each) or [bisect_left(read.every, each.start, key=lambda w: w.end)]
        name = key(read.text[each.start : each.end])
        city = each.label == "place" and name not in countries()
        if city and _is_of_men(read, inner[-1] + 1) and not _is_governed(read, inner[0]):
            found[name] = "organisation"
    for at in range(len(read.every)):
        lead = lead_of(read.form(at), read.lists.clubs)
        before = read.form(at - 1).removeprefix("و")
        if lead is not None and (_is_of_men(read, at + 1) or before in read.lists.before_clubs):
            found[read.form(at)[lead:],] = "organisation"
        noun = lead_of(read.form(at), read.lists.club_nouns)
        if noun is not None and read.beside(at + 1) and _is_city(read.form(at + 1)):
            found[read.form(at)[noun:], read.form(at + 1)] = "organisation"  # مولودية وهران
    yield from Gazetteer(found).find(read.text, read.every, arabic=True)


def _is_city(*forms: str) -> bool:
    """Whether these words are the name of a place that is no country."""
    return places("ar").names.get(forms) == "place" and forms not in countries()


def _is_of_men(read: Reading, at: int) -> bool:
    """Whether a word is a masculine nationality with the article, beside the word before it."""
    form = read.form(at)
    return read.beside(at) and form.startswith("ال") and form.endswith("ي") and is_people(form)


def _is_governed(read: Reading, at: int) -> bool:
    """Whether a noun before a word takes the adjective behind it: ميناء حيفا الإسرائيلي."""
    lists, before = read.lists, read.form(at - 1)
    heads = (
        lists.facility_heads | lists.region_heads | lists.places_after | lists.organisation_heads
    )
    heads |= lists.titles | lists.occupations | {"قطاع"}
    return read.beside(at) and (lead_of(before, heads) is not None or before.startswith("ال"))


def _outlets(read: Reading) -> Iterator[Match]:
    """Bodies in marks: the outlet of a dateline, one that somebody spoke to (لـ«الأفق») or works in."""
    for mark in read.quoted:
        inner = read.inside(mark.start, mark.end)
        if not 0 < len(inner) <= 4 or mark.end - mark.start > 40:
            continue
        at = inner[0]
        ahead = read.text[max(mark.start - 4, 0) : mark.start]
        dateline = (
            mark.end < 60
            and ahead.endswith((": ", "- ", "– "))
            and read.text[mark.end : mark.end + 1] == "\n"
        )
        spoken = regex.search(r"(?<!\p{L})[و]?ل\u0640*$", ahead) is not None
        posted = read.form(at - 1) == "في" and any(
            read.form(n).removeprefix("ال") in read.lists.occupations for n in (at - 2, at - 3)
        )
        if dateline or spoken or posted:
            yield Match("organisation", read.every[at].start, read.every[inner[-1]].end)


_AGENCY = regex.compile(
    r"[^\n(/]{2,30}(?:\((\p{L}[\p{L} ]{1,18})\) ?[-–—]|/ ?(\p{L}[\p{L}\p{M} ]{1,18}?) ?/)"
    r"|[^-\n]{2,20} \p{Nd}{1,2}-\p{Nd}{1,2}-\p{Nd}{4} (\p{L}+) ?- ?(?=\p{L})"
)


def _dateline(read: Reading) -> Iterator[Match]:
    """The agency of an article behind its place: عمان (بترا) -, مسقط في 3 ديسمبر /العمانية/."""
    agency = _AGENCY.match(read.text)
    if agency is None:
        return
    name = Match("organisation", *agency.span(agency.lastindex or 0))
    known = key(read.text[name.start : name.end])
    if places("ar").names.get(known) != "place" and known != ("وكالات",):
        yield name


def _places(read: Reading) -> Iterator[Match]:
    """What مدينة, بلدة or محافظة names, and the same name elsewhere in the text."""
    found: dict[tuple[str, ...], str] = {}
    for at, word in enumerate(read.every):
        if word.form in {"سان", "سانت", "سانتا"} and not stops_at(read, at + 1):
            found[word.form, read.form(at + 1)] = "place"
        if lead_of(word.form, read.lists.places_after) is None or stops_at(read, at + 1):
            continue
        form = read.form(at + 1)
        if form.startswith("ال") and not is_place(form):
            continue
        governed = lead_of(word.form, read.lists.provinces) is not None
        name = [form]
        following = read.form(at + 2)
        of_two = following.startswith("ال") and not _is_adjective(read, following)
        of_two = of_two and not is_people(following) and not is_place(form)
        whole = places("ar").names.get((form, following))  # ولاية النيل الأزرق
        if (form in read.lists.opens_places or of_two or whole) and not stops_at(read, at + 2):
            name.append(following)
        others = read.lists.occupations | read.lists.stops | read.lists.organisation_heads
        if len(form) > 2 and form not in others:
            found[tuple(name)] = whole or "place"
            if governed:
                lead = lead_of(word.form, read.lists.provinces) or 0
                last = read.every[at + len(name)]
                yield Match("place", behind(read.text, word, lead), last.end)
    yield from Gazetteer(found).find(read.text, read.every, arabic=True)


def _languages(read: Reading) -> Iterator[Match]:
    """A language behind a word that speaks of one: باللغة الفرنسية, يتحدث الكورية."""
    for at, word in enumerate(read.every):
        for lead in (0, 1):
            form = word.form[lead:]
            known = form in read.lists.languages and (not lead or word.form[:1] in PROCLITICS)
            tongue = word.form.startswith("بال") and form.endswith("ية")
            if known and (_is_spoken(read, at) or tongue):
                yield Match("language", behind(read.text, word, lead), word.end)


def _is_spoken(read: Reading, at: int) -> bool:
    if lead_of(read.form(at - 1), read.lists.speech_of) is not None:
        return True
    if any(lead_of(read.form(n), read.lists.speaks) is not None for n in (at - 1, at - 2)):
        return True
    ahead = [read.form(n).removeprefix("و").removeprefix("ال") for n in range(max(0, at - 6), at)]
    translated = any(
        each.startswith(("ترجم", "يترجم", "مترجم", "لترجم", "للترجم")) for each in ahead
    )
    return translated and read.form(at - 1) in {"من", "إلى"}
