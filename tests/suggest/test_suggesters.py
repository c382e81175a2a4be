"""Suggesters that qawl.yaml names: plug-ins, a model in a folder, an endpoint; what is wrong is counted."""

import copy
import json
import random
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import yaml
from click.testing import CliRunner

import corpora
import damage
from conftest import needs
from qawl import cli
from qawl.articles import store as article_store

PLUGIN = """
class Names:
    name = "names"
    version = "7"

    def __init__(self, word="{word}"):
        self.word = word

    def suggest(self, articles, scheme):
        for article in articles:
            at = article.text.find(self.word)
            yield {
                "article_id": article.id,
                "spans": [
                    {"label": "PERS", "start": at, "end": at + len(self.word)},
                    {"label": "NOTHING", "start": 0, "end": 3},
                    {"label": "PERS", "start": 5, "end": 10**6},
                ],
                "relations": [{"from": "1", "to": "nowhere"}],
            }
        yield {"article_id": "strange", "spans": []}
        yield {"article_id": 5}
        yield "nothing"

class Broken(Names):
    def suggest(self, articles, scheme):
        raise RuntimeError("no memory left")

class Nothing:
    pass
"""


def run(root, *arguments):
    return CliRunner().invoke(cli.group, ["-C", str(root), *arguments])


@pytest.fixture
def inside(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def use(corpus, **named):
    """Puts suggesters into a corpus's qawl.yaml."""
    path = corpus.root / "qawl.yaml"
    plain = path.read_text("utf-8").split("\nsuggestions:")[0].rstrip("\n")
    said = yaml.safe_dump({"suggestions": named}, allow_unicode=True)
    path.write_text(f"{plain}\n\n{said}", "utf-8")


def made(corpus, layer="entity"):
    lines = corpus.suggestions_file(layer).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package with entry points of the group, as pip leaves it."""
    site = tmp_path / "site"
    info = site / "names_suggester-7.dist-info"
    info.mkdir(parents=True)
    (site / "names_suggester.py").write_text(PLUGIN, "utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: names-suggester\nVersion: 7\n")
    (info / "entry_points.txt").write_text(
        "[qawl.suggesters]\nnames = names_suggester:Names\n"
        "broken = names_suggester:Broken\nnothing = names_suggester:Nothing\n"
    )
    monkeypatch.syspath_prepend(str(site))
    yield
    sys.modules.pop("names_suggester", None)


def test_a_plug_in_suggests_and_what_does_not_validate_is_counted(recorded, installed, inside):
    use(recorded, suggesters=[{"use": "names", "layers": ["entity"], "options": {"word": "ال"}}])
    done = run(recorded.root, "suggest", "--layer", "entity")
    assert done.exit_code == 0, done.output
    records = made(recorded)
    assert len(records) == 3
    assert all((each["model"], each["model_version"]) == ("names", "7") for each in records)
    surfaces = [span["text"] for each in records for span in each["spans"]]
    assert surfaces == ["ال", "ال"]  # the English article has none: start -1 is left out
    assert "suggestion-unreadable" in done.stderr
    assert "suggestion-of-no-article" in done.stderr
    assert "relation-without-ends" in done.stderr
    assert "label-unknown" in done.stderr
    tasks = json.loads(run(recorded.root, "tasks", "--layer", "entity").stdout)
    versions = {p["model_version"] for each in tasks for p in each.get("predictions", ())}
    assert versions <= {"names 7"}


def test_a_plug_in_is_measured_as_the_rules_are(recorded, installed, inside):
    use(recorded, suggesters=[{"use": "names", "layers": ["entity"], "options": {"word": "ترامب"}}])
    said = json.loads(
        run(recorded.root, "suggest", "--score", "--json", "--layer", "entity").stdout
    )
    exact = said["layers"]["entity"]["labels"]["PERS"]["exact"]
    assert exact["recall"] is not None
    assert exact["recall"] < 0.2


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({"use": "absent"}, "no such suggester is installed"),
        ({"use": "broken"}, "no memory left"),
        ({"use": "nothing"}, "it has no name, version, suggest"),
        ({"use": "names", "options": {"wrong": 1}}, "wrong"),
        ({"use": "names", "layers": ["quotes"]}, "none of layers"),
        ({"use": "transformers", "options": {"path": "nowhere"}}, "no model there"),
        ({"use": "transformers", "options": {}}, "path"),
        ({"use": "openai", "options": {"url": "ftp://x", "model": "m"}}, "no address"),
        (
            {"use": "openai", "options": {"url": "http://127.0.0.1:9", "model": "m", "least": 1}},
            "least",
        ),
        ({"use": "openai", "options": {"url": "http://127.0.0.1:9", "model": "m"}}, "127.0.0.1:9"),
    ],
)
def test_what_is_wrong_with_a_suggester_is_one_line(recorded, installed, inside, named, told):
    use(recorded, suggesters=[named])
    done = run(recorded.root, "suggest", "--layer", "entity")
    assert done.exit_code != 0
    said = str(done.exception)
    assert told in said
    assert "\n" not in said


RUBBISH = {
    "None": "return None",
    "a number": "return 5",
    "text": "return 'words'",
    "itself": "return [self]",
    "a class": "return [int]",
    "numbers that are none": "return [{**one, 'spans': [{'label': 'PERS', 'start': 0.5, 'end': True}]}]",
    "numbers beyond all": "return [{**one, 'spans': [{'label': 'PERS', 'start': 2**70, 'end': -(2**70)}]}]",
    "half a character": "return [{**one, 'spans': [{'label': '\\ud800', 'start': 0, 'end': 3, 'text': '\\udfff'}]}]",
    "half a value": "return [{**one, 'attributes': {'x': '\\ud800'}}]",
    "a label that is none": "return [{**one, 'spans': [{'label': None, 'start': 0, 'end': 3}]}]",
    "a round": "loop = {**one}; loop['spans'] = [loop]; return [loop]",
    "depth": "deep = []; [deep := [deep] for _ in range(10**5)]; return [{**one, 'spans': deep}]",
    "twice": "return [one, one]",
    "bytes": "return [b'{}', bytearray(3), {b'article_id': 1}]",
    "an end": "raise SystemExit(0)",
    "a stop": "raise StopIteration('no more')",
    "no memory": "raise MemoryError",
    "lines": "raise ValueError('one\\ntwo\\n\\x1b[31mred')",
    "too deep": "return self.suggest(articles, scheme)",
    "a broken answer": "return (1 / 0 for _ in range(2))",
    "another's dictionary": "one.pop('article_id'); return [one]",
}


@pytest.mark.parametrize("body", list(RUBBISH.values()), ids=list(RUBBISH))
def test_a_plug_in_that_gives_rubbish_is_said_in_a_line_or_counted(
    recorded, installed, inside, body
):
    """Nothing that a plug-in does is a fault of Qawl's; what it gives wrongly is never shown."""
    module = sys.modules.pop("names_suggester", None)
    assert module is None
    site = next(each for each in sys.path if each.endswith("/site"))
    source = (
        "class Names:\n    name, version = 'names', '7'\n    def suggest(self, articles, scheme):\n"
        f"        one = {{'article_id': articles[0].id, 'spans': []}}\n        {body}\n"
    )
    Path(site, "names_suggester.py").write_text(source, "utf-8")
    use(recorded, suggesters=[{"use": "names", "layers": ["entity"]}])
    code, said = corpora.main(recorded.root, "suggest", "--layer", "entity")
    assert "a fault in qawl" not in said
    assert "Traceback" not in said
    assert "\x1b" not in said
    if code:
        assert "names failed" in said, said
    else:
        assert "left out" in said.lower(), said
        assert not [span for each in made(recorded) for span in each["spans"]]


def test_two_suggesters_for_one_layer_are_refused(recorded, installed, inside):
    use(recorded, suggesters=[{"use": "names"}, {"use": "broken", "layers": ["quote"]}])
    assert "two for the layer quote" in str(run(recorded.root, "suggest").exception)


def test_a_label_of_low_precision_is_not_suggested(recorded, installed, inside):
    """With a precision of 1 whatever is wrong once is left out, and the command says it."""
    use(recorded, precision=0)
    assert run(recorded.root, "suggest", "--layer", "claim").exit_code == 0
    labels = {span["label"] for each in made(recorded, "claim") for span in each["spans"]}
    use(recorded, precision=1)
    done = run(recorded.root, "suggest", "--layer", "claim")
    left = {span["label"] for each in made(recorded, "claim") for span in each["spans"]}
    assert "CLAIM" in labels - left
    assert "no CLAIM is suggested" in done.stderr
    assert not [each for each in made(recorded, "claim") if each["relations"]]
    said = json.loads(run(recorded.root, "suggest", "--score", "--json", "--layer", "claim").stdout)
    assert "CLAIM" in said["layers"]["claim"]["not_suggested"]


class Server(BaseHTTPRequestHandler):
    """Answers chat completions: it marks a name wherever it stands, and one that is not in the text."""

    asked: ClassVar = []
    content = ""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Server.asked.append((self.path, self.headers.get("Authorization"), body))
        reply = {"choices": [{"message": {"role": "assistant", "content": Server.content}}]}
        raw = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        """Says nothing."""


@pytest.fixture
def endpoint():
    Server.asked = []
    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_an_endpoint_is_asked_with_the_scheme_and_the_nearest_gold(
    recorded, endpoint, inside, monkeypatch
):
    monkeypatch.setenv("SOME_KEY", "abc")
    spans = [
        {"id": "1", "label": "PERS", "text": "ترامب"},
        {"id": "2", "label": "PERS", "text": "ترامب"},
        {"id": "3", "label": "GPE", "text": "أطلانطس"},
    ]
    Server.content = f"Here you are: {json.dumps({'spans': spans, 'relations': []})} Bye."
    options = {"url": endpoint, "model": "tiny", "key_from": "SOME_KEY", "examples": 1}
    use(recorded, suggesters=[{"use": "openai", "layers": ["entity"], "options": options}])
    done = run(recorded.root, "suggest", "--layer", "entity")
    assert done.exit_code == 0, done.output
    by_id = {each["article_id"]: each for each in made(recorded)}
    wire = by_id["32b362273587"]["spans"]
    assert [each["text"] for each in wire] == ["ترامب", "ترامب"]
    assert wire[0]["start"] < wire[1]["start"]
    assert not by_id["8a90ce3200c1"]["spans"]
    assert "left out" in done.stderr
    path, key, body = Server.asked[0]
    assert (path, key) == ("/v1/chat/completions", "Bearer abc")
    roles = [each["role"] for each in body["messages"]]
    assert roles == ["system", "user", "assistant", "user"]
    prompt = body["messages"][0]["content"]
    assert "PERS" in prompt
    assert "gpe_role" in prompt
    asked = {each[2]["messages"][-1]["content"] for each in Server.asked}
    shown = {each[2]["messages"][1]["content"] for each in Server.asked}
    assert len(asked) == 3
    assert all(each[2]["messages"][1] != each[2]["messages"][-1] for each in Server.asked)
    assert shown <= asked


@pytest.mark.parametrize("content", ["no idea", '{"spans": "x"}', '{"spans": [5]}', "{"])
def test_an_answer_that_cannot_be_read_is_counted(recorded, endpoint, inside, content):
    Server.content = content
    options = {"url": endpoint, "model": "tiny"}
    use(recorded, suggesters=[{"use": "openai", "layers": ["entity"], "options": options}])
    done = run(recorded.root, "suggest", "--layer", "entity")
    assert done.exit_code == 0
    assert "left out: 3, because" in done.stderr
    assert not any(each["spans"] for each in made(recorded))


@pytest.mark.models
def test_a_model_in_a_folder_is_asked_line_by_line(recorded, inside, tmp_path):
    """A tiny model made here, with weights that make it say one label for one word."""
    torch, transformers, tokenizers = map(needs, ("torch", "transformers", "tokenizers"))
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "ترامب", "Millbrook"]
    words = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({each: n for n, each in enumerate(vocabulary)}, "[UNK]")
    )
    words.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    words.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=words,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    )
    folder = tmp_path / "tiny"
    config = transformers.BertConfig(
        vocab_size=len(vocabulary), hidden_size=8, num_hidden_layers=1, num_attention_heads=1,
        intermediate_size=8, num_labels=2, id2label={0: "O", 1: "B-PER"}, label2id={"O": 0, "B-PER": 1},
    )  # fmt: skip
    model = transformers.BertForTokenClassification(config)
    with torch.no_grad():
        for each in model.parameters():
            each.zero_()
        for norm in (each for each in model.modules() if isinstance(each, torch.nn.LayerNorm)):
            norm.weight.fill_(1)
        model.bert.embeddings.word_embeddings.weight[4, 0] = 5
        model.classifier.weight[1, 0] = 9
        model.classifier.bias[0] = 3
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    options = {"path": str(folder), "labels": {"PER": "PERS"}}
    use(recorded, suggesters=[{"use": "transformers", "layers": ["entity"], "options": options}])
    done = run(recorded.root, "suggest", "--layer", "entity")
    assert done.exit_code == 0, done.output
    spans = [span for each in made(recorded) for span in each["spans"]]
    assert spans
    assert {(each["label"], each["text"]) for each in spans} == {("PERS", "ترامب")}


