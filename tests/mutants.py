"""Mutations of a Label Studio export: what scripts, versions, merges and damage make of one.

`mutated` takes tasks and a random generator and returns the text of the file, what was done in words, and
the paths in the tasks that it touched, as ("task", "annotation", "result") numbers of one to three places.
"""

import copy
import json

ODD = [
    None, True, False, 0, -1, 3.5, 5, 10**20, 10**300, -(10**40), 1e300, "", "x", "5", "\u0000", "a\nb",
    "\u202eb", "9" * 5000, [], [None], [[]], ["x"], [5], {}, {"id": 1}, {"x": []}, "2026-13-45", "PER", "text",
]  # fmt: skip
KEYS = [
    "id",
    "start",
    "end",
    "labels",
    "text",
    "type",
    "from_name",
    "to_name",
    "value",
    "result",
    "x",
    "data",
]


def mutated(tasks, rng):
    """(text of the file, what was done, the paths that it touched)."""
    tasks = copy.deepcopy(tasks)
    kind = rng.choice(KINDS)
    done = kind(tasks, rng)
    if isinstance(done, tuple):
        return done
    return json.dumps(tasks, ensure_ascii=rng.random() < 0.5), kind.__name__, done


def places(value, path=()):
    """(container, key, path) of every value inside, depth first."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        yield value, key, (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


def touched(path):
    """The task, annotation and result that a path leads into, as far as it does."""
    place = [path[0]]
    if len(path) > 2 and path[1] == "annotations":
        place.append(path[2])
        if len(path) > 4 and path[3] == "result":
            place.append(path[4])
    return tuple(place)


def pick(tasks, rng, accept=lambda container, key: True):
    found = [each for each in places(tasks) if len(each[2]) > 1 and accept(each[0], each[1])]
    return rng.choice(found)


def type_changed(tasks, rng):
    container, key, path = pick(tasks, rng)
    container[key] = copy.deepcopy(rng.choice(ODD))
    return [touched(path)]


def key_dropped(tasks, rng):
    container, key, path = pick(tasks, rng)
    del container[key]
    return [touched(path[:-1] if isinstance(container, list) else path)]


def key_renamed(tasks, rng):
    container, key, path = pick(tasks, rng, lambda container, key: isinstance(container, dict))
    container[rng.choice(KEYS)] = container.pop(key)
    return [touched(path)]


def values_exchanged(tasks, rng):
    one, key, path = pick(tasks, rng)
    other, second, far = pick(tasks, rng)
    one[key], other[second] = copy.deepcopy(other[second]), copy.deepcopy(one[key])
    return [touched(path), touched(far)]


def id_duplicated(tasks, rng):
    found = [each for each in places(tasks) if each[1] in ("id", "unique_id", "from_id", "to_id")]
    (one, key, path), (other, second, _) = rng.choice(found), rng.choice(found)
    one[key] = copy.deepcopy(other[second])
    return [touched(path)]


def wrapped(tasks, rng):
    container, key, path = pick(tasks, rng)
    for _ in range(rng.choice([1, 2, 50, 150])):
        container[key] = [container[key]] if rng.random() < 0.5 else {"x": container[key]}
    return [touched(path)]


def element_inserted(tasks, rng):
    _, _, path = pick(tasks, rng, lambda container, key: isinstance(container[key], list))
    found = tasks
    for key in path:
        found = found[key]
    found.insert(rng.randint(0, len(found)), copy.deepcopy(rng.choice(ODD)))
    return [touched(path)]


def element_doubled(tasks, rng):
    found, _, path = pick(tasks, rng, lambda container, key: isinstance(container, list))
    found.append(copy.deepcopy(rng.choice(found)))
    return [touched(path[:-1])]


def reordered(tasks, rng):
    for task in tasks:
        rng.shuffle(task["annotations"])
        for annotation in task["annotations"]:
            rng.shuffle(annotation["result"])
    for annotation in [each for task in tasks for each in task["annotations"]]:
        annotation["result"] = [
            dict(rng.sample(list(each.items()), len(each))) for each in annotation["result"]
        ]
    rng.shuffle(tasks)
    return []


def task_replaced(tasks, rng):
    at = rng.randrange(len(tasks))
    tasks[at] = copy.deepcopy(rng.choice(ODD))
    return [(at,)]


def text_replaced(tasks, rng):
    """What JSON can say and Python's values can't, in place of one value."""
    container, key, path = pick(tasks, rng)
    container[key] = "MUTANT"
    said = rng.choice(
        ['"\\ud83d"', '"\\udc00x"', "NaN", "-Infinity", "1e999", "9" * 5000, "[" * 3000 + "]" * 3000,
         "undefined", "tru", "'x'", '"a\tb"', '"\\x"', "01", '{"a": 1, "a": 2}', '{"a": 1,}', "[1,]", "/* x */ 1"]
    )  # fmt: skip
    return (
        json.dumps(tasks).replace('"MUTANT"', said),
        f"text_replaced by {said[:20]}",
        [touched(path)[:1]],
    )


def key_repeated(tasks, rng):
    container, key, path = pick(tasks, rng, lambda container, key: isinstance(container, dict))
    value = json.dumps(rng.choice(ODD))
    container["MUTANT"] = 1
    return (
        json.dumps(tasks).replace('"MUTANT": 1', f"{json.dumps(key)}: {value}"),
        "key_repeated",
        [touched(path)[:1]],
    )


def cut_off(tasks, rng):
    whole = json.dumps(tasks)
    return whole[: rng.randrange(len(whole))], "cut_off", [(at,) for at in range(len(tasks))]


def bytes_damaged(tasks, rng):
    whole = json.dumps(tasks)
    at = rng.randrange(len(whole))
    end = at + rng.choice([0, 1, 3])
    said = (
        whole[:at]
        + rng.choice(['"', "{", "}", "]", ",", "\\", "\u00e9", "\u2028", "\x00", " "])
        + whole[end:]
    )
    return said, f"bytes_damaged at {at}", [(at,) for at in range(len(tasks))]


KINDS = [
    type_changed, type_changed, type_changed, key_dropped, key_renamed, values_exchanged, id_duplicated,
    wrapped, element_inserted, element_doubled, reordered, task_replaced, text_replaced, key_repeated,
    cut_off, bytes_damaged,
]  # fmt: skip
