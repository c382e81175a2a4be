"""Claim detection: learns from the table `sentences` of a release in which sentences a claim stands.

    python examples/detect_claims.py exports/releases/0.1.0 MODEL --to predictions.jsonl
    qawl score exports/releases/0.1.0 predictions.jsonl

MODEL is any path or name that transformers loads. Each sentence gets a score; `qawl score` ranks and
counts them under `sentences`. Sentences on which nobody has decided are left out of training.
"""

import argparse
import json
from pathlib import Path

import torch
from datasets import load_dataset
from transformers import AutoModelForSequenceClassification, AutoTokenizer


def main() -> None:
    given = arguments()
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(given.model)
    model = AutoModelForSequenceClassification.from_pretrained(
        given.model, num_labels=2, ignore_mismatched_sizes=True
    )
    splits = load_dataset(given.release, "sentences")
    has = f"has_{given.layer}"
    rows = [row for row in splits["train"] if row["text"] and row[has] is not None]
    train(model, tokenizer, [(row["text"], row[has]) for row in rows], given.epochs)
    lines = {}
    for row in splits[given.split]:
        if row["text"]:
            score = {"number": row["number"], "score": share(model, tokenizer, row["text"])}
            lines.setdefault(row["article_id"], []).append(score)
    with Path(given.to).open("w", encoding="utf-8") as file:
        for article, sentences in lines.items():
            line = {"article_id": article, "layer": given.layer, "sentences": sentences}
            file.write(json.dumps(line) + "\n")


def encoded(tokenizer, text):
    return tokenizer(text, truncation=True, max_length=256, return_tensors="pt")


def train(model, tokenizer, rows, epochs):
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5 if len(rows) > 1000 else 1e-3)
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for at in torch.randperm(len(rows)).tolist():
            text, there = rows[at]
            loss = model(**encoded(tokenizer, text), labels=torch.tensor([int(there)])).loss
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / max(len(rows), 1):.3f}")


def share(model, tokenizer, text):
    """How sure the model is that a claim stands in a sentence."""
    model.eval()
    with torch.no_grad():
        return model(**encoded(tokenizer, text)).logits[0].softmax(-1)[1].item()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("release", help="folder of a release, or its name on the Hub")
    parser.add_argument("model", help="path or name of a model")
    parser.add_argument("--to", required=True, help="file of predictions to write")
    parser.add_argument("--layer", default="claim")
    parser.add_argument("--split", default="test", help="split to predict")
    parser.add_argument("--epochs", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
