"""An entry's version is the same whether it is made from values at hand or read from the entry's JSON."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from qawl.annotations import identity, journal_fields
from qawl.annotations.journal_entries import Entry
from qawl.core.records import to_json

keys = st.sampled_from(["value", "b", "a", "meta", "note of a@b.example", "labels", "id"])
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 63), (1 << 64) - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [1.0, -0.0, 1e15, 9007199254740992.0, 1e22, "5.0", "x@y.example", "قال", "1e5"]
    ),
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4)
)
NAMES = (*journal_fields.ANNOTATION, *journal_fields.USERS, "comment")


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, values)),
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            [*journal_fields.TASK, "project_created_at", "layers", "origin"], values
        ),
    ),
    st.none() | st.just("نص"),
)
def test_a_version_of_values_is_that_of_their_json(annotation, task, text):
    made = journal_fields.annotation(annotation)
    entry = Entry(
        key="k",
        article_id="a",
        scheme_version="1",
        text=text,
        task=task,
        annotation=msgspec.Raw(to_json(made)),
    )
    assert identity.sent("k", "a", text, made, task) == identity.read(to_json(entry))
