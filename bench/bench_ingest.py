"""Ingest: how fast, in how much memory, and how well it groups duplicates.

    python bench/bench_ingest.py [--articles 10000 100000]

Makes articles of invented words with planted copies, wire stories and near-duplicates, and prints
- end to end: `qawl ingest` as a process, as a ratio to a process that reads, normalises (NFC), hashes
  and writes the same bytes and does nothing else (at most 8), and its peak memory (under 2 GB),
- duplicates: finding them alone, as a ratio to datasketch finding them (below 1; left out where
  datasketch is not installed: pip install datasketch),
- precision (at least .99) and recall (at least .95) of the grouping over the planted pairs, counted
  with plain sets of words.
Exits 1 where a bound is missed.
"""

import argparse
import hashlib
import itertools
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import unicodedata
from pathlib import Path

LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويةى"
SEED = 20251112
KINDS = ("copy", "words", "words", "words", "lead", "tail", "brief", "wire")


class Writer:
    """Makes articles of invented words, and copies of them that differ in a given way."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.vocabulary = [
            "".join(self.dice.choices(LETTERS, k=self.dice.randint(2, 7))) for _ in range(30000)
        ]
        self.weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(30000)))

    def words(self, low, high):
        return self.dice.choices(
            self.vocabulary, cum_weights=self.weights, k=self.dice.randint(low, high)
        )

    def article(self):
        return [" ".join(self.words(20, 45)) + "." for _ in range(self.dice.randint(5, 13))]

    def reworded(self, paragraphs, rate):
        """With some words replaced; at a rate of .08 half of the shingles are left in common."""
        return [
            " ".join(
                self.words(1, 1)[0] if self.dice.random() < rate else word for word in line.split()
            )
            for line in paragraphs
        ]

    def changed(self, paragraphs, kind):
        ways = {
            "copy": lambda: paragraphs,
            "words": lambda: self.reworded(paragraphs, self.dice.uniform(0, 0.08)),
            "lead": lambda: [" ".join(self.words(10, 30)), *paragraphs],
            "tail": lambda: paragraphs[: -self.dice.randint(1, 3)],
            "brief": lambda: paragraphs[:2],
            "wire": lambda: [
                " ".join(self.words(5, 9)),
                *self.reworded(paragraphs, self.dice.uniform(0, 0.02)),
            ],
        }
        return ways[kind]()


def made(count, path):
    """Writes `count` articles as JSON Lines; returns the planted pairs of them, and their texts."""
    writer = Writer(SEED)
    texts, pairs, stories = [], [], 0
    while len(texts) < count:
        first = len(texts)
        texts.append(writer.article())
        if writer.dice.random() < 0.12:
            kind = KINDS[stories % len(KINDS)]
            stories += 1
            for _ in range(writer.dice.randint(3, 8) if kind == "wire" else 1):
                texts.append(writer.changed(texts[first], kind))
            pairs += itertools.combinations(range(first, len(texts)), 2)
    with path.open("w", encoding="utf-8") as file:
        for number, paragraphs in enumerate(texts):
            source = f"موقع {number % 23}"
            footer = ["شارك الخبر", f"تصدر {source} عن دار النشر"] if number % 23 < 8 else []
            record = {
                "source_id": str(number),
                "source": source,
                "text": "\n".join(paragraphs + footer),
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return pairs, ["\n".join(each) for each in texts]


def plain(source, target):
    """The baseline: the same bytes read, decoded, normalised, hashed and written."""
    with (
        Path(source).open(encoding="utf-8") as given,
        Path(target).open("w", encoding="utf-8") as out,
    ):
        for line in given:
            record = json.loads(line)
            record["text"] = unicodedata.normalize("NFC", record["text"])
            record["text_sha256"] = hashlib.sha256(record["text"].encode()).hexdigest()
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
        out.flush()
        os.fsync(out.fileno())


def timed(command):
    """Seconds that a process took, and its peak memory in MB."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(map(str, command))}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def near(one, other):
    """The definition, on plain sets."""
    one, other = runs(one), runs(other)
    shared = len(one & other)
    return shared >= 0.8 * len(one | other) or shared >= 0.9 * min(len(one), len(other))


def runs(text):
    words = re.findall(r"\w+", text)
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


