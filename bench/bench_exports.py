"""Reading, validating and releasing an export, against what the SDK's converter and a bare script take.

    python bench/bench_exports.py [TASKS]

All in one run on the same file; figures are ratios, below 1 is faster than the baseline.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import exports

CONFIG = Path(__file__).parents[1] / "label_config" / "entity.xml"


def timed(what: str, work: Callable) -> float:
    """Seconds that some work takes."""
    start = time.perf_counter()
    work()
    took = time.perf_counter() - start
    print(f"  {what}: {took:.2f} s", flush=True)
    return took


def convert(path: Path, target: Path, kind: str) -> None:
    """The SDK's converter writes one format from the export."""
    from label_studio_sdk.converter import Converter
    from label_studio_sdk.converter.converter import Format

    Converter(CONFIG.read_text("utf-8"), project_dir=None).convert(
        str(path), str(target), Format[kind], is_dir=False
    )


def script(path: Path, target: Path) -> None:
    """What one writes by hand without checking anything: parse, flatten, one parquet table."""
    rows = []
    for task in json.loads(path.read_text("utf-8")):
        for annotation in task["annotations"]:
            for result in annotation["result"]:
                if result["type"] == "labels":
                    value = result["value"]
                    rows.append(
                        {
                            "task": task["id"],
                            "who": annotation["completed_by"]["id"],
                            "label": value["labels"][0],
                            "start": value["start"],
                            "end": value["end"],
                            "text": value["text"],
                        }
                    )
    pq.write_table(pa.Table.from_pylist(rows), target)


def fresh(corpus, folder: Path):
    """A copy of the corpus without exports."""
    from qawl import project

    shutil.copytree(corpus.root, folder)
    return project.load(folder)


def main() -> None:
    """Prints the ratios."""
    from qawl import agreement, gates, manifest, pull, release, validation

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        corpus, path = exports.make(folder, count)
        print(f"{count} tasks, {path.stat().st_size / 1e6:.0f} MB")
        parse = timed("json.loads alone", lambda: json.loads(path.read_text("utf-8")))
        bare = timed("bare script", lambda: script(path, folder / "bare.parquet"))
        json_min = timed(
            "SDK converter, JSON_MIN", lambda: convert(path, folder / "min", "JSON_MIN")
        )
        conll = timed(
            "SDK converter, CONLL2003", lambda: convert(path, folder / "conll", "CONLL2003")
        )
        work = fresh(corpus, folder / "work")
        read = timed(
            "qawl: read, journal, derive",
            lambda: pull.pull_files(work, [path], layer=None, annotator=None),
        )
        checks: dict = {}
        failing: list = []
        validate = timed(
            "qawl: validate, gates",
            lambda: (
                checks.update(validation.counts(work)),
                failing.extend(gates.failing(work, checks)),
            ),
        )
        assert not failing, failing
        measure = timed(
            "qawl: agreement without intervals", lambda: agreement.report(work, resamples=0)
        )
        intervals = timed(
            "qawl: agreement, 1,000 resamples", lambda: agreement.report(work, resamples=1000)
        )
        build = timed(
            "qawl: release", lambda: release.build(work, "0.1.0", notes=[], checks=checks)
        )
        verify = timed(
            "qawl: verify", lambda: list(manifest.verify(work.exports / "releases" / "0.1.0"))
        )
        whole = read + validate + build + verify
        print(f"read and validate / JSON_MIN: {(read + validate) / json_min:.2f} (below 1)")
        print(f"export to verified release / CONLL2003: {whole / conll:.2f} (below 1)")
        print(f"export to verified release / bare script: {whole / bare:.2f} (at most 4)")
        print(f"agreement / json.loads: {measure / parse:.2f} (at most 1)")
        print(f"agreement with intervals / without: {intervals / measure:.2f} (at most 10)")
    for size in (count, count * 10):
        apart(f"import bench_exports; bench_exports.memory({size})")


def apart(code: str) -> None:
    """Runs code in a process of its own, so that its memory is its own."""
    here = str(Path(__file__).parent)
    subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {here!r}); {code}"], check=True
    )


def memory(count: int) -> None:
    """Peak memory of reading, validating, releasing and verifying that many tasks."""
    from qawl import gates, manifest, pull, release, validation

    with tempfile.TemporaryDirectory() as temporary:
        make = f"exports.make(Path({temporary!r}), {count})"
        apart(f"import exports; from pathlib import Path; {make}")
        from qawl import project

        corpus = project.load(Path(temporary) / "corpus")
        start = time.perf_counter()
        pull.pull_files(corpus, [Path(temporary) / "export.json"], layer=None, annotator=None)
        checks = validation.counts(corpus)
        list(gates.failing(corpus, checks))
        release.build(corpus, "0.1.0", notes=[], checks=checks)
        list(manifest.verify(corpus.exports / "releases" / "0.1.0"))
        print(
            f"{count} tasks: peak {exports.peak():.0f} MB, {time.perf_counter() - start:.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
