"""Names that become names of files: what pseudonyms and layers may be made of, from any door.

None holds anything that a path could read.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from urllib.parse import SplitResult, urlsplit

from qawl.core.records import GOLD, JUDGE, POOL
from qawl.core.text import blank

_SPLIT = re.compile(r"\w+(\.\w+)*")

_LANGUAGE = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}"  # the language
    r"(-[a-z]{4})?"  # the script
    r"(-([a-z]{2}|[0-9]{3}))?"  # the region
    r"(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(-[a-wyz0-9](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?",  # extensions
    re.ASCII | re.IGNORECASE,
)
"""The form of a language tag (RFC 5646, 2.1)."""

_PART = r"[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?"
_REPOSITORY = re.compile(f"{_PART}/{_PART}", re.ASCII)
_LONGEST_REPOSITORY = 96

LONGEST = 64
"""Letters of the longest pseudonym."""

_KINDS = ("L", "M", "Nd")
"""Unicode categories of letters, of the marks that belong to them, and of digits."""


_NO_LINE = ("Cc", "Cs", "Zl", "Zp")
"""Unicode categories of what a line does not have: control characters, half characters, ends of lines."""

RESERVED = {GOLD: "what is decided", POOL: "projects that annotators share"}
"""What stands in the place of a pseudonym, and what it is; the judge's is one of a journal too."""


def pseudonym(given: object) -> str:
    """The pseudonym as Qawl keeps it, composed (NFC); ValueError says in words why it is none.

    Letters of any script, digits, `-` and `_`, 1 to 64 of them, and not the judge's.
    """
    name = unicodedata.normalize("NFC", given) if isinstance(given, str) else ""
    if not isinstance(given, str) or not any(map(str.isalnum, name)):
        raise ValueError(f"{given!r} is not a pseudonym: give letters and digits")
    if odd := next((each for each in name if not _fits(each)), None):
        raise ValueError(f"{given!r} has {odd!r}: a pseudonym has letters, digits, - and _ only")
    if len(name) > LONGEST:
        raise ValueError(f"{name[:20]!r}… is too long: a pseudonym has {LONGEST} letters at most")
    if folded(name) == JUDGE:
        raise ValueError(f"{name} is the judge's pseudonym: take another")
    return name


def new_pseudonym(given: object, there: Collection[str] = ()) -> str:
    """The same for whoever gets one: not a name that stands for something else. Those that are `there`
    already, as in journals of earlier versions, stay."""
    name = pseudonym(given)
    stands_for = RESERVED.get(folded(name))
    if stands_for and name not in there:
        raise ValueError(
            f"{name} stands for {stands_for} in files and messages of Qawl: take another pseudonym "
            "(docs/exports.md says how to rename an annotator)"
        )
    return name


def of_journal(given: object) -> str:
    """The same for whoever has a journal: also the judge."""
    return JUDGE if given == JUDGE else pseudonym(given)


def journal(given: str) -> tuple[str, str]:
    """(layer, annotator) of a journal by its name, as in `quote.a1`; ValueError where it can't be one."""
    of_layer, dot, annotator = given.partition(".")
    try:
        if dot:
            return layer(of_layer), of_journal(annotator)
    except ValueError as error:
        raise ValueError(f"{given!r} is no name of a journal: {error}") from error
    raise ValueError(f"{given!r} is no name of a journal: those are LAYER.ANNOTATOR")


def corpus(given: str) -> str:
    """The name of a corpus, without white space around it; ValueError where it is not one line."""
    if not is_line(given):
        raise ValueError(f"{given!r} is not a name: give one line, without control characters")
    if blank(given):
        raise ValueError("the name is empty")
    return given.strip()


def is_line(text: str) -> bool:
    """Whether a text is one line, without control characters."""
    return not any(unicodedata.category(each) in _NO_LINE for each in text)


def layer(given: str) -> str:
    """The name of a layer, which files, controls and tables have; ValueError where it can't be one."""
    if not given.isascii() or not given.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"{given!r} may have letters a to z, digits, - and _ only")
    return given


def language(given: str) -> str:
    """A language tag (BCP 47), as it is given; ValueError where it does not have the form of one."""
    if not _LANGUAGE.fullmatch(given):
        raise ValueError(
            f"{given!r} is not a language tag: give a code of two or three letters, with others after it "
            "where need be, as in ar, pt-BR or zh-Hant"
        )
    return given


def respelt(given: str) -> str:
    """A language tag as BCP 47 writes it (`pt_br` → `pt-BR`): hyphens for the underscores of locales,
    regions in capitals, scripts with one, the rest without (RFC 5646, 2.1.1). What is no tag stays."""
    parts = given.replace("_", "-").lower().split("-")
    single = next((at for at, each in enumerate(parts) if len(each) == 1), len(parts))
    cased = {2: str.upper, 4: str.title}
    for at in range(1, single):
        parts[at] = cased.get(len(parts[at]), str)(parts[at])
    tag = "-".join(parts)
    return tag if _LANGUAGE.fullmatch(tag) else given


def web_address(url: str) -> SplitResult:
    """The parts of an address of the web; raises ValueError where no host can be reached by it.

    Examples
    --------
    >>> web_address("https://labels.example.org/projects/12").hostname
    'labels.example.org'
    """
    parts = urlsplit(url)  # a bracket left open, or with no address of the internet in it
    try:
        host, port = (parts.hostname or "").encode("idna"), parts.port
    except ValueError as error:
        raise ValueError("no host has such a name or port") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise ValueError("it names no host")
    if port == 0 or any(each.isspace() for each in parts.netloc):
        raise ValueError("no host has such a name or port")
    if parts.netloc.count("]") > 1 or "[v" in parts.netloc.casefold():
        raise ValueError("its brackets hold no address")
    return parts


def is_repository(name: str) -> bool:
    """Whether the Hub can have a repository of this name: OWNER/NAME."""
    odd = any(each in name for each in ("--", "..")) or len(name) > _LONGEST_REPOSITORY
    return not odd and _REPOSITORY.fullmatch(name) is not None and not name.endswith(".git")


def is_split(name: str) -> bool:
    """Whether `datasets` takes it for the name of a split; by `all` it means every split."""
    return _SPLIT.fullmatch(name) is not None and name != "all"


def confused(name: str, others: Iterable[str]) -> str | None:
    """The one of these names that is a name in another case or form (NFKC): `A1` or `ａ１` beside `a1`.

    People take both for one, and on many file systems both would be one file.
    """
    here = folded(name)
    return next((each for each in others if each != name and folded(each) == here), None)


def inner(given: str) -> str:
    """The path of a file in a folder as files of ours list it, with `/` between its parts; ValueError
    where it leads elsewhere."""
    parts = given.split("/")
    odd = any(each in ("", ".", "..") for each in parts) or any(map(given.__contains__, "\\:\0"))
    if odd or not given.isprintable():
        raise ValueError(f"{given!r} is no path inside this folder")
    return given


def folded(name: str) -> str:
    """What names have in common that are taken for one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def apart(name: str, others: Iterable[str]) -> str:
    """The name; ValueError says in words that it is taken for one of the others."""
    if other := confused(name, others):
        raise ValueError(
            f"{name} and {other} look alike: they are one name in another case or form of letters"
        )
    return name


def _fits(character: str) -> bool:
    return character in "-_" or unicodedata.category(character).startswith(_KINDS)
