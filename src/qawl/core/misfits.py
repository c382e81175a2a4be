"""Why a value is not of its type, in words: what msgspec says, without the names of types."""

import re

import msgspec

_TYPES = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "array": "a list",
    "object": "keys with values",
    "null": "nothing",
}
_EXPECTED = re.compile(r"Expected `(?P<types>[^`]*)`(?P<more>[^`]*)(?:, got `(?P<got>[^`]*)`)?")
_UNKNOWN = re.compile("Object contains unknown field (?P<key>`[^`]*`)")
_MISSING = re.compile("Object missing required field (?P<key>`[^`]*`)")
_VALUE = re.compile("Invalid enum value (?P<value>.*)", re.DOTALL)


def said(problem: msgspec.ValidationError) -> str:
    """What is wrong, after the key where it is.

    >>> said(msgspec.ValidationError("Expected `bool | null`, got `str` - at `$.redistribute`"))
    'redistribute: it takes true or false, not a text'
    """
    what, _, at = str(problem).rpartition(" - at `$")
    path = at.removesuffix("`").removeprefix(".").replace("[...]", "")
    return f"{path}: {_words(what)}" if what else _words(at)


def _words(what: str) -> str:
    if found := _UNKNOWN.fullmatch(what):
        return f"there is no key {found['key']}"
    if found := _MISSING.fullmatch(what):
        return f"the key {found['key']} is missing"
    if found := _VALUE.fullmatch(what):
        return f"it can't be {found['value']}"
    if found := _EXPECTED.fullmatch(what):
        there = f", not {_type(found['got'])}" if found["got"] else ""
        return f"it takes {_types(found['types'])}{found['more']}{there}"
    return what


def _types(names: str) -> str:
    """What is expected; that nothing may stand there is no help."""
    each = [_type(name) for name in names.split(" | ") if name != "null" or names == "null"]
    return " or ".join(each)


def _type(name: str) -> str:
    return _TYPES.get(name, f"`{name}`")
