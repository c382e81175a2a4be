"""The files that are made from the schemes, and whether those on disk are still as they should be."""

from pathlib import Path

from qawl.core import files as core_files
from qawl.core.project import Project
from qawl.scheme import json_schema
from qawl.scheme.json_schema import annotation_schema, as_text
from qawl.scheme.label_config import config_xml
from qawl.scheme.scheme import load_all


def made_files(project: Project) -> dict[Path, str]:
    """Path → content of every made file of a corpus."""
    files = {}
    for layer, scheme in load_all(project).items():
        files[project.config_file(layer)] = config_xml(scheme, project.settings.language)
        files[project.schema_file(f"annotation.{layer}")] = as_text(annotation_schema(scheme))
    for name in json_schema.WRITTEN:
        files[project.schema_file(name)] = json_schema.path(name).read_text("utf-8")
    return files


def stale(project: Project) -> list[Path]:
    """The made files that are missing or differ from what the schemes make now."""
    return _differing(made_files(project))


def _differing(files: dict[Path, str]) -> list[Path]:
    return [
        path
        for path, content in files.items()
        if not path.is_file() or path.read_bytes() != content.encode()
    ]


def make(project: Project) -> list[Path]:
    """Writes the stale files; which those were."""
    files = made_files(project)
    changed = _differing(files)
    for path in changed:
        core_files.write_text(path, files[path])
    return changed
