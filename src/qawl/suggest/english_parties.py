"""Who says something in English, and to whom: subjects beside a verb, and names with their offices."""

from itertools import pairwise

from qawl.suggest.cues import Lexicon
from qawl.suggest.sentences import Sentence, stretch
from qawl.suggest.words import Stretch, Word

Parties = tuple[Stretch | None, Stretch | None]
"""Who says something, and whom it is addressed to."""

_SAID_WITH = frozenset(
    ("that", "if", "whether", "to", "not", "how", "why", "of", "about", "against")
)
"""What opens a content behind whom it is told."""
_PARTS_OF_DAYS = frozenset(("night", "morning", "afternoon", "evening"))
_CONTRACTED = tuple(mark + end for mark in "'’" for end in ("re", "ve", "ll", "d", "m"))
_WITH_IS = frozenset(
    f"{each}{mark}s" for mark in "'’" for each in ("it", "that", "there", "he", "she")
)
"""Ends of a pronoun with its verb: they're, it's."""
_NOUNS_IN_LY = frozenset(
    ("family", "assembly", "ally", "rally", "reply", "supply", "monopoly", "italy", "july")
)
_LONG = 24
"""Words of the longest office behind a name."""
_FAR = 14
"""Words of the longest subject."""


def with_name(sentence: Sentence, source: Stretch) -> Stretch:
    """A description with the name behind it: the bank's governor, Andrew Bell."""
    first = sentence.within(source.start, source.end)
    end = sentence.text.find(",", source.end + 1, sentence.end)
    name = sentence.within(source.end, end) if end >= 0 else []
    named = first and _is_description(sentence, first) and _is_name(sentence, name)
    return Stretch(source.start, name[-1].end) if named and len(name) > 1 else source


def opening_of(sentence: Sentence) -> int:
    """Where a sentence begins behind its dateline: LONDON (Reuters) -."""
    head = sentence.text[sentence.start : sentence.start + 40]
    for sign in (" — ", " – ", " - ", "—"):
        cut = head.find(sign)
        if cut > 0 and (head[:cut].split(" ")[0].strip(",").isupper() or "(" in head[:cut]):
            return sentence.start + cut + len(sign)
    return sentence.start


def beside(sentence: Sentence, at: int, start: int) -> Parties:
    """(source, addressee) of a verb behind a quote: said the mayor, or the mayor told reporters."""
    between = sentence.within(start, sentence.words[at].start)
    while between and between[-1].form in sentence.lexicon.auxiliaries:
        between.pop()
    if between and between[0].form == "as":
        between = between[1:]  # “…,” as one collector told me
    if not between:
        return inverted(sentence, at), None
    source = _head(sentence, _segments(sentence, between))
    objects = sentence.words[at].form in sentence.lexicon.objects
    return source, addressee_of(sentence, at) if objects else None


def _segments(sentence: Sentence, run: list[Word]) -> list[list[Word]]:
    """A run of words parted at its commas."""
    found = [run[:1]]
    for before, each in pairwise(run):
        if sentence.gap(before, each):
            found.append([])
        found[-1].append(each)
    return found


def _head(sentence: Sentence, parts: list[list[Word]]) -> Stretch | None:
    """Who is named in a subject with words set apart: the name, with the office before or behind it.

    The group's chair, Ines Varga, and Ines Varga, chair of the group → both; Ines Varga, 43 → the name.
    """
    if not parts or not parts[0]:
        return None
    first, second = parts[0], parts[1] if len(parts) > 1 else []
    if _is_description(sentence, first):
        lower = (n for n, w in enumerate(second) if not sentence.upper(w))
        name = second[: next(lower, len(second))]
        if _is_name(sentence, name):
            return stretch([*first, *name])
    return stretch([*first, *second] if _is_office(sentence, first, second) else first)


def _is_description(sentence: Sentence, run: list[Word]) -> bool:
    last = sentence.text[run[-1].start]
    return last.islower() or run[0].form in sentence.lexicon.determiners or "'s" in run[0].form


