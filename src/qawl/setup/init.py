"""A new corpus: the folders with a note in each, qawl.yaml, the schemes and what is made from them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from qawl.core import bundled, files, names, temporary
from qawl.core.errors import InputError, ProjectError
from qawl.core.project import CORPUS, LABEL_CONFIG, SETTINGS, Project
from qawl.core.settings import parse_settings
from qawl.core.strict_yaml import written
from qawl.scheme import generated

LAYERS = ("entity", "quote", "claim")

NOTES = {
    "corpus": """# corpus

What is here: `sources/`, the articles as received; `articles.jsonl`, frozen by `qawl ingest`;
over 50 MB it goes on in `articles/`, and `heads.jsonl` says how many there are;
`set-aside.jsonl`, what could not be read and why; `withdrawn.jsonl`, what was taken out.
In each folder of `sources/` that has articles: `_source.yaml` with `source` (who published them),
`license` (as in CC-BY-4.0), `redistribute` (true: a release may show the texts) and `language`.
Who writes it: you put files into `sources/`, Qawl writes the rest.
May I edit it: `sources/` yes; `articles.jsonl` and `articles/` no, annotations stand on their offsets.
""",
    "label_config": """# label_config

What is here: `<layer>.yaml`, the scheme of a layer; `<layer>.xml`, its Label Studio config.
Who writes it: you decide the YAML, `qawl scheme` makes the XML.
May I edit it: the YAML yes (then run `qawl scheme`), the XML no.
""",
    "schemas": """# schemas

What is here: JSON Schemas (2020-12) of articles, annotations and releases.
Who writes it: `qawl scheme` makes `annotation.<layer>.json` from the scheme; the rest comes with Qawl.
May I edit it: no.
""",
    "exports": """# exports

What is here: `journal/`, every annotation version as Label Studio sent it, with `heads.json`, how much
each journal holds; a journal over 50 MB has segments (`*.jsonl.gz`: commit them too);
`annotations/` and `gold/`, derived from it; `agreement.json`, the last report of agreement;
`suggestions/`, what annotators are shown; `guidelines/`, what they were told; `scores/`, what
`qawl score` said; `repairs.jsonl` and `corrections.jsonl`, safe repairs and what readers reported;
`releases/<version>/`, the datasets; `published/`, how each is cited with its commit.
Who writes it: `qawl pull`, `qawl adjudicate`, `qawl release` and other commands.
May I edit it: no; the journal is chained by hashes. Keep it all in version control, but for what
`.gitignore` names here: files over 50 MB that Qawl can make again.
""",
}

_SETTINGS = """# Settings of this corpus; every key but `name` may be left out.
name: {name}
language: {language}          # of articles and of what annotators read
layers: [entity, quote, claim]
annotators: [a1, a2]          # pseudonyms, in place of names
# How many annotate each article; else all do. Where it is set, a release wants their agreement:
# overlap: {{entity: 2, quote: 2, claim: 2}}
label_studio: {{url: "http://127.0.0.1:8080"}}
release:
  license: cc-by-4.0          # of the annotations; the texts have theirs in _source.yaml
  splits: {{train: 0.8, validation: 0.1, test: 0.1}}
  card:                       # what only you can say; "not stated" is an answer, an empty one is none
    rationale: not stated     # why these articles, and for what
    annotators: not stated    # who they are: first languages, training, pay
    contact: not stated       # where errors are reported
"""

_IGNORE = """# What belongs to this machine alone: the local Label Studio, users, locks.
.qawl/
"""

_ATTRIBUTES = """# git leaves line ends as they are: hashes are of bytes.
* -text
"""

KEPT = frozenset({"README.md", ".gitignore", ".gitattributes"})
"""Files that stay as they are where a folder has them already."""


def init(folder: Path, *, name: str | None = None, language: str = "ar") -> Project:
    """Makes a corpus in a new, empty or existing folder; refuses one that has a qawl.yaml.

    qawl.yaml is written last: a folder without it is no corpus yet, and init can be run again.
    Raises InputError where the name or the language can't be one.
    """
    name = name_of(folder) if name is None else given("--name", name, names.corpus)
    given("--language", language, names.language)
    settings = folder / SETTINGS
    if settings.exists():
        raise ProjectError(f"{settings} exists: {folder} is a corpus already")
    refuse_file(folder)
    text = _SETTINGS.format(name=written(name), language=written(language))
    corpus = Project(root=folder.resolve(), settings=parse_settings(text, SETTINGS))
    temporary.sweep([folder, *(folder / part for part in NOTES)])
    _make_folders(folder)
    for layer in LAYERS:
        source = bundled.folder("label_config") / f"{layer}.yaml"
        target = folder / LABEL_CONFIG / source.name
        if not target.exists():
            files.write_bytes(target, [source.read_bytes()])
    generated.make(corpus)
    files.write_text(settings, text)
    return corpus


def empty(
    folder: Path, *, name: str, language: str, layers: Sequence[str], annotators: Sequence[str]
) -> None:
    """Makes the folders and the qawl.yaml of a corpus whose schemes come from elsewhere."""
    said = {"name": name, "language": language, "layers": [*layers], "annotators": [*annotators]}
    text = "".join(f"{key}: {written(value)}\n" for key, value in said.items())
    parse_settings(text, SETTINGS)
    _make_folders(folder)
    files.write_text(folder / SETTINGS, text)


def refuse_file(folder: Path) -> None:
    """Raises ProjectError where a file stands where a corpus is to be."""
    if folder.exists() and not folder.is_dir():
        raise ProjectError(f"{folder} is a file: name a folder")


def _make_folders(folder: Path) -> None:
    """Makes the folders of a corpus with a note in each, and what git is told."""
    for part, note in NOTES.items():
        _keep(folder / part / "README.md", note)
    (folder / CORPUS / "sources").mkdir(exist_ok=True)
    _keep(folder / ".gitignore", _IGNORE)
    _keep(folder / ".gitattributes", _ATTRIBUTES)


def given(option: str, value: str, check: Callable[[str], str]) -> str:
    """What an option gives, as the check returns it; raises InputError, which names the option."""
    try:
        return check(value)
    except ValueError as error:
        raise InputError(f"{option}: {error}") from error


def _keep(path: Path, text: str) -> None:
    """Writes a file that is not there yet."""
    if not path.exists():
        files.write_text(path, text)


def name_of(folder: Path) -> str:
    """The folder's name as a name for YAML and Label Studio."""
    name = "".join(each if each.isalnum() else "-" for each in folder.resolve().name).strip("-")
    return name if name and not name.isdecimal() else f"corpus-{name}".strip("-")
