"""Large projects: memory does not grow with the tasks, time not with the square of the annotators.

Each adoption is a process of its own, so that its memory and its open files are its own.
"""

import json
import random
import resource
import subprocess
import sys

import pytest

RUN = """
import json, sys
from pathlib import Path
from qawl.setup.adoption.adopt import Request, adopt
report = adopt(Request((sys.argv[1],), Path(sys.argv[2])))
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({**report.as_json(), "kB": int(peak.split()[1])}))
"""


def export(path, tasks, people, each=2):
    """A Label Studio export of short texts, every one by `each` of so many people."""
    chance = random.Random(tasks)
    words = [f"كلمة{number}" for number in range(5000)]
    with path.open("w", encoding="utf-8") as file:
        for number in range(tasks):
            text = " ".join(chance.choices(words, k=30))
            place = {"start": 0, "end": 4, "text": text[:4], "labels": [chance.choice("أب")]}
            result = {"id": "r", "from_name": "label", "to_name": "text", "type": "labels"}
            done = []
            for at in range(each):
                user = (number * each + at) % people + 1
                who = {"id": user, "email": f"u{user}@team.example"}
                done.append({"id": number * each + at + 1, "completed_by": who, "result": [{**result, "value": place}]})  # fmt: skip
            task = {"id": number + 1, "project": 1, "data": {"text": text}, "annotations": done}
            file.write(("," if number else "[") + json.dumps(task))
        file.write("]")
    return path


def adopted(path, into, files=None):
    def limit():
        if files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    done = subprocess.run(
        [sys.executable, "-c", RUN, str(path), str(into)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_tasks(tmp_path):
    small, large = 10_000, 40_000
    peaks = []
    for tasks in (small, large):
        said = adopted(export(tmp_path / f"{tasks}.json", tasks, 3), tmp_path / str(tasks))
        assert said["records"]["tasks"] == tasks
        peaks.append(said["kB"])
    # Below 10,000 tasks libraries still take their buffers.
    assert (peaks[1] - peaks[0]) / (large - small) < 1.5, peaks


def test_many_annotators_need_few_open_files(tmp_path):
    """A project of a crowd: macOS lets a process have 256 files open, Linux mostly 1024."""
    said = adopted(export(tmp_path / "crowd.json", 150, 150), tmp_path / "c", files=120)
    assert said["records"] == {"tasks": 150, "annotations": 300, "spans": 300, "relations": 0, "attributes": 0}  # fmt: skip
