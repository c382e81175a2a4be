"""A corpus as one value: its articles, schemes, annotations, gold, journal and releases."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qawl.agreement.estimates import Agreement
from qawl.annotations import derive, journal, journal_entries
from qawl.articles import released
from qawl.articles import store as article_store
from qawl.core import gold_file, project
from qawl.core.errors import InputError
from qawl.core.records import Annotation, Article, Finding, Gold
from qawl.core.settings import Settings
from qawl.gold import decide
from qawl.scheme import scheme
from qawl.scheme.model import Scheme
from qawl.validation import validate

if TYPE_CHECKING:
    from qawl.formats.export import Exported
    from qawl.release.versions.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Release:
    """A release of a corpus, on disk.

    Attributes
    ----------
    version : str
        MAJOR.MINOR.PATCH.
    folder : Path
        exports/releases/<version> of the corpus; `datasets.load_dataset` loads it.
    manifest : Manifest
        manifest.json as values: what was shipped, from what it was made, with the hash of every file.

    Examples
    --------
    >>> release = qawl.Corpus(".").release("0.1.0")
    >>> release.version, release.manifest.articles.count
    ('0.1.0', 3)
    """

    version: str
    folder: Path
    manifest: "Manifest"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One version of one annotation as Label Studio sent it, or that it is gone.

    Attributes
    ----------
    annotator : str
        The pseudonym.
    event : str
        version, deleted (the annotation is gone) or task-deleted (it is gone with its task).
    article_id, scheme_version : str
        The article, and the version of the scheme when the entry was pulled.
    text : str or None
        The text of the task, where it is not the frozen text of the article.
    task, annotation : dict
        Label Studio's JSON, without names and addresses.

    Examples
    --------
    >>> entry = next(qawl.Corpus(".").journal("quote"))
    >>> entry.annotator, entry.event, entry.annotation["result"][0]["type"]
    ('a1', 'version', 'labels')
    """

    annotator: str
    event: str
    article_id: str
    scheme_version: str
    text: str | None
    task: dict[str, object]
    annotation: dict[str, object]


