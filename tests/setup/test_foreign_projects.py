"""Projects made from Label Studio's public templates, with exports as it writes them, from adoption to a release.

Each is another team's: their names, languages, conditions, and what a scheme can't say (pairs, rankings, dialogues).
The report names every difference, and the road to a release is open.
"""

import json
from dataclasses import dataclass, field

import pytest
from click.testing import CliRunner

from qawl import cli


@dataclass
class Foreign:
    """A project: its config, its tasks' data, and the results of each annotator on each task."""

    config: str
    data: list
    work: list
    layer: str
    left_out: set = field(default_factory=set)
    spans: int = 0
    attributes: dict = field(default_factory=dict)


def result(name, kind, to, value, identity="d", **more):
    return {
        "id": identity, "from_name": name, "to_name": to, "type": kind, "origin": "manual", "value": value, **more,
    }  # fmt: skip


def span(name, text, surface, label, identity, to="text", kind="labels", **more):
    start = text.index(surface)
    value = {"start": start, "end": start + len(surface), "text": surface, kind: [label], **more}
    return result(name, kind, to, value, identity)


def at(text, surface):
    start = text.index(surface)
    return {"start": start, "end": start + len(surface), "text": surface}


ARABIC = "أعلن البنك المركزي في طرابلس خفض الفائدة."
HEBREW = "הבנק הודיע בחיפה על הפחתה."
CHINESE = "北京大学说好。"
RUSSIAN = "Банк открыл офис в Казани."
EMOJI = "👩‍🚀 Mona likes the bank’s app 👍"
HTML = "<p>The <b>bank</b> opened.</p><p>It rained.</p>"

