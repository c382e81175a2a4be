"""Text in XML is written as the standard library writes it."""

from xml.sax import saxutils

from hypothesis import given
from hypothesis import strategies as st

from qawl.core import xml

TEXTS = st.text(alphabet=st.sampled_from("a<>&\"'\n\r\t؟😀;")) | st.text()


@given(TEXTS)
def test_it_is_what_the_standard_library_writes(text):
    assert xml.escape(text) == saxutils.escape(text)
    assert xml.quoteattr(text) == saxutils.quoteattr(text)
