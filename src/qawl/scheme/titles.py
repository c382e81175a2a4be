"""Words for people in several languages: titles, definitions, examples, instructions."""

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