PROJECTS = {
    "text classification": Foreign(
        '<View><Text name="text" value="$text"/><View style="box-shadow: 2px"><Header value="Choose text sentiment"/>'
        '<Choices name="sentiment" toName="text" choice="single" showInLine="true"><Choice value="Positive"/>'
        '<Choice value="Negative"/><Choice value="Neutral"/></Choices></View></View>',
        [{"text": RUSSIAN}, {"text": EMOJI}],
        [[[result("sentiment", "choices", "text", {"choices": ["Positive"]})]] * 2] * 2,
        "document",
        attributes={"sentiment": "Positive"},
    ),
    "named entities": Foreign(
        '<View><Labels name="label" toName="text"><Label value="PER" background="red"/><Label value="ORG" background="darkorange"/>'
        '<Label value="LOC" background="orange"/></Labels><Text name="text" value="$text"/></View>',
        [{"text": EMOJI}, {"text": HEBREW}],
        [
            [[span("label", EMOJI, "Mona", "PER", "x1"), span("label", EMOJI, "bank", "ORG", "x2")]] * 2,
            [[span("label", HEBREW, "חיפה", "LOC", "y1")], [span("label", HEBREW, "בחיפה", "LOC", "y1")]],
        ],
        "label",
        spans=6,
    ),
    "relations": Foreign(
        '<View><Relations><Relation value="org:founded_by"/><Relation value="org:in" background="#fff"/></Relations>'
        '<Labels name="label" toName="text"><Label value="Organization"/><Label value="Person"/></Labels>'
        '<Text name="text" value="$text"/></View>',
        [{"text": RUSSIAN}],
        [
            [
                [
                    span("label", RUSSIAN, "Банк", "Organization", "a"),
                    span("label", RUSSIAN, "Казани", "Organization", "b"),
                    {"from_id": "a", "to_id": "b", "type": "relation", "direction": "right", "labels": ["org:in"]},
                    {"from_id": "b", "to_id": "a", "type": "relation", "direction": "left", "labels": ["org:founded_by"]},
                ][: 4 - who]
                for who in (0, 1)
            ]
        ],
        "label",
        spans=4,
    ),
    "question answering": Foreign(
        '<View><Header value="Please read the passage"/><Text name="text" value="$passage" granularity="word"/>'
        '<Header value="Select a text span answering the following question:"/><Text name="question" value="$question"/>'
        '<Labels name="answer" toName="text"><Label value="Answer" maxUsage="1" background="red"/></Labels></View>',
        [{"passage": ARABIC, "question": "أين البنك؟"}],
        [[[span("answer", ARABIC, "طرابلس", "Answer", "q")]]],
        "answer",
        spans=1,
    ),
    "summaries": Foreign(
        '<View><Header value="Please read the text"/><Text name="text" value="$text"/>'
        '<Header value="Provide one sentence summary"/><TextArea name="answer" toName="text" showSubmitButton="true" '
        'maxSubmissions="1" editable="true" required="true"/></View>',
        [{"text": ARABIC}],
        [[[result("answer", "textarea", "text", {"text": ["خفض\nالفائدة"]})]] * 2],
        "document",
        attributes={"answer": "خفض\nالفائدة"},
    ),
    "translation": Foreign(
        '<View><View style="display: grid"><Header value="Read this in English"/><Text name="english" value="$english"/>'
        '<Header value="Provide translation"/><TextArea name="translation" toName="english" transcription="true" '
        'showSubmitButton="true" maxSubmissions="2" editable="true" required="true"/></View></View>',
        [{"english": "The bank opened."}],
        [[[result("translation", "textarea", "english", {"text": ["فتح البنك.", "افتتح المصرف."]})]]],
        "document",
        attributes={"translation": ["فتح البنك.", "افتتح المصرف."]},
    ),
    "sentiment with a rating": Foreign(
        '<View><Text name="review" value="$review"/><Choices name="tone" toName="review" required="true"><Choice alias="pos" '
        'value="Positive 👍"/><Choice alias="neg" value="Negative"/></Choices><Rating name="stars" toName="review" maxRating="10" '
        'icon="star" size="medium" defaultValue="1"/><DateTime name="when" toName="review" only="date"/>'
        '<Number name="share" toName="review" min="0" max="1" step="0.1"/></View>',
        [{"review": EMOJI}],
        [
            [
                [
                    result("tone", "choices", "review", {"choices": ["pos"]}),
                    result("stars", "rating", "review", {"rating": 8}, "e"),
                    result("when", "datetime", "review", {"datetime": "2024-05-01"}, "f"),
                    result("share", "number", "review", {"number": 0.5}, "g"),
                ]
            ]
            * 2
        ],
        "document",
        attributes={"tone": "pos", "stars": 8, "when": "2024-05-01", "share": 0.5},
    ),
    "pairs": Foreign(
        '<View><Text name="prompt" value="$prompt"/><Text name="one" value="$one"/><Text name="two" value="$two"/>'
        '<Pairwise name="pw" toName="one,two"/><Choices name="why" toName="prompt" choice="multiple"><Choice value="clear"/>'
        '<Choice value="true"/></Choices></View>',
        [{"prompt": "Say hi.", "one": "Hi.", "two": "Hello."}],
        [
            [
                [
                    result("pw", "pairwise", "one", {"selected": "left"}, to_names=["one", "two"]),
                    result("why", "choices", "prompt", {"choices": ["true", "clear"]}, "w"),
                ]
            ]
        ],
        "document",
        left_out={"results of type pairwise"},
        attributes={"why": ["true", "clear"]},
    ),
    "taxonomy": Foreign(
        '<View><Text name="text" value="$text"/><Taxonomy name="topic" toName="text" leafsOnly="false"><Choice value="Eukarya">'
        '<Choice value="Human" alias="homo"/><Choice value="Oppossum"/></Choice><Choice value="Bacteria"/></Taxonomy></View>',
        [{"text": CHINESE}],
        [[[result("topic", "taxonomy", "text", {"taxonomy": [["Eukarya", "homo"], ["Bacteria"]]})]] * 2],
        "document",
        attributes={"topic": [["Eukarya", "homo"], ["Bacteria"]]},
    ),
    "coreference": Foreign(
        '<View><Labels name="coref" toName="text"><Label value="Noun" background="red"/><Label value="Pronoun" background="darkorange"/>'
        '</Labels><Text name="text" value="$corefText"/></View>',
        [{"corefText": "Mona said that she left."}],
        [
            [
                [
                    span("coref", "Mona said that she left.", "Mona", "Noun", "m"),
                    span("coref", "Mona said that she left.", "she", "Pronoun", "s"),
                    {"from_id": "s", "to_id": "m", "type": "relation", "direction": direction},
                ]
                for direction in ("right", "bi")
            ]
        ],
        "coref",
        spans=4,
    ),
    "moderation with conditions": Foreign(
        '<View><Text name="comment" value="$comment"/><Choices name="toxic" toName="comment" choice="single"><Choice value="yes"/>'
        '<Choice value="no"/></Choices><View visibleWhen="choice-selected" whenTagName="toxic" whenChoiceValue="yes">'
        '<Choices name="kind" toName="comment" choice="multiple" required="true"><Choice value="insult"/><Choice value="threat"/></Choices>'
        '<Labels name="words" toName="comment"><Label value="bad words"/></Labels></View>'
        '<TextArea name="note" toName="comment" perRegion="true" whenTagName="words" visibleWhen="region-selected"/></View>',
        [{"comment": "You fool!"}, {"comment": "Fine day."}],
        [
            [
                [
                    result("toxic", "choices", "comment", {"choices": ["yes"]}),
                    result("kind", "choices", "comment", {"choices": ["insult"]}, "k"),
                    span("words", "You fool!", "fool", "bad words", "w", "comment"),
                    result("note", "textarea", "comment", {**at("You fool!", "fool"), "text": ["rude"]}, "w"),
                ]
            ],
            [[result("toxic", "choices", "comment", {"choices": ["no"]})]],
        ],
        "words",
        spans=1,
    ),
    "a page": Foreign(
        '<View><HyperTextLabels name="ner" toName="text"><Label value="Org" background="green"/></HyperTextLabels>'
        '<View style="border: 1px solid"><HyperText name="text" value="$text" valueType="text"/></View></View>',
        [{"text": HTML}],
        [
            [
                [
                    result(
                        "ner", "hypertextlabels", "text",
                        {
                            "start": "/p[1]/b[1]/text()[1]", "end": "/p[1]/b[1]/text()[1]", "startOffset": 0, "endOffset": 4,
                            "globalOffsets": {"start": 4, "end": 8}, "text": "bank", "hypertextlabels": ["Org"],
                        },
                        "h",
                    )
                ]
            ]
        ],
        "ner",
        spans=1,
    ),
    "a dialogue": Foreign(
        '<View><ParagraphLabels name="act" toName="chat"><Label value="Question"/><Label value="Answer"/></ParagraphLabels>'
        '<Paragraphs name="chat" value="$dialogue" layout="dialogue" nameKey="author" textKey="text"/></View>',
        [{"dialogue": [{"author": "Ada", "text": "Where is it?"}, {"author": "Omar", "text": "In Tripoli, I think."}]}],
        [
            [
                [
                    result(
                        "act", "paragraphlabels", "chat",
                        {"start": "1", "end": "1", "startOffset": 3, "endOffset": 10, "text": "Tripoli", "paragraphlabels": ["Answer"]},
                        "p",
                    )
                ]
            ]
        ],
        "act",
        spans=1,
    ),
    "ranking": Foreign(
        '<View><Text name="prompt" value="$prompt"/><List name="answers" value="$items" title="Answers"/><Ranker name="rank" '
        'toName="answers"><Bucket name="good" title="Good"/></Ranker><TextArea name="remark" toName="prompt"/></View>',
        [{"prompt": "Say hi.", "items": [{"id": "1", "title": "Hi"}, {"id": "2", "title": "Hello"}]}],
        [
            [
                [
                    result("rank", "ranker", "answers", {"ranker": {"good": ["1"], "_": ["2"]}}),
                    result("remark", "textarea", "prompt", {"text": ["fine"]}, "r"),
                ]
            ]
        ],
        "document",
        left_out={"results of type ranker"},
        attributes={"remark": "fine"},
    ),
    "a label in two sets, a condition on a tree, choices twice": Foreign(
        '<View><Text name="text" value="$text"/><Labels name="one" toName="text"><Label value="A"/><Label value="A"/></Labels>'
        '<Labels name="two" toName="text"><Label value="A"/><Label value="B"/></Labels><Taxonomy name="t" toName="text">'
        '<Choice value="x"/></Taxonomy><Choices name="c" toName="text" visibleWhen="choice-selected" whenTagName="t" '
        'whenChoiceValue="x"><Choice value="p"/><Choice value="p"/></Choices><DateTime name="at" toName="text"/></View>',
        [{"text": RUSSIAN}],
        [
            [
                [
                    span("one", RUSSIAN, "Банк", "A", "1"),
                    span("two", RUSSIAN, "офис", "A", "2"),
                    result("c", "choices", "text", {"choices": ["p"]}),
                    result("at", "datetime", "text", {"datetime": "2024-05-01T10:30"}, "e"),
                ]
            ]
        ],
        "one",
        spans=2,
        attributes={"c": "p", "at": "2024-05-01T10:30"},
    ),
    "names of columns and odd characters": Foreign(
        '<View><Labels name="label" toName="text"><Label value="a, b"/><Label value="&lt;x&gt;"/><Label value="人名"/></Labels>'
        '<Text name="text" value="$text"/><Choices name="start" toName="text" perRegion="true"><Choice value="sure, yes"/>'
        '<Choice value="no"/></Choices><Choices name="status" toName="text"><Choice value="done"/></Choices></View>',
        [{"text": CHINESE, "title": "T", "id": 7}],
        [
            [
                [
                    span("label", CHINESE, "北京", "a, b", "1"),
                    result("start", "choices", "text", {**at(CHINESE, "北京"), "choices": ["sure, yes"]}, "1"),
                    span("label", CHINESE, "大学", "人名", "2"),
                    result("status", "choices", "text", {"choices": ["done"]}, "3"),
                ]
            ]
        ],
        "label",
        spans=2,
    ),
}  # fmt: skip


