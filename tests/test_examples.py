"""The scripts of examples/ run from end to end with a tiny model that is made here, and their predictions are
scored; `make models` runs these with torch and transformers."""

import json
import os
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from conftest import ROOT, needs
from qawl import cli
from qawl.articles import store
from qawl.release import build


@pytest.fixture
def model(tmp_path):
    """A BERT of two layers with the words of the corpus."""
    needs("torch")
    transformers = needs("transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    lines = (ROOT / "corpus" / "articles.jsonl").read_text("utf-8").splitlines()
    texts = " ".join(json.loads(each)["text"] for each in lines)
    words = sorted({*re.findall(r"\w+|[^\w\s]", texts)})[:4000]
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]
    tokenizer = Tokenizer(models.WordLevel({each: at for at, each in enumerate(names)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]",
        sep_token="[SEP]", mask_token="[MASK]",
    )  # fmt: skip
    config = transformers.BertConfig(
        vocab_size=len(names), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64,
    )  # fmt: skip
    folder = tmp_path / "model"
    transformers.BertModel(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


@pytest.mark.models
@pytest.mark.parametrize(
    ("script", "layer", "figure"),
    [
        ("tag_tokens.py", "entity", ("overlap_f1",)),
        ("attribute_quotes.py", "quote", ("relation_f1",)),
        ("detect_claims.py", "claim", ("sentences", "f1")),
    ],
)
def test_an_example_trains_predicts_and_is_scored(recorded, model, tmp_path, script, layer, figure):
    folder = build.build(recorded, "0.1.0", notes=[]).folder
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf")}
    environment["OMP_NUM_THREADS"] = "1"  # tiny matrices: threads only wait for each other
    words = [folder, model, "--to", tmp_path / "p.jsonl", "--split", "train", "--epochs", "3"]
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / script, *map(str, words)],
        env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    losses = [float(each) for each in re.findall(r"loss ([\d.]+)", done.stdout)]
    assert losses[-1] < losses[0], "it learns"
    scored = CliRunner().invoke(
        cli.group, ["score", str(folder), str(tmp_path / "p.jsonl"), "--json"]
    )
    assert scored.exit_code == 0, (scored.output, scored.exception)
    found = json.loads(scored.stdout)["layers"][layer]
    for name in figure:
        found = found[name]
    assert found["value"] is not None
    shown = {each.id for each in store.articles(recorded) if each.redistribute}
    lines = [json.loads(each) for each in (tmp_path / "p.jsonl").read_text("utf-8").splitlines()]
    assert shown <= {each["article_id"] for each in lines}


def test_the_twenty_lines_run(recorded, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", recorded.root / "cache")
    monkeypatch.chdir(recorded.root)
    build.build(recorded, "0.1.0", notes=[])
    page = (ROOT / "examples" / "README.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 20
    exec(code, {})
    command = re.findall(r"```\nqawl (score .*)\n```", page)[-1]
    done = CliRunner().invoke(cli.group, command.split())
    assert done.exit_code == 0, done.exception
    assert "sentences: average precision" in done.stdout
