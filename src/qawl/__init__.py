"""Qawl turns news articles into a citable, versioned dataset of entities, quotes and claims.

In Python: `qawl.align(spans, offset_mapping)` makes token labels for a tokenizer, and
`qawl.restore(dataset, articles)` puts withheld text back. Both are imported when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from qawl.core.versions import __version__

if TYPE_CHECKING:
    from qawl.release.restore import restore
    from qawl.release.tables.align import align

__all__ = ["__version__", "align", "restore"]

_HOMES = {"align": "qawl.release.tables.align", "restore": "qawl.release.restore"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'qawl' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
