"""Push and pull against what the SDK's bare import and export of the same data take.

    python bench/bench_push_pull.py [TASKS]

Starts a real Label Studio; figures are ratios of the same run (at most 1.25 is asked for).
"""

import os
import random
import sys
import tempfile
import time
from pathlib import Path

import exports
from qawl.core import project
from qawl.scheme import scheme
from qawl.scheme.label_config import config_xml
from qawl.setup import init
from qawl.studio import client as studio_client
from qawl.studio import plan, pull, push, server


def timed(what, work):
    """Seconds that some work takes."""
    start = time.perf_counter()
    found = work()
    took = time.perf_counter() - start
    print(f"  {what}: {took:.2f} s", flush=True)
    return took, found


def main():
    """Prints the ratios."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as temporary:
        made = init.init(Path(temporary) / "bench", name="bench")
        (made.root / "qawl.yaml").write_text(exports.SETTINGS.replace("[a1, a2]", "[a1]"), "utf-8")
        made = project.load(made.root)
        tasks = [exports.task(number, rng) for number in range(count)]
        texts = [task["data"]["text"] for task in tasks]
        exports.freeze(made, map(exports.frozen, texts))
        with server.running(made, port=server.free_port(), say=print) as access:
            os.environ["LABEL_STUDIO_API_KEY"] = access.token
            from label_studio_sdk import LabelStudio

            bare = LabelStudio(base_url=access.url, api_key=access.token)
            config = config_xml(scheme.load(made, "entity"), "ar")
            home = bare.projects.create(title="bare", label_config=config).id
            plain = [{"data": task["data"]} for task in tasks]

            def send():
                for start in range(0, count, 200):
                    bare.projects.import_tasks(
                        id=home,
                        request=plain[start : start + 200],
                        request_options={"max_retries": 0},
                    )

            sdk_in, _ = timed("SDK: import", send)
            with studio_client.connect(made, access) as client:
                mine_in, _ = timed(
                    "qawl: push",
                    lambda: [push.apply(client, step) for step in plan.plan(client, made)],
                )
                remote = plan.remotes(client, made)[0]
                empty, steps = timed(
                    "qawl: empty push",
                    lambda: [each for each in plan.plan(client, made) if not each.empty],
                )
                assert not steps
                answer = {task["data"]["text"]: task["annotations"][0] for task in tasks}
                full = [
                    {
                        "data": {**each["data"]},
                        "annotations": [
                            {"result": answer[each["data"]["text"]]["result"], "lead_time": 5.0}
                        ],
                    }
                    for each in client.tasks(remote.id)
                ]
                client.delete_tasks([])
                client.delete_project(remote.id)
                fields = {
                    "title": remote.fields["title"],
                    "description": remote.fields["description"],
                    "label_config": remote.config,
                }
                annotated = int(client.create_project(fields)["id"])
                client.import_tasks(annotated, full)
                sdk_out, _ = timed(
                    "SDK: tasks.list, fields=all",
                    lambda: list(bare.tasks.list(project=annotated, fields="all", page_size=100)),
                )
                mine_out, outcome = timed(
                    "qawl: pull",
                    lambda: pull.pull(client, made),
                )
                assert outcome.new.total() == count
                timed(
                    "qawl: pull again",
                    lambda: pull.pull(client, made),
                )
        print(f"push / SDK import: {mine_in / sdk_in:.2f} (at most 1.25)")
        print(f"pull / SDK export: {mine_out / sdk_out:.2f} (at most 1.25)")
        print(f"empty push: {empty:.2f} s; peak memory {exports.peak():.0f} MB")


if __name__ == "__main__":
    main()
