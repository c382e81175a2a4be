"""Errata of a release: which corrections of readers gold has followed, and who is thanked for them."""

from collections.abc import Iterator, Sequence

from qawl.annotations import corrections
from qawl.annotations.corrections import Correction, Mark
from qawl.core.markdown import code, escaped
from qawl.core.project import Project
from qawl.core.records import Gold
from qawl.release.versions.manifest import Erratum, Manifest


class Errata:
    """The corrections of a corpus, held against gold an article at a time."""

    def __init__(self, project: Project) -> None:
        self._known = corrections.by_article(project)
        self._order = {each.id: at for at, each in enumerate(corrections.load(project))}
        self._found: list[Erratum] = []

    def add(self, gold: Gold) -> None:
        """Takes what has changed in an article and a layer as readers reported."""
        settled = [
            each
            for each in self._known.get((gold.layer, gold.article_id), ())
            if corrections.settled(each, gold)
        ]
        followed = [each for each in settled if each.right and corrections.as_asked(each, gold)]
        known = {each.was for each in followed}
        others = (each for each in settled if each.was not in known)
        self._found += [_erratum(each, gold) for each in (*followed, *others)]

    def entries(self) -> tuple[Erratum, ...]:
        """Those that were found, in the order in which they were reported."""
        return tuple(sorted(self._found, key=lambda each: self._order[each.id]))


def _erratum(each: Correction, gold: Gold) -> Erratum:
    asked = corrections.as_asked(each, gold)
    return Erratum(
        id=each.id,
        address=each.address,
        layer=each.layer,
        was=_words(each.was),
        became=_words(each.right) if asked and each.right not in (None, each.was) else None,
        attributes=tuple(each.values) if asked else (),
        removed=asked and each.right is None,
        reporter=each.reporter if each.credit else None,
    )


def _words(mark: Mark | None) -> str:
    return f"{mark.label} {mark.start}-{mark.end}" if mark else ""


def new(now: Sequence[Erratum], before: Manifest | None) -> list[Erratum]:
    """Those that the release before did not name."""
    known = {each.id for each in before.errata or ()} if before else set()
    return [each for each in now if each.id not in known]


def lines(errata: Sequence[Erratum]) -> Iterator[str]:
    """Errata as a Markdown list."""
    for each in errata:
        thanks = f" Reported by {escaped(each.reporter)}." if each.reporter else ""
        yield f"- {code(each.address)} ({escaped(each.was)}): {escaped(_happened(each))}.{thanks}"


def _happened(each: Erratum) -> str:
    if each.removed:
        return "removed"
    said = [f"now {each.became}"] if each.became else []
    if each.attributes:
        said.append(f"corrected in {', '.join(each.attributes)}")
    return ", ".join(said) or "corrected, otherwise than reported"