def run(*words):
    done = CliRunner().invoke(cli.group, list(map(str, words)))
    assert done.exit_code == 0, (words, done.output, done.exception)
    return done.output


def exported(project):
    numbers = iter(range(1, 1000))
    for number, (data, work) in enumerate(zip(project.data, project.work, strict=True), start=1):
        annotations = [
            {
                "id": next(numbers), "completed_by": {"id": who, "email": f"u{who}@team.example", "first_name": "", "last_name": ""},
                "result": results, "was_cancelled": False, "ground_truth": False, "created_at": "2024-05-01T10:00:00.000000Z",
                "updated_at": "2024-05-01T10:05:00.000000Z", "draft_created_at": None, "lead_time": 20.5, "prediction": {},
                "result_count": len(results), "unique_id": f"u-{number}-{who}", "import_id": None, "last_action": None,
                "task": number, "project": 4, "updated_by": who, "parent_prediction": None, "parent_annotation": None,
            }
            for who, results in enumerate(work, start=1)
        ]  # fmt: skip
        yield {
            "id": number, "annotations": annotations, "file_upload": "x.json", "drafts": [], "predictions": [], "data": data,
            "meta": {}, "created_at": "2024-05-01T09:00:00Z", "updated_at": "2024-05-01T10:05:00Z", "inner_id": number,
            "total_annotations": len(annotations), "cancelled_annotations": 0, "total_predictions": 0, "comment_count": 0,
            "unresolved_comment_count": 0, "last_comment_updated_at": None, "project": 4, "updated_by": 1, "comment_authors": [],
        }  # fmt: skip