def _is_name(sentence: Sentence, run: list[Word]) -> bool:
    return 0 < len(run) <= 4 and all(sentence.upper(w) for w in run)


def _is_office(sentence: Sentence, name: list[Word], run: list[Word]) -> bool:
    """Whether words behind a name and a comma are the office of its bearer: chair of the group.

    What has a clause of its own is none (a nurse who saw it), nor what says when (the day after).
    """
    known = sentence.lexicon
    if not run or not sentence.upper(name[-1]):
        return False
    first = run[0].form
    if any(w.form in known.relatives | known.verbs_of_clauses for w in run):
        return False
    if first in {"of", "from"}:
        return len(run) > 1 and _begins_name(
            sentence, run[1 + (run[1].form in known.determiners) :]
        )
    if first in known.determiners or run[0].form.endswith(("'s", "’s")):
        return len(run) > 1 and not any(w.form in known.spans_of_time for w in run[:3])
    return any(w.form in known.offices for w in run[:4]) and not first.endswith("ing")


def office_before(sentence: Sentence, comma: int) -> Stretch | None:
    """A name with its office that ends at a comma: (…,) Ann Lee, chair of the board(, said).

    The office may stand first: (…,) the group's chair, Ann Lee(, said).
    """
    middle = sentence.text.rfind(",", sentence.start, comma)
    first = sentence.text.rfind(",", sentence.start, max(middle, sentence.start))
    if first < 0:
        return None
    name, office = sentence.within(first, middle), sentence.within(middle, comma)
    named = _is_name(sentence, name[-2:]) and _is_office(sentence, name, office)
    told = name and len(name) <= _LONG and sentence.lexicon.offices & {w.form for w in name}
    opens = told and name[0].form in sentence.lexicon.determiners and not has_verb(sentence, name)
    named = named or (bool(opens) and len(office) > 1 and _is_name(sentence, office))
    return stretch([*name, *office]) if named else None


def _begins_name(sentence: Sentence, run: list[Word]) -> bool:
    return bool(run) and sentence.upper(run[0])


def inverted(sentence: Sentence, at: int) -> Stretch | None:
    """Who stands after an inverted verb: said Ada Moor, said the bank's governor, Andrew Bell."""
    run: list[Word] = []
    known = sentence.lexicon
    for n in range(at + 1, len(sentence.words)):
        each = sentence.words[n]
        gap = sentence.gap(run[-1] if run else sentence.words[at], each)
        belongs = bool(run) and _belongs(sentence, run, n)
        stop = run and each.form in known.after_subject and not belongs
        stop = stop or each.form in known.days
        if not run and each.form in known.after_subject | known.no_clauses | known.complementisers:
            return None
        if gap or stop or len(run) > 9:
            break
        run.append(each)
    spoken = run and (run[0].form in {"he", "she", "they", "it"} and len(run) > 1)
    return _head(sentence, [run, _set_apart(sentence, run[-1])]) if run and not spoken else None


def _belongs(sentence: Sentence, run: list[Word], n: int) -> bool:
    """Whether a preposition goes on with who is named: the head of the union, a doctor at the clinic."""
    known, form = sentence.lexicon, sentence.form(n)
    behind = {sentence.form(k) for k in range(n + 1, n + 4)}
    if form not in known.heads or behind & (known.statements | known.spans_of_time | known.days):
        return False
    if form in {"of", "from"} and (form == "of" or _names(sentence, n + 1)):
        return True
    if form == "for":
        return sentence.form(n - 1).startswith("spokes") or sentence.form(n - 1) in known.offices
    unnamed = run[0].form in {"a", "an", "one"} and sentence.text[run[-1].start].islower()
    return unnamed and form in {"at", "in", "with", "on"}


def _set_apart(sentence: Sentence, last: Word) -> list[Word]:
    """The words between a comma behind a word and the next sign."""
    taken: list[Word] = []
    for each in sentence.within(last.end, sentence.end):
        gap = sentence.gap(taken[-1] if taken else last, each)
        if gap != ("" if taken else ",") or len(taken) > _LONG:
            break
        taken.append(each)
    return taken if len(taken) <= _LONG else []


