"""Damage to any file of a corpus: what hands, scripts, merges, other versions and bad disks make of one.

`damaged` takes the name, the bytes and a random generator, and returns other bytes (None: the file is gone) and
what was done, in words. JSON and YAML are damaged in their values by the mutations of `mutants`, too.
"""

import json

import yaml

from mutants import (
    ODD,
    element_doubled,
    element_inserted,
    key_dropped,
    key_renamed,
    type_changed,
    values_exchanged,
    wrapped,
)

IN_VALUES = [
    type_changed, type_changed, type_changed, key_dropped, key_renamed, values_exchanged, wrapped,
    element_inserted, element_doubled,
]  # fmt: skip
SAID = [
    b'"\\ud83d"', b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"[" * 3000 + b"]" * 3000, b"tru", b"'x'", b'"\\x"',
    b'{"a": 1, "a": 2}', b"\xff\xfe", b"\x00", b"\xed\xa0\x80", "\u202e\u2028".encode(),
]  # fmt: skip
"""What a file can say and Python's values can't."""


def damaged(name, content, rng, others=()):
    """`others` are what the file holds in other corpora, branches and checkouts."""
    if others and rng.random() < 0.3:
        return rng.choice(others), "of another"
    kinds = [in_bytes, in_lines]
    if name.endswith((".json", ".jsonl", ".yaml")):
        kinds += [in_values] * 4
    return rng.choice(kinds)(name, content, rng)


def in_values(name, content, rng):
    """Another value, key or order in JSON or YAML that can still be read."""
    whole = name.endswith((".json", ".yaml"))
    read = yaml.safe_load if name.endswith(".yaml") else json.loads
    try:
        records = [read(content)] if whole else [json.loads(each) for each in content.splitlines()]
        kind = rng.choice(IN_VALUES)
        kind(records, rng)
    except (ValueError, IndexError, TypeError):
        return in_bytes(name, content, rng)
    if name.endswith(".yaml"):
        said = "\n".join(
            yaml.safe_dump(each, allow_unicode=True, sort_keys=False) for each in records
        )
    else:
        said = (
            "\n".join(json.dumps(each, ensure_ascii=rng.random() < 0.5) for each in records) + "\n"
        )
    return said.encode("utf-8", "surrogatepass"), kind.__name__


def in_lines(name, content, rng):
    """A line more or less, another order, what git leaves of a merge, ends of other systems."""
    lines = content.splitlines(keepends=True) or [b""]
    at = rng.randrange(len(lines))
    line, done = lines[at], rng.choice(sorted(LINES))
    LINES[done](lines, at, line, rng)
    return b"".join(lines), done


def _twice(lines, at, line, rng):
    lines.insert(rng.randint(0, len(lines)), line)


def _merge(lines, at, line, rng):
    lines[at:at] = [b"<<<<<<< HEAD\n", line, b"=======\n", lines[-1], b">>>>>>> other\n"]


def _crlf(lines, at, line, rng):
    lines[:] = [each.replace(b"\n", b"\r\n") for each in lines]


def _replaced(made):
    def replace(lines, at, line, rng):
        lines[at] = made(line, rng)

    return replace


LINES = {
    "line gone": lambda lines, at, line, rng: lines.pop(at),
    "line twice": _twice,
    "lines turned round": lambda lines, at, line, rng: lines.reverse(),
    "shuffled": lambda lines, at, line, rng: rng.shuffle(lines),
    "merge": _merge,
    "crlf": _crlf,
    "bom": lambda lines, at, line, rng: lines.insert(0, b"\xef\xbb\xbf"),
    "blank lines": lambda lines, at, line, rng: lines.insert(at, b"\n  \n\t\n"),
    "line cut": _replaced(lambda line, rng: line[: rng.randrange(len(line) + 1)]),
    "line glued": _replaced(lambda line, rng: line.rstrip(b"\r\n")),
}


def in_bytes(name, content, rng):
    """Bytes lost, flipped or put in; a file cut off, empty, gone, or rubbish."""
    at = rng.randrange(len(content) + 1)
    done = rng.choice(
        ["cut", "flipped", "put in", "lost", "empty", "gone", "rubbish", "odd", "zeros"]
    )
    if done == "cut":
        return content[:at], done
    if done == "flipped":
        flipped = bytes(each ^ 1 << rng.randrange(8) for each in content[at : at + 3])
        return content[:at] + flipped + content[at + 3 :], done
    if done == "put in":
        return content[:at] + rng.choice(SAID) + content[at:], done
    if done == "lost":
        return content[:at] + content[at + rng.choice([1, 3, 50]) :], done
    if done == "gone":
        return None, done
    if done == "odd":
        return json.dumps(rng.choice(ODD)).encode(), done
    if done == "zeros":
        return content[:at] + b"\x00" * (len(content) - at), done
    return b"" if done == "empty" else rng.choice(SAID), done
