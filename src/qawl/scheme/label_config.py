"""A scheme → the XML of its Label Studio config: what an annotator sees."""

from collections.abc import Iterable
from math import ceil

from msgspec.structs import replace

from qawl.core.phrases import phrases
from qawl.core.xml import quoteattr
from qawl.scheme import doubts, points
from qawl.scheme.attributes import Attribute, ControlPlace
from qawl.scheme.languages import is_rtl
from qawl.scheme.model import ContextField, LabelSet, Scheme
from qawl.scheme.names import context_control, listed
from qawl.scheme.titles import title_in, xml_title

# The bar sticks to the top, so that it is in view for the last paragraph too. The attributes keep
# their height whether they show something or not, so that selecting a span does not move the text.
# Each line of the text stands by its own script. The handles at a region's edges are areas, which
# Label Studio hides; a span's title stands above its end. Arrows from the first line need room above it.
# On a dark page a dark tint is hard to see, so spans are underlined there. The list of regions cuts
# long ones with an ellipsis, and words are not cut.
_STYLE = """
.qawl-bar { position: sticky; top: 0; z-index: 2; padding: 2px 8px;
  background: var(--color-neutral-background, #fff); border-bottom: 1px solid rgba(128, 128, 128, .4); }
.qawl-bar .lsf-labels { margin: 2px 0 0; }
.qawl-bar .lsf-label { margin: 0 0 4px; margin-inline-end: 8px; }
.qawl-bar .lsf-label__hotkey { margin-inline: 8px 0; }
.qawl-document { max-height: 40vh; overflow-y: auto; }
.qawl-attributes { height: HEIGHTpx; overflow-y: auto; display: flex; flex-wrap: wrap;
  align-content: flex-start; column-gap: 24px; }
:is(.qawl-bar, .qawl-head) :is(form, .ant-form-item, .lsf-choices, .lsf-choice) { margin: 0; }
:is(.qawl-bar, .qawl-head) .lsf-choice__checkbox { margin: 0; font-size: 13px; }
:is(.qawl-bar, .qawl-head) .lsf-choice__checkbox > span:last-child { padding: 0 4px; }
:is(.qawl-bar, .qawl-head) .lsf-text-area { margin: 0 !important; flex: 1; min-width: 160px; }
:is(.qawl-bar, .qawl-head) .lsf-text-area :is(input, textarea) { height: 24px; min-height: 24px;
  padding: 0 6px; font-size: 13px; }
:is(.qawl-bar, .qawl-head) :is([data-testid=textarea-regions], .lsf-row) { margin: 0 !important; }
:is(.qawl-bar, .qawl-head) [data-testid=htx-textbox-content] { min-height: 24px; padding: 2px 6px; }
:is(.qawl-bar, .qawl-head) .lsf-textarea__actions button { height: 24px; }
:is(.qawl-bar, .qawl-head) :is(h3, h4, h5, h6) { margin: 0 4px !important; font-size: 13px;
  font-weight: 600; white-space: nowrap; }
.qawl-head { display: flex; flex-wrap: wrap; gap: 0 16px; align-items: center; opacity: .85; }
.qawl-head h3 { font-size: 16px; white-space: normal; unicode-bidi: plaintext; }
.qawl-names { flex: 1; height: 100%; overflow-y: auto; }
.qawl-unsure { display: flex; align-items: center; gap: 4px; height: ROWpx; }
.qawl-columns { display: flex; gap: 24px; align-items: flex-start; }
.qawl-columns > * { flex: 1; min-width: 0; }
.qawl-beside { max-width: 30%; opacity: .8; }
.qawl-text .lsf-richtext__line, .qawl-text .lsf-htx-richtext { line-height: 2.2; }
.qawl-text { padding-top: 8px; }
.lsf-htx-richtext .lsf-richtext__line { width: 100%; unicode-bidi: plaintext; text-align: start; }
.lsf-richtext .htx-highlight::after { font: 9px/1 system-ui, sans-serif; unicode-bidi: isolate; }
[data-color-scheme=dark] .lsf-richtext .htx-highlight {
  box-shadow: inset 0 -1px rgba(255, 255, 255, .5); }
.lsf-richtext .htx-highlight area { display: inline; }
.lsf-richtext .htx-highlight.__active { color: var(--color-neutral-content, inherit) !important;
  outline: 2px solid; background-image: linear-gradient(VEIL, VEIL) !important; }
.qawl-list { max-height: 30vh; overflow-y: auto; border-bottom: 1px solid rgba(128, 128, 128, .4); }
.qawl-list :is(ol, ul) { padding-inline-start: 24px; list-style: decimal; }
:is(.lsf-label_selected, .lsf-label_selected .lsf-label__hotkey) {
  color: var(--color-neutral-content, inherit) !important; }
.lsf-label_selected {
  background: var(--background) !important; box-shadow: inset 0 0 0 2px var(--color); }
:is(.lsf-outliner-item__title, .lsf-labels-list, .lsf-labels-list span) {
  color: var(--color-neutral-content, inherit) !important; }
:is(.lsf-outliner-item__index, .lsf-detailed-region__index) { background: none !important;
  border: 1px solid; }
:is(.lsf-outliner-item__index, .lsf-detailed-region__index, .lsf-detailed-region__index *) {
  color: var(--color-neutral-content, inherit) !important; }
:is(.lsf-tree-node-content-wrapper, .lsf-tree-title) { min-width: 0; }
.lsf-outliner-item__text { flex-shrink: 1000 !important; unicode-bidi: plaintext; }
.lsf-region-meta__content_type_text { word-break: break-word !important; unicode-bidi: plaintext;
  text-align: start; }
"""
_ENTRIES = """.qawl-bar :is(.lsf-number, .htx-datetime) { margin: 0 !important; }
.qawl-bar :is(.lsf-number, .htx-datetime) input { height: 24px; padding: 0 6px; font-size: 13px; }
.qawl-bar .ant-rate { font-size: 16px; line-height: 24px; }
.qawl-bar .ant-rate-star { margin: 0; margin-inline-end: 8px; }
.qawl-bar .ant-select-selector { min-height: 24px; font-size: 13px; }
.qawl-bar .ant-select-selector::after { line-height: 16px !important; }
.qawl-bar .ant-select-selection-item { height: 16px; line-height: 14px; }
.qawl-bar :is(.ant-select-selection-search, .ant-select-selection-search-input) { height: 16px; }
"""
"""Numbers, dates, stars and trees, which Label Studio makes higher than a row."""
_POINTS = """
.qawl-point { padding: 2px 0; border-top: 1px solid rgba(128, 128, 128, .25); }
.qawl-point :is(form, .ant-form-item, .lsf-choices, .lsf-choice, .lsf-choice__checkbox) { margin: 0; }
.qawl-point .lsf-choice__checkbox { font-size: 13px; }
.qawl-point sup { unicode-bidi: isolate; }
"""
_VEIL = "color-mix(in srgb, var(--color-neutral-background, #fff) 50%, transparent)"
"""Over the colour of a selected span, which Label Studio shows at 80 %, so that its text can be read."""
_LIST = '<HyperText name="disagreements" value="$disagreements" inline="true"/>'
ROW = 26
"""Pixels that one row of attributes takes in the bar."""
_WIDTH, _GAP, _OPTION, _LETTER, _TYPED = 900, 24, 42, 6.2, 190
"""Pixels: the bar beside Label Studio's own columns on a screen of 1280, what is between two attributes,
the mark and the key of a choice, a letter, a field to type in."""