class Corpus:
    """A corpus on disk, opened to be read, checked, measured and released.

    What is small is read once and kept, also between calls; what is large is streamed. A file that
    changed on disk is read again.

    Parameters
    ----------
    path : str or Path
        The folder with qawl.yaml; the current one if none is given.

    Raises
    ------
    QawlError
        The folder has no qawl.yaml, or one with a mistake.

    Examples
    --------
    >>> corpus = qawl.Corpus(".")
    >>> corpus
    Corpus(name='qawl-examples', layers=['entity', 'quote', 'claim'])
    >>> [article.language for article in corpus.articles.values()]
    ['ar', 'ar', 'en']
    >>> sum(len(each.spans) for each in corpus.gold("quote"))
    175
    """

    def __init__(self, path: str | Path = ".") -> None:
        self._project = project.load(Path(path))

    def __repr__(self) -> str:
        layers = list(self.settings.layers)
        return f"Corpus(name={self.settings.name!r}, layers={layers!r})"

    @property
    def root(self) -> Path:
        """The folder of the corpus, an absolute path.

        Examples
        --------
        >>> (qawl.Corpus(".").root / "qawl.yaml").is_file()
        True
        """
        return self._project.root

    @property
    def settings(self) -> Settings:
        """What stands in qawl.yaml, with the defaults of what does not.

        Examples
        --------
        >>> qawl.Corpus(".").settings.language
        'ar'
        """
        return self._project.settings

    @property
    def articles(self) -> Mapping[str, Article]:
        """Article id → Article, in the order of corpus/articles.jsonl.

        An article is read from disk when it is asked for; only where it stands is kept. Asked for
        again, the mapping is that of the file as it is then.

        Raises
        ------
        QawlError
            A line of the file is no article.

        Examples
        --------
        >>> articles = qawl.Corpus(".").articles
        >>> list(articles)
        ['273fd3b431ad', '32b362273587', '8a90ce3200c1']
        >>> articles["8a90ce3200c1"].text[:24]
        'The Harbour Road library'
        """
        return article_store.by_id(self._project)

    @property
    def schemes(self) -> Mapping[str, Scheme]:
        """Layer → Scheme, in the order of qawl.yaml.

        Raises
        ------
        QawlError
            A scheme is missing, or has a mistake.

        Examples
        --------
        >>> schemes = qawl.Corpus(".").schemes
        >>> list(schemes), list(schemes["quote"].label)[:2]
        (['entity', 'quote', 'claim'], ['CONTENT', 'CUE'])
        """
        return scheme.load_all(self._project)

    def annotations(self, layer: str) -> Iterator[Annotation]:
        """The annotations of a layer, one an annotator and article; the judge's are among them.

        Parameters
        ----------
        layer : str
            A layer of qawl.yaml.

        Returns
        -------
        Iterator of Annotation
            By article id, then annotator. Empty before the first `qawl pull`.

        Raises
        ------
        QawlError
            There is no such layer, or a line of exports/annotations is no annotation.

        Examples
        --------
        >>> for each in qawl.Corpus(".").annotations("claim"):
        ...     if each.article_id == "8a90ce3200c1":
        ...         print(each.annotator, len(each.spans))
        a1 25
        a2 25
        adjudication 25
        """
        return derive.read(self._project, self._known(layer))

    def gold(self, layer: str) -> Iterator[Gold]:
        """The gold of a layer as `qawl adjudicate` wrote it last; `decide` makes it anew.

        Parameters
        ----------
        layer : str
            A layer of qawl.yaml.

        Returns
        -------
        Iterator of Gold
            By article id. Empty before the first `qawl adjudicate`.

        Raises
        ------
        QawlError
            There is no such layer, or a line of exports/gold is no gold.

        Examples
        --------
        >>> gold = next(qawl.Corpus(".").gold("quote"))
        >>> gold.article_id, gold.complete, gold.spans[0].support
        ('273fd3b431ad', True, ('a1', 'a2'))
        """
        return gold_file.read(self._project, self._known(layer))

    def journal(self, layer: str) -> Iterator[JournalEntry]:
        """Every version of every annotation of a layer, as Label Studio sent it.

        Parameters
        ----------
        layer : str
            A layer of qawl.yaml.

        Returns
        -------
        Iterator of JournalEntry
            By annotator, then in the order in which they were pulled.

        Raises
        ------
        QawlError
            There is no such layer, or a line of the journal was changed.

        Examples
        --------
        >>> entries = list(qawl.Corpus(".").journal("entity"))
        >>> sorted({each.annotator for each in entries}), {each.event for each in entries}
        (['a1', 'a2', 'adjudication'], {'version'})
        """
        return self._journal(self._known(layer))

    def _journal(self, layer: str) -> Iterator[JournalEntry]:
        for annotator, path in journal.files(self._project, layer):
            for each in journal_entries.entries(path):
                yield JournalEntry(
                    annotator=annotator,
                    event=each.event,
                    article_id=each.article_id,
                    scheme_version=each.scheme_version,
                    text=each.text,
                    task=each.task,
                    annotation=msgspec.json.decode(each.annotation),
                )

    @property
    def releases(self) -> Mapping[str, Release]:
        """Version → Release, from the lowest version; drafts are left out.

        Raises
        ------
        QawlError
            The manifest of a release is damaged.

        Examples
        --------
        >>> corpus = qawl.Corpus(".")
        >>> made = corpus.release("0.1.0")
        >>> list(corpus.releases)
        ['0.1.0']
        """
        return {each: self._release(each) for each in released.versions(self._project)}

    def _release(self, version: str) -> Release:
        from qawl.release.versions import manifest  # noqa: PLC0415 - imports pyarrow

        folder = self._project.release(version)
        return Release(version, folder, manifest.load(folder))

    def validate(self) -> list[Finding]:
        """Everything that is wrong with what was collected, as `qawl validate` reports it.

        Returns
        -------
        list of Finding
            Worst first: errors before warnings, then by level and check. Those that `dispensations`
            in qawl.yaml let pass are left out.

        Raises
        ------
        QawlError
            A file of the corpus can't be read.

        Examples
        --------
        >>> [each.check for each in qawl.Corpus(".").validate() if each.severity == "error"]
        []
        """
        return [*validate.examine(self._project, {})[0]]

    def agreement(self) -> Agreement:
        """How far annotators agree, as `qawl agreement --json` prints it; nothing is written.

        Returns
        -------
        Agreement
            `layers[layer]` has the figures, each with `value`, `low`, `high` and `n`: a share
            between 0 and 1 or a coefficient up to 1, None where it is undefined, with the bounds of
            its 95 % interval over articles.

        Raises
        ------
        QawlError
            A file of the corpus can't be read, or the annotations are not here or not of its journal.

        Examples
        --------
        >>> found = qawl.Corpus(".").agreement()
        >>> sorted(found.layers)
        ['claim', 'entity', 'quote']
        >>> 0 < found.layers["entity"].exact_f1.value < 1
        True
        """
        from qawl.agreement import report  # noqa: PLC0415 - imports numpy
        from qawl.annotations import store as annotation_store  # noqa: PLC0415 - too

        for layer in self._project.settings.layers:
            annotation_store.require(self._project, layer)
        return report.report(self._project)

    def decide(self) -> dict[str, list[Gold]]:
        """Gold, decided from the annotations as they are now; nothing is written.

        Returns
        -------
        dict of str to list of Gold
            By layer, in the order of qawl.yaml; each list by article id.

        Raises
        ------
        QawlError
            A file of the corpus can't be read.

        Examples
        --------
        >>> corpus = qawl.Corpus(".")
        >>> corpus.decide()["quote"] == list(corpus.gold("quote"))
        True
        """
        layers = self.settings.layers
        return {layer: list(decide.gold(self._project, layer)) for layer in layers}

    def release(
        self,
        version: str | None = None,
        *,
        draft: bool = False,
        silver: Path | str | None = None,
    ) -> Release:
        """Builds exports/releases/<version>, as `qawl release` does.

        Parameters
        ----------
        version : str, optional
            MAJOR.MINOR.PATCH; left out, the version that the changes since the last release call for.
        draft : bool
            Build in spite of gates that fail. A draft is not published.
        silver : path or str, optional
            A folder or URL where `qawl suggest --silver` put its suggestions: they become the table
            `silver`, which nobody checked.

        Returns
        -------
        Release
            The same as before if the version was released already, with the same bytes.

        Raises
        ------
        QawlError
            A gate fails (`GatesFailed` lists all that do), the version was released with other
            content, or it says too little about what changed.

        Examples
        --------
        >>> release = qawl.Corpus(".").release("0.1.0")
        >>> release.folder.name, qawl.verify(release.folder)
        ('0.1.0', [])
        """
        from qawl.articles import remote  # noqa: PLC0415 - for URLs alone
        from qawl.release import build  # noqa: PLC0415 - imports pyarrow

        place = None if silver is None else remote.place(str(silver))
        with project.lock(self._project, "release"):
            built = build.release(self._project, version, draft=draft, silver=place)
        return Release(built.manifest.version, built.folder, built.manifest)

    def export(
        self,
        format: str,  # noqa: A002 - the word of `qawl export`
        to: str | Path,
        *,
        layers: str | Sequence[str] = (),
        annotators: str | Sequence[str] = (),
        with_withheld: bool = False,
    ) -> "Exported":
        """Writes gold or annotations in another format, as `qawl export` does.

        Parameters
        ----------
        format : str
            jsonl, spacy, gliner, chat, conll2003, iob2, uima, web-annotation, tei, brat, label-studio,
            doccano or prodigy.
        to : str or Path
            A new or empty folder, or one that the same export wrote before.
        layers : str or sequence of str
            These layers alone; none are all.
        annotators : str or sequence of str
            The annotations of these annotators; none is gold.
        with_withheld : bool
            With articles whose text may not be redistributed.

        Returns
        -------
        Exported
            `files`, how many were written; `losses`, how many there were of each kind; `never`, what
            the format can't carry at all. report.json in the folder lists every loss.

        Raises
        ------
        QawlError
            There is no such format, layer or annotator, or the folder holds something else.

        Examples
        --------
        >>> done = qawl.Corpus(".").export("brat", "as-brat", layers=["quote"])
        >>> done.losses["withheld"]
        1
        """
        from qawl.formats import export, from_corpus  # noqa: PLC0415 - the writers of all formats

        chosen = export.several(layers), export.several(annotators)
        request = export.Request(format, *chosen, with_withheld)
        return from_corpus.export(self._project, request, Path(to))

    def _known(self, layer: str) -> str:
        if layer not in self.settings.layers:
            known = ", ".join(self.settings.layers)
            raise InputError(f"{layer}: no such layer: take one of {known}")
        return layer
