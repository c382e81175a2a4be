"""Quote attribution: learns which source a quote belongs to from the table `candidates` of a release.

    python examples/attribute_quotes.py exports/releases/0.1.0 MODEL --to predictions.jsonl
    qawl score exports/releases/0.1.0 predictions.jsonl

MODEL is any path or name that transformers loads. The spans of gold are given, the arrows between them
are predicted: `relation_f1` is the score. With --layer claim --relation made_by it learns who makes a
claim.
"""

import argparse
import json
from pathlib import Path

import torch
from datasets import load_dataset
from transformers import AutoModelForSequenceClassification, AutoTokenizer

AROUND = 60
"""Code points of text shown on either side of a pair."""


def main() -> None:
    given = arguments()
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(given.model)
    model = AutoModelForSequenceClassification.from_pretrained(
        given.model, num_labels=2, ignore_mismatched_sizes=True
    )
    articles = load_dataset(given.release)
    pairs = load_dataset(given.release, "candidates")
    train(model, tokenizer, list(examples(articles["train"], pairs["train"], given)), given.epochs)
    best = {}  # (article, quote) → (probability, source)
    for row, text in examples(articles[given.split], pairs[given.split], given, decided=False):
        share = right(model, tokenizer, text)
        key = row["article_id"], row["from"]["id"]
        if share > 0.5:
            best[key] = max(best.get(key, (0, "")), (share, row["to"]["id"]))
    write(given, articles[given.split], best)


def examples(articles, pairs, given, *, decided=True):
    """(row, what the model reads) of each pair; `decided` leaves those out on which nobody decided."""
    texts = {row["id"]: row["text"] for row in articles}
    name = pairs.features["relation"].int2str
    for row in pairs:
        wanted = name(row["relation"]) == given.relation
        if wanted and texts[row["article_id"]] and not (decided and row["right"] is None):
            yield row, marked(texts[row["article_id"]], row["from"], row["to"])


def marked(text, one, other):
    """The text around a pair, with brackets around the quote and braces around the source."""
    low = max(0, min(one["start"], other["start"]) - AROUND)
    high = max(one["end"], other["end"]) + AROUND
    signs = [(one["start"], "["), (one["end"], "]"), (other["start"], "{"), (other["end"], "}")]
    for at, sign in sorted(signs, reverse=True):
        text = text[:at] + sign + text[at:]
    return text[low : high + len(signs)]


def encoded(tokenizer, text):
    return tokenizer(text, truncation=True, max_length=256, return_tensors="pt")


def train(model, tokenizer, rows, epochs):
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5 if len(rows) > 1000 else 1e-3)
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for at in torch.randperm(len(rows)).tolist():
            row, text = rows[at]
            target = torch.tensor([int(row["right"])])
            loss = model(**encoded(tokenizer, text), labels=target).loss
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / max(len(rows), 1):.3f}")


def right(model, tokenizer, text):
    """How sure the model is that the pair belongs together."""
    model.eval()
    with torch.no_grad():
        return model(**encoded(tokenizer, text)).logits[0].softmax(-1)[1].item()


def write(given, articles, best):
    """The spans of gold, with the arrows that were found."""
    kind = articles.features[f"{given.layer}_spans"]
    labels = (kind[0] if isinstance(kind, list) else kind.feature)["label"].names
    with Path(given.to).open("w", encoding="utf-8") as file:
        for row in articles:
            arrows = [
                {"label": given.relation, "from": quote, "to": source}
                for (article, quote), (_, source) in best.items()
                if article == row["id"]
            ]
            spans = [
                {"id": s["id"], "label": labels[s["label"]], "start": s["start"], "end": s["end"]}
                for s in row[f"{given.layer}_spans"] or ()
            ]
            line = {"article_id": row["id"], "layer": given.layer, "spans": spans}
            file.write(json.dumps({**line, "relations": arrows}, ensure_ascii=False) + "\n")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("release", help="folder of a release, or its name on the Hub")
    parser.add_argument("model", help="path or name of a model")
    parser.add_argument("--to", required=True, help="file of predictions to write")
    parser.add_argument("--layer", default="quote")
    parser.add_argument("--relation", default="has_source")
    parser.add_argument("--split", default="test", help="split to predict")
    parser.add_argument("--epochs", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
