"""Persons in Arabic: by given names, titles, kin and nationality, as sources, and by their last words."""

from collections.abc import Iterator, Sequence

from qawl.suggest.arabic_words import is_owned, is_people, is_place, lead_of, stops_at
from qawl.suggest.cues import lexicon_of
from qawl.suggest.gazetteer import PROCLITICS, Match
from qawl.suggest.lists import Reading
from qawl.suggest.sentences import Quote
from qawl.suggest.words import behind


def persons(read: Reading, quotes: Sequence[Quote]) -> Iterator[Match]:
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
        first = at - _is_kunya(read, at)
        start = behind(
            read.text, read.every[first], lead if first == at else _kunya_lead(read, first)
        )
        found.append(Match("person", start, read.every[last].end))
        if last > at:
            lasts[read.form(last)] = None
        at = last + 1
    for quote in quotes:
        found += _quoted(read, quote, lasts)
    found += _foreigners(read, lasts)
    yield from found
    yield from _again(read, lasts)


def _person(read: Reading, at: int) -> tuple[int, int] | None:
    """(letters of a proclitic, last word) of a name that begins at a word; None where none begins."""
    lists, form = read.lists, read.form(at)
    lead = lead_of(form, lists.given)
    if lead is None or is_place(form) or (form == "باسم" and _is_title(read, at - 1)):
        return None
    if _is_of_noun(read, at, lead):
        return None
    last = _name_end(read, at)
    alone = last == at or (last == at + 1 and not _sure_second(read, last))
    if alone and _is_kin(read, at - 1):
        return lead, at
    if last == at:
        return (lead, at) if _is_kunya(read, at) else None
    unsure = read.form(at)[lead:] in lists.common or lead
    named = _sure_second(read, last) or read.form(at + 1) in lists.particles
    told = _is_title(read, at - 1) or (is_people(read.form(at - 1)) and read.beside(at))
    return None if unsure and not named and not told else (lead, last)


def _is_of_noun(read: Reading, at: int, lead: int) -> bool:
    """Whether a given name is a noun that a definite one stands behind: مالك العقار, not مالك الشمري."""
    form, following = read.form(at)[lead:], read.form(at + 1)
    noun = (
        following.startswith("ال")
        and not following.endswith("ي")
        and following not in read.lists.given
    )
    return form in read.lists.not_before_nouns and noun and not _is_title(read, at - 1)


def _is_kunya(read: Reading, at: int) -> bool:
    """Whether a given name stands behind أبو or أم."""
    father = lead_of(read.form(at - 1), read.lists.fathers) is not None
    return father and read.beside(at) and read.form(at) in read.lists.given


def _kunya_lead(read: Reading, at: int) -> int:
    return lead_of(read.form(at), read.lists.fathers) or 0


_NAMES_TOO = frozenset(("الأمين", "الأمير", "الشيخ"))
"""Titles that are part of names too: محمد الأمين."""


def _name_end(read: Reading, at: int) -> int:
    """The last word of a name that begins with a given one."""
    lists, last = read.lists, at
    while not stops_at(read, last + 1) and last - at < 4:
        form, before = read.form(last + 1), read.form(last)
        if before in lists.particles or before == "عبد" or form in lists.given | lists.particles:
            last += 1
            continue
        if last > at + 1 and _is_kunya(read, last):  # وسام أبو علي
            break
        feminine = form.startswith("ال") and form.endswith("ية") and is_people(form)
        titled = form in lists.titles - _NAMES_TOO or form[2:] in lists.titles - _NAMES_TOO
        if feminine or (titled and form not in _NAMES_TOO):
            break
        if form in lists.organisations_alone:  # باسم الحكومة
            break
        if form.startswith("ال") and len(form) > 4 and form[2:] not in lists.occupations:
            last += not (last > at and _is_object(read, form))
        elif last == at or before in lists.given:
            last += _is_family(read, last + 1)
            inner = read.form(last + 1) in lists.given - lists.common
            last += last > at and inner and read.near(last + 1)  # محمد ألطاف حسين
        break
    last += read.form(last + 1) in {"الدين", "الله"} and read.near(last + 1)  # خير الدين
    last += last > at and read.form(last) == "آل" and not stops_at(read, last + 1)  # آل ثاني
    nisba = read.form(last + 1).startswith("ال") and read.form(last + 1).endswith("ي")
    return last + (last == at + 1 and nisba and not stops_at(read, last + 1))


def _is_kin(read: Reading, at: int) -> bool:
    """Whether a word, or the one before its adjective, tells whose name comes next: ابنه الأكبر جورج."""
    kin = read.lists.kin
    return read.form(at) in kin or (read.form(at).startswith("ال") and read.form(at - 1) in kin)


def _sure_second(read: Reading, at: int) -> bool:
    """Whether a second word is of a name for sure: a given name, or with the article."""
    form = read.form(at)
    return form in read.lists.given | read.lists.particles or form.startswith("ال")


def _is_object(read: Reading, form: str) -> bool:
    """Whether a word behind a whole name is what its verb is about: رفض عصام حمدي التعليق."""
    if form.endswith(("ي", "ية")):
        return False
    noun = form[2:]
    action = noun.startswith("ا") or (noun.startswith("ت") and noun[-2:-1] == "ي")
    return action or noun.endswith("ة") or noun in read.lists.objects


