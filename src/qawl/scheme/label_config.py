"""A scheme → the XML of its Label Studio config: what an annotator sees."""

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from qawl.scheme.attributes import Attribute, ControlPlace
from qawl.scheme.languages import RTL
from qawl.scheme.model import ContextField, LabelSet, Scheme
from qawl.scheme.names import context_control, listed
from qawl.scheme.titles import shown

# The bar sticks to the top, so that it is in view for the last paragraph too. The attributes keep
# their height whether they show something or not, so that selecting a span does not move the text.
_STYLE = """
.qawl-bar { position: sticky; top: 0; z-index: 2; padding: 4px 8px;
  background: var(--color-neutral-background, #fff); border-bottom: 1px solid rgba(128, 128, 128, .4); }
.qawl-document { max-height: 40vh; overflow-y: auto; }
.qawl-attributes { height: HEIGHTpx; overflow-y: auto; }
.qawl-bar form, .qawl-bar .ant-form-item { margin: 0; }
.qawl-bar h4 { margin: 0 8px !important; font-size: 14px; white-space: nowrap; }
.qawl-names { flex: 1; height: 100%; overflow-y: auto; }
.qawl-head { display: flex; flex-wrap: wrap; gap: 16px; align-items: baseline; opacity: .8; }
.qawl-columns { display: flex; gap: 24px; align-items: flex-start; }
.qawl-columns > * { flex: 1; min-width: 0; }
.qawl-beside { max-width: 30%; opacity: .8; }
.qawl-text .lsf-richtext__line, .qawl-text .lsf-htx-richtext { line-height: 2.2; }
"""
ROW = 32
"""Pixels that one attribute takes in the bar."""

Lines = list[str]


def config_xml(scheme: Scheme, language: str, *, judging: bool = False) -> str:
    """The labeling config of a layer in the words of this language.

    For a judge, the task's list of disagreements stands above the text.
    """
    direction = "rtl" if language.split("-", maxsplit=1)[0] in RTL else "ltr"
    style = f"direction: {direction}; text-align: {'right' if direction == 'rtl' else 'left'}"
    lines = [
        f"<!-- Made from {scheme.layer}.yaml by `qawl scheme`. -->",
        f'<View style="{style}">',
        *_inside(
            [
                f"<Style>{_STYLE.replace('HEIGHT', str(_height(scheme)))}  </Style>",
                *_bar(scheme, language),
                *_head(scheme, language),
                *(['<HyperText name="disagreements" value="$disagreements"/>'] if judging else []),
                *_text(scheme, style, language),
                *_relations(scheme),
            ]
        ),
        "</View>",
    ]
    return "\n".join(lines) + "\n"


def _inside(lines: Iterable[str]) -> Lines:
    return [f"  {line}" for line in lines]


def _view(attributes: str, lines: Iterable[str]) -> Lines:
    return [f"<View {attributes}>", *_inside(lines), "</View>"]


def _height(scheme: Scheme) -> int:
    """Pixels for the attributes of a span of that label which has most."""
    rows = [sum(each.rows for each in scheme.attributes_of(label)) for label in scheme.label]
    return ROW * max(rows, default=0)


def _bar(scheme: Scheme, language: str) -> Lines:
    """Labels and attributes, above the text."""
    lines = [line for each in scheme.sets for line in _labels(each, scheme, language)]
    for name, attributes in (
        ("qawl-document", scheme.document_attributes),
        ("qawl-attributes", [each for each in scheme.attributes if each.of]),
    ):
        if attributes:
            rows = [line for each in attributes for line in _attribute(each, scheme, language)]
            lines += _view(f'className="{name}"', rows)
    return _view('className="qawl-bar"', lines)


