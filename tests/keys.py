"""The keys of a Struct, and a corpus on which the effect of each is looked for through commands."""

import contextlib
import copy
import shutil
import typing

import msgspec
import yaml
from click.testing import CliRunner

from qawl import cli
from qawl.cli.failures import explain


def structs(kind):
    """The Structs that a type is made of."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    for each in typing.get_args(kind):
        yield from structs(each)


def walk(kind, at="", seen=()):
    """The path of every key: `release.card.summary`, `rules[marks].of`."""
    for field in msgspec.structs.fields(kind):
        path = f"{at}{field.encode_name}"
        yield path
        inner = [each for each in structs(field.type) if each not in seen]
        for each in inner:
            tag = each.__struct_config__.tag
            yield from walk(each, f"{path}[{tag}]." if tag else f"{path}.", (*seen, each))


def run(folder, *words):
    """What a command printed, to either stream."""
    with contextlib.chdir(folder):
        done = CliRunner().invoke(cli.group, words)
    said = done.output
    if done.exception and not isinstance(done.exception, SystemExit):
        said += explain(done.exception)[0]
    assert "a fault in qawl" not in said, said
    return said


def changed(value, path, new):
    """A copy of plain values with another value at a path; `...` takes the key out."""
    made = copy.deepcopy(value)
    *above, last = path
    at = made
    for key in above:
        at = at[key] if isinstance(at, list) else at.setdefault(key, {})
    if new is ...:
        at.pop(last)
    else:
        at[last] = new
    return made


def read(folder, *globs):
    """The files of a folder as one text, so that two runs can be compared."""
    parts = []
    for glob in globs:
        for path in sorted(folder.glob(glob)):
            content = path.read_bytes() if path.is_file() else b""
            parts.append(f"{path.relative_to(folder)}\n{content.decode('utf-8', 'replace')}")
    return "\n".join(parts)


class Bench:
    """Copies of a corpus, each with one YAML file that says something else, and what commands make of it."""

    def __init__(self, base, scratch, file):
        self.base, self.scratch, self.file = base, scratch, file
        self.plain = yaml.safe_load((base / file).read_text("utf-8"))
        self._made = {}

    def seen(self, stated, commands, globs=(), drop=()):
        """What these commands print, and the files that they leave, under these values."""
        text = yaml.safe_dump(stated, allow_unicode=True, sort_keys=False)
        key = text, commands, globs, drop
        if key not in self._made:
            folder = self.scratch / "corpus"
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(self.base, folder)
            for each in drop:
                shutil.rmtree(folder / each, ignore_errors=True)
            (folder / self.file).write_text(text, "utf-8")
            said = "".join(run(folder, *words) for words in commands)
            self._made[key] = said + read(folder, *globs)
        return self._made[key]
