"""What `datasets` makes of a dataset on the Hub: a process of its own, so that its caches are clean.

`python -m qawl.hub.load_check REPO COMMIT CONFIG…` prints the rows of each config and split as JSON.
"""

import sys
from collections.abc import Iterable

from qawl.core.records import to_json


def rows(repo: str, commit: str, configs: Iterable[str]) -> dict[str, int]:
    """Rows of each `config/split` of a commit."""
    import datasets  # noqa: PLC0415 - takes over a second to import

    return {
        f"{config}/{split}": loaded.num_rows
        for config in configs
        for split, loaded in datasets.load_dataset(repo, config, revision=commit).items()
    }


if __name__ == "__main__":
    sys.stdout.buffer.write(to_json(rows(sys.argv[1], sys.argv[2], sys.argv[3:])))
