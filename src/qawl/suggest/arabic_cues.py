"""What lets an Arabic word be a cue: what stands before it, and how its clause goes on."""

from bisect import bisect_left

from qawl.suggest.sentences import Sentence
from qawl.suggest.words import Word

PERFECT = frozenset(("قد", "وقد", "فقد"))


def cue_of(sentence: Sentence, word: Word) -> tuple[str, int] | None:
    """(kind, letters of a conjunction before it) of a word by its form; None where it is no cue."""
    return sentence.lexicon.cue(word.form, proclitics=True)


_NEGATIONS = frozenset(("لم", "لن", "ولم", "ولن", "فلم"))

_WAS = frozenset(("يكن", "تكن", "نكن", "أكن", "يكونوا"))

BEFORE_NOUNS = frozenset(("عدم", "حجب", "دون", "بدون", "شرط", "بشرط", "شريطة", "أجل", "كيفية"))
"""Words before which the form of a verb is a noun: عدم ذكر اسمه."""


_GOVERNS = frozenset(("إلى", "الى", "على", "في", "عن"))
"""Prepositions, behind which the form of a verb is a noun: إلى نشر النص."""


def speaks(sentence: Sentence, at: int) -> tuple[str, int] | None:
    """The cue that a word is by its number, where what stands before it lets it be one."""
    cue = cue_of(sentence, sentence.words[at])
    ahead = _ahead(sentence, at)
    noun = cue is not None and cue[0] == "finite" and ahead[:1] and ahead[0] in _GOVERNS
    return None if noun or _denied(ahead) else cue


def _ahead(sentence: Sentence, at: int) -> list[str]:
    """The forms of the words before one in its clause, six at most, the nearest first."""
    forms = []
    for n in range(at - 1, max(at - 7, -1), -1):
        one, other = sentence.words[n : n + 2]
        if sentence.gap(one, other) or ends_sentence(sentence, one):
            break
        forms.append(sentence.form(n))
    return forms


def _denied(ahead: list[str]) -> bool:
    """Whether words before a verb of saying tell that nothing is said, or that it is a noun."""
    if not ahead or ahead[0] in BEFORE_NOUNS | _NEGATIONS:
        return bool(ahead)
    was = next((n for n, form in enumerate(ahead) if form in _WAS), len(ahead))
    if not _NEGATIONS.isdisjoint(ahead[was + 1 : was + 2]):  # لم يكن الوزير يتوقع
        return True
    return ahead[0] == "أن" and not {"لا", "لم", "لن"}.isdisjoint(ahead[1:4])  # لا يمكن أن نقول


def words_until(sentence: Sentence, at: int, end: int) -> list[Word]:
    """The words behind one, by its number, that begin before a place in the text."""
    last = bisect_left(sentence.words, end, lo=at + 1, key=lambda each: each.start)
    return sentence.words[at + 1 : last]


def has_stem(form: str, stems: frozenset[str] | tuple[str, ...]) -> bool:
    """Whether a form holds one of some stems."""
    return any(stem in form for stem in stems)


def ends_sentence(sentence: Sentence, word: Word) -> bool:
    """Whether a full stop stands behind a word; within quotation marks a sentence goes on."""
    behind_it = sentence.text[word.end : word.end + 2]
    return len(word.form) > 1 and behind_it[:1] in {".", "!", "؟"} and not behind_it[1:].strip()


def is_participle(sentence: Sentence, word: Word) -> bool:
    """Whether a word is a participle of saying: مضيفا, مؤكدة."""
    cue = cue_of(sentence, word)
    return cue is not None and cue[0] == "participle"