def _labels(which: LabelSet, scheme: Scheme, language: str) -> Lines:
    several = ' choice="multiple"' if which.multiple else ""
    control, text = quoteattr(which.control), quoteattr(scheme.text_control)
    lines = [f'<Labels name={control} toName={text} showInline="true"{several}>']
    for label in (scheme.label[name] for name in which.labels):
        title = shown(label.title, language, label.name)
        hotkey = f" hotkey={quoteattr(label.hotkey)}" if label.hotkey else ""
        color = quoteattr(label.color)
        lines.append(
            f"  <Label value={title} alias={quoteattr(label.name)} background={color}{hotkey}/>"
        )
    return [*lines, "</Labels>"]


def _attribute(attribute: Attribute, scheme: Scheme, language: str) -> Lines:
    """The controls of one attribute, shown only for the labels and values that it belongs to."""
    regions = _regions(attribute, scheme)
    title = shown(attribute.title, language, attribute.name)
    place = ControlPlace(scheme.text_control, regions)
    lines = [f'<Header value={title} size="6"/>', *attribute.config(language, place)]
    height = f"height: {ROW * attribute.rows}px"
    if not attribute.of:
        height = f"flex-wrap: wrap; min-{height}"
    style = f"display: flex; align-items: center; {height}"
    *outer, inner = [regions, *(_chosen(name, scheme, of) for name, of in attribute.when.items())]
    lines = _view(f'style="{style}"{inner}', lines)
    for condition in reversed(outer):
        lines = _view(condition.strip(), lines) if condition else lines
    return lines


def _regions(attribute: Attribute, scheme: Scheme) -> str:
    """The XML attributes that say of which regions a control is; none where it is of the article."""
    if not attribute.of:
        return ""
    found = ' visibleWhen="region-selected"'
    if not listed(scheme, attribute.of):
        return found
    control, *others = {scheme.set_of[label].control for label in attribute.of}
    if not others:
        found += f" whenTagName={quoteattr(control)}"
    return f"{found} whenLabelValue={quoteattr(','.join(attribute.of))}"


def _chosen(name: str, scheme: Scheme, values: Iterable[str]) -> str:
    """The XML attributes that say which values of another attribute a control is shown for."""
    control = quoteattr(scheme.attribute[name].controls[0])
    chosen = quoteattr(",".join(values))
    return f' visibleWhen="choice-selected" whenTagName={control} whenChoiceValue={chosen}'


def _head(scheme: Scheme, language: str) -> Lines:
    """What is known of the article, and the context fields that stand above the text."""
    known = {"title": 4, "article_source": 6, "date": 6}
    context = {each.field: each for each in scheme.context}
    lines = [
        f'<Header value="${key}" size="{size}"/>'
        for key, size in known.items()
        if key not in {*context, scheme.text_field}
    ]
    for each in scheme.context:
        if each.show == "above":
            lines += _context_title(each, language)
            lines.append(f'<Header value="${each.field}" size="5"/>')
    return _view('className="qawl-head"', lines) if lines else []


def _context_title(each: ContextField, language: str) -> Lines:
    title = shown(each.title, language, "")
    return [f'<Header value={title} size="6"/>'] if each.title else []


def _text(scheme: Scheme, style: str, language: str) -> Lines:
    """The text, with the context fields that stand beside it."""
    name = quoteattr(scheme.text_control)
    text = _view(
        f'className="qawl-text" style="{style}"',
        [f'<Text name={name} value="${scheme.text_field}" granularity="{scheme.granularity}"/>'],
    )
    beside = [each for each in scheme.context if each.show == "beside"]
    if not beside:
        return text
    lines: Lines = []
    for each in beside:
        lines += _context_title(each, language)
        lines.append(f'<Text name="{context_control(each.field)}" value="${each.field}"/>')
    aside = _view(f'className="qawl-beside" style="{style}"', lines)
    return _view('className="qawl-columns"', [*text, *aside])


def _relations(scheme: Scheme) -> Lines:
    """Names for the arrows that need one; none where the ends tell every name."""
    if not scheme.named_relations:
        return []
    names = [f"<Relation value={quoteattr(each.name)}/>" for each in scheme.named_relations]
    return ["<Relations>", *_inside(names), "</Relations>"]
