"""Whether a text is written in letters that its language is written in."""

from functools import cache

import regex

_SCRIPTS = {
    "Arabic": "ar fa ur ps ckb ug sd",
    "Hebrew": "he yi",
    "Latin": "en fr de es it pt nl sv da no nb nn fi is pl cs sk hu ro tr id ms vi sw so ca eu hr sl",
    "Cyrillic": "ru uk be bg mk",
    "Greek": "el",
    "Devanagari": "hi mr ne",
    "Bengali": "bn",
    "Armenian": "hy",
    "Georgian": "ka",
    "Ethiopic": "am ti",
    "Thai": "th",
    "Lao": "lo",
    "Khmer": "km",
    "Myanmar": "my",
    "Tamil": "ta",
    "Telugu": "te",
    "Kannada": "kn",
    "Malayalam": "ml",
    "Gujarati": "gu",
    "Sinhala": "si",
    "Hangul": "ko",
    "Han": "zh yue",
    "Han Hiragana Katakana": "ja",
}
"""Scripts, and the languages that have them and no others in the news."""

_SCRIPTS_OF = {
    language: scripts for scripts, all_of in _SCRIPTS.items() for language in all_of.split()
}
_LOOKED_AT = 2000
"""Code points of a text that are looked at."""


def foreign(text: str, language: str) -> bool:
    """Whether fewer than a quarter of the letters are of the scripts of a language.

    False for a language that is not known here or whose tag names a script, and for a text of no letters.

    Examples
    --------
    >>> foreign("The bridge will close", "ar"), foreign("يغلق الجسر", "ar")
    (True, False)
    """
    tag, *more = language.split("-")
    scripts = _SCRIPTS_OF.get(tag.lower())
    if scripts is None or any(len(each) == 4 for each in more):
        return False
    letters = [each for each in text[:_LOOKED_AT] if each.isalpha()]
    theirs = sum(len(found) for found in _pattern(scripts).findall("".join(letters)))
    return 4 * theirs < len(letters)


@cache
def _pattern(scripts: str) -> regex.Pattern[str]:
    named = "".join(r"\p{Script=" + each + "}" for each in scripts.split())
    return regex.compile(f"[{named}]+")