def _names(sentence: Sentence, at: int) -> bool:
    """Whether a name begins at a word, with or without an article."""
    at += sentence.form(at) in sentence.lexicon.determiners
    if at >= len(sentence.words) or sentence.form(at) in sentence.lexicon.after_subject:
        return False
    return sentence.upper(sentence.words[at])


def addressee_of(sentence: Sentence, at: int) -> Stretch | None:
    """Whom a verb such as `told` is addressed to."""
    run = _object(sentence, at)
    known = sentence.lexicon
    if not run or len(run) > 7 or run[0].form in known.verbs_of_clauses:
        return None
    if run[0].form in {"me", "us", "him", "them"}:
        return stretch(run[:1])
    behind = sentence.within(run[-1].end, sentence.end)[:8]
    following = behind[0] if behind else None
    joined = following is not None and sentence.gap(run[-1], following) in {"", "“", "‘", '"'}
    if not joined or following is None or following.form in _SAID_WITH:
        return stretch(run)
    cut = _second_phrase(sentence, run)
    if is_verb(sentence, following) or following.form in sentence.lexicon.auxiliaries:
        that = next((n for n, w in enumerate(behind) if w.form == "that"), 0)
        if following.form.endswith("ed") and that:
            return stretch([*run, *behind[:that]])  # told crowds gathered in the square that
        return stretch(run[:cut])
    return stretch(run[:cut] if cut and sentence.inside(following.start) else run)


def _object(sentence: Sentence, at: int) -> list[Word]:
    """The words behind a verb up to one that opens a clause, or its verb."""
    run: list[Word] = []
    known = sentence.lexicon
    own = sentence.inside(sentence.words[at].start)
    for each in sentence.words[at + 1 :]:
        gap = sentence.gap(run[-1] if run else sentence.words[at], each)
        stop = each.form in known.complementisers | known.after_object
        stop = stop and not (not run and each.form in {"her", "it", "you", "we", "his", "their"})
        stop = stop and (each.form != "today" or sentence.text[each.start].islower())
        verb = run and (is_verb(sentence, each) or each.form in known.auxiliaries)
        if gap or stop or verb or len(run) > 7 or sentence.inside(each.start) is not own:
            break
        run.append(each)
    return run


def said_to(sentence: Sentence, at: int) -> Stretch | None:
    """Whom something is said to: said to Peter, wrote to the board."""
    known = sentence.lexicon
    if sentence.form(at + 1) != "to" or known.cue(sentence.form(at)) is None:
        return None
    run = _object(sentence, at + 1)
    if not run or len(run) > 5:
        return None
    first = run[0]
    opens = first.form in known.determiners | known.pronouns | known.audiences | {"me", "us"}
    following = next(iter(sentence.within(run[-1].end, sentence.end)), None)
    closed = following is None or sentence.gap(run[-1], following) or following.form in _SAID_WITH
    return stretch(run) if closed and (opens or sentence.upper(first)) else None


def written_to(sentence: Sentence, at: int) -> Stretch | None:
    """Whom a letter is to: has written to the board asking, In a letter to the board, Lee wrote."""
    known = sentence.lexicon
    for n in range(max(0, at - 12), at):
        form = sentence.form(n)
        writes = form in {"wrote", "written", "writes", "writing"}
        letter = form in {"letter", "email", "note", "memo", "message", "petition"} and n < 4
        if sentence.form(n + 1) == "to" and (writes or letter):
            run = _object(sentence, n + 1)
            end = next(
                (k for k, w in enumerate(run) if w.start >= sentence.words[at].start), len(run)
            )
            cut = _second_phrase(sentence, run[:end]) if letter else 0
            opens = run and run[0].form in known.determiners | known.pronouns
            named = run and sentence.upper(run[0])
            return stretch(run[: cut or end]) if opens or named else None
    return None


