"""Releases with random gold, written as a build writes them, without a corpus around them: what a scorer
is held to other scorers on, through `qawl score`."""

import json
import random
from hashlib import sha256

from click.testing import CliRunner

import table_files
from qawl import cli
from qawl.core.records import Article, Disagreement, Gold, GoldRelation, GoldSpan
from qawl.release.rights.withheld import Guard
from qawl.release.tables import arrays, rows, tables
from qawl.release.tables.columns import card_features
from qawl.release.versions import manifest
from qawl.release.versions.manifest import Manifest
from qawl.scheme import scheme as schemes

WORDS = (
    *(
        "قالت",
        "الوزيرة",
        "إن",
        "المشروع",
        "سيبدأ",
        "غدا",
        "وأضافت",
        "أن",
        "the",
        "minister",
        "said",
    ),
    *("works", "start", "part-time", "🇸🇩", "naïve", "3.5", "部长说", "明天", "—", "U.S."),
)


def words(rng, least=5, most=30):
    """A text of words of several scripts, with paragraphs."""
    chosen = [rng.choice(WORDS) for _ in range(rng.randrange(least, most))]
    return "".join(each + rng.choice([" ", " ", " ", "\n", ", "]) for each in chosen).strip()


def article(number, text):
    digest = sha256(text.encode()).hexdigest()
    identity = f"{number:012x}"
    return Article(
        id=identity, text=text, text_sha256=digest, language="ar", group=identity,
        received="made:1", redistribute=True,
    )  # fmt: skip


def gold(of, layer, spans, relations=(), opened=(), status="submitted"):
    """Gold with spans (label, start, end[, attributes]) and relations (label, index, index)."""
    made = tuple(
        GoldSpan(
            id=f"s{at}", label=label, start=start, end=end, text=of.text[start:end],
            attributes=dict(*more), support=("a1", "a2"),
        )
        for at, (label, start, end, *more) in enumerate(spans)
    )  # fmt: skip
    drawn = tuple(GoldRelation(label=n, from_=f"s{a}", to=f"s{b}") for n, a, b in relations)
    points = tuple(
        Disagreement(kind="span", start=start, end=end, label="", readings={})
        for start, end in opened
    )
    return Gold(
        article_id=of.id, layer=layer, status=status, text_sha256=of.text_sha256,
        scheme_version="1", decided_by="unanimous", complete=not points, spans=made,
        relations=drawn, open=points,
    )  # fmt: skip


def write(folder, made, *items, splits=None):
    """A release: `made` are schemes as mappings, `items` are (article, gold by layer, annotations), `splits`
    the split of each; without them all are train."""
    known = {each["layer"]: schemes.parse(json.dumps(each), "made") for each in made}
    columns = tables.all_columns(known)
    maker = rows.Maker(known, columns, Guard(tuple))
    files = {}
    for (of, by_layer, annotations), split in zip(
        items, splits or ["train"] * len(items), strict=True
    ):
        item = tables.Annotated(of, by_layer, annotations)
        for config, found in maker.cells([item])[0].items():
            place = f"{config}/{split}"
            if place not in files:
                files[place] = table_files.opened(folder / config, split, columns[config])
            table_files.add(files[place], arrays.batch(columns[config], found), of.id)
    for each in files.values():
        each.close()
    for each in made:
        (folder / "schemes").mkdir(exist_ok=True)
        (folder / "schemes" / f"{each['layer']}.yaml").write_text(json.dumps(each), "utf-8")
    content = {place: each.summary(folder) for place, each in files.items()}
    features = {name: card_features(kinds) for name, kinds in columns.items()}
    said = Manifest(
        name="made", version="0.1.0", draft=False, files={}, features=features, content=content,
        content_sha256=manifest.overall(content), content_of=manifest.COLUMNS,
    )  # fmt: skip
    manifest.write(folder, said)
    return folder


def lines(path, found):
    """A file of predictions."""
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in found), "utf-8")
    return path


def score(folder, path, *options):
    """What the command prints with --json."""
    done = CliRunner().invoke(
        cli.group, ["score", str(folder), str(path), "--json", *map(str, options)]
    )
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def shuffled(rng, spans, labels, length):
    """Spans as a system gives them: some as they are, some moved, with another label, gone, or new."""
    found = []
    for label, start, end, *more in spans:
        dice = rng.random()
        if dice < 0.55:
            found.append((label, start, end, *more))
        elif dice < 0.7:
            other = max(0, start + rng.randrange(-5, 6)), min(length, end + rng.randrange(-5, 6))
            if other[0] < other[1]:
                found.append((label, *other, *more))
        elif dice < 0.8:
            found.append((rng.choice(labels), start, end))
    for _ in range(rng.randrange(0, 3)):
        start = rng.randrange(length)
        found.append((rng.choice(labels), start, min(length, start + rng.randrange(1, 12))))
    return list({each[:3]: each for each in found}.values())


__all__ = ["article", "gold", "lines", "random", "score", "shuffled", "words", "write"]
