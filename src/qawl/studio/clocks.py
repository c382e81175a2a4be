"""Whether the clocks ran steadily since a project was last read, so that times tell what changed since.

A clock that was ahead and was put back stamps work with times that an earlier reading seems to cover.
Where the server runs on another machine, the two clocks are compared. Where it runs here, both are one:
when this machine was started, by its clock, moves only where the clock was set or the machine restarted.
"""

import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from qawl.core.project import Project
from qawl.studio.token import SERVED

STEADY = timedelta(minutes=2)
"""How much clocks may run apart between two readings: less than what is read again in any case."""
_HERE = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104 - names of this machine


class Clocks(Struct, frozen=True):
    """How far the server's clock is ahead of this machine's, and when this machine was started.

    Both are in seconds; `started` is None where the server runs on another machine.
    """

    ahead: float
    started: float | None = None

    def as_before(self, before: "Clocks | None") -> bool:
        """Whether they ran steadily since then; nobody knows where nothing was noted."""
        if before is None or (self.started is None) != (before.started is None):
            return False
        moved = self.ahead - before.ahead, (self.started or 0) - (before.started or 0)
        return all(abs(each) < STEADY.total_seconds() for each in moved)


def look(project: Project, url: str, server: datetime) -> Clocks:
    """The clocks now; `server` is what the server says."""
    here = now()
    started = here.timestamp() - uptime() if _is_here(project, url) else None
    return Clocks((server - here).total_seconds(), started)


def _is_here(project: Project, url: str) -> bool:
    """Whether a server runs on this machine, as far as its address or `qawl serve` says it."""
    return urlsplit(url).hostname in _HERE or (project.state / SERVED).exists()


def now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


def uptime() -> float:
    """Seconds since this machine was started, in sleep too where the system counts it."""
    names = ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC")  # Linux; macOS, where it counts sleep
    clock = next((getattr(time, each) for each in names if hasattr(time, each)), None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)
