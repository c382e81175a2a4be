"""Which annotation a journal's entry is of, and which version of it.

The same annotation comes by the server and by exports, with more or less said of it. It has a number that
is unique on its server, in exports a `unique_id` too; project, task, user and the time when it was made
never change. Two servers use the same numbers: what these things tell apart is told apart.
"""

from datetime import UTC, datetime
from hashlib import sha256
from math import inf, isfinite
from typing import Literal

import msgspec
from msgspec import Struct

from qawl.annotations import journal_fields
from qawl.annotations.foreign_values import LONGEST
from qawl.core.files import UNREADABLE
from qawl.core.text import bytes_may_have_address

Home = tuple[int | None, str | None]
"""A project of a server: its id, and when the server made it."""


class Identity(Struct, frozen=True, kw_only=True, gc=False):
    """What tells a version of an annotation from others, None where it is not known.

    `home` is when the server made the project, known of what came from the server itself. `made` and
    `changed` are instants in seconds; `content` is a digest of the results and the state, whatever the
    order of results and keys. `origin` numbers the servers that exports came from. `pooled`: its task
    says whose it is, as those of a pool do, whose projects are nobody's own.
    """

    article: str
    id: str | None = None
    unique: str | None = None
    project: int | None = None
    home: str | None = None
    task: str | None = None
    user: int | None = None
    made: float | None = None
    changed: float | None = None
    content: bytes = b""
    origin: int = 1
    pooled: bool = False

    @property
    def place(self) -> Home:
        """The project that it stands in."""
        return self.project, self.home


class _Task(Struct):
    """What tells where an annotation stands, of whatever type it came."""

    id: object = None
    project: object = None
    project_created_at: object = None
    layers: object = None
    origin: object = None
    data: object = None


class _Sent(Struct):
    """What tells an annotation from others, and its versions apart, of whatever type it came."""

    id: object = None
    unique_id: object = None
    project: object = None
    task: object = None
    completed_by: object = None
    created_at: object = None
    updated_at: object = None
    was_cancelled: object = None
    skipped: object = None
    ground_truth: object = None
    result: msgspec.Raw = msgspec.Raw(b"null")


Event = Literal["version", "deleted", "task-deleted"]
"""What an entry says: that an annotation is so now, or that it is gone."""


class _Entry(Struct):
    """What of a journal's entry is looked at when the journal is read."""

    event: Event
    key: str
    article_id: str
    text: str | None
    annotation: _Sent
    task: _Task


class Version(Struct, frozen=True, gc=False):
    """A version of an annotation, or that it is gone, as an entry says it.

    `digest` is equal for what is the same version, by whatever road it came; `said` for what says the
    same, whenever: without a time that can be read, both are one.
    """

    key: str
    event: str
    identity: Identity
    digest: bytes
    said: bytes


_decoder = msgspec.json.Decoder(_Entry)


def read(content: bytes | msgspec.Raw) -> Version:
    """The version that an entry's JSON is; raises DecodeError where it is none."""
    given = _decoder.decode(content)
    return _version(given, _canonical(bytes(given.annotation.result)))


def sent(
    key: str, article: str, text: str | None, annotation: dict[str, object], task: dict[str, object]
) -> Version:
    """The version that an entry with these values is: the same as `read` gives of its JSON."""
    said = {name: value for name, value in annotation.items() if name != "result"}
    made = msgspec.convert(said, _Sent), msgspec.convert(task, _Task)
    result = _in_order(annotation.get("result"))
    if b".0" in result or bytes_may_have_address(
        result
    ):  # perhaps a number that is written as 1.0, or an address
        result = _canonical(result)
    return _version(_Entry("version", key, article, text, *made), result)


def _version(given: _Entry, result: bytes) -> Version:
    """The version that an entry is, with its results in their one form."""
    identity = _identify(given, result)
    layers = f"{given.task.layers} " if given.task.layers else ""
    event = f"{given.event} {given.text} {layers}".encode()
    said = digest = sha256(event + identity.content).digest()[:16]
    if identity.changed is not None:
        when = f"{identity.changed} ".encode()
        digest = sha256(event + when + identity.content).digest()[:16]
    return Version(given.key, given.event, identity, digest, said)


def _identify(given: _Entry, result: bytes) -> Identity:
    task, sent = given.task, given.annotation
    project, other = map(journal_fields.plain, (task.project, sent.project))
    project = project if type(project) is int else other
    created, origin = task.project_created_at, task.origin
    return Identity(
        article=given.article_id,
        id=_number(sent.id),
        unique=sent.unique_id if isinstance(sent.unique_id, str) and sent.unique_id else None,
        project=project if type(project) is int else None,
        home=created if isinstance(created, str) else None,
        task=_number(task.id if task.id is not None else sent.task),
        user=journal_fields.user(sent.completed_by),
        made=instant(sent.created_at),
        changed=instant(sent.updated_at),
        content=_content(sent, result),
        origin=origin if type(origin) is int else 1,
        pooled=isinstance(task.data, dict) and journal_fields.ASSIGNED in task.data,
    )


