"""Where the schemes and schemas that come with Qawl stand: in the wheel, or in a checkout."""

from pathlib import Path


def folder(name: str) -> Path:
    """The bundled folder of this name, `label_config` or `schemas`."""
    inside = Path(__file__).parents[1] / "data" / name
    return inside if inside.is_dir() else Path(__file__).parents[3] / name
