"""A small corpus with every kind of file that a command reads, kept in memory, put back after each attempt."""

import copy
import gzip
import json
import shutil
import sys
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq

import corpora
from qawl.cli import watch
from qawl.core import project as projects
from qawl.studio import client as studio_client
from qawl.studio import push

sys.path.append(str(Path(__file__).parent / "studio"))
from memory import Memory, Working

TEXTS = {
    "1": "Sami of Acme met Layla on Monday. She said \u201cwe agree\u201d.",
    "2": "قال سامي من شركة النور إن ليلى عادت أمس.",
    "3": "Le président André parle à Genève avec Acme.",
    "4": "यह क़लम है और सामी नहीं।",
    "5": "Layla came back to the harbour on Sunday.",
}
SERVED = "5"
"""The text that is annotated on the server alone."""
OTHERS = {
    "doccano.jsonl": [{"text": "Sami left Acme.", "label": [[0, 4, "PER"]]}],
    "prodigy.jsonl": [
        {"text": "Sami left Acme.", "spans": [{"start": 0, "end": 4, "label": "PER"}], "answer": "accept", "_annotator_id": "x"}
    ],
    "argilla.json": [
        {"id": "1", "fields": {"text": "Sami left Acme."}, "suggestions": {}, "metadata": {}, "responses": {"ner": [{"value": [{"start": 0, "end": 4, "label": "PER"}], "status": "submitted", "user_id": "u"}]}}
    ],
    "tags.conll": "Sami B-PER\nleft O\nAcme B-ORG\n. O\n",
}  # fmt: skip
"""What other tools export, by the names of the files."""
EXTRA = {
    ".qawl/holder.json": b'{"pid": 1, "command": "qawl x"}',
    ".qawl/token": b"0123456789abcdef0123456789abcdef01234567\n",
    ".qawl/webhooks.jsonl": b'{"project": 1, "action": "ANNOTATION_CREATED"}\n' * 2,
    ".qawl/webhooks.id": b"0123456789abcdef0123456789abcdef",
}
"""Files that stand there only when they are damaged."""
MARKED = {"1": "Sami", "2": "سامي", "3": "André", "4": "सामी", "5": "Layla"}
KEPT = (
    ["validate"],
    ["adjudicate"],
    ["agreement"],
    ["release", "0.2.0", "--draft"],
    ["pull", "--rebuild"],
    ["validate"],
)
"""Commands that keep in .qawl/ what they made: it is of the corpus as it is, so that later ones use it."""


