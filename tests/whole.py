"""A small corpus with every kind of file that a command reads, kept in memory, put back after each attempt."""

import json
import shutil

import pyarrow.parquet as pq

import corpora

TEXTS = {
    "1": "Sami of Acme met Layla on Monday. She said \u201cwe agree\u201d.",
    "2": "قال سامي من شركة النور إن ليلى عادت أمس.",
    "3": "Le président André parle à Genève avec Acme.",
    "4": "यह क़लम है और सामी नहीं।",
}
MARKED = {"1": "Sami", "2": "سامي", "3": "André", "4": "सामी"}


class Whole:
    """A corpus with all that commands read, in memory, and what each command makes of it."""

    def __init__(self, top):
        self.top, self.folder = top, top / "corpus"
        self._make()
        self.files = self.read()
        self.done = {}

    def _make(self):
        current = corpora.scheme(
            "ner", ["PER", "ORG"], [corpora.choice("sure", "yes", "no")], ["knows"]
        )
        folder = corpora.corpus(self.folder, current, TEXTS, ["a1", "a2"])
        done = {
            who: {
                name: corpora.work([corpora.mark(f"m{name}", "PER", text.index(MARKED[name]), text.index(MARKED[name]) + size)])
                for name, text in TEXTS.items()
                for size in [len(MARKED[name]) - (who == "a2" and name == "3")]
            }
            for who in ("a1", "a2")
        }  # fmt: skip
        corpora.pull(folder, "ner", TEXTS, done)
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
        folder.joinpath(".qawl/holder.json").write_text('{"pid": 1, "command": "qawl x"}')
        folder.joinpath("card.md.j2").write_text("# {{ name }}\n")
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
        self.top.joinpath("more.jsonl").write_text(json.dumps(more) + "\n")
        shutil.move(self.top / "corpus-a1.json", self.top / "new.json")

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

    def names(self, where):
        """The files that stand behind a name of READ_BY."""
        return sorted(each for each in self.files if each == where or each.startswith(f"{where}/"))

    def command(self, words):
        """(exit code, what was said) of a command, with main's own handling of errors."""
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