def grouping(corpus, pairs, texts):
    """(precision, recall) over the planted pairs."""
    group = {}
    for line in (corpus / "corpus" / "articles.jsonl").open("rb"):
        record = json.loads(line)
        group[int(record["source_id"])] = record["group"]
    truth = {pair for pair in pairs if near(texts[pair[0]], texts[pair[1]])}
    members = {}
    for number, name in group.items():
        members.setdefault(name, []).append(number)
    found = {pair for each in members.values() for pair in itertools.combinations(sorted(each), 2)}
    # A pair that only a chain of near-duplicates joins is grouped rightly: groups are transitive.
    linked = {pair for pair in found - truth if chained(pair, members[group[pair[0]]], truth)}
    right = (found & truth) | linked
    return len(right) / max(len(found), 1), len(found & truth) / max(len(truth), 1), len(truth)


def chained(pair, group, truth):
    """Whether truly near pairs of a group join these two over others."""
    reached, todo = set(), [pair[0]]
    while todo:
        here = todo.pop()
        reached.add(here)
        todo += [
            each
            for each in group
            if each not in reached and ((here, each) in truth or (each, here) in truth)
        ]
    return pair[1] in reached


def duplicates_alone(texts, folder):
    """Seconds for Qawl's dataflow on these texts."""
    from qawl.articles.duplicates import near as duplicates_near
    from qawl.articles.duplicates.groups import Groups
    from qawl.articles.duplicates.text_table import TextTable
    from qawl.core.records import Article

    with TextTable(folder / "texts") as table:
        for number, text in enumerate(texts):
            # Equal texts are told by their hash; here each stands for itself.
            fields = {
                "text_sha256": f"{number:015x}",
                "language": "ar",
                "group": "",
                "received": "",
            }
            table.add(Article(id=f"{number:012x}", text=text, **fields))
    began = time.perf_counter()
    duplicates_near.join(table.folder, Groups(), lambda some: [texts[each] for each in some])
    return time.perf_counter() - began


def datasketch_alone(texts):
    """Seconds for datasketch on these texts, or None if it is not installed."""
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError:
        return None
    began = time.perf_counter()
    index = MinHashLSH(threshold=0.8, num_perm=128)
    for number, text in enumerate(texts):
        words = text.split()
        runs = {" ".join(words[at : at + 5]).encode() for at in range(len(words) - 4)}
        sketch = MinHash(num_perm=128)
        sketch.update_batch(list(runs))
        index.query(sketch)
        index.insert(number, sketch)
    return time.perf_counter() - began


def bench(count, folder):
    """Prints the figures for so many articles; returns the bounds that were missed."""
    given = folder / "articles.jsonl"
    pairs, texts = made(count, given)
    size = given.stat().st_size / 1e6
    print(f"{len(texts)} articles, {size:.0f} MB, {len(pairs)} planted pairs")
    qawl = [sys.executable, "-m", "qawl"]
    plains, wholes = [], []
    # The best of three, where start-up and the disk's moods weigh most.
    for attempt in range(3 if count <= 20000 else 1):
        corpus = folder / f"corpus-{attempt}"
        subprocess.run([*qawl, "init", corpus], check=True, stdout=subprocess.DEVNULL)
        plains.append(timed([sys.executable, __file__, "--plain", given, folder / "plain.jsonl"]))
        wholes.append(timed([*qawl, "-C", corpus, "ingest", given]))
    base, (whole, memory) = min(plains)[0], min(wholes)
    print(
        f"  end to end      {whole:6.1f} s = {whole / base:4.1f} × plain ({base:.1f} s); {memory:.0f} MB"
    )
    again, _ = timed([*qawl, "-C", corpus, "ingest", given])
    print(f"  the same again  {again:6.1f} s")
    precision, recall, near_pairs = grouping(corpus, pairs, texts)
    print(
        f"  grouping        precision {precision:.4f}, recall {recall:.4f} of {near_pairs} near pairs"
    )
    alone, other = duplicates_alone(texts, folder), datasketch_alone(texts)
    compared = (
        f"{alone / other:.2f} × datasketch ({other:.1f} s)" if other else "no datasketch here"
    )
    print(f"  duplicates      {alone:6.1f} s = {compared}")
    bounds = {
        "end to end": whole / base <= 8,
        "memory": memory < 2000,
        "precision": precision >= 0.99,
        "recall": recall >= 0.95,
        "datasketch": not other or alone < other,
    }
    return [name for name, kept in bounds.items() if not kept]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, nargs="+", default=[10000])
    parser.add_argument("--plain", nargs=2)
    arguments = parser.parse_args()
    if arguments.plain:
        plain(*arguments.plain)
        return
    missed = []
    for count in arguments.articles:
        with tempfile.TemporaryDirectory() as folder:
            missed += [f"{each} at {count}" for each in bench(count, Path(folder))]
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