def _content(sent: _Sent, result: bytes) -> bytes:
    """A digest of what an annotation says; addresses in notes, which are not kept, are no difference."""
    skipped = bool(sent.was_cancelled) or sent.skipped is True
    state = f"{skipped} {bool(sent.ground_truth)} "
    return sha256(state.encode() + result).digest()[:16]


def _canonical(result: bytes) -> bytes:
    """Results in one form: databases and other tools write keys and results in their own order, and 1 as
    1.0."""
    try:
        given = _results.decode(result)
        kept = journal_fields.results(given) if bytes_may_have_address(result) else given
        return _in_order(kept)
    except (
        *UNREADABLE,
        OverflowError,
        ValueError,
    ):  # of journals that were not made of such values
        return result


def _in_order(results: object) -> bytes:
    """Results whose order says nothing, in one order, with their keys in one order."""
    if not isinstance(results, list):
        return _sorted.encode(results)
    return b"[%b]" % b",".join(sorted(map(_sorted.encode, results)))


def _plain(number: str) -> int | float | str:
    """A number with a point or an exponent, as a whole number where it is one."""
    value = float(number)
    if not isfinite(value):
        return number
    return int(value) if value.is_integer() and abs(value) < 1 << 53 else value


_results = msgspec.json.Decoder(float_hook=_plain)
_sorted = msgspec.json.Encoder(order="sorted")


def _number(given: object) -> str | None:
    """A number as a server gives it, or another tool's name for a thing."""
    given = journal_fields.plain(given)
    if type(given) is int or (isinstance(given, str) and given):
        return str(given)
    return None


def same(one: Identity, other: Identity, *, sure: bool = False) -> bool:
    """Whether both are of one annotation.

    Two contents with one time, or without any, are two works that have one number on two servers;
    unless `sure` says that both came from one, or both came from one project of a server itself.
    """
    if one.unique and other.unique:
        return one.unique == other.unique
    if not one.id or one.id != other.id:
        return False
    if _apart(one, other):
        return False
    one_place = one.home is not None and (one.project, one.home) == (other.project, other.home)
    return sure or one_place or one.content == other.content or one.changed != other.changed


def same_without_number(one: Identity, other: Identity) -> bool:
    """Whether both are of one annotation that no server gave a number."""
    named = one.id or one.unique or other.id or other.unique
    return not named and not _apart(one, other) and one.content == other.content


def others(one: Identity, other: Identity) -> bool:
    """Whether users of two numbers made these, though they may have one unique id: one that was copied,
    or users who got other numbers when a server moved."""
    return None not in (one.user, other.user) and one.user != other.user


def copied(one: Identity, other: Identity) -> bool:
    """Whether a unique id was copied to other work: it is of another user, and says something else."""
    return others(one, other) and one.content != other.content


def surely_same(one: Identity, other: Identity) -> bool:
    """Whether both are of one annotation beyond doubt: by its unique id, or by number and content."""
    if one.unique and other.unique:
        return one.unique == other.unique and not copied(one, other)
    return same(one, other) and one.content == other.content


def filled(one: Identity, other: Identity) -> Identity:
    """A version with what an earlier one of the same annotation told of it."""
    lacking = {
        name: getattr(other, name)
        for name in ("id", "unique", "project", "home", "task", "user", "made")
        if getattr(one, name) is None
    }
    return msgspec.structs.replace(one, **lacking) if lacking else one


def newer(one: Identity, other: Identity) -> bool:
    """Whether a version is as new as one that came before it, or newer; one without a time is older than
    any with a time, whichever came first."""
    return _when(one.changed) >= _when(other.changed)


def age(changed: float | None, number: object) -> tuple[float, int]:
    """Sort key of annotations of one article: by the time of the last change, then by number."""
    told = number if type(number) is int else 0
    if isinstance(number, str) and number.isdecimal() and len(number) < 19:
        told = int(number)
    return _when(changed), told


def _when(changed: float | None) -> float:
    """A time to compare by: what has none is older than all."""
    return -inf if changed is None else changed


def instant(given: object) -> float | None:
    """A time as Label Studio writes it (ISO 8601; seconds in early versions), in seconds."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        return float(given) if abs(given) < LONGEST else None
    if not isinstance(given, str):
        return None
    try:
        when = datetime.fromisoformat(given.strip())
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _apart(one: Identity, other: Identity) -> bool:
    """Whether something is different that never changes.

    In a project of a server, what was made at one instant is one: Label Studio moves the work of tasks
    that it joins, and its API can change whose it is.
    """
    constant = [
        (one.article, other.article),
        (one.project, other.project),
        (one.home, other.home),
        (one.made, other.made),
    ]
    if None in (one.home, other.home, one.made, other.made):
        constant += [(one.task, other.task), (one.user, other.user)]
    return any(None not in pair and pair[0] != pair[1] for pair in constant)
