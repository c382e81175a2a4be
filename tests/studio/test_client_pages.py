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
