"""Reading, validating and releasing an export, against what the SDK's converter and a bare script take.

    python bench/bench_exports.py [TASKS [ROUNDS]]

All in one run on the same file; figures are ratios, below 1 is faster than the baseline. Once as
functions of one process, where what imports take does not count from the second round on (the best of
each counts), and once as the commands that people run, each a process of its own with its imports.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import baselines
import exports

HERE = Path(__file__).parent


def _cpu() -> float:
    """Seconds of CPU of this process and of those that it waited for."""
    return sum(os.times()[:4])


class Took:
    """Seconds that each piece of work takes, by the clock and of CPU: the best of all rounds."""

    def __init__(self) -> None:
        self.clock: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    def time(self, what: str, work: Callable) -> None:
        """Does some work and notes how long it took."""
        clock, cpu = time.perf_counter(), _cpu()
        work()
        clock, cpu = time.perf_counter() - clock, _cpu() - cpu
        self.clock[what] = min(clock, self.clock.get(what, clock))
        self.cpu[what] = min(cpu, self.cpu.get(what, cpu))

    def compare(self, name: str, works: list[str], baseline: str, wanted: str) -> None:
        """Prints how long this work takes for each second of the baseline."""
        clock, cpu = (
            sum(each[work] for work in works) / each[baseline] for each in (self.clock, self.cpu)
        )
        print(f"{name} / {baseline}: {clock:.2f}, of CPU {cpu:.2f} ({wanted})")


def fresh(corpus, folder: Path):
    """A copy of the corpus without exports."""
    from qawl.core import project

    shutil.copytree(corpus.root, folder)
    return project.load(folder)


OURS = ["pull", "validate", "gates", "release", "verify"]
COMMANDS = {
    "qawl pull": ["pull", "--from", "{export}"],
    "qawl validate": ["validate", "--json"],
    "qawl release": ["release", "0.1.0"],
    "qawl verify": ["verify", "exports/releases/0.1.0"],
}


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
            others(took, path, folder / f"baseline-{number}")
            ours(took, path, fresh(corpus, folder / f"work-{number}"))
            commands(took, path, fresh(corpus, folder / f"commands-{number}"))
    for what, clock in took.clock.items():
        print(f"  {what}: {clock:.2f} s, of CPU {took.cpu[what]:.2f} s")
    for build, validate, of in (
        (OURS, OURS[:2], ""),
        ([each for each in COMMANDS if each != "qawl validate"], [*COMMANDS][:2], ", as command"),
    ):
        took.compare("read and validate", validate, f"SDK's JSON_MIN{of}", "below 1")
        took.compare("export to verified release", build, f"SDK's CONLL2003{of}", "below 1")
        took.compare("export to verified release", build, f"bare script{of}", "at most 4")
    took.compare("agreement", ["agreement"], "json.loads", "at most 1")
    for size in (count, count * 10):
        apart(f"import bench_exports; bench_exports.memory({size})")


def others(took: Took, path: Path, folder: Path) -> None:
    """What the export is measured against."""
    folder.mkdir()
    took.time("json.loads", lambda: json.loads(path.read_text("utf-8")))
    took.time("bare script", lambda: baselines.script(path, folder / "bare.parquet"))
    for kind in ("JSON_MIN", "CONLL2003"):
        took.time(f"SDK's {kind}", lambda kind=kind: baselines.convert(path, folder / kind, kind))


def ours(took: Took, path: Path, work) -> None:
    """From the export to a verified release, as `qawl pull`, `release` and `verify` do it."""
    from qawl.agreement import report
    from qawl.annotations import import_files
    from qawl.release import build, gates
    from qawl.release.versions import manifest
    from qawl.validation import validate as validation_validate

    made: list = []
    failing: list = []
    took.time("pull", lambda: import_files.pull_files(work, [path], layer=None, annotator=None))
    took.time("validate", lambda: made.append(validation_validate.counts(work)))
    took.time("gates", lambda: failing.extend(gates.failing(work, made[0])))
    assert not failing, failing
    took.time("agreement", lambda: report.report(work))
    took.time("release", lambda: build.build(work, "0.1.0", notes=[], checks=made[0]))
    folder = work.exports / "releases" / "0.1.0"
    took.time("verify", lambda: failing.extend(manifest.verify(folder)))
    assert not failing, failing


def commands(took: Took, path: Path, work) -> None:
    """The same, and the baselines, each in a process of its own."""

    def time_command(name: str, *command: object) -> None:
        words = [sys.executable, *map(str, command)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        took.time(name, lambda: subprocess.run(words, cwd=work.root, check=True, **quiet))

    for name, kind in (
        ("bare script", "script"),
        ("SDK's JSON_MIN", "JSON_MIN"),
        ("SDK's CONLL2003", "CONLL2003"),
    ):
        time_command(f"{name}, as command", HERE / "baselines.py", kind, path, kind)
    for name, given in COMMANDS.items():
        time_command(name, "-m", "qawl", *(each.format(export=path) for each in given))


def apart(code: str) -> None:
    """Runs code in a process of its own, so that its memory is its own."""
    code = f"import sys; sys.path.insert(0, {str(HERE)!r}); {code}"
    subprocess.run([sys.executable, "-c", code], check=True)


def memory(count: int) -> None:
    """Peak memory of reading, validating, releasing and verifying that many tasks."""
    from qawl.annotations import import_files
    from qawl.release import build, gates
    from qawl.release.versions import manifest
    from qawl.validation import validate as validation_validate

    with tempfile.TemporaryDirectory() as temporary:
        make = f"exports.make(Path({temporary!r}), {count})"
        apart(f"import exports; from pathlib import Path; {make}")
        from qawl.core import project

        corpus = project.load(Path(temporary) / "corpus")
        start = time.perf_counter()
        import_files.pull_files(
            corpus, [Path(temporary) / "export.json"], layer=None, annotator=None
        )
        checks = validation_validate.counts(corpus)
        list(gates.failing(corpus, checks))
        build.build(corpus, "0.1.0", notes=[], checks=checks)
        list(manifest.verify(corpus.exports / "releases" / "0.1.0"))
        print(
            f"{count} tasks: peak {exports.peak():.0f} MB, {time.perf_counter() - start:.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
