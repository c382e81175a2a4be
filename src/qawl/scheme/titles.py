"""Words for people in several languages: titles, definitions, examples, instructions."""

import re

from qawl.core.xml import quoteattr

Titles = dict[str, str]
"""BCP 47 language → words for people in that language."""


def title_in(titles: Titles, language: str, default: str = "") -> str:
    """The words for a language, else for its primary subtag, else in English, else `default`."""
    return (
        titles.get(language)
        or titles.get(language.split("-", maxsplit=1)[0])
        or titles.get("en")
        or default
    )


def all_titles(titles: Titles, default: str) -> str:
    """The words for all languages, English first; `default` where there are none."""
    first = sorted(titles, key=lambda language: language != "en")
    return " · ".join(dict.fromkeys(titles[each] for each in first if titles[each])) or default


_FIELD = re.compile(r"\$(?=[\w\[\].{}])")


def xml_title(titles: Titles, language: str, default: str) -> str:
    """The words for a language as an attribute of Label Studio's XML, with its quotes.

    Label Studio would take a $ before a word for a field of the task: it is shown as ＄.
    """
    return quoteattr(_FIELD.sub("＄", title_in(titles, language, default)))
