"""The bill of materials of what is installed, and the look at published advisories, as `make dist` runs them."""

import json
import re
import subprocess
import sys
from importlib.metadata import version

from conftest import ROOT

PURL = re.compile(r"pkg:pypi/[a-z0-9][a-z0-9-]*@\S+")


def run(tool, *words):
    return subprocess.run(
        [sys.executable, ROOT / "tools" / tool, *words], capture_output=True, check=False, text=True
    )


def test_the_bill_of_materials_is_cyclonedx_and_names_what_is_installed(tmp_path):
    """The fields that CycloneDX 1.6 asks for, in the shapes that it has for them."""
    path = tmp_path / "qawl.cdx.json"
    assert run("make_sbom.py", path).returncode == 0
    first = path.read_bytes()
    said = json.loads(first)
    assert (said["bomFormat"], said["specVersion"], said["version"]) == ("CycloneDX", "1.6", 1)
    assert said["metadata"]["component"]["name"] == "qawl"
    assert said["metadata"]["component"]["type"] == "application"
    named = {each["name"].lower(): each for each in said["components"]}
    assert {"click", "msgspec", "pyarrow", "rich", "datasets"} <= named.keys()
    assert named["click"]["version"] == version("click")
    for each in said["components"]:
        assert each["type"] == "library"
        assert PURL.fullmatch(each["purl"])
        assert each["licenses"]
        for given in each["licenses"]:
            assert given.keys() in ({"license"}, {"expression"})
            assert "license" not in given or given["license"].keys() in ({"id"}, {"name"})
        assert (
            not any("expression" in given for given in each["licenses"])
            or len(each["licenses"]) == 1
        )
    references = [said["metadata"]["component"]["bom-ref"]]
    references += [each["bom-ref"] for each in said["components"]]
    assert len(set(references)) == len(references)
    arrows = {each["ref"]: each["dependsOn"] for each in said["dependencies"]}
    assert arrows.keys() == set(references)
    assert all(each in arrows for those in arrows.values() for each in those)
    assert run("make_sbom.py", path).returncode == 0
    assert path.read_bytes() == first


def test_nothing_that_is_installed_is_copyleft_alone(tmp_path):
    path = tmp_path / "qawl.cdx.json"
    run("make_sbom.py", path)
    for each in json.loads(path.read_bytes())["components"]:
        said = json.dumps(each["licenses"])
        free = re.search(r" OR |MPL|Mozilla", said)
        assert free or not re.search(r"GPL|GNU", said), (each["name"], said)


def test_advisories_are_told_and_an_index_without_them_is_said(tmp_path):
    """From an index of our own: one pin has an advisory, one a withdrawn one; then one that is not there."""
    import functools
    import http.server
    import threading

    found = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fixed_in": ["2.0"], "withdrawn": None}
    for name, those in (("one", [found]), ("two", [{**found, "withdrawn": "2026-01-01"}])):
        page = tmp_path / "pypi" / name / "1.0" / "json"
        page.parent.mkdir(parents=True)
        page.write_text(json.dumps({"vulnerabilities": those}))
    lock = tmp_path / "a.lock"
    lock.write_text("# pins\none==1.0\ntwo==1.0 ; python_version > '3'\n")
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    handler = functools.partial(quiet, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/simple"
        done = told(address, lock)
        assert done.returncode == 1
        assert done.stdout.splitlines() == [
            "one 1.0: PYSEC-1, CVE-1; mended in 2.0",
            "advisories: 2 pins checked, 1 advisories",
        ]
        lock.write_text("three==1.0\n")
        done = told(address, lock)
        assert (done.returncode, "NOT CHECKED from three on" in done.stdout) == (0, True)
        server.shutdown()
    done = told("file:///a/folder", lock)
    assert (done.returncode, "NOT CHECKED" in done.stdout) == (0, True)


def told(address, lock):
    import os

    return subprocess.run(
        [sys.executable, ROOT / "tools" / "check_advisories.py", lock],
        capture_output=True,
        check=False,
        text=True,
        env={**os.environ, "PIP_INDEX_URL": address, "no_proxy": "127.0.0.1"},
    )
