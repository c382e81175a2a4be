"""A Label Studio that holds its projects in memory: what `push` and its plan ask of a server."""

import copy


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
            }
            if all(facts[column] == value for column, _, value in where):
                yield copy.deepcopy(task)

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
