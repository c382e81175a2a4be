"""Makes the tests' Label Studio not wait for the disk, as the tests' own process does not: only a power cut
could tell. Python imports it at its start where this folder is in PYTHONPATH."""

import sqlite3.dbapi2


class Unsynced(sqlite3.Connection):
    """A connection that hands writes to the system and goes on."""

    def __init__(self, *words, **more):
        super().__init__(*words, **more)
        self.execute("PRAGMA synchronous = OFF")


_connect = sqlite3.dbapi2.connect


def _connected(*words, **more):
    return _connect(*words, **{"factory": Unsynced, **more})


sqlite3.connect = sqlite3.dbapi2.connect = _connected
