"""How a release is cited: CITATION.cff (1.2.0), and the same as BibTeX and in one line."""

import re
from collections.abc import Iterator

import yaml

from qawl.core import licences
from qawl.core.settings import Author
from qawl.release.documents.facts import Described

CITATION = "CITATION.cff"


def text(described: Described) -> str:
    """CITATION.cff. The commit that holds a file can't stand in it: the tag names it, and
    `qawl publish` writes the citation with it beside the releases."""
    return _yaml(_fields(described)) + "".join(f"# {line}\n" for line in _open(described))


def _fields(described: Described) -> dict[str, object]:
    release = described.project.settings.release
    found: dict[str, object] = {
        "cff-version": "1.2.0",
        "message": (
            "If you use this dataset, cite the version that you used. "
            f"The annotations are under {release.license}; the texts have rights of their own."
        ),
        "type": "dataset",
        "title": described.title,
        "authors": [*map(_author, described.cited)],
        "version": described.version,
    }
    if described.facts.date:
        found["date-released"] = described.facts.date
    if known := licences.spdx(release.license):
        found["license"] = known
    if release.doi:
        found["doi"] = release.doi
    if described.address:
        found["url"] = f"{described.address}/tree/{described.version}"
        found["repository"] = described.address
    found["identifiers"] = [
        {
            "type": "other",
            "value": f"sha256:{described.manifest.content_sha256}",
            "description": "Digest of the rows of all tables, in manifest.json.",
        }
    ]
    return found


def _author(author: Author) -> dict[str, str]:
    names = {
        "name": author.name,
        "family-names": author.family,
        "given-names": author.given,
        "affiliation": None if author.name else author.affiliation,
        "orcid": author.orcid and f"https://orcid.org/{author.orcid}",
    }
    return {key: value for key, value in names.items() if value}


def _open(described: Described) -> Iterator[str]:
    """What is not known before publication, and where it will stand."""
    version = described.version
    if not described.project.settings.release.doi:
        yield "doi: set release.doi in qawl.yaml once there is one"
    yield f"commit: the one that the tag {version} names; exports/published/{version}.cff has it"


def published(citation: str, *, commit: str, doi: str | None) -> str:
    """The citation of a release that is published: with its commit, and a DOI that it got since."""
    said = yaml.safe_load(citation)
    said["date-released"] = str(said["date-released"]) if "date-released" in said else None
    known = {**said, "doi": doi or said.get("doi"), "commit": commit}
    return _yaml({key: value for key, value in known.items() if value})


def _yaml(fields: dict[str, object]) -> str:
    dumped: str = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=10_000)
    return dumped


def line(described: Described) -> str:
    """The citation in one line."""
    year = f" ({described.facts.date[:4]})" if described.facts.date else ""
    release = described.project.settings.release
    where = (release.doi and f"https://doi.org/{release.doi}") or described.address
    place = where or f"content sha256:{described.manifest.content_sha256}"
    return (
        f"{'; '.join(described.authors)}{year}. {described.title}, "
        f"version {described.version} [dataset]. {place}"
    )


def bibtex(described: Described) -> str:
    """The citation as BibTeX."""
    release = described.project.settings.release
    fields = {
        "author": " and ".join(map(_bibtex_author, described.cited)),
        "title": _braced(described.title),
        "version": described.version,
        "year": (described.facts.date or "")[:4],
        "doi": release.doi,
        "url": described.address and f"{described.address}/tree/{described.version}",
        "note": f"Dataset; content sha256:{described.manifest.content_sha256}",
    }
    name = _NO_KEY.sub("-", described.project.settings.name).strip("-")
    key = f"{name}-{described.version}"
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


_NO_KEY = re.compile(r"[\s,{}#%\"\\~'()=@&$^]+")
"""What a key of BibTeX can't have."""


_TEX = {
    **{each: f"\\{each}" for each in "&%$#_"},
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
"""What means something to TeX → how it is written to be seen. A brace must have its pair in BibTeX."""


def _tex(words: str) -> str:
    """Words as TeX shows them, in one line."""
    return " ".join("".join(_TEX.get(each, each) for each in words).split())


def _braced(name: str) -> str:
    """Words that BibTeX keeps as they are: names of groups, titles."""
    return f"{{{_tex(name)}}}"


def _bibtex_author(author: Author) -> str:
    """A group in braces, which keep it together; a person as family and given names, each in braces where
    BibTeX would part it."""
    if author.name:
        return _braced(author.name)
    names = [each for each in (author.family, author.given) if each]
    if len(names) == 1:
        return _braced(names[0])
    return ", ".join(_braced(each) if _PARTED.search(each) else _tex(each) for each in names)


_PARTED = re.compile(r",|\band\b", re.IGNORECASE)
"""What parts names in BibTeX."""
