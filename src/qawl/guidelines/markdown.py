"""GUIDELINES.md of a release: the guidelines in every language that the schemes have."""

import re
from collections.abc import Collection, Mapping

from qawl.core.markdown import code, escaped, plain
from qawl.core.phrases import languages as spoken
from qawl.core.phrases import phrases
from qawl.core.templates import bundled, rendered
from qawl.guidelines.examples import Example, Examples
from qawl.guidelines.guide import about
from qawl.guidelines.rules import sentence
from qawl.scheme.languages import is_rtl
from qawl.scheme.model import Scheme
from qawl.scheme.rules import Rule
from qawl.scheme.titles import all_titles

GUIDELINES = "GUIDELINES.md"
_CODE = re.compile(r"(?<!\\)`((?:\\.|[^`\\])*)`")
"""Code of one tick, in which escaped names have none."""


def text(
    title: str,
    schemes: Mapping[str, Scheme],
    written: Collection[str],
    examples: Examples | None = None,
) -> str:
    """The guidelines of all layers; `written` are the languages of the release's articles."""
    shown = examples or Examples()
    return rendered(
        bundled("qawl.guidelines", "guidelines.md.j2"),
        "guidelines.md.j2",
        {
            "title": title,
            "layers": [_layer(each, written, shown) for each in schemes.values()],
            "rtl": is_rtl,
            "around": _around,
            "all_titles": all_titles,
        },
    )


def _layer(scheme: Scheme, written: Collection[str], shown: Examples) -> Mapping[str, object]:
    languages = list(_languages(scheme))
    return {
        "scheme": scheme,
        "languages": languages,
        "instructions": {
            each: about(scheme, each, written) for each in languages if each in scheme.instructions
        },
        "rules": [
            {each: _rule(rule, each) for each in _of_rules(languages)} for rule in scheme.rules
        ],
        "good": [(name, shown.good.get((scheme.layer, name), [])) for name in scheme.label],
        "bad": [(name, shown.bad.get((scheme.layer, name), [])) for name in scheme.label],
        "countered": any(each.counter_example for each in scheme.labels),
    }


def _rule(rule: Rule, language: str) -> str:
    """A rule in a language: what stands there as code is a name as it is."""
    said = sentence(rule, phrases(language), escaped)
    return _CODE.sub(lambda found: code(plain(found[1])), said)


def _of_rules(languages: list[str]) -> list[str]:
    """English, in which the rest of the page is, and what else the scheme and Qawl both speak."""
    return ["en", *(each for each in languages if each in spoken() and each != "en")]


def _around(example: Example) -> str:
    """An example in its line, in brackets, with white space only where the text has it."""
    return escaped(f"{example.before}[{example.surface}]{example.after}")


def _languages(scheme: Scheme) -> dict[str, None]:
    """The languages that the scheme speaks, those of its title first."""
    titles = [scheme.title, scheme.instructions, *(each.definition for each in scheme.labels)]
    titles += [each.title for each in scheme.labels]
    titles += [each.title for each in scheme.attributes]
    return dict.fromkeys(language for each in titles for language in each)