def _is_family(read: Reading, at: int) -> bool:
    """Whether a word may be a family name: no word with a proclitic or of another list."""
    form, lists = read.form(at), read.lists
    if len(form) < 3 or is_place(form) or form.endswith("وا") or form.startswith("لل"):
        return False
    heads = lists.organisation_heads | lists.facility_heads | lists.titles | lists.occupations
    if form[:1] == "و" and form[1:] in lists.given | lists.fathers | heads:
        return False
    if form[:1] == "ل" and form[1:] in lists.organisation_heads:  # منير مصطفى لوكالة الأنباء
        return False
    others = (
        lists.occupations | lists.titles | lists.organisation_heads | lists.periods | lists.units
    )
    known = lexicon_of("ar")
    return form not in others | known.deeds | known.adjuncts


def _is_title(read: Reading, at: int) -> bool:
    """Whether a word ends a title: وزير, وزير الخارجية, الرئيس الأميركي."""
    for step in range(at, max(-1, at - 4), -1):
        if step < at and not read.beside(step + 1):
            return False
        form = read.form(step)
        titles = read.lists.titles | read.lists.occupations
        if lead_of(form, titles) is not None or form.removeprefix("ال") in titles:
            return True
        if not form.startswith(("ال", "لل")):
            return False
    return False


def _quoted(read: Reading, quote: Quote, lasts: dict[str, None]) -> Iterator[Match]:
    """The name of who is quoted: what stands behind the title, two to three words."""
    if quote.source is None or quote.status != "named":
        return
    source = Match("", quote.source.start, quote.source.end)
    inner = read.words_of(source)
    name = inner[_title_words(read, inner) :] if inner else []
    forms = [read.form(n) for n in name]
    bodies = read.lists.bodies | read.lists.organisations_alone
    unlike = any(each.startswith("لل") or each in bodies for each in forms)
    if not forms or unlike or forms[0].startswith("ال") or _other(read, forms[0]):
        return
    sure = len(name) < len(inner) or lead_of(forms[0], read.lists.given) is not None
    alone = len(inner) == 1 and len(forms[0]) > 3 and _recurs(read, forms[0])
    alone = alone or (len(inner) == 1 and forms[0] in read.lists.given - read.lists.common)
    if sure and len(name) in {2, 3} and not any(is_place(each) for each in forms):
        yield Match("person", read.every[name[0]].start, read.every[name[-1]].end)
        lasts[forms[-1]] = None
    elif alone:
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
        if not (form.startswith(("ال", "لل")) or construct or complement or is_people(form)):
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
    return form not in known and not is_place(form) and sum(w.form in bare for w in read.every) > 1


def _foreigners(read: Reading, lasts: dict[str, None]) -> Iterator[Match]:
    """Two words behind the nationality of a player, an artist: مهاجمه السنغالي بابا ندياي."""
    for at in range(1, len(read.every) - 2):
        form = read.form(at).removeprefix("و")
        if not (form.startswith("ال") and is_people(form)) or read.form(at + 1) in read.lists.given:
            continue
        comma = read.text[read.every[at].start - 2 : read.every[at].start] == "، "
        player = any(_is_player(read, n) for n in (at - 1, at - 2, at - 3))
        name = [at + 1, at + 2]
        if all(read.near(n) and _is_foreign(read, n) for n in name):
            closed = not read.near(at + 3) or (not comma and stops_at(read, at + 3))
            scored = read.text[read.every[at + 2].end :][:3].removeprefix(" (")[:1].isdigit()
            if ((comma or player) and closed) or scored:
                yield Match("person", read.every[at + 1].start, read.every[at + 2].end)
                lasts[read.form(at + 2)] = None
                if read.form(at - 1) == "الحكم":
                    yield Match("office", read.every[at - 1].start, read.every[at].end)


def _is_player(read: Reading, at: int) -> bool:
    form, known = read.form(at), read.lists.players
    return form.removeprefix("ال") in known or is_owned(form, known)


def _is_foreign(read: Reading, at: int) -> bool:
    """Whether a word may be of a foreign name: no article, no ending of nouns, of no other list."""
    form, lists = read.form(at), read.lists
    known = lists.numbers | lists.of_news | lists.titles | lists.occupations | lists.bodies
    plain = form.startswith("ال") or form.endswith(("ة", "ات", "ها", "هم", "يين"))
    return not (plain or form in known or stops_at(read, at) or is_place(form) or is_people(form))


def _again(read: Reading, lasts: dict[str, None]) -> Iterator[Match]:
    for at, word in enumerate(read.every):
        for lead in (0, 1):
            form = word.form[lead:]
            if (
                (not lead or word.form[:1] in PROCLITICS)
                and form in lasts
                and len(form) > 2
                and form != "علي"
            ):
                yield Match("person", behind(read.text, word, lead), word.end)
                if (
                    not lead
                    and lead_of(read.form(at - 1), read.lists.particles) == 0
                    and read.near(at)
                ):
                    yield Match("person", read.every[at - 1].start, word.end)  # ولد السالك
                break
