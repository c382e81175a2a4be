"""One table of ratios: Qawl's commands against a script and a peer, and how they grow.

    python bench/table.py [--rounds 3] [--tasks 2000] [--versions 100000] [--articles 10000] [--large]

CPU seconds (user and system) of processes with their imports, medians of so many rounds, with the lowest
and the highest. Growth is measured once, to ten times the size with `--large`. What each row is compared
with runs in the same round on the same file.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import baselines
import exports
from qawl.annotations import segments

HERE = Path(__file__).parent
COMMANDS = {
    "pull": ["pull", "--from", "../export.json"],
    "validate": ["validate"],
    "adjudicate": ["adjudicate"],
    "release": ["release", "0.1.0"],
    "verify": ["verify", "exports/releases/0.1.0"],
}
OTHERS = {
    "hand-written script": "script",
    "the same script with datasets": "datasets",
    "SDK's CoNLL conversion": "CONLL2003",
    "SDK's JSON_MIN": "JSON_MIN",
}


class Run:
    """CPU seconds and peak memory in MB of a process."""

    def __init__(self, folder: Path, *words: object) -> None:
        command = [sys.executable, *map(str, words)]
        environment = {
            name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
        }
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, cwd=folder, env=environment, **quiet)
        _, status, used = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"failed: {' '.join(command)}")
        self.cpu, self.memory = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def made(folder: Path, tasks: int) -> Path:
    """A corpus of so many tasks and its export."""
    code = f"import exports; from pathlib import Path; exports.make(Path({str(folder)!r}), {tasks})"
    folder.mkdir()
    Run(HERE, "-c", code)
    return folder


def pipeline(folder: Path) -> dict[str, Run]:
    """The commands from an export to a verified release."""
    return {name: Run(folder / "corpus", "-m", "qawl", *words) for name, words in COMMANDS.items()}


def once_more(folder: Path) -> Run:
    """The second release, after one annotation has changed."""
    path = folder / "export.json"
    with path.open("rb") as file:
        task = json.JSONDecoder().raw_decode(file.read(1 << 20).decode()[1:])[0]
    task["annotations"][0]["result"] = task["annotations"][0]["result"][4:]
    task["annotations"][0]["updated_at"] = "2026-02-01T00:00:00.000000Z"
    path.with_name("changed.json").write_text(json.dumps([task]), "utf-8")
    corpus = folder / "corpus"
    Run(corpus, "-m", "qawl", "pull", "--from", "../changed.json")
    return Run(corpus, "-m", "qawl", "release", "0.2.0")


def said(values: list[float]) -> str:
    """The median, with the lowest and the highest."""
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def row(*cells: object) -> None:
    """A line of the table."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def against(folder: Path, tasks: int, rounds: int) -> None:
    """Export to verified release, against the others on the same file."""
    ours: dict[str, list[Run]] = {}
    others: dict[str, list[float]] = {name: [] for name in OTHERS}
    second: list[float] = []
    start = made(folder / "start", tasks)
    for number in range(rounds):
        place = folder / f"round-{number}"
        shutil.copytree(start, place)
        for name, kind in OTHERS.items():
            words = HERE / baselines.__file__, kind, "export.json", f"made-{kind}"
            others[name].append(Run(place, *words).cpu)
        for name, run in pipeline(place).items():
            ours.setdefault(name, []).append(run)
        second.append(once_more(place).cpu)
        shutil.rmtree(place)
    whole = [sum(run.cpu for run in each) for each in zip(*ours.values(), strict=True)]
    row(f"{tasks} tasks, CPU seconds", "median (lowest-highest)", "ratio to it: export to release")
    row("---", "---", "---")
    for name, values in others.items():
        row(name, said(values), said([a / b for a, b in zip(whole, values, strict=True)]))
    for name, runs in ours.items():
        row(f"qawl {name}", said([each.cpu for each in runs]), "")
    row("export to verified release", said(whole), "1")
    ratios = [a / b.cpu for a, b in zip(second, ours["release"], strict=True)]
    row("second release after one changed annotation", said(second), f"{said(ratios)} of the first")


def growth(folder: Path, tasks: int) -> None:
    """CPU and memory of the commands at a size and at ten times that."""
    small, large = (pipeline(made(folder / f"of-{size}", size)) for size in (tasks, 10 * tasks))
    print()
    row(f"{tasks} → {10 * tasks} tasks", "CPU seconds", "times", "peak MB", "times")
    row("---", "---", "---", "---", "---")
    for name in COMMANDS:
        one, ten = small[name], large[name]
        row(
            f"qawl {name}",
            f"{one.cpu:.1f} → {ten.cpu:.1f}",
            f"{ten.cpu / one.cpu:.1f}",
            f"{one.memory:.0f} → {ten.memory:.0f}",
            f"{ten.memory / one.memory:.2f}",
        )


