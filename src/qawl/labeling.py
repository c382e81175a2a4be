"""A scheme → the XML of its Label Studio config: what an annotator sees."""

from xml.sax.saxutils import quoteattr

from qawl.scheme import Attribute, Scheme, Titles, title_in

RTL = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"})

# The bar keeps its height whether it shows something or not, so that selecting a span does not move
# the text; it sticks to the top, so that it is in view for the last paragraph too.
_STYLE = """
.qawl-bar { position: sticky; top: 0; z-index: 2; height: HEIGHTpx; overflow-y: auto; padding: 4px 8px;
  background: var(--color-neutral-background, #fff); border-bottom: 1px solid rgba(128, 128, 128, .4); }
.qawl-bar .ant-form-item, .qawl-bar form { margin: 0; }
.qawl-text { line-height: 2.2; font-size: 18px; }
.qawl-head { opacity: .75; }
"""
ROW = 34
"""Pixels that one attribute takes in the bar."""


def config_xml(scheme: Scheme, language: str) -> str:
    """The labeling config of a layer in the words of this language."""
    direction = "rtl" if language.split("-", maxsplit=1)[0] in RTL else "ltr"
    side = "right" if direction == "rtl" else "left"
    rows = max((len(scheme.attributes_of(label)) for label in scheme.label), default=0)
    height = ROW * (rows + len(scheme.document_attributes))
    lines = [
        f"<!-- Made from {scheme.layer}.yaml by `qawl scheme`. -->",
        f'<View style="direction: {direction}; text-align: {side}">',
        f"  <Style>{_STYLE.replace('HEIGHT', str(height))}  </Style>",
        *_bar(scheme, language, height),
        '  <View className="qawl-head">',
        '    <Header value="$title" size="4"/>',
        "  </View>",
        f'  <View className="qawl-text" style="direction: {direction}; text-align: {side}">',
        f'    <Text name="text" value="$text" granularity="{scheme.granularity}"/>',
        "  </View>",
        *_relations(scheme),
        "</View>",
    ]
    return "\n".join(lines) + "\n"


def _bar(scheme: Scheme, language: str, height: int) -> list[str]:
    """The labels, and below them the attributes of the selected span, in reserved height."""
    lines = [f'  <Labels name="{scheme.layer}" toName="text" showInline="true">']
    lines += [
        (
            f"    <Label value={_title(label.title, language, label.name)} "
            f"alias={quoteattr(label.name)} "
            f'background="{label.color}" hotkey={quoteattr(label.hotkey)}/>'
        )
        for label in scheme.labels
    ]
    lines.append("  </Labels>")
    if height:
        lines.append('  <View className="qawl-bar">')
        for attribute in scheme.attributes:
            lines += _attribute(attribute, scheme, language)
        lines.append("  </View>")
    return lines


def _attribute(attribute: Attribute, scheme: Scheme, language: str) -> list[str]:
    """The controls of one attribute, shown only for the labels it belongs to."""
    shown = ""
    if attribute.of:
        labels = ",".join(attribute.of)
        shown = (
            f' visibleWhen="region-selected" whenTagName="{scheme.layer}" whenLabelValue="{labels}"'
        )
    title = _title(attribute.title, language, attribute.name)
    return [
        f'    <View style="display: flex; align-items: center; min-height: {ROW - 4}px"{shown}>',
        f'      <Header value={title} size="6"/>',
        *(_text(attribute) if attribute.kind == "text" else _choices(attribute, language)),
        "    </View>",
    ]


def _choices(attribute: Attribute, language: str) -> list[str]:
    kind = "single-radio" if attribute.kind == "choice" else "multiple"
    lines = [
        f'      <Choices name="{attribute.name}" toName="text" choice="{kind}" layout="inline"'
        f"{_per_region(attribute)}>"
    ]
    for value in attribute.values:
        hotkey = f" hotkey={quoteattr(value.hotkey)}" if value.hotkey else ""
        title = _title(value.title, language, value.name)
        lines.append(f"        <Choice value={title} alias={quoteattr(value.name)}{hotkey}/>")
    return [*lines, "      </Choices>"]


def _text(attribute: Attribute) -> list[str]:
    """A text area; where names are suggested, they are chosen by a key or click, or typed beside."""
    area = (
        f'      <TextArea name="{attribute.typed}" toName="text" rows="1" maxSubmissions="1" editable="true"'
        f"{_per_region(attribute)}/>"
    )
    if not attribute.suggest:
        return [area]
    return [
        f'      <Choices name="{attribute.name}" toName="text" choice="single-radio" layout="inline" '
        f'value="${attribute.suggest}"{_per_region(attribute)}/>',
        area,
    ]


def _per_region(attribute: Attribute) -> str:
    return ' perRegion="true"' if attribute.of else ""


def _relations(scheme: Scheme) -> list[str]:
    """Names for the arrows that need one; none where the ends tell every name."""
    if not scheme.named_relations:
        return []
    lines = ["  <Relations>"]
    lines += [f"    <Relation value={quoteattr(each.name)}/>" for each in scheme.named_relations]
    return [*lines, "  </Relations>"]


def _title(titles: Titles, language: str, default: str) -> str:
    return quoteattr(title_in(titles, language, default))