def test_suggestions_of_earlier_rules_are_served_until_they_are_made_again(recorded, monkeypatch):
    """The rules of a later Qawl have a later version; a corpus keeps what it has until `suggest` runs."""
    from qawl.suggest import rules

    def versions():
        tasks = json.loads(run(recorded.root, "tasks", "--layer", "quote").stdout)
        return {p["model_version"] for each in tasks for p in each.get("predictions", ())}

    assert rules.VERSION != "1"
    with monkeypatch.context() as earlier:
        earlier.setattr(rules, "VERSION", "1")
        assert run(recorded.root, "suggest").exit_code == 0
    use(recorded, without=0)
    assert {each["model_version"] for each in made(recorded, "quote")} == {"1"}
    assert versions() == {"qawl-rules 1"}
    assert run(recorded.root, "validate").exit_code == 0
    assert run(recorded.root, "suggest").exit_code == 0
    assert versions() == {f"qawl-rules {rules.VERSION}"}


ANSWERING = """
import json

class Names:
    name, version = "names", "7"

    def suggest(self, articles, scheme):
        with open({path!r}, encoding="utf-8", errors="surrogatepass") as file:
            return json.load(file)
"""


def test_answers_of_a_plug_in_mutated_at_random_are_read_or_counted(
    recorded, installed, inside, tmp_path
):
    """As mutated exports are: what is written stands in its text, and nothing else is."""
    path = tmp_path / "answers.json"
    site = next(each for each in sys.path if each.endswith("/site"))
    Path(site, "names_suggester.py").write_text(ANSWERING.format(path=str(path)), "utf-8")
    use(recorded, suggesters=[{"use": "names", "layers": ["entity"]}])
    texts = {each.id: each.text for each in article_store.articles(recorded)}
    whole = [
        {
            "article_id": name,
            "spans": [{"id": f"s{at}", "label": "PERS", "start": at, "end": at + 4, "text": text[at : at + 4], "attributes": {}} for at in (0, 20)],
            "relations": [{"from": "s0", "to": "s20", "label": None}],
            "attributes": {},
        }
        for name, text in texts.items()
    ]  # fmt: skip
    for seed in range(60):
        answers, rng = copy.deepcopy(whole), random.Random(seed)
        for _ in range(3):
            rng.choice(damage.IN_VALUES)(answers, rng)
        path.write_text(json.dumps(answers), "utf-8")
        code, said = corpora.main(recorded.root, "suggest", "--layer", "entity")
        assert "a fault in qawl" not in said, f"{seed}: {said}"
        assert "Traceback" not in said, f"{seed}: {said}"
        assert code in (0, 1), f"{seed}: {said}"
        for each in made(recorded) if code == 0 else ():
            for span in each["spans"]:
                there = texts[each["article_id"]][span["start"] : span["end"]]
                assert span["text"] == there, f"{seed}: {span}"
                assert span["label"] == "PERS"
