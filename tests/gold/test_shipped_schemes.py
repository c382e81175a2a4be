"""Gold of any annotations under the schemes that come with Qawl: nested quotes, rules, arrows, choices."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from conftest import LAYERS, ROOT
from qawl.core.records import as_annotation
from qawl.core.settings import Adjudication
from qawl.gold.decide import decide
from qawl.scheme import scheme
from qawl.validation import validate
from strategies import article

SCHEMES = {layer: scheme.load_file(ROOT / "label_config" / f"{layer}.yaml") for layer in LAYERS}
LET_PASS = frozenset(
    {"span-duplicate", "relation-missing", "edge-whitespace", "grapheme-split", "mid-word"}
)


@st.composite
def records(draw, current, text):
    """Two to five annotators, some of whom say the same."""
    common = draw(strategies.annotations(current, text))
    found = []
    for number in range(draw(st.integers(2, 5))):
        own = draw(st.booleans()) and draw(strategies.annotations(current, text))
        found.append(
            msgspec.structs.replace(own or common, annotator=f"a{number}", status="submitted")
        )
    return found


def shown(gold, names):
    """Gold with its annotators by other names."""
    made = msgspec.to_builtins(gold)
    for each in (*made["spans"], *made["relations"]):
        each["support"] = sorted(names[who] for who in each["support"])
    for each in made["open"]:
        each["readings"] = {names[who]: said for who, said in each["readings"].items()}
    return made | {"decided_from": {names[who] for who in made["decided_from"]}}


@pytest.mark.parametrize("rule", ["unanimous", "majority"])
@pytest.mark.parametrize("layer", LAYERS)
@given(data=st.data())
def test_gold_validates_and_does_not_depend_on_names(layer, rule, data):
    current, text = SCHEMES[layer], data.draw(strategies.texts)
    given_ = data.draw(records(current, text))
    allowed = data.draw(st.sampled_from([frozenset(), LET_PASS]))

    def decided(those):
        return decide(
            those,
            article(text),
            current,
            Adjudication(rule),
            passes=lambda found: found.check in allowed,
            asked=len(those),
        )

    gold = decided(given_)
    found = validate.check_annotation(
        as_annotation(gold), article(text), current, (), lambda each: each.check in allowed
    )
    assert not [
        each
        for each in found
        if each.severity == "error" and each.span and each.check not in allowed
    ]
    assert gold.complete == (not gold.open)
    assert len({span.id for span in gold.spans}) == len(gold.spans)
    assert all(text[span.start : span.end] == span.text for span in gold.spans)
    order = data.draw(st.permutations([each.annotator for each in given_]))
    names = dict(zip((each.annotator for each in given_), order, strict=True))
    renamed = sorted(
        (msgspec.structs.replace(each, annotator=names[each.annotator]) for each in given_),
        key=lambda each: each.annotator,
    )
    same = {name: name for name in order}
    assert shown(gold, names) == shown(decided(renamed), same)
