"""Token classification: learns the spans of a layer from a release, and writes what it predicts.

    python examples/tag_tokens.py exports/releases/0.1.0 MODEL --layer entity --to predictions.jsonl
    qawl score exports/releases/0.1.0 predictions.jsonl

MODEL is any path or name that transformers loads. Texts longer than the model's window are cut into
windows that overlap. Undecided stretches are left out of the loss. Articles without text or gold are left
out.
"""

import argparse
import json
from pathlib import Path

import torch
from datasets import load_dataset
from transformers import AutoModelForTokenClassification, AutoTokenizer

import qawl

WINDOW, STRIDE = 256, 64
"""Pieces of a window, and those that it shares with the next."""


def main() -> None:
    given = arguments()
    torch.manual_seed(0)
    splits = load_dataset(given.release)
    kind = splits["train"].features[f"{given.layer}_spans"]
    labels = (kind[0] if isinstance(kind, list) else kind.feature)["label"].names
    tokenizer = AutoTokenizer.from_pretrained(given.model)
    model = AutoModelForTokenClassification.from_pretrained(
        given.model, num_labels=2 * len(labels) + 1, ignore_mismatched_sizes=True
    )
    windows = [
        window
        for row in splits["train"]
        if row["text"] and row[f"{given.layer}_complete"] is not None
        for window in windows_of(row, given.layer, labels, tokenizer)
    ]
    train(model, windows, given.epochs)
    with Path(given.to).open("w", encoding="utf-8") as file:
        for row in splits[given.split]:
            if row["text"]:
                spans = predicted(model, tokenizer, row["text"], labels)
                line = {"article_id": row["id"], "layer": given.layer, "spans": spans}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")


def cut(tokenizer, text):
    """The windows of a text, with the offsets of their pieces."""
    return tokenizer(
        text,
        truncation=True,
        max_length=WINDOW,
        stride=STRIDE,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )


def windows_of(row, layer, labels, tokenizer):
    """(pieces, their tags) of each window of an article."""
    encoded = cut(tokenizer, row["text"])
    for pieces, offsets in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True):
        tags = qawl.align(
            row[f"{layer}_spans"], offsets, labels=labels, undecided=row[f"{layer}_open"]
        )
        yield torch.tensor([pieces]), torch.tensor([tags])


def train(model, windows, epochs):
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5 if len(windows) > 100 else 1e-3)
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for at in torch.randperm(len(windows)).tolist():
            pieces, tags = windows[at]
            loss = model(input_ids=pieces, labels=tags).loss
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / max(len(windows), 1):.3f}")


def predicted(model, tokenizer, text, labels):
    """The spans that the model finds in a text; those at the edges of windows are joined."""
    encoded = cut(tokenizer, text)
    model.eval()
    tags, offsets = [], []
    for pieces, places in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True):
        with torch.no_grad():
            tags += model(input_ids=torch.tensor([pieces])).logits[0].argmax(-1).tolist()
        offsets += places
    found = qawl.spans(tags, offsets, labels=labels)
    return [{"label": each.label, "start": each.start, "end": each.end} for each in found]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("release", help="folder of a release, or its name on the Hub")
    parser.add_argument("model", help="path or name of a model")
    parser.add_argument("--to", required=True, help="file of predictions to write")
    parser.add_argument("--layer", default="entity")
    parser.add_argument("--split", default="test", help="split to predict")
    parser.add_argument("--epochs", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
