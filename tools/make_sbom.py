"""Writes a bill of materials (CycloneDX 1.6) of what `pip install qawl` brings, with the licences.

python tools/make_sbom.py dist/qawl.cdx.json
"""

import json
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from qawl.core import files, licences

ROOT = "qawl"


def needed(name: str) -> list[str]:
    """The packages that one needs on this machine, without extras, and that are installed."""
    found = set()
    for line in distribution(name).requires or ():
        each = Requirement(line)
        if each.marker is None or each.marker.evaluate({"extra": ""}):
            found.add(canonicalize_name(each.name))
    return sorted(filter(installed, found))


def installed(name: str) -> bool:
    """Whether there is such a package here."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def closure(root: str) -> dict[str, list[str]]:
    """Package → what it needs, of all that a package brings."""
    found: dict[str, list[str]] = {}
    left = [root]
    while left:
        name = left.pop()
        if name not in found:
            found[name] = needed(name)
            left += found[name]
    return dict(sorted(found.items()))


def licences_of(package: Distribution) -> list[dict[str, Any]]:
    """The licences that a package states, as CycloneDX has them."""
    said = package.metadata
    stated = (said.get("License-Expression") or said.get("License") or "").strip()
    if known := licences.spdx(stated) if stated else None:
        return [{"expression": known}]
    named = [
        each.rpartition(" :: ")[2]
        for each in said.get_all("Classifier") or ()
        if each.startswith("License :: ") and each.count(" :: ") > 1
    ]
    named = named or [(stated or _titled(package) or "not stated").splitlines()[0]]
    return [{"license": {"name": each}} for each in named]


def _titled(package: Distribution) -> str | None:
    """The title of the licence that lies in a package which states none."""
    for path in package.files or ():
        if "license" in path.name.lower() and ".dist-info" in str(path):
            lines = (line.strip() for line in path.read_text("utf-8").splitlines())
            return next(filter(None, lines), None)
    return None


def component(name: str, kind: str = "library") -> dict[str, Any]:
    """A package as a component."""
    package = distribution(name)
    return {
        "type": kind,
        "bom-ref": reference(name),
        "name": package.metadata["Name"],
        "version": package.version,
        "licenses": licences_of(package),
        "purl": reference(name),
    }


def reference(name: str) -> str:
    """The package URL of a package."""
    return f"pkg:pypi/{name}@{distribution(name).version}"


def bill() -> dict[str, Any]:
    """The bill of materials; the same installation gives the same bytes."""
    packages = closure(ROOT)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component(ROOT, "application")},
        "components": [component(name) for name in packages if name != ROOT],
        "dependencies": list(_arrows(packages)),
    }


def _arrows(packages: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    for name, needs in packages.items():
        yield {"ref": reference(name), "dependsOn": [reference(each) for each in needs]}


if __name__ == "__main__":
    made = bill()
    files.write_text(Path(sys.argv[1]), json.dumps(made, ensure_ascii=False, indent=1) + "\n")
    print(f"{sys.argv[1]}: {len(made['components'])} packages")
