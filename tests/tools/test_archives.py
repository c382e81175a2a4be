"""Text that may not be redistributed is found in wheels and source archives, as `make dist` looks for it."""

import subprocess
import sys
import tarfile
import zipfile

from conftest import ROOT
from qawl.articles import store
from qawl.core import project


def searched(path):
    return subprocess.run(
        [sys.executable, ROOT / "tools" / "check_archives.py", path],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
    )


def test_withheld_text_in_an_archive_is_named_with_its_file(tmp_path):
    texts = [each.text for each in store.articles(project.load(ROOT)) if not each.redistribute]
    held = tmp_path / "held.txt"
    for content, code in (("nothing of an article", 0), (f"cut {texts[0][100:400]}", 1)):
        held.write_text(content, encoding="utf-8")
        wheel, source = tmp_path / "a.whl", tmp_path / "a.tar.gz"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.write(held, "held.txt")
        with tarfile.open(source, "w:gz") as archive:
            archive.add(held, "held.txt")
        for each in (wheel, source):
            done = searched(each)
            assert done.returncode == code
            assert ("held.txt holds text that may not be redistributed" in done.stderr) is bool(
                code
            )