def _second_phrase(sentence: Sentence, run: list[Word]) -> int:
    """Where the subject of what is told begins behind who is told: a briefing | the plan; 0: nowhere."""
    known = sentence.lexicon
    for n in range(1, len(run)):
        if run[n].form in known.determiners and run[n - 1].form not in known.determiners:
            return n
    for n in range(1, len(run)):
        before, each = run[n - 1], run[n]
        capital, small = (sentence.upper(w) for w in (each, before))
        if before.form in known.audiences or (
            n > 1 and capital and not small and before.form not in known.determiners
        ):
            return n
    return 0


def subject_of(sentence: Sentence, at: int) -> Stretch | None:
    """The subject before a verb: back to a comma, a quotation mark or the start of the sentence."""
    n = at - 1
    while n > 0 and sentence.form(n) in sentence.lexicon.days | {"on"} and _joined(sentence, n + 1):
        n -= 1  # The bank on Friday said
    while n >= 0 and is_adverb(sentence.form(n), sentence.lexicon) and not _is_surname(sentence, n):
        n -= 1
    if n < 0 or sentence.form(n) == "that":
        return None
    if sentence.form(n) in {"who", "which"}:
        return _noun_before(sentence, n)
    if sentence.form(n) in {"and", "but"}:
        return _shared_subject(sentence, n)
    gap = sentence.gap(sentence.words[n], sentence.words[n + 1])
    end = sentence.words[n].end
    if gap in {"–", "—", "-", ")"}:
        end, gap = _before_aside(sentence, sentence.words[n + 1].start, gap), ""
    run = _run_before(sentence, end)
    if not run:
        return None
    parts = _segments(sentence, run)
    if gap == ",":
        return _apposed(sentence, parts)
    return _plain(sentence, parts[-1]) if not gap else None


def _is_surname(sentence: Sentence, n: int) -> bool:
    """Whether a word is a name that ends as an adverb does: Ann Kelly, Donnelly."""
    return sentence.form(n).endswith("ly") and sentence.upper(sentence.words[n])


def is_adverb(form: str, known: Lexicon) -> bool:
    """Whether a word beside a verb belongs to it: has repeatedly said, says only that."""
    return form in known.auxiliaries or (form.endswith("ly") and form not in _NOUNS_IN_LY)


def _before_aside(sentence: Sentence, start: int, sign: str) -> int:
    """Where a subject ends before brackets or dashes: The firm – which makes shoes – said."""
    last = sentence.text.rfind(sign, sentence.start, start)
    first = sentence.text.rfind("(" if sign == ")" else sign, sentence.start, last)
    return first if first > 0 and not sentence.inside(first) else sentence.start


_PARTING = frozenset(';:—–()“”"‘')


def _run_before(sentence: Sentence, end: int) -> list[Word]:
    """The words before a place, back to a sign that parts clauses or a quotation mark."""
    start = opening_of(sentence)
    for each in sentence.quoted:
        if each.end <= end:
            start = max(start, each.end)
    run = sentence.within(start, end)
    for n in range(len(run) - 1, 0, -1):
        if not _PARTING.isdisjoint(sentence.gap(run[n - 1], run[n])):
            return run[n:]
    return run


def _noun_before(sentence: Sentence, at: int) -> Stretch | None:
    """The noun that a clause behind a comma is about: (He thanked) the head of the firm, who (said)."""
    known = sentence.lexicon
    if at < 1 or sentence.gap(sentence.words[at - 1], sentence.words[at]) != ",":
        return None
    whole = _segments(sentence, _run_before(sentence, sentence.words[at - 1].end))[-1]
    if not has_verb(sentence, whole) and not is_adverbial(sentence, whole) and len(whole) <= _FAR:
        return stretch(_without_opener(sentence, whole))
    n = at - 1
    if sentence.upper(sentence.words[n]):
        while n and sentence.upper(sentence.words[n - 1]) and _joined(sentence, n):
            n -= 1
    while n and _joined(sentence, n) and sentence.form(n) not in known.determiners and at - n < 8:
        heads = known.heads - {"of"} | {"by"}
        if is_verb(sentence, sentence.words[n - 1]) or sentence.form(n - 1) in heads:
            break
        n -= 1
    return stretch(sentence.words[n:at])


