"""Where words start and end, also in scripts that are written without spaces.

A word is a run of letters, digits and marks. In Chinese, Japanese, Thai, Lao, Khmer, Burmese and their
like nothing parts words, and no dictionary is asked: each character may be a word, so that one ends
between any two of them, unless they are one syllable as it is written (a vowel with its consonant, a
stacked pair, a final with its mark). In Tibetan the tsheg parts syllables, and each counts as a word.
"""

import unicodedata
from functools import cache, lru_cache

import regex

UNSPACED = r"[\p{Ideographic}\p{Script=Hiragana}\p{Line_Break=SA}]"
"""Characters of scripts that are written without spaces, as a set of the regex module."""

_UNSPACED = regex.compile(UNSPACED)
_ENDS_NONE = regex.compile(r"[\p{Logical_Order_Exception}\p{InSC=Invisible_Stacker}]")
"""Vowels that are written before their consonant, and what stacks the next consonant."""
_STARTS_NONE = regex.compile(
    r"[\p{M}\p{Extender}\u0e30\u0e32\u0e33\u0e45\u0eb0\u0eb2\u0eb3]"  # Thai and Lao vowels
    r"|[\u1000-\u102a\u103f]\u1037?[\u1039\u103a]"  # Burmese finals
)
_TSHEG = "\u0f0b"
_LETTER = regex.compile(r"\p{Line_Break=SA}")
_CHARACTERS, _LETTERS = 2, 5
"""Characters of Chinese and Japanese in a word of news, and letters and marks of the others, about."""


@cache
def in_word(character: str) -> bool:
    """Whether a character can stand inside a word; combining marks and tatweel can."""
    return character.isalnum() or unicodedata.category(character)[0] == "M" or character in "ـ_"


@cache
def unspaced(character: str) -> bool:
    """Whether a character is of a script that is written without spaces."""
    return _UNSPACED.match(character) is not None


def splits_word(text: str, at: int) -> bool:
    """Whether a word goes on over this offset."""
    return (
        0 < at < len(text) and in_word(text[at - 1]) and in_word(text[at]) and not _parts(text, at)
    )


def _parts(text: str, at: int) -> bool:
    """Whether a word may end here though a letter follows."""
    if at >= len(text) or not (unspaced(text[at - 1]) or unspaced(text[at])):
        return False
    return not (_ENDS_NONE.match(text, at - 1) or _STARTS_NONE.match(text, at))


def word_at(text: str, at: int) -> str:
    """The word around an offset."""
    return text[word_start(text, at) : word_end(text, at)]


def word_start(text: str, at: int) -> int:
    """Where the word around an offset starts."""
    while at > 0 and in_word(text[at - 1]) and not _parts(text, at):
        at -= 1
    return at


def word_end(text: str, at: int) -> int:
    """Where the word around an offset ends."""
    while at < len(text) and in_word(text[at]) and not (at > 0 and _parts(text, at)):
        at += 1
    return at


def count(text: str) -> int:
    """How many words a text has: what stands between white space; where no space parts words, about."""
    return int(sum(map(within, text.split())))


def unparted(text: str) -> bool:
    """Whether a text has characters of scripts that are written without spaces."""
    return _UNSPACED.search(text) is not None


@lru_cache(maxsize=1 << 15)  # news repeats its words
def within(stretch: str) -> float:
    """How many words there are, about, in a stretch without white space: one at least."""
    found = [each for each in stretch if in_word(each) and unspaced(each)]
    letters = sum(_LETTER.match(each) is not None for each in found)
    words = (len(found) - letters) / _CHARACTERS + letters / _LETTERS
    return max(1, words, stretch.count(_TSHEG))
