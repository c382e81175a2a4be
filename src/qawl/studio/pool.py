"""A pool: projects that the annotators of a layer share, by slices of its articles, and a tab for each.

Every annotator of an article has a task of their own, so that nobody works on top of another's marks. The
task's data say whose it is, and a tab of the project shows the tasks of one annotator.
"""

from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256

from qawl.annotations.journal_fields import ASSIGNED
from qawl.studio.steps import Tab
from qawl.studio.transport import Json

_FILTER = f"filter:tasks:data.{ASSIGNED}"
"""The column of the server's task list that says whose a task is."""


def slice_of(article: str, slices: int, seed: int) -> int:
    """The slice that an article belongs to, from 1; by a seeded hash, so that slices are about equal."""
    return int(sha256(f"{seed} slice {article}".encode()).hexdigest(), 16) % slices + 1


def tabs(there: Iterable[Json], names: Collection[str]) -> Iterator[Tab]:
    """The tabs that must be made, put right or removed, so that each name has one.

    What people changed of a tab stays, as long as it shows the tasks of that name alone. Only tabs that
    are as they were made are removed.
    """
    known = list(there)
    used: set[int] = set()
    for name in names:
        showing = [each for each in known if _shows(each, name)]
        titled = [each for each in known if _data(each).get("title") == name]
        right = next((each for each in showing if each in titled), None)
        if right is None:
            free = (each for each in (*showing, *titled) if each["id"] not in used)
            right = next(free, None)
            yield Tab(name, right["id"] if right else None, _made(name, right))
        if right is not None:
            used.add(right["id"])
    for each in known:
        title = _data(each).get("title")
        left = isinstance(title, str) and title not in names and each["id"] not in used
        if left and _shows(each, str(title)) and len(_items(each)) == 1:
            yield Tab(str(title), each["id"], None)


def tab_of(there: Iterable[Json], name: str) -> int | None:
    """The number of the tab that shows the tasks of a name."""
    showing = [each for each in there if _shows(each, name)]
    showing.sort(key=lambda each: (_data(each).get("title") != name, each["id"]))
    return next((int(each["id"]) for each in showing), None)


def names(there: Iterable[Json]) -> list[str]:
    """Those whose tasks tabs show, by title."""
    titles = (_data(each).get("title") for each in there if _items(each))
    return [title for title in titles if isinstance(title, str)]


def _made(name: str, old: Json | None) -> Json:
    """What a tab should be; of an old one what does not matter here stays."""
    data = _data(old) if old else {"ordering": ["tasks:id"]}
    data = {key: each for key, each in data.items() if key != "selectedItems"}
    if old is None or not _shows(old, name):
        only = {"filter": _FILTER, "operator": "equal", "type": "String", "value": name}
        data = {**data, "filters": {"conjunction": "and", "items": [only]}}
    return {**data, "title": name}


def _shows(tab: Json, name: str) -> bool:
    """Whether a tab shows tasks of one name alone."""
    return _filters(tab).get("conjunction") == "and" and any(
        (each.get("filter"), each.get("operator"), each.get("value")) == (_FILTER, "equal", name)
        for each in _items(tab)
    )


def _items(tab: Json) -> list[Json]:
    """The conditions of a tab."""
    items = _filters(tab).get("items")
    return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []


def _filters(tab: Json) -> Json:
    filters = _data(tab).get("filters")
    return filters if isinstance(filters, dict) else {}


def _data(tab: Json | None) -> Json:
    data = tab.get("data") if tab else None
    return data if isinstance(data, dict) else {}