Lines = list[str]


def config_xml(scheme: Scheme, language: str, *, judging: bool = False) -> str:
    """The labeling config of a layer in the words of this language.

    For a judge, the task's open points stand above the text.
    """
    scheme = _decided(scheme) if judging else scheme
    direction = "rtl" if is_rtl(language) else "ltr"
    style = f"direction: {direction}; text-align: {'right' if direction == 'rtl' else 'left'}"
    lines = [
        f"<!-- Made from {scheme.layer}.yaml by `qawl scheme`. -->",
        f'<View style="{style}">',
        *_inside(
            [
                f"<Style>{_style(scheme, language)}  </Style>",
                *_bar(scheme, language),
                *_head(scheme, language),
                *(_judging(language) if judging else []),
                *_text(scheme, style, language),
                *_relations(scheme),
            ]
        ),
        "</View>",
    ]
    return "\n".join(lines) + "\n"


def _decided(scheme: Scheme) -> Scheme:
    """The scheme for a judge, who decides by the points what is said of the article: Label Studio must
    not ask for it in the bar too."""
    those = (each if each.of else replace(each, required=False) for each in scheme.attributes)
    return replace(scheme, attributes=tuple(those))


def _inside(lines: Iterable[str]) -> Lines:
    return [f"  {line}" for line in lines]


