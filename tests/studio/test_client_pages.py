"""Pages of tasks, where the server fails at some of them: found with few calls, no server needed."""

import json

import pytest

from qawl.annotations.json_stream import UNREADABLE
from qawl.studio.client import PAGE, Client
from qawl.studio.transport import Unsendable


class Failing(Client):
    """A client of a server with so many tasks that fails whenever one of these is to be sent."""

    def __init__(self, tasks, bad):
        self.url, self.there, self.bad, self.calls = "http://server", range(1, tasks + 1), bad, 0

    def request(self, method, path, *, params=None, body=None, retries=3):
        self.calls += 1
        conditions = json.loads(params["query"])["filters"]["items"]
        after = max(each["value"] for each in conditions if each["operator"] == "greater")
        left = [each for each in self.there if each > after]
        page = left[: params["page_size"]]
        if params.get("include") != "id" and self.bad & {*page}:
            raise Unsendable("500")
        return {"total": len(left), "tasks": [{"id": each, "annotations": []} for each in page]}


@pytest.mark.parametrize(
    "bad", [set(), {1}, {250}, {99, 100, 101}, {100}, {3, 117, 118, 249}, {*range(1, 251)}], ids=str
)
def test_every_task_comes_once_and_those_that_fail_as_notes(bad):
    client = Failing(250, bad)
    tasks = list(client.tasks(1, annotations=True))
    assert [each["id"] for each in tasks] == [*range(1, 251)]
    assert {each["id"] for each in tasks if UNREADABLE in each} == bad
    assert client.calls <= 3 + 10 * len(bad)


def test_a_server_that_fails_at_light_lists_is_an_error():
    client = Failing(PAGE, {1})
    with pytest.raises(Unsendable):
        list(client.tasks(1, fields=("id", "annotations")))


class Changing(Client):
    """A client of a server whose projects change after some page was sent."""

    def __init__(self, change):
        self.url, self.there, self.change = "http://server", [*range(1, 251)], change

    def request(self, method, path, *, params=None, body=None, retries=3):
        assert params["ordering"] == "id"
        there = [{"id": each} for each in self.there]
        start = (params["page"] - 1) * params["page_size"]
        self.change(self.there, params["page"])
        return {"count": len(there), "results": there[start : start + params["page_size"]]}


@pytest.mark.parametrize("made", [[], [251], [251, 252]])
@pytest.mark.parametrize("gone", [[], [3], [3, 150], [250], [*range(1, 150)]])
def test_projects_that_come_and_go_meanwhile_hide_and_double_no_other(made, gone):
    """Another lead's push makes and removes projects: one that was not listed was taken for gone, and one
    that was listed twice for two, of which push removes one."""
    left = {1: list(made), 2: list(gone)}

    def change(there, page):
        for each in left.pop(page, ()):
            there.remove(each) if each in there else there.append(each)

    found = [each["id"] for each in Changing(change).projects()]
    assert len(found) == len({*found})
    assert {*range(1, 251)} - {*gone} <= {*found}
