"""A Label Studio that holds its projects in memory: what `push` and its plan ask of a server."""

import copy
from datetime import UTC, datetime

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Webhooks:
    """Webhooks, as Label Studio keeps them."""

    def __init__(self):
        self.hooks = []

    def request(self, method, path, *, body=None):
        if method == "GET":
            return [dict(each) for each in self.hooks]
        if method == "POST":
            self.hooks.append({**body, "id": len(self.hooks) + 1})
            return self.hooks[-1]
        (there,) = (each for each in self.hooks if path == f"api/webhooks/{each['id']}/")
        if method == "PATCH":
            there.update(body)
        else:
            self.hooks.remove(there)
        return None


class Memory:
    """Projects and tasks in the order of their making; `calls` has what was asked, as (verb, id)."""

    url = "http://memory.example"

    def __init__(self):
        self.made, self.held, self.calls, self.number = [], {}, [], 0
        self.views = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def together(self, work, those):
        return [work(each) for each in those]

    def projects(self):
        return iter(copy.deepcopy(self.made))

    def create_project(self, fields):
        self.number += 1
        made = {"id": self.number, "created_at": f"t{self.number}", **fields}
        self.made.append(made)
        self.held[made["id"]] = []
        return made

    def update_project(self, project, fields):
        self.calls.append(("configure", project))
        next(each for each in self.made if each["id"] == project).update(fields)

    def delete_project(self, project):
        self.made = [each for each in self.made if each["id"] != project]

    def tabs(self, project):
        return copy.deepcopy([each for each in self.views.values() if each["project"] == project])

    def put_tab(self, project, tab, data):
        self.calls.append(("tab", tab))
        if data is None:
            del self.views[tab]
            return
        self.number += tab is None
        tab = self.number if tab is None else tab
        self.views[tab] = {"id": tab, "project": project, "data": copy.deepcopy(data)}

    def import_tasks(self, project, tasks):
        for task in tasks:
            self.number += 1
            self.held[project].append(
                {"id": self.number, "annotations": [], "draft_exists": False, **copy.deepcopy(task)}
            )

    def tasks(self, project, *, annotations=False, fields=(), where=()):
        for task in list(self.held[project]):
            facts = {
                "annotations_ids": not task["annotations"],
                "draft_exists": task["draft_exists"],
                "avg_lead_time": None,
            }
            if all(facts[column] == value for column, _, value in where):
                sent = copy.deepcopy(task)
                for each in sent["annotations"] if annotations and fields else ():
                    for name in {*each} - {*fields}:  # as Label Studio does
                        del each[name]
                yield sent

    def work(self, project):
        for task in copy.deepcopy(self.held[project]):
            yield from (*task["annotations"], *task.get("drafts", ()))

    def task(self, identity):
        return next(one for each in self.held.values() for one in each if one["id"] == identity)

    def update_task(self, task, data):
        self.calls.append(("update", task))
        self.task(task)["data"] = copy.deepcopy(data)

    def suggest(self, task, predictions):
        self.calls.append(("suggest", task))
        self.task(task)["predictions"] = list(predictions)

    def delete_tasks(self, tasks):
        gone = set(tasks)
        self.calls += [("delete", each) for each in gone]
        for project, those in self.held.items():
            self.held[project] = [each for each in those if each["id"] not in gone]


class Working(Webhooks, Memory):
    """A server with a clock on which annotators work: its tasks change at a time, a reading may ask for what
    changed since, and it keeps webhooks."""

    def __init__(self):
        Webhooks.__init__(self)
        Memory.__init__(self)
        self.now, self.asked = NOW, []

    def clock(self):
        return self.now

    def count(self, *_):
        return 0, None

    def projects(self):
        for each in super().projects():
            done = sum(len(task["annotations"]) for task in self.held[each["id"]])
            yield {
                **each,
                "total_annotations_number": done,
                "skipped_annotations_number": 0,
                "created_at": "2026-01-01T00:00:00Z",
            }

    def task_pages(self, project, *, annotations, where, after):
        self.asked.append([column for column, *_ in where])
        since = next((value for column, _, value in where if column == "updated_at"), "")
        page = [
            {**copy.deepcopy(each), "project": project}
            for each in self.held[project]
            if each["annotations"] and each["id"] > after and each["updated_at"] > since
        ]
        yield from [page] if page else []

    def annotate(self, project, surface, label, *, number=0, control="entity", user=1):
        """An annotator marks a surface in the task of that number in a project, in place of what was marked."""
        task = self.held[project][number]
        moment = f"{self.now:%Y-%m-%dT%H:%M:%S.%fZ}"
        start = task["data"]["text"].index(surface)
        value = {"start": start, "end": start + len(surface), "text": surface, "labels": [label]}
        mark = {
            "id": "r",
            "from_name": control,
            "to_name": "text",
            "type": "labels",
            "value": value,
        }
        done = {"id": 900 + task["id"], "completed_by": user, "unique_id": f"u{task['id']}"}
        said = {"result": [mark], "created_at": moment, "updated_at": moment, "lead_time": 1.0}
        task["annotations"] = [{**done, "was_cancelled": False, **said}]
        task["updated_at"] = moment