def _view(attributes: str, lines: Iterable[str]) -> Lines:
    return [f"<View {attributes}>", *_inside(lines), "</View>"]


def _style(scheme: Scheme, language: str) -> str:
    height = str(ROW * _rows(scheme, language))
    entered = any(each.type not in {"choices", "textarea"} for each in scheme.attributes)
    style = _STYLE + _ENTRIES * entered
    return style.replace("HEIGHT", height).replace("ROW", str(ROW)).replace("VEIL", _VEIL)


def _rows(scheme: Scheme, language: str) -> int:
    """Rows for the attributes of a span of that label which needs most, with the field for doubts."""
    doubt = _LETTER * len(phrases(language)("annotate.unsure")) + _OPTION + _TYPED
    found = []
    for label in scheme.label:
        low, high = _by_height(scheme.attributes_of(label))
        sizes = [[_size(each, language) for each in those] for those in (low, high)]
        found.append(_packed([*sizes[0], (1, doubt), *sizes[1]]))
    return max(found, default=0)


def _by_height(attributes: Iterable[Attribute]) -> tuple[list[Attribute], list[Attribute]]:
    """Those that stand side by side in a row, and those that need rows of their own: these come last."""
    every = list(attributes)
    return [each for each in every if each.rows == 1], [each for each in every if each.rows > 1]


def _size(attribute: Attribute, language: str) -> tuple[int, float]:
    """Rows and pixels that an attribute takes."""
    wide = _LETTER * len(title_in(attribute.title, language, attribute.name)) + 12
    if not attribute.shown:
        return attribute.rows, _WIDTH if attribute.rows > 1 else wide + _TYPED
    for each in attribute.shown:
        wide += _LETTER * len(title_in(each.title, language, each.name)) + _OPTION
    return max(attribute.rows, ceil(wide / _WIDTH)), wide


def _packed(sizes: Iterable[tuple[int, float]]) -> int:
    """Rows that boxes of these sizes take side by side, as many in each as there is room for."""
    rows, used, high = 0, float(_WIDTH), 0
    for height, width in sizes:
        if used + _GAP + width > _WIDTH:
            rows, used, high = rows + high, 0.0, 0
        used, high = used + _GAP + width, max(high, height)
    return rows + high


def _bar(scheme: Scheme, language: str) -> Lines:
    """Labels and attributes, above the text."""
    lines = [line for each in scheme.sets for line in _labels(each, scheme, language)]
    if scheme.document_attributes:
        rows = _attributes(scheme.document_attributes, scheme, language)
        lines += _view('className="qawl-document"', rows)
    if scheme.labels:
        low, high = _by_height(each for each in scheme.attributes if each.of)
        rows = [
            *_attributes(low, scheme, language),
            *_doubt(scheme, language),
            *_attributes(high, scheme, language),
        ]
        lines += _view('className="qawl-attributes"', rows)
    return _view('className="qawl-bar"', lines)


def _attributes(those: Iterable[Attribute], scheme: Scheme, language: str) -> Lines:
    return [line for each in those for line in _attribute(each, scheme, language)]


