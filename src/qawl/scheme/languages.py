"""Languages by BCP 47 tag: which are written from right to left."""

_RTL = frozenset(
    (
        *("ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"),
        *("abv", "acm", "acq", "acw", "acx", "aeb", "aec", "afb", "ajp", "apc", "apd", "arb"),
        *("ars", "ary", "arz", "ayl", "ayn", "ayp", "azb", "pes", "pnb", "prs"),
    )
)
"""Languages that are written so where their tag names no script, with varieties of Arabic and Persian."""
_SCRIPTS = frozenset(
    (
        *("adlm", "arab", "aran", "armi", "gara", "hebr", "mand", "mend", "nkoo", "rohg", "samr"),
        *("syrc", "syre", "syrj", "syrn", "thaa", "yezi"),
    )
)


def is_rtl(language: str) -> bool:
    """Whether a language is written from right to left, by its script where the tag names one.

    Examples:
        >>> is_rtl("arz"), is_rtl("ar-Latn"), is_rtl("az-Arab-IR")
        (True, False, True)
    """
    primary, *others = language.lower().split("-")
    script = next((each for each in others if len(each) != 3), "")
    return script in _SCRIPTS if len(script) == 4 and script.isalpha() else primary in _RTL