def _joined(sentence: Sentence, n: int) -> bool:
    return not sentence.gap(sentence.words[n - 1], sentence.words[n])


def _shared_subject(sentence: Sentence, at: int) -> Stretch | None:
    """The subject of a second verb: the first one's, or the noun's: Ann Lee, who runs it and said."""
    n = at
    while n and _joined(sentence, n):
        n -= 1
    if sentence.form(n) == "who":
        return _noun_before(sentence, n)
    return first_subject(sentence, at)


def _apposed(sentence: Sentence, parts: list[list[Word]]) -> Stretch | None:
    """The subject of which words are set apart by commas: Ana Lopes, a shopkeeper, said."""
    alone = len(parts) == 1  # The council, said Mr Cole, had failed
    while parts and is_adverbial(sentence, parts[0]):
        if len(parts[0]) > 2 and parts[0][0].form in {"but", "and", "yet", "so"}:
            break
        phrase = parts[0][0].form in sentence.lexicon.heads
        described = _behind_phrase(sentence, parts[0][1:]) if phrase else parts[0][1:]
        if described and len(parts) > 1 and _is_name(sentence, parts[1]):
            parts[0] = described
            break
        parts = parts[1:]
    joins = (n for n in range(len(parts) - 1, 0, -1) if parts[n][0].form in {"and", "but", "while"})
    if joined := next(joins, 0):
        if not any(has_verb(sentence, each) for each in parts[:joined]):
            return Stretch(
                parts[0][0].start, parts[-1][-1].end
            )  # Ann Lee, the editor, and Tom Hill
        parts = [parts[joined][1:], *parts[joined + 1 :]]
    if not parts or not parts[0] or len(parts) > 4 or has_verb(sentence, parts[0]) or alone:
        return None
    parts[0] = _without_opener(sentence, parts[0])
    return _head(sentence, parts)


def _behind_phrase(sentence: Sentence, run: list[Word]) -> list[Word]:
    """What stands behind a noun phrase that no comma closes: (In) a letter to the board | Ann Lee."""
    known = sentence.lexicon
    for n in range(1, len(run)):
        before, each = run[n - 1], run[n]
        if before.form in known.determiners | known.heads | {"and", "by"}:
            continue
        if before.form in known.days and each.form in _PARTS_OF_DAYS:
            continue  # On Monday night | a source
        opens = each.form in known.determiners | known.pronouns
        capital, named = (sentence.upper(w) for w in (each, before))
        whose = before.form.endswith(("'s", "’s"))
        if opens or (capital is not named and not whose):
            return run[n:]
    return []


def is_adverbial(sentence: Sentence, run: list[Word]) -> bool:
    """Whether words before a comma say when, where or how, and name nobody."""
    first = run[0].form
    known = sentence.lexicon
    return (
        first in known.after_subject | known.openers | known.heads
        or first.endswith(("ing", "ly"))
        or first
        in {"asked", "pressed", "despite", "under", "like", "until", "once", "unlike", "according"}
    )


def _plain(sentence: Sentence, run: list[Word]) -> Stretch | None:
    """The subject in the words right before a verb."""
    known = sentence.lexicon
    run = _own_clause(sentence, run)
    if run and run[-1].form in {"he", "she", "they", "we", "i"}:
        return stretch(run[-1:])
    run = _without_opener(sentence, run)
    if not run or run[0].form in known.heads or len(run) > _FAR:
        return None
    cut = next((n for n, w in enumerate(run) if w.form in {"who", "which"}), len(run))
    return None if has_verb(sentence, run[:cut]) else stretch(run)