ENTRIES = """
import sys, json
from pathlib import Path
sys.path.insert(0, {here!r})
import exports, msgspec
from qawl.annotations import journal, journal_entries
from qawl.core import project
from qawl.core.records import to_json
corpus = project.load(Path({corpus!r}))
path = corpus.journal_file("entity", "a1")
ids = [json.loads(line)["id"] for line in corpus.articles_file.open("rb")]
values = [dict(start=at, end=at + 3, text="abc", labels=["PERS"]) for at in range(4)]
result = [dict(id=str(at), from_name="entity", to_name="text", type="labels", value=each)
          for at, each in enumerate(values)]

def entry(number):
    key = number // 4
    sent = dict(id=key, completed_by=1, created_at="2026-01-01T00:00:00Z", result=result,
                updated_at=f"2026-01-01T00:00:0{{number % 4}}Z", was_cancelled=False)
    article = ids[key % 50]
    return journal_entries.Entry(
        key=f"{{article}}/{{key}}", article_id=article, scheme_version="1",
        task=dict(id=key, project=1), annotation=msgspec.Raw(to_json(sent)))
"""
MADE = """
journal.opened_at(corpus, path).append(map(entry, range({versions})))
"""
OPENED = """
from pathlib import Path
from qawl.annotations import journal
from qawl.core import project
corpus = project.load(Path("."))
opened = journal.opened_at(corpus, corpus.journal_file("entity", "a1"))
assert opened.count == {versions}, opened.count
"""
NOTHING_NEW = """
assert journal.opened_at(corpus, path).append(map(entry, range({versions} - 1000, {versions}))) == []
"""
LATEST = """
from pathlib import Path
from qawl.annotations import latest_entries
from qawl.core import project
with latest_entries.opened() as at:
    for each in latest_entries.places(project.load(Path(".")), "entity"):
        at(each)
"""


def written_anew(files: list[Path]) -> None:
    """Puts files of the same bytes in their place, as git does when a branch is checked out and left."""
    for each in files:
        copy = each.with_name(f"{each.name}.copy")
        shutil.copyfile(each, copy)
        copy.replace(each)


def journals(folder: Path, sizes: list[int]) -> None:
    """A journal in segments: checked whole, opened again, added to without effect, its latest read."""
    print()
    row(
        "journal of",
        "MB unpacked, on disk, index",
        *(
            "first opening",
            "again",
            "after git wrote all files anew",
            "1,000 known versions",
            "latest of each",
        ),
    )
    row(*["---"] * 7)
    for versions in sizes:
        place = folder / f"journal-{versions}"
        place.mkdir()
        corpus, _ = exports.make(place, 50)
        begun = ENTRIES.format(here=str(HERE), corpus=str(corpus.root))
        Run(HERE, "-c", begun + MADE.format(versions=versions))
        parts = segments.parts(corpus.journal_file("entity", "a1"))
        unpacked = sum(_unpacked(each) for each in parts) / 1e6
        shutil.rmtree(corpus.state / "journal")
        opened = OPENED.format(versions=versions)
        runs = [Run(corpus.root, "-c", opened) for _ in range(2)]
        written_anew(parts)
        runs += [
            Run(corpus.root, "-c", code)
            for code in (opened, begun + NOTHING_NEW.format(versions=versions), LATEST)
        ]
        stored = sum(each.stat().st_size for each in parts) / 1e6
        index = sum(each.stat().st_size for each in (corpus.state / "journal").iterdir()) / 1e6
        cells = (f"{each.cpu:.2f} s, {each.memory:.0f} MB" for each in runs)
        row(f"{versions} versions", f"{unpacked:.0f}, {stored:.0f}, {index:.0f}", *cells)
        shutil.rmtree(place)


def _unpacked(part: Path) -> int:
    """Bytes of a part of a journal, unpacked."""
    if part.suffix != ".gz":
        return part.stat().st_size
    with segments.unpacked(part) as file:
        return sum(map(len, file))


def ingested(folder: Path, sizes: list[int]) -> None:
    """`qawl ingest` of invented articles."""
    print()
    row("qawl ingest", "CPU seconds", "peak MB")
    row("---", "---", "---")
    for size in sizes:
        place = folder / f"ingest-{size}"
        place.mkdir()
        code = f"bench_ingest.made({size}, Path({str(place / 'in.jsonl')!r}))"
        code = f"import bench_ingest; from pathlib import Path; {code}"
        Run(HERE, "-c", code)
        Run(place, "-m", "qawl", "init", "corpus", "--name", "bench")
        run = Run(place / "corpus", "-m", "qawl", "ingest", "../in.jsonl")
        row(f"{size} articles", f"{run.cpu:.1f}", f"{run.memory:.0f}")


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tasks", type=int, default=2000)
    parser.add_argument("--versions", type=int, default=100_000)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--large", action="store_true", help="growth to ten times the size, too")
    given = parser.parse_args()
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, Python ",
        end="",
    )
    print(f"{platform.python_version()}, load at the start {load}\n", flush=True)
    times = (1, 10) if given.large else (1,)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        against(folder, given.tasks, given.rounds)
        if given.large:
            growth(folder, given.tasks)
        journals(folder, [given.versions * each for each in times])
        ingested(folder, [given.articles * each for each in times])


if __name__ == "__main__":
    main()
