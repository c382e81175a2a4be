"""A scheme → the XML of its Label Studio config: what an annotator sees."""

from xml.sax.saxutils import quoteattr

from qawl.scheme.attributes import Attribute
from qawl.scheme.languages import RTL
from qawl.scheme.scheme import Scheme
from qawl.scheme.titles import Titles, title_in

# The bar sticks to the top, so that it is in view for the last paragraph too. The attributes keep
# their height whether they show something or not, so that selecting a span does not move the text.
_STYLE = """
.qawl-bar { position: sticky; top: 0; z-index: 2; padding: 4px 8px;
  background: var(--color-neutral-background, #fff); border-bottom: 1px solid rgba(128, 128, 128, .4); }
.qawl-attributes { height: HEIGHTpx; overflow-y: auto; }
.qawl-attributes form, .qawl-attributes .ant-form-item { margin: 0; }
.qawl-attributes h4 { margin: 0 8px !important; font-size: 14px; white-space: nowrap; }
.qawl-names { flex: 1; height: 100%; overflow-y: auto; }
.qawl-head { display: flex; gap: 16px; align-items: baseline; opacity: .8; }
.qawl-text .lsf-richtext__line, .qawl-text .lsf-htx-richtext { line-height: 2.2; }
"""
ROW = 32
"""Pixels that one attribute takes in the bar."""


def config_xml(scheme: Scheme, language: str, *, judging: bool = False) -> str:
    """The labeling config of a layer in the words of this language.

    For a judge, the task's list of disagreements stands above the text.
    """
    direction = "rtl" if language.split("-", maxsplit=1)[0] in RTL else "ltr"
    style = f"direction: {direction}; text-align: {'right' if direction == 'rtl' else 'left'}"
    rows = [sum(each.rows for each in scheme.attributes_of(label)) for label in scheme.label]
    height = ROW * (max(rows, default=0) + sum(each.rows for each in scheme.document_attributes))
    lines = [
        f"<!-- Made from {scheme.layer}.yaml by `qawl scheme`. -->",
        f'<View style="{style}">',
        f"  <Style>{_STYLE.replace('HEIGHT', str(height))}  </Style>",
        '  <View className="qawl-bar">',
        *_labels(scheme, language),
    ]
    if height:
        lines.append('    <View className="qawl-attributes">')
        for attribute in scheme.attributes:
            lines += _attribute(attribute, scheme, language)
        lines.append("    </View>")
    lines += [
        "  </View>",
        '  <View className="qawl-head">',
        '    <Header value="$title" size="4"/>',
        '    <Header value="$article_source" size="6"/>',
        '    <Header value="$date" size="6"/>',
        "  </View>",
        *(['  <HyperText name="disagreements" value="$disagreements"/>'] if judging else []),
        f'  <View className="qawl-text" style="{style}">',
        f'    <Text name="text" value="$text" granularity="{scheme.granularity}"/>',
        "  </View>",
        *_relations(scheme),
        "</View>",
    ]
    return "\n".join(lines) + "\n"


def _labels(scheme: Scheme, language: str) -> list[str]:
    lines = [f'    <Labels name="{scheme.layer}" toName="text" showInline="true">']
    for label in scheme.labels:
        title = _title(label.title, language, label.name)
        lines.append(
            f"      <Label value={title} alias={quoteattr(label.name)} "
            f'background="{label.color}" hotkey={quoteattr(label.hotkey)}/>'
        )
    return [*lines, "    </Labels>"]


def _attribute(attribute: Attribute, scheme: Scheme, language: str) -> list[str]:
    """The controls of one attribute, shown only for the labels it belongs to."""
    shown = ""
    if attribute.of:
        shown = (
            f' visibleWhen="region-selected" whenTagName="{scheme.layer}" '
            f'whenLabelValue="{",".join(attribute.of)}"'
        )
    title = _title(attribute.title, language, attribute.name)
    style = f"display: flex; align-items: center; height: {ROW * attribute.rows}px"
    return [
        f'      <View style="{style}"{shown}>',
        f'        <Header value={title} size="6"/>',
        *(f"        {line}" for line in attribute.config(language)),
        "      </View>",
    ]


def _relations(scheme: Scheme) -> list[str]:
    """Names for the arrows that need one; none where the ends tell every name."""
    if not scheme.named_relations:
        return []
    lines = ["  <Relations>"]
    lines += [f"    <Relation value={quoteattr(each.name)}/>" for each in scheme.named_relations]
    return [*lines, "  </Relations>"]


def _title(titles: Titles, language: str, default: str) -> str:
    return quoteattr(title_in(titles, language, default))
