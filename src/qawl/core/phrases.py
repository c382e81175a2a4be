"""Words that pages say to people: a YAML file a language; what a language lacks is said in English."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from qawl.core import strict_yaml

ENGLISH = "en"
_FOLDER = "languages"


class Phrases:
    """What is said in one language: `say("status.left", count=3)`.

    `language` is the one that it speaks: English where no file is there for the one that was asked for.

    Examples
    --------
    >>> from qawl.core.phrases import phrases
    >>> phrases("fr-CA")("words.or")
    'ou'
    """

    def __init__(self, language: str) -> None:
        primary = language.split("-", maxsplit=1)[0].lower()
        self.language = primary if primary in languages() else ENGLISH
        self._said = {**_file(ENGLISH), **_file(self.language)}

    def __call__(self, key: str, /, **places: object) -> str:
        """A phrase with its places filled; raises KeyError for a key that English lacks."""
        return self._said[key].format(**places)

    def get(self, key: str, default: str = "") -> str:
        """A phrase without places; `default` where there is none."""
        return self._said.get(key, default)

    def group(self, name: str) -> dict[str, str]:
        """The phrases of a group by the rest of their keys."""
        start = f"{name}."
        return {
            key.removeprefix(start): each
            for key, each in self._said.items()
            if key.startswith(start)
        }


@cache
def phrases(language: str) -> Phrases:
    """The phrases of a language, by BCP 47 tag."""
    return Phrases(language)


@cache
def languages() -> tuple[str, ...]:
    """The languages that there is a file for, by code."""
    every = files("qawl.core").joinpath(_FOLDER).iterdir()
    return tuple(sorted(each.name[:-5] for each in every if each.name.endswith(".yaml")))


@cache
def _file(language: str) -> Mapping[str, str]:
    """Key → phrase of one file, keys with a dot between group and name."""
    path = files("qawl.core").joinpath(_FOLDER, f"{language}.yaml")
    return dict(_flat(strict_yaml.read(path.read_text("utf-8"), str(path), words=True)))


def _flat(given: Mapping[str, object], start: str = "") -> Iterator[tuple[str, str]]:
    for key, each in given.items():
        if isinstance(each, Mapping):
            yield from _flat(each, f"{start}{key}.")
        else:
            yield f"{start}{key}", str(each)
