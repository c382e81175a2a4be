"""A big project and many projects on a real Label Studio: what pull, status and push take.

    python bench/bench_scale.py [TASKS] [ANNOTATIONS] [ARTICLES]

One project of TASKS tasks (20,000) with ANNOTATIONS annotations (4,000): pull must stay under 500 MB,
and go on after being killed. Then 10 annotators and 3 layers (30 projects) of ARTICLES articles each.
The baseline is the SDK's bare listing of the same project in the same run.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import exports
from qawl.annotations import journal, journal_entries
from qawl.core import project
from qawl.setup import init
from qawl.studio import client as studio_client
from qawl.studio import plan, pull_project, server

MANY = """\
name: bench
annotators: [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10]
overlap: {entity: 10, quote: 10, claim: 10}
"""


def opened(folder, settings, articles, url):
    """A corpus of these articles at this server."""
    made = init.init(folder, name="bench")
    (made.root / "qawl.yaml").write_text(f"{settings}label_studio: {{url: {url}}}\n", "utf-8")
    made = project.load(made.root)
    exports.freeze(made, articles)
    return made


def run(made, *arguments, kill_when=None):
    """Runs a command, and kills it once something holds; (seconds, peak MB)."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "qawl", *arguments]
    process = subprocess.Popen(command, cwd=made.root, stdout=subprocess.DEVNULL)
    memory = 0.0
    while process.poll() is None:
        memory = max(memory, peak(process.pid))
        if kill_when and kill_when():
            process.kill()
        time.sleep(0.05)
    wanted = -signal.SIGKILL if kill_when else 0
    assert process.returncode == wanted, f"qawl {' '.join(arguments)}: {process.returncode}"
    return time.perf_counter() - start, memory


def peak(process):
    """Peak memory of a process in MB by now; what `wait4` says counts its parent at the fork too."""
    try:
        said = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in said.splitlines() if "VmHWM" in line), 0.0)


def lines(path):
    """How many lines a file has."""
    with path.open("rb") as file:
        return sum(1 for _ in file)


def big(folder, access, count, annotated):
    """One project of many tasks."""
    rng = random.Random(0)
    tasks = [exports.task(number, rng) for number in range(count)]
    settings = exports.SETTINGS.replace("[a1, a2]", "[a1]")
    made = opened(
        folder, settings, [exports.frozen(each["data"]["text"]) for each in tasks], access.url
    )
    print(f"push of {count} tasks: {run(made, 'push')[0]:.1f} s", flush=True)
    answers = {each["data"]["text"]: each["annotations"][0]["result"] for each in tasks[:annotated]}
    with studio_client.connect(made, access) as client:
        (pushed,) = plan.remotes(client, made)
        sent = [{"data": task["data"]} for task in client.tasks(pushed.id)]
        for task in sent:
            if result := answers.get(task["data"]["text"]):
                task["annotations"] = [{"result": result, "lead_time": 9.0}]
        same = ("title", "description", "label_config", "expert_instruction")
        client.delete_project(pushed.id)
        home = client.create_project({name: pushed.fields[name] for name in same})["id"]
        for at in range(0, count, 1000):
            client.import_tasks(home, sent[at : at + 1000])
        start = time.perf_counter()
        from label_studio_sdk import LabelStudio

        bare = LabelStudio(base_url=access.url, api_key=access.token)
        total = sum(1 for _ in bare.tasks.list(project=home, fields="all", page_size=100))
        listing = time.perf_counter() - start
    print(f"SDK lists {total} tasks with {len(answers)} annotations: {listing:.1f} s", flush=True)
    path = journal.folder(made) / "entity.a1.jsonl"
    run(made, "pull", kill_when=lambda: path.exists() and lines(path) > annotated / 3)
    before = lines(path)
    took, memory = run(made, "pull")
    entries = [each.key for each in journal_entries.entries(path)]
    assert len(entries) == len(set(entries)) == len(answers)
    print(f"pull, killed with {before} in the journal, again: {took:.1f} s, {memory:.0f} MB")
    print("waiting until the import is older than what is read again", flush=True)
    time.sleep(pull_project.MARGIN.total_seconds())
    run(made, "pull")
    again, memory = run(made, "pull")
    print(f"pull with nothing new: {again:.1f} s, {memory:.0f} MB", flush=True)
    print(f"status: {run(made, 'status')[0]:.1f} s; empty push: {run(made, 'push')[0]:.1f} s")
    print(f"nothing new / SDK listing: {again / listing:.2f}", flush=True)


def many(folder, access, count):
    """Thirty projects."""
    rng = random.Random(1)
    articles = [
        exports.frozen(exports.task(number, rng)["data"]["text"]) for number in range(count)
    ]
    made = opened(folder, MANY, articles, access.url)
    print(f"push of 30 projects of {count} tasks: {run(made, 'push')[0]:.1f} s", flush=True)
    for name in ("push", "status", "pull", "pull"):
        took, memory = run(made, name)
        print(f"{name} of 30 projects: {took:.1f} s, {memory:.0f} MB", flush=True)


def main():
    """Prints what each takes."""
    count, annotated, articles = (
        *map(int, sys.argv[1:]),
        *(20_000, 4_000, 200)[len(sys.argv) - 1 :],
    )
    with tempfile.TemporaryDirectory() as temporary:
        home = init.init(Path(temporary) / "server", name="server")
        with server.running(home, port=server.free_port(), say=print) as access:
            os.environ["LABEL_STUDIO_API_KEY"] = access.token
            many(Path(temporary) / "many", access, articles)
            with studio_client.connect(home, access) as client:
                for each in list(client.projects()):
                    client.delete_project(each["id"])
            big(Path(temporary) / "big", access, count, annotated)


if __name__ == "__main__":
    main()
