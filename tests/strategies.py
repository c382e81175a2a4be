"""Hypothesis strategies: texts, and annotations that a scheme allows on them."""

from hypothesis import strategies as st

from qawl.articles.frozen import article_id
from qawl.core.records import Annotation, Article, Relation, Span, relation_order, span_order
from qawl.core.text import sha256, typed

PIECES = [
    "قال",
    " ",
    "ل",
    "ترامب",
    "سَلام",
    "\n",
    "\n\n",
    "👩‍🚀",
    "💧",
    "a",
    "Nova",
    ".",
    '"',
    "«",
    "»",
    "\u2028",
    "é",
    "\t",
    "\\n",
    "١٢",
    "ـ",
]

texts = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map("".join),
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40
    ),
)


def article(text, **fields):
    """An article with this frozen text."""
    identity = article_id(fields.get("source"), text, fields.get("source_id"))
    known = {
        "id": identity,
        "text": text,
        "text_sha256": sha256(text),
        "language": "ar",
        "group": identity,
        "received": "t.txt",
    }
    return Article(**{**known, **fields})


@st.composite
def attributes_for(draw, allowed):
    """Values for some of these attributes, and all required ones."""
    found = {}
    for each in allowed:
        if not each.required and draw(st.booleans()):
            continue
        names = each.categories
        if each.kind == "text":
            found[each.name] = draw(
                st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).map(
                    lambda said: typed(said) or "x"  # as it is read
                )
            )
        elif each.kind == "choice":
            found[each.name] = draw(st.sampled_from(names))
        else:
            found[each.name] = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    return found


@st.composite
def annotations(draw, scheme, text):
    """An annotation of a text: spans that nest, touch, cross and repeat, and relations of all kinds."""
    count = draw(st.integers(0, 6))
    spans = []
    for number in range(count):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        labels = draw(
            st.lists(st.sampled_from(list(scheme.label)), min_size=1, max_size=2, unique=True)
        )
        given = {}
        for each in labels:
            given |= draw(attributes_for(scheme.attributes_of(each)))
        for index, label in enumerate(labels, start=1):
            own = {
                name: value for name, value in given.items() if label in scheme.attribute[name].of
            }
            identity = f"r{number}" if index == 1 else f"r{number}#{index}"
            spans.append(Span(identity, label, start, end, text[start:end], own))
    simple = [
        span
        for span in spans
        if not any(other.id == f"{span.id}#2" or span.id.endswith("#2") for other in spans)
    ]
    relations = set()
    if len(simple) > 1 and scheme.relations:
        for _ in range(draw(st.integers(0, 4))):
            start, end = draw(st.sampled_from(simple)), draw(st.sampled_from(simple))
            told = scheme.relation_between.get((start.label, end.label))
            label = told or draw(st.sampled_from([each.name for each in scheme.relations]))
            # An arrow that its ends name stands in the only sense that has the name.
            senses = ["right", "bi"] if told else ["right", "left", "bi"]
            relations.add((label, start.id, end.id, draw(st.sampled_from(senses))))
    made = [
        Relation(label=label, from_=start, to=end)
        if direction == "right"
        else Relation(label=label, from_=start, to=end, direction=direction)
        for label, start, end, direction in sorted(relations)
    ]
    return Annotation(
        article_id=article_id(None, text),
        layer=scheme.layer,
        annotator="a1",
        status=draw(st.sampled_from(["submitted", "skipped"])),
        text_sha256=sha256(text),
        scheme_version=scheme.version,
        spans=tuple(sorted(spans, key=span_order)),
        relations=tuple(sorted(made, key=relation_order)),
        attributes=draw(attributes_for(scheme.document_attributes)),
    )
