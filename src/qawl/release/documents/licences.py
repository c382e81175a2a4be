"""Licences as the Hub names them → as SPDX names them, and where their texts stand."""

_SPDX = {
    each.lower(): each
    for each in (
        "CC0-1.0",
        *(
            f"CC-BY{terms}-{version}"
            for terms in ("", "-SA", "-NC", "-ND", "-NC-SA", "-NC-ND")
            for version in ("2.0", "2.5", "3.0", "4.0")
        ),
        *("Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "ODbL-1.0", "ODC-By-1.0"),
        *("PDDL-1.0", "CDLA-Permissive-1.0", "CDLA-Sharing-1.0", "GPL-3.0", "LGPL-3.0", "AGPL-3.0"),
    )
}
_HUB = {"odbl": "ODbL-1.0", "odc-by": "ODC-By-1.0", "pddl": "PDDL-1.0", "mit": "MIT"}
"""Names of the Hub that have no version in them."""


def spdx(name: str) -> str | None:
    """The SPDX identifier of a licence; None for one that is not on its list."""
    return _HUB.get(name.lower()) or _SPDX.get(name.lower())


def address(name: str) -> str:
    """Where a licence can be read: its page at SPDX, else what the name says itself."""
    known = spdx(name)
    return f"https://spdx.org/licenses/{known}.html" if known else name
