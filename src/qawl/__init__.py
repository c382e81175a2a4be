"""Qawl turns news articles into a citable, versioned dataset of entities, quotes and claims.

In Python, `qawl.Corpus(path)` opens a corpus; `qawl.align(spans, offset_mapping)` makes token labels for
a tokenizer, `qawl.restore(dataset, articles)` puts withheld text back. `qawl.verify(folder)` checks a
release, `qawl.score(folder, predictions)` scores a system on it, `qawl.export(folder, format, to)` writes
it in other formats. `__all__` names everything that is public; each name is imported on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from qawl.core.versions import __version__

if TYPE_CHECKING:
    from qawl.api.corpus import Corpus, JournalEntry, Release
    from qawl.core.errors import GatesFailed, QawlError
    from qawl.core.records import (
        Annotation,
        Article,
        Brought,
        Disagreement,
        Edit,
        Finding,
        Gold,
        GoldRelation,
        GoldSpan,
        Provenance,
        Relation,
        Span,
        SpanRef,
    )
    from qawl.formats.from_release import export
    from qawl.release.restore import restore
    from qawl.release.tables.align import align
    from qawl.release.tables.unalign import spans
    from qawl.release.versions.manifest import verify
    from qawl.scheme.model import Scheme
    from qawl.scoring.public import score

__all__ = [
    "Annotation",
    "Article",
    "Brought",
    "Corpus",
    "Disagreement",
    "Edit",
    "Finding",
    "GatesFailed",
    "Gold",
    "GoldRelation",
    "GoldSpan",
    "JournalEntry",
    "Provenance",
    "QawlError",
    "Relation",
    "Release",
    "Scheme",
    "Span",
    "SpanRef",
    "__version__",
    "align",
    "export",
    "restore",
    "score",
    "spans",
    "verify",
]

_HOMES = {
    "Corpus": "api.corpus",
    "GatesFailed": "core.errors",
    "JournalEntry": "api.corpus",
    "QawlError": "core.errors",
    "Release": "api.corpus",
    "Scheme": "scheme.model",
    "align": "release.tables.align",
    "export": "formats.from_release",
    "restore": "release.restore",
    "score": "scoring.public",
    "spans": "release.tables.unalign",
    "verify": "release.versions.manifest",
}
"""Public name → the module that has it; the others are records."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'qawl' has no attribute {name!r}")
    return getattr(import_module(f"qawl.{_HOMES.get(name, 'core.records')}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
