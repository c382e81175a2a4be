"""A Label Studio export of any size, made up from a seed: tasks with two annotations of twenty spans."""

import json
import random
import resource
from pathlib import Path

from qawl.articles import shards
from qawl.articles.frozen import article_id
from qawl.core import project
from qawl.core.records import Article, to_json
from qawl.core.text import sha256
from qawl.setup import init

WORDS = [
    "قال",
    "الوزير",
    "إن",
    "المحطة",
    "ستعمل",
    "غدا",
    "في",
    "المدينة",
    "القديمة",
    "بعد",
    "الاتفاق",
    "الذي",
    "وقع",
    "أمس",
    "بين",
    "البلدين",
    "على",
    "الرغم",
    "من",
    "الخلاف",
    "حول",
    "السعر",
    "والمياه",
    "والطاقة",
]
LABELS = ["PERS", "ORG", "GPE", "LOC", "NORP", "OCC", "DATE", "CARDINAL"]
SETTINGS = """name: bench
language: ar
layers: [entity]
annotators: [a1, a2]
release:
  splits: {train: 1.0}
  card: {rationale: not stated, annotators: not stated, contact: not stated}
"""


def article_text(rng):
    """About 2,200 code points in paragraphs."""
    return "\n".join(" ".join(rng.choice(WORDS) for _ in range(60)) + "." for _ in range(6))


def spans(rng, text, count=20):
    """Spans of whole words that neither cross nor repeat."""
    starts = [0] + [at + 1 for at, each in enumerate(text) if each in " \n"]
    chosen = sorted(rng.sample(range(len(starts) - 1), count))
    for index in chosen:
        start, end = starts[index], starts[index + 1] - 1
        while text[end - 1] == ".":
            end -= 1
        yield rng.choice(LABELS), start, end


def task(number, rng):
    """One task as Label Studio exports it."""
    text = article_text(rng)
    base = list(spans(rng, text))
    annotations = []
    for user in (1, 2):
        result = []
        for place, (label, start, end) in enumerate(base):
            if user == 2 and rng.random() < 0.1:
                continue
            value = {
                "start": start,
                "end": end,
                "text": text[start:end],
                "labels": [label if user == 1 or rng.random() < 0.9 else rng.choice(LABELS)],
            }
            identity = f"{number:06}{user}{place:02}"
            result.append(
                {
                    "id": identity,
                    "from_name": "entity",
                    "to_name": "text",
                    "type": "labels",
                    "origin": "manual",
                    "value": value,
                }
            )
            if value["labels"] == ["GPE"]:
                choice = {**value, "choices": ["place"]}
                del choice["labels"]
                result.append(
                    {
                        "id": identity,
                        "from_name": "gpe_role",
                        "to_name": "text",
                        "type": "choices",
                        "origin": "manual",
                        "value": choice,
                    }
                )
        annotations.append(
            {
                "id": number * 2 + user,
                "unique_id": f"{number}-{user}",
                "completed_by": {"id": user, "email": f"u{user}@example.org"},
                "result": result,
                "was_cancelled": False,
                "ground_truth": False,
                "created_at": "2026-01-01T00:00:00.000000Z",
                "updated_at": "2026-01-01T00:00:00.000000Z",
                "lead_time": 61.5,
                "task": number,
                "project": 1,
            }
        )
    return {
        "id": number,
        "annotations": annotations,
        "predictions": [],
        "drafts": [],
        "data": {"text": text, "layer": "entity", "title": "", "article_source": "", "date": ""},
        "meta": {},
        "created_at": "2026-01-01T00:00:00.000000Z",
        "updated_at": "2026-01-01T00:00:00.000000Z",
        "project": 1,
    }


def frozen(text):
    """An article of this text."""
    identity = article_id(None, text)
    return Article(
        id=identity,
        text=text,
        text_sha256=sha256(text),
        language="ar",
        group=identity,
        received="x",
        license="CC0-1.0",
        redistribute=True,
    )


def freeze(made, articles):
    """Makes these the articles of a corpus."""
    ordered = sorted(articles, key=lambda each: each.id)
    shards.replace(made, (to_json(each) + b"\n" for each in ordered))


def make(folder: Path, count: int):
    """A corpus and its export file; (corpus, path of the export)."""
    rng = random.Random(0)
    made = init.init(folder / "corpus", name="bench")
    (made.root / "qawl.yaml").write_text(SETTINGS, "utf-8")
    made = project.load(made.root)
    path = folder / "export.json"
    articles = []
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for number in range(count):
            each = task(number, rng)
            articles.append(frozen(each["data"]["text"]))
            file.write(("," if number else "") + json.dumps(each))
        file.write("]")
    freeze(made, articles)
    return made, path


def peak():
    """Peak memory of this process in MB, without that of the process that started it."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(each for each in status.read_text().splitlines() if each.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
