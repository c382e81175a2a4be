"""A release as what an export is made from: its folder, or a copy of it with restored texts."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import UNSET, UnsetType, structs

from qawl.annotations import tasks
from qawl.core.errors import InputError, ReleaseError
from qawl.core.records import Annotation, Article, Span
from qawl.formats.export import Exported, Request, several
from qawl.formats.export import export as write
from qawl.formats.source import Given, Names
from qawl.release import reading
from qawl.scheme.model import Scheme


def export(
    release: str | Path,
    format: str,  # noqa: A002 - what it is called on the command line
    to: str | Path,
    *,
    layers: str | Sequence[str] = (),
    annotators: str | Sequence[str] = (),
    with_withheld: bool = False,
) -> Exported:
    """Writes gold or annotations of a release in another format, as `qawl export --from` does.

    Parameters
    ----------
    release : str or Path
        The folder of a release, or of a copy with restored texts.
    format : str
        A name that `qawl export --help` lists, such as jsonl or brat.
    to : str or Path
        A new or empty folder outside of the release, or one that the same export wrote before.
    layers : str or sequence of str
        These layers alone; none are all.
    annotators : str or sequence of str
        The annotations of these annotators; none is gold.
    with_withheld : bool
        With articles whose text may not be redistributed, where it was restored.

    Returns
    -------
    Exported
        `files`, how many were written; `losses`, how many there were of each kind; `never`, what
        the format can't carry at all. report.json in the folder lists every loss.

    Raises
    ------
    QawlError
        There is no such release, format, layer or annotator, or the folder holds something else.

    Examples
    --------
    >>> folder = qawl.Corpus(".").release("0.1.0").folder
    >>> qawl.export(folder, "jsonl", "as-lines", layers="quote").losses
    {'withheld': 1}
    """
    source, target = ReleaseSource(Path(release)), Path(to)
    if target.resolve().is_relative_to(Path(release).resolve()):
        raise InputError(f"{target} is in the release: name a folder outside of it")
    request = Request(format, several(layers), several(annotators), with_withheld)
    return write(source, request, target)


class ReleaseSource:
    """The release of a folder: gold and annotations as its tables hold them."""

    def __init__(self, folder: Path) -> None:
        self._release = reading.Release(folder)
        self._withheld = frozenset(self._release.manifest.articles.withheld)

    @property
    def name(self) -> str:
        """<name>@<version>."""
        return f"{self._release.manifest.name}@{self._release.manifest.version}"

    @property
    def schemes(self) -> Mapping[str, Scheme]:
        """As the release holds them."""
        return self._release.schemes

    @property
    def annotators(self) -> Collection[str]:
        """Those of the table `annotations`."""
        return self._release.annotators

    @property
    def withdrawn(self) -> Collection[str]:
        """None: the tables don't have them."""
        return ()

    def gold(self, layer: str) -> Iterator[Given]:
        """As the table `articles` has it; what all skipped, as `annotations` says."""
        skipped = self._release.skipped(layer)
        for article in self._release.by_id([layer]):
            if article.id in skipped:
                record = structs.replace(article.gold[layer], status="skipped")
                yield self._given(article, record)
            elif layer in article.complete:
                yield self._given(
                    article,
                    article.gold[layer],
                    complete=article.complete[layer],
                    stretches=article.open[layer],
                    hidden=len(article.hidden[layer]),
                )

    def annotations(self, layer: str, annotator: str) -> Iterator[Given]:
        """As the table `annotations` has them."""
        articles = self._release.by_id([])
        for record, hidden in self._release.annotations(layer, annotator):
            article = next((each for each in articles if each.id >= record.article_id), None)
            if article is None or article.id != record.article_id:
                raise ReleaseError(
                    f"{self._release.folder}: article {record.article_id} is not in order in "
                    "`articles` and `annotations`: run `qawl verify`"
                )
            yield self._given(article, record, hidden=hidden)

    def offered(self) -> Names:
        """The names in everybody's annotations, as far as their text is here."""
        return tasks.offered(self._everybody())

    def holds_withheld(self, text: str) -> bool:  # noqa: ARG002 - whatever it is
        """No release shows such a text."""
        return False

    def check(self, _: Collection[str]) -> list[str]:
        """A release always has something, and all of it."""
        return []

    def _everybody(self) -> Iterator[tuple[Scheme, Iterable[Annotation]]]:
        for layer, current in self.schemes.items():
            if any(label.gives for label in current.labels):
                yield current, (record for record, _ in self._release.annotations(layer))

    def _given(
        self,
        found: reading.ReleasedArticle,
        record: Annotation,
        *,
        complete: bool = True,
        stretches: tuple[tuple[int, int], ...] = (),
        hidden: int = 0,
    ) -> Given:
        text = found.text
        article = self._article(found)
        filled = tuple(_filled(span, text or "") for span in record.spans)
        return Given(
            structs.replace(record, spans=filled),
            article,
            found.split,
            complete,
            stretches,
            hidden,
            text is not None,
        )

    def _article(self, found: reading.ReleasedArticle) -> Article:
        said = found.about
        context: dict[str, object] | UnsetType = said.get("context") or UNSET
        return Article(
            id=found.id,
            text=found.text or "",
            text_sha256=said["text_sha256"],
            language=said["language"] or "und",
            redistribute=found.text is not None and found.id not in self._withheld,
            group=said.get("group") or found.id,
            received=self.name,
            context=context,
            title=said.get("title"),
            source=said.get("source"),
            url=said.get("url"),
            published=said.get("published"),
            license=said.get("license"),
            source_id=said.get("source_id"),
        )


def _filled(span: Span, text: str) -> Span:
    return structs.replace(span, text=text[span.start : span.end])
