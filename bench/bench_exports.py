"""Reading, validating and releasing an export, against what the SDK's converter and a bare script take.

    python bench/bench_exports.py [TASKS [ROUNDS]]

All in one run on the same file; figures are ratios, below 1 is faster than the baseline. With several
rounds the best of each counts, and what the SDK's import takes does not.
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


class Took:
    """Seconds that each piece of work takes, by the clock and of CPU: the best of all rounds."""

    def __init__(self) -> None:
        self.clock: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    def time(self, what: str, work: Callable) -> None:
        """Does some work and notes how long it took."""
        clock, cpu = time.perf_counter(), time.process_time()
        work()
        clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
        self.clock[what] = min(clock, self.clock.get(what, clock))
        self.cpu[what] = min(cpu, self.cpu.get(what, cpu))

    def compare(self, name: str, works: list[str], baseline: str, wanted: str) -> None:
        """Prints how long this work takes for each second of the baseline."""
        clock, cpu = (
            sum(each[work] for work in works) / each[baseline] for each in (self.clock, self.cpu)
        )
        print(f"{name} / {baseline}: {clock:.2f}, of CPU {cpu:.2f} ({wanted})")


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


OURS = ["pull", "validate and gates", "release", "verify"]


def main() -> None:
    """Prints the ratios."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    took = Took()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        corpus, path = exports.make(folder, count)
        print(f"{count} tasks, {path.stat().st_size / 1e6:.0f} MB, best of {rounds}")
        for number in range(rounds):
            baselines(took, path, folder / f"baseline-{number}")
            ours(took, path, fresh(corpus, folder / f"work-{number}"))
    for what, clock in took.clock.items():
        print(f"  {what}: {clock:.2f} s, of CPU {took.cpu[what]:.2f} s")
    took.compare("read and validate", OURS[:2], "SDK's JSON_MIN", "below 1")
    took.compare("export to verified release", OURS, "SDK's CONLL2003", "below 1")
    took.compare("export to verified release", OURS, "bare script", "at most 4")
    took.compare("agreement", ["agreement"], "json.loads", "at most 1")
    took.compare("agreement, 1,000 resamples", ["resampled"], "agreement", "at most 10")
    for size in (count, count * 10):
        apart(f"import bench_exports; bench_exports.memory({size})")


def baselines(took: Took, path: Path, folder: Path) -> None:
    """What the export is measured against."""
    folder.mkdir()
    took.time("json.loads", lambda: json.loads(path.read_text("utf-8")))
    took.time("bare script", lambda: script(path, folder / "bare.parquet"))
    for kind in ("JSON_MIN", "CONLL2003"):
        took.time(f"SDK's {kind}", lambda kind=kind: convert(path, folder / kind, kind))


def ours(took: Took, path: Path, work) -> None:
    """From the export to a verified release, as `qawl pull`, `release` and `verify` do it."""
    from qawl import agreement, gates, manifest, pull, release, validation

    made: list = []
    failing: list = []
    took.time("pull", lambda: pull.pull_files(work, [path], layer=None, annotator=None))
    took.time(
        "validate and gates",
        lambda: (
            made.append(validation.counts(work)),
            failing.extend(gates.failing(work, made[0])),
        ),
    )
    assert not failing, failing
    took.time("agreement", lambda: agreement.report(work, resamples=0))
    took.time("resampled", lambda: agreement.report(work, resamples=1000))
    took.time("release", lambda: release.build(work, "0.1.0", notes=[], checks=made[0]))
    folder = work.exports / "releases" / "0.1.0"
    took.time("verify", lambda: failing.extend(manifest.verify(folder)))
    assert not failing, failing


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
