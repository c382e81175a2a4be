"""What Qawl is measured against: the SDK's converter, and a script that checks nothing.

python bench/baselines.py script|JSON_MIN|CONLL2003 EXPORT TARGET
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


def script(path: Path, target: Path) -> None:
    """What one writes by hand without checking anything: parse, flatten, one parquet table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

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
    pq.write_table(pa.Table.from_pylist(rows), target)


if __name__ == "__main__":
    kind, path, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if kind == "script":
        script(path, target)
    else:
        convert(path, target, kind)