def _labels(which: LabelSet, scheme: Scheme, language: str) -> Lines:
    several = ' choice="multiple"' if which.multiple else ""
    control, text = quoteattr(which.control), quoteattr(scheme.text_control)
    lines = [f'<Labels name={control} toName={text} showInline="true"{several}>']
    for label in (scheme.label[name] for name in which.labels):
        title = xml_title(label.title, language, label.name)
        hotkey = f" hotkey={quoteattr(label.hotkey)}" if label.hotkey else ""
        color = quoteattr(label.color)
        lines.append(
            f"  <Label value={title} alias={quoteattr(label.name)} background={color}{hotkey}/>"
        )
    return [*lines, "</Labels>"]


def _attribute(attribute: Attribute, scheme: Scheme, language: str) -> Lines:
    """The controls of one attribute, shown only for the labels and values that it belongs to."""
    regions = _regions(attribute, scheme)
    title = xml_title(attribute.title, language, attribute.name)
    place = ControlPlace(scheme.text_control, regions)
    lines = [f'<Header value={title} size="6"/>', *attribute.config(language, place)]
    rows, _ = _size(attribute, language)
    height = f"height: {ROW * rows}px"
    if not attribute.of:
        height = f"flex-wrap: wrap; min-{height}"
    elif attribute.several and attribute.type != "choices":
        height = f"min-{height}"  # what was typed or picked stands in it, however much it is
    if not attribute.shown and attribute.rows > 1:
        height += "; flex-basis: 100%"
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
    return _view('className="qawl-head"', [*lines, *_doubt(scheme, language, of_task=True)])


def _doubt(scheme: Scheme, language: str, *, of_task: bool = False) -> Lines:
    """The controls by which an annotator says to be unsure of a span or of the task, with a note."""
    flag, note, key = doubts.OF_TASK if of_task else doubts.OF_SPAN
    of = "" if of_task else ' perRegion="true"'
    where = "" if of_task else ' visibleWhen="region-selected"'
    text, say = quoteattr(scheme.text_control), phrases(language)
    asked, one_line = quoteattr(say("annotate.note")), 'rows="1" maxSubmissions="1" editable="true"'
    said = quoteattr(say("annotate.unsure_task" if of_task else "annotate.unsure"))
    return _view(
        f'className="qawl-unsure"{where}',
        [
            f'<Choices name="{flag}" toName={text} choice="multiple" layout="inline"{of}>',
            f'  <Choice value={said} alias="{doubts.UNSURE}" hotkey="{key}"/>',
            "</Choices>",
            f'<TextArea name="{note}" toName={text} {one_line} placeholder={asked}{of}/>',
        ],
    )


def _context_title(each: ContextField, language: str) -> Lines:
    title = xml_title(each.title, language, "")
    return [f'<Header value={title} size="6"/>'] if each.title else []


def _judging(language: str) -> Lines:
    """What is open, and each point with the choices that decide it: one is asked for."""
    number = "{{idx}}"
    asked = quoteattr(phrases(language)("judge.required"))
    field, about = f"${points.FIELD}[{number}]", f"{points.SHOWN}{number}"
    text = f'<HyperText name="{about}" value="{field}.about" inline="true"/>'
    choices = (
        f'<Choices name="{points.CONTROL}{number}" toName="{about}" value="{field}.choices" '
        f'choice="single-radio" layout="inline" required="true" requiredMessage={asked}/>'
    )
    point = _view('className="qawl-point"', [text, choices])
    repeated = [
        f'<Repeater on="${points.FIELD}" indexFlag="{number}">',
        *_inside(point),
        "</Repeater>",
    ]
    return _view('className="qawl-list"', [f"<Style>{_POINTS}  </Style>", _LIST, *repeated])


def _text(scheme: Scheme, style: str, language: str) -> Lines:
    """The text, with the context fields that stand beside it."""
    name = quoteattr(scheme.text_control)
    shown = f'granularity="{scheme.granularity}" showLabels="true"'
    text = _view(
        f'className="qawl-text" style="{style}"',
        [f'<Text name={name} value="${scheme.text_field}" {shown}/>'],
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