def _own_clause(sentence: Sentence, run: list[Word]) -> list[Word]:
    """Words without those of a clause before theirs: (The court heard that) the firm; (said) staff.

    A noun with a clause about it is whole: the officer who left after the riot.
    """
    known = sentence.lexicon
    about = next((n for n, w in enumerate(run) if w.form in {"who", "which"}), len(run))
    whole = about > 0 and not has_verb(sentence, run[:about])
    for n in range(len(run) - 1, -1, -1):
        form = run[n].form
        if whole and n > about:
            continue
        opens = form in known.breaks and sentence.form(0) != form
        if opens or (form in {"and", "or"} and has_verb(sentence, run[:n])):
            return run[n + 1 :]
        if n < len(run) - 1 and form in known.said_of and is_verb(sentence, run[n]):
            return run[n + 1 :]
    return run


def _without_opener(sentence: Sentence, run: list[Word]) -> list[Word]:
    """A subject without what opens the sentence: Meanwhile, But, On Monday, At the scene, Last week."""
    known = sentence.lexicon
    if (
        len(run) > 2
        and run[0].form in {"last", "this", "next"}
        and run[1].form in known.spans_of_time
    ):
        run = run[2:]
    while run and run[0].form in known.openers | known.phrases | {"and", "or", "if", "that"}:
        prepositional = run[0].form in known.phrases
        run = run[1:]
        if prepositional:
            run = _behind_phrase(sentence, run) or run[1:]
    return run


def first_subject(sentence: Sentence, at: int) -> Stretch | None:
    """The subject of a sentence whose second verb this is: The bank kept rates and warned that."""
    run = sentence.within(opening_of(sentence), sentence.words[at].start)
    parts = _segments(sentence, run) if run else []
    while parts and is_adverbial(sentence, parts[0]):
        phrase = has_verb(sentence, parts[0]) and parts[0][0].form in sentence.lexicon.phrases
        behind = _behind_phrase(sentence, parts[0][1:]) if phrase else []
        if behind:  # In his evidence Lee admitted that
            parts[0] = behind
            break
        parts = parts[1:]
    if not parts:
        return None
    first = _without_opener(sentence, parts[0])
    verbs = (
        n
        for n, each in enumerate(first)
        if _acts(sentence, first, n) or each.form in sentence.lexicon.auxiliaries
    )
    taken = first[: next(verbs, len(first))]
    whole = len(taken) == len(parts[0])
    if not taken or len(taken) > _FAR or (whole and len(parts) < 2):
        return None
    return _head(sentence, [taken, *parts[1:]]) if whole else stretch(taken)


def is_verb(sentence: Sentence, word: Word) -> bool:
    """Whether a word may be a finite verb."""
    known = sentence.lexicon
    past = word.form.endswith("ed") and len(word.form) > 4
    finite = word.form in known.verbs_of_clauses or known.cue(word.form) is not None
    return (finite or past) and sentence.text[word.start].islower()


def has_verb(sentence: Sentence, run: list[Word]) -> bool:
    """Whether words have a finite verb behind their first one, which may be a noun in the plural."""
    contracted = run and (run[0].form.endswith(_CONTRACTED) or run[0].form in _WITH_IS)
    return bool(contracted) or any(_acts(sentence, run, n) for n in range(1, len(run)))


def is_clause(sentence: Sentence, run: list[Word]) -> bool:
    """Whether words have a subject with its verb: the port had closed; not: a few words and sat down."""
    verb = next((n for n in range(1, len(run)) if _acts(sentence, run, n)), 0)
    if not verb:
        return has_verb(sentence, run)
    return run[verb - 1].form not in {"and", "or", "but"}


def _acts(sentence: Sentence, run: list[Word], n: int) -> bool:
    """Whether a word is a verb and no noun or adjective: not a report, the retired officer, signed by."""
    known, each = sentence.lexicon, run[n]
    if not is_verb(sentence, each):
        return False
    past = each.form.endswith("ed")
    if past and n + 1 < len(run) and run[n + 1].form == "by":
        return False
    before = run[n - 1].form if n else ""
    described = before in known.determiners or before.endswith(("'s", "’s"))
    return not (described and (past or each.form.removesuffix("s") in known.plurals))
