"""What Qawl is measured against: the SDK's converter, and scripts that check nothing.

python bench/baselines.py script|datasets|JSON_MIN|CONLL2003 EXPORT TARGET
"""

import json
import sys
from pathlib import Path

CONFIG = Path(__file__).parents[1] / "label_config" / "entity.xml"


def convert(path: Path, target: Path, kind: str) -> None:
    """The SDK's converter writes one format from the export."""
    from label_studio_sdk.converter import Converter
    from label_studio_sdk.converter.converter import Format

    Converter(CONFIG.read_text("utf-8"), project_dir=None).convert(
        str(path), str(target), Format[kind], is_dir=False
    )


def flattened(path: Path) -> list[dict[str, object]]:
    """A row a span."""
    rows = []
    for task in json.loads(path.read_text("utf-8")):
        for annotation in task["annotations"]:
            for result in annotation["result"]:
                if result["type"] == "labels":
                    value = result["value"]
                    rows.append(
                        {
                            "task": task["id"],
                            "who": annotation["completed_by"]["id"],
                            "label": value["labels"][0],
                            "start": value["start"],
                            "end": value["end"],
                            "text": value["text"],
                        }
                    )
    return rows


def script(path: Path, target: Path) -> None:
    """What one writes by hand without checking anything: parse, flatten, one parquet table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(flattened(path)), target)


def with_datasets(path: Path, target: Path) -> None:
    """The same with Hugging Face's library, as most such scripts do."""
    from datasets import Dataset

    Dataset.from_list(flattened(path)).to_parquet(target)


SCRIPTS = {"script": script, "datasets": with_datasets}


if __name__ == "__main__":
    kind, path, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if kind in SCRIPTS:
        SCRIPTS[kind](path, target)
    else:
        convert(path, target, kind)
