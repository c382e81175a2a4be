"""Where a dataflow runs: on this machine, or on a Ray cluster."""

import os
from types import ModuleType
from typing import Literal

from qawl.core.errors import QawlError

Engine = Literal["local", "ray"]


def start(engine: Engine = "local") -> ModuleType:
    """Daft, set to run here or on Ray: on the cluster of RAY_ADDRESS, else on a local one.

    Daft is kept from reporting its use and from drawing progress bars.
    """
    for name in ("DAFT_ANALYTICS_ENABLED", "DAFT_PROGRESS_BAR"):
        os.environ.setdefault(name, "0")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import daft  # noqa: PLC0415 - heavy, and only duplicates need it

    if engine == "ray":
        _join_cluster(daft)
    elif daft.get_or_create_runner().name != "native":
        raise QawlError(
            "Daft runs on Ray in this process: unset DAFT_RUNNER to work on this machine"
        )
    else:
        # Files are read one after the other: Daft would else hold many of them at once.
        daft.set_execution_config(scantask_max_parallel=1)
    return daft


def _join_cluster(daft: ModuleType) -> None:
    try:
        import ray  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: F401, PLC0415

        daft.set_runner_ray(noop_if_initialized=True)
    except ImportError as error:
        raise QawlError("--engine ray needs Ray: pip install 'qawl[ray]'") from error
    except (ConnectionError, RuntimeError) as error:
        raise QawlError(f"Ray can't be used: {str(error).splitlines()[0]}") from error