class Whole:
    """A corpus with all that commands read, in memory, and what each command makes of it."""

    def __init__(self, top, texts=TEXTS, marked=MARKED):
        self.top, self.folder = top, top / "corpus"
        self.texts, self.marked = texts, marked
        self.server = Working()
        self._make()
        self._work()
        for words in KEPT:
            self._must(words)
        shutil.rmtree(self.folder / "exports/releases/0.2.0")
        self.files = self.read()
        self.others = {}
        self.done = {}

    def _must(self, words):
        code, said = self.command(words)
        assert code == 0, f"{words}: {said}"

    def _work(self):
        """An annotator works on the server: what was pulled of it, and what was not."""
        push.bring(self.server, projects.load(self.folder))
        for label in ("PER", "ORG"):
            for user, (project, tasks) in enumerate(self.server.held.items(), start=1):
                for number, task in enumerate(tasks):
                    if task["data"]["text"] == self.texts[SERVED]:
                        surface = self.marked[SERVED]
                        self.server.annotate(
                            project, surface, label, number=number, control="ner", user=user
                        )
            if label == "PER":
                self._must(["pull"])
            self.server.now += timedelta(hours=1)

    def _make(self):
        current = corpora.scheme(
            "ner", ["PER", "ORG"], [corpora.choice("sure", "yes", "no")], ["knows"]
        )
        folder = corpora.corpus(self.folder, current, self.texts, ["a1", "a2"])
        done = {
            who: {
                name: corpora.work([corpora.mark(f"m{name}", "PER", text.index(self.marked[name]), text.index(self.marked[name]) + size)])
                for name, text in self.texts.items()
                if name != SERVED
                for size in [len(self.marked[name]) - (who == "a2" and name == "3")]
            }
            for who in ("a1", "a2")
        }  # fmt: skip
        corpora.pull(folder, "ner", self.texts, done)
        for words in (["adjudicate"], ["agreement"], ["suggest"], ["release", "0.1.0"]):
            corpora.qawl(folder, *words)
        sources = folder / "corpus" / "sources"
        sources.joinpath("one.txt").write_text("A short text of the desk about ferries.\n", "utf-8")
        sources.joinpath("_source.yaml").write_text(
            "source: other desk\nlicense: CC0-1.0\n", "utf-8"
        )
        body = "".join(
            f"<p>Ferries come back to harbour {n} in spring, officials said on Monday.</p>"
            for n in range(9)
        )
        sources.joinpath("page.html").write_text(
            f"<html><body><article>{body}</article></body></html>", "utf-8"
        )
        sources.joinpath("more.jsonl").write_text(json.dumps({"text": "Of boats."}) + "\n", "utf-8")
        sources.joinpath("table.csv").write_text("text,title\nOf sails and wind.,Sails\n", "utf-8")
        identity = json.loads((folder / "corpus/articles.jsonl").read_bytes().splitlines()[0])["id"]
        corpora.qawl(folder, "withdraw", identity, "--reason", "asked for")
        folder.joinpath("corpus/set-aside.jsonl").write_text(
            json.dumps({"path": "x.txt", "line": None, "reason": "empty", "check": "source-empty"})
            + "\n"
        )
        folder.joinpath("exports/repairs.jsonl").write_text(
            json.dumps({"repair": "trim-whitespace", "layer": "ner", "article_id": identity, "annotator": "a1", "version": "0" * 64}) + "\n"
        )  # fmt: skip
        folder.joinpath(".qawl/users.json").write_text(
            '{"format": 2, "users": [{"id": 1, "annotator": "a1"}, {"id": 2, "annotator": "a2"}]}'
        )
        folder.joinpath("card.md.j2").write_text("---\n{{ metadata }}---\n# {{ title }}\n")
        spans = [{"id": "s", "label": "PER", "start": 0, "end": 4, "attributes": {}}]
        said = {
            "article_id": identity,
            "layer": "ner",
            "spans": spans,
            "relations": [],
            "attributes": {},
        }
        self.top.joinpath("predictions.jsonl").write_text(json.dumps(said) + "\n")
        more = {"text": "Another text, of harbours and cranes.", "source": "desk"}
        self.top.joinpath("second.jsonl").write_text(json.dumps({**said, "spans": []}) + "\n")
        self.top.joinpath("more.jsonl").write_text(json.dumps(more) + "\n")
        shutil.move(self.top / "corpus-a1.json", self.top / "new.json")
        self._more(folder, identity)

    def _more(self, folder, identity):
        """What few corpora have: corrections, scores, names, a token, work of other tools and places."""
        article = {"text": ["Of wind."], "title": ["Wind"]}
        pq.write_table(pa.table(article), folder / "corpus/sources/rows.parquet")
        folder.joinpath("corpus/sources/packed.jsonl.gz").write_bytes(
            gzip.compress(b'{"text": "Of rain."}\n', mtime=0)
        )
        mark = {"label": "PER", "start": 0, "end": 4}
        report = {"id": "c1", "address": "x", "layer": "ner", "article_id": identity, "was": mark}
        report |= {"right": None, "reason": "x", "reporter": "x"}
        told = {"format": 1, "layer": "ner", "scheme_version": "1", "said": {"label PER": "PER"}}
        cleaned = {"format": 1, "journal": "ner.a1", "number": 1, "versions": 4, "changed": 1, "before": "0" * 64, "after": "1" * 64, "left_out": {"x": 1}}  # fmt: skip
        for name, said in (
            ("exports/corrections.jsonl", report),
            ("exports/guidelines/ner.jsonl", told),
            ("exports/journal/cleaned.jsonl", cleaned),
        ):
            folder.joinpath(name).parent.mkdir(exist_ok=True)
            folder.joinpath(name).write_text(json.dumps(said) + "\n")
        served = {"username": "x", "password": "x", "token": "x", "url": "http://127.0.0.1:1"}
        with folder.joinpath("qawl.yaml").open("a") as file:
            file.write("label_studio: {url: 'http://127.0.0.1:1'}\n")
        folder.joinpath(".qawl/label-studio.json").write_text(json.dumps(served))
        folder.joinpath(".qawl/label-studio.json").chmod(0o600)
        folder.joinpath(".qawl/names.txt").write_text("Somebody Else\n")
        scored = corpora.qawl(
            folder, "score", "exports/releases/0.1.0", "../predictions.jsonl", "--json"
        )
        folder.joinpath("exports/scores").mkdir()
        folder.joinpath("exports/scores/rules.json").write_text(scored.stdout)
        self.top.joinpath("lead").mkdir()
        for name in ("ner.a1.jsonl", "ner.a2.jsonl", "heads.json"):
            shutil.copy(folder / "exports/journal" / name, self.top / "lead" / name)
        self.top.joinpath("tools").mkdir()
        for name, said in OTHERS.items():
            lines = said if name.endswith(".jsonl") else [said]
            text = said if isinstance(said, str) else "\n".join(map(json.dumps, lines)) + "\n"
            self.top.joinpath("tools", name).write_text(text)
        for name in ("brat", "uima", "spacy", "iob2", "jsonl"):
            corpora.qawl(folder, "export", name, "--to", f"../tools/{name}")

    def read(self):
        """Every file, by its path from the corpus; what the lock leaves is none."""
        found = {}
        for path in self.top.rglob("*"):
            if path.is_file() and path.name not in {"lock", ".gitignore"}:
                inside = path.is_relative_to(self.folder)
                name = path.relative_to(self.folder if inside else self.top).as_posix()
                found[name if inside else f"../{name}"] = path.read_bytes()
        return found

    def restore(self):
        """Puts every file back."""
        there = self.read()
        for name in there.keys() - self.files.keys():
            (self.folder / name).unlink()
        shutil.rmtree(self.top / "out", ignore_errors=True)
        shutil.rmtree(self.folder / "exports/releases/0.2.0", ignore_errors=True)
        for name, content in self.files.items():
            if there.get(name) != content:
                path = self.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                path.chmod(0o600 if name.startswith(".qawl/") else 0o644)

    def names(self, where):
        """The files that stand behind a name of READ_BY."""
        there = {*self.files, *EXTRA}
        return sorted(each for each in there if each == where or each.startswith(f"{where}/"))

    def content(self, name):
        """What a file holds, also one that stands there for its own test alone."""
        return self.files.get(name) or EXTRA.get(name, b"")

    def learn(self, other):
        """Takes over what the files of another corpus hold: it stands in the place of ours later."""
        for name in {*self.files, *EXTRA}:
            folder, alike = name.rpartition("/")[0], Path(name).suffix
            there = [each for each in other if each == name] or [
                each
                for each in sorted(other)
                if each.rpartition("/")[0] == folder and Path(each).suffix == alike
            ]
            self.others.setdefault(name, []).extend(other[each] for each in there)

    def command(self, words):
        """(exit code, what was said) of a command, with main's own handling of errors.

        The server of `push` is an empty one in memory, that of `pull` one on which work was done; to other
        commands none answers. `pull --watch` ends after what was called for.
        """
        with ExitStack() as stack:
            if words[0] in ("push", "pull"):
                server = Memory() if words[0] == "push" else copy.deepcopy(self.server)
                stack.enter_context(patch.object(studio_client, "connect", lambda corpus: server))
            if "--watch" in words:
                stack.enter_context(_one_turn())
            return corpora.main(self.folder, *words)

    def whole(self, words):
        """(exit code, what was said, files, rows) of a command on the corpus as it is; once."""
        key = tuple(words)
        if key not in self.done:
            self.restore()
            self.done[key] = (*self.command(words), self.read(), self.rows())
        return self.done[key]

    def rows(self):
        """Article → its row in the release that was built."""
        found = {}
        for path in sorted((self.folder / "exports/releases/0.2.0/articles").glob("*.parquet")):
            found |= {row["id"]: row for row in pq.read_table(path).to_pylist()}
        return found


@contextmanager
def _one_turn():
    """A watch takes what was called for in the meantime, pulls it, and is ended."""
    turns = iter([True])

    def next_turn(self):
        if next(turns, False):
            return self._hooks.spool.take()
        raise KeyboardInterrupt

    with patch.object(watch._Turns, "next", next_turn):
        yield
