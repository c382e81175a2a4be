"""qawl.yaml with more in it: what people wrote there, their comments and their order stay."""

from collections.abc import Mapping, Sequence

import yaml

from qawl.core.errors import ProjectError
from qawl.core.strict_yaml import written

More = Mapping[str, object] | Sequence[object]


def with_more(text: str, where: str, path: tuple[str, ...], more: More) -> str:
    """The text with more keys, or items, in what stands at a path of keys; that may be missing.

    Raises ProjectError where YAML is written so that nothing can be put in.
    """
    if not more:
        return text
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    node = _at(root, path)
    if path and not isinstance(node, yaml.CollectionNode):
        return with_more(text, where, path[:-1], {path[-1]: more})
    made = _inserted(text, node, more) if isinstance(node, yaml.CollectionNode) else text
    if _plain(made) != _expected(_plain(text), path, more):
        raise ProjectError(
            f"{where}: write {'.'.join(path) or 'its keys'} plainly there, without anchors, and run "
            "this again"
        )
    return made


def _at(node: yaml.Node | None, path: tuple[str, ...]) -> yaml.Node | None:
    for name in path:
        given = node.value if isinstance(node, yaml.MappingNode) else ()
        node = next((value for key, value in given if key.value == name), None)
    return node


def _inserted(text: str, node: yaml.CollectionNode, more: More) -> str:
    if isinstance(more, Mapping):
        pieces = [written({name: each})[1:-1] for name, each in more.items()]
    else:
        pieces = [f"{'' if node.flow_style else '- '}{written(each)}" for each in more]
    if node.flow_style:
        at = _end(node.value[-1]) if node.value else node.end_mark.index - 1
        return f"{text[:at]}{', ' if node.value else ''}{', '.join(pieces)}{text[at:]}"
    at = text.find("\n", _end(node.value[-1]))
    before, after = (text[:at], text[at:]) if at >= 0 else (text, "\n")
    indent = " " * node.start_mark.column
    return before + "".join(f"\n{indent}{each}" for each in pieces) + after


def _end(last: yaml.Node | tuple[yaml.Node, yaml.Node]) -> int:
    """Where what is written of an item ends, or of a key and its value."""
    node = last[1] if isinstance(last, tuple) else last
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        return _end(node.value[-1])
    folded = isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}
    return int(node.end_mark.index) - folded  # a text of lines ends behind its last line


def _plain(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return None


def _expected(said: object, path: tuple[str, ...], more: More) -> object:
    if path:
        whole = dict(said) if isinstance(said, Mapping) else {}
        return {**whole, path[0]: _expected(whole.get(path[0]), path[1:], more)}
    if isinstance(more, Mapping):
        return {**(said if isinstance(said, Mapping) else {}), **more}
    return [*(said if isinstance(said, list) else []), *more]