@pytest.fixture(params=PROJECTS)
def adopted(request, tmp_path):
    project = PROJECTS[request.param]
    (tmp_path / "config.xml").write_text(project.config, "utf-8")
    export = tmp_path / "export.json"
    export.write_text(json.dumps(list(exported(project))), "utf-8")
    folder = tmp_path / "c"
    said = json.loads(run("adopt", export, tmp_path / "config.xml", "--into", folder, "--json"))
    return project, folder, said


def test_a_public_template_comes_in_whole_and_goes_out_as_a_release(adopted):
    project, folder, said = adopted
    assert said["layer"] == project.layer
    reasons = {each["reason"] for each in said["left_out"]}
    assert project.left_out <= reasons
    if said["in"] != said["records"]:
        assert reasons, said
    path = folder / "exports" / "annotations" / f"{project.layer}.jsonl"
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert sum(len(each["spans"]) for each in records) == project.spans
    for name, value in project.attributes.items():
        held = records[0]["attributes"].get(name, records[0]["attributes"].get(f"{name}_value"))
        assert held == value or held == [value], (name, held)
    findings = CliRunner().invoke(cli.group, ["-C", str(folder), "validate", "--json"])
    errors = [e for e in json.loads(findings.stdout)["findings"] if e["severity"] == "error"]
    assert errors == []
    for words in (
        ["adjudicate"],
        ["agreement"],
        ["release", "0.1.0", "--draft"],
        ["verify", folder / "exports/releases/0.1.0"],
    ):
        run("-C", folder, *words)
