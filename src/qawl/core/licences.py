"""Licences: names that the Hugging Face Hub and SPDX know, and where their texts stand."""

from functools import lru_cache

_HUB = {
    "odbl": "ODbL-1.0",
    "odc-by": "ODC-By-1.0",
    "pddl": "PDDL-1.0",
    "mit": "MIT",
    "gpl-2.0": "GPL-2.0-only",
    "gpl-3.0": "GPL-3.0-only",
    "lgpl-2.1": "LGPL-2.1-only",
    "lgpl-3.0": "LGPL-3.0-only",
    "agpl-3.0": "AGPL-3.0-only",
}
"""Names of the Hub that SPDX spells in another way."""

_HUB_ALONE = frozenset(
    (
        *("openrail", "openrail++", "bigscience-openrail-m", "creativeml-openrail-m"),
        *("bigscience-bloom-rail-1.0", "bigcode-openrail-m", "bsd", "c-uda", "cc", "gfdl", "gpl"),
        *("lgpl", "lgpl-lr", "ms-pl", "apple-ascl", "apple-amlr", "deepfloyd-if-license"),
        *("llama2", "llama3", "gemma", "fair-noncommercial-research-license", "intel-research"),
        *("h-research", "open-mdw", "unknown", "other"),
    )
)
"""Names of the Hub that SPDX does not have."""


def spdx(name: str) -> str | None:
    """The SPDX expression that a name means, in SPDX's own spelling; None where SPDX has none."""
    from packaging.licenses import (  # noqa: PLC0415 - SPDX's list, needed only here
        InvalidLicenseExpression,
        canonicalize_license_expression,
    )

    try:
        return str(canonicalize_license_expression(_HUB.get(name.strip().lower(), name)))
    except InvalidLicenseExpression:
        return None


@lru_cache
def is_known(name: str) -> bool:
    """Whether the Hub or SPDX has a licence, an expression or a LicenseRef- of this name."""
    return name.strip().lower() in _HUB_ALONE or spdx(name) is not None


def licence(given: str) -> str:
    """The name of a licence, as it is given; ValueError where neither the Hub nor SPDX knows it."""
    if not is_known(given):
        raise ValueError(
            f"{given!r} is not a licence that the Hub or SPDX knows: give a name such as cc-by-4.0, or "
            "LicenseRef-NAME"
        )
    return given


def address(name: str) -> str:
    """Where a licence can be read: its page at SPDX, else what the name says itself."""
    known = spdx(name)
    alone = known is not None and " " not in known and not known.startswith("LicenseRef-")
    return f"https://spdx.org/licenses/{known}.html" if alone else known or name
