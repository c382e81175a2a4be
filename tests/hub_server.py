"""A Hub for tests: the wire protocol of datasets on the Hugging Face Hub, its commits in memory.

Repositories, commits, tags and files are served as the real huggingface_hub and datasets ask for them.
`fail` spoils calls of one kind: with a status, by hanging up before ("drop") or after ("lost") the call
was carried out.
"""

import base64
import json
import re
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "hf_" + "secretOfTheTests"
STORED_APART = (".parquet",)
ATTRIBUTES = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"


@dataclass(frozen=True)
class Commit:
    """The files of a commit by path, and the commit before it."""

    files: dict
    parent: str | None
    message: str

    @property
    def id(self):
        listed = sorted((path, sha256(data).hexdigest()) for path, data in self.files.items())
        return sha1(repr((listed, self.parent, self.message)).encode()).hexdigest()


@dataclass
class Repo:
    """A repository: its commits, its head, its tags."""

    private: bool
    commits: dict = field(default_factory=dict)
    head: str | None = None
    tags: dict = field(default_factory=dict)

    def commit(self, changes, message="by another hand"):
        """A commit on the head: path → bytes, or None to delete."""
        files = {**(self.commits[self.head].files if self.head else {}), **changes}
        made = Commit({p: d for p, d in files.items() if d is not None}, self.head, message)
        self.commits[made.id] = made
        self.head = made.id
        return made.id

    def resolve(self, revision):
        """The commit of a branch, a tag or an id."""
        return self.commits.get({"main": self.head, **self.tags}.get(revision, revision))

    @property
    def files(self):
        return self.commits[self.head].files


@dataclass
class Hub:
    """What the server knows, and how it is made to fail."""

    url: str = ""
    repos: dict = field(default_factory=dict)
    large: dict = field(default_factory=dict)
    calls: Counter = field(default_factory=Counter)
    sent: list = field(default_factory=list)
    faults: dict = field(default_factory=dict)
    before_commit: list = field(default_factory=list)
    guard: Any = field(default_factory=threading.RLock)

    def fail(self, kind, *faults):
        """The next calls of a kind meet these faults, one each."""
        self.faults[kind] = list(faults)

    def wait(self):
        """Until the call that is being answered, if any, is over."""
        with self.guard:
            pass

    def clear(self):
        """Empties it."""
        for each in (
            self.repos,
            self.large,
            self.calls,
            self.sent,
            self.faults,
            self.before_commit,
        ):
            each.clear()

    def create(self, name, private=True):
        """A new repository, as the Hub makes them."""
        repo = self.repos[name] = Repo(private)
        repo.commit({".gitattributes": ATTRIBUTES}, "initial commit")
        return repo


class Answer(Exception):
    """What ends a call with an error."""

    def __init__(self, status, message, code=None):
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


def git(data):
    return sha1(b"blob %d\0" % len(data) + data).hexdigest()


def described(path, data):
    """A file as the API lists it."""
    entry = {"type": "file", "path": path, "oid": git(data), "size": len(data)}
    if path.endswith(STORED_APART):
        entry["oid"] = git(b"pointer " + sha256(data).hexdigest().encode())
        entry["lfs"] = {"oid": sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
    return entry


def listed(files, folder, *, recursive):
    """The files and folders below a folder."""
    prefix = f"{folder}/" if folder else ""
    below = {path: data for path, data in files.items() if path.startswith(prefix)}
    if folder and not below:
        raise Answer(404, "no such folder", "EntryNotFound")
    folders, found = set(), []
    for path, data in sorted(below.items()):
        inner = path[len(prefix) :].split("/")
        if recursive or len(inner) == 1:
            found.append(described(path, data))
        ends = range(1, len(inner)) if recursive else range(1, min(2, len(inner)))
        folders.update(prefix + "/".join(inner[:end]) for end in ends)
    return [
        {"type": "directory", "path": each, "oid": "0" * 40, "size": 0} for each in sorted(folders)
    ] + found


NAME = r"(?P<name>[^/]+/[^/]+)"
ROUTES = [
    ("POST", "create", r"/api/repos/create"),
    ("POST", "yaml", r"/api/validate-yaml"),
    ("POST", "preupload", rf"/api/datasets/{NAME}/preupload/(?P<revision>[^/]+)"),
    ("POST", "batch", rf"/datasets/{NAME}\.git/info/lfs/objects/batch"),
    ("PUT", "put", r"/large/(?P<digest>\w+)"),
    ("POST", "commit", rf"/api/datasets/{NAME}/commit/(?P<revision>[^/]+)"),
    ("POST", "tag", rf"/api/datasets/{NAME}/tag/(?P<revision>[^/]+)"),
    ("GET", "refs", rf"/api/datasets/{NAME}/refs"),
    ("GET", "tree", rf"/api/datasets/{NAME}/tree/(?P<revision>[^/]+)(?:/(?P<path>.+))?"),
    ("GET", "info", rf"/api/datasets/{NAME}(?:/revision/(?P<revision>[^/]+))?"),
    ("POST", "paths", rf"/api/datasets/{NAME}/paths-info/(?P<revision>[^/]+)"),
    ("GET", "resolve", rf"/datasets/{NAME}/resolve/(?P<revision>[^/]+)/(?P<path>.+)"),
    ("HEAD", "resolve", rf"/datasets/{NAME}/resolve/(?P<revision>[^/]+)/(?P<path>.+)"),
]
WRITES = {"create", "preupload", "batch", "commit", "tag"}


class Handler(BaseHTTPRequestHandler):
    """One call: found by its route, spoiled if asked for, else answered by the method of its kind."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def handle(self):
        with suppress(ConnectionError):  # the caller may be gone
            super().handle()

    def _handle(self):
        self.hub = self.server.hub
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        self.query = parse_qs(url.query)
        for method, kind, pattern in ROUTES:
            found = re.fullmatch(pattern, url.path)
            if found and method == self.command:
                with self.hub.guard:
                    self._answer(kind, {k: unquote(v) for k, v in found.groupdict().items() if v})
                return
        self._send(404, {"error": f"no such route: {self.command} {url.path}"})

    do_GET = do_HEAD = do_POST = do_PUT = _handle

    def _answer(self, kind, where):
        self.hub.calls[kind] += 1
        waiting = self.hub.faults.get(kind)
        fault = waiting.pop(0) if waiting else None
        if fault == "drop":
            self._hang_up()
            return
        try:
            self._check(kind, fault)
            status, body, *headers = getattr(self, kind)(**where)
        except Answer as error:
            headers = {"X-Error-Message": error.message}
            if error.code:
                headers["X-Error-Code"] = error.code
            self._send(error.status, {"error": error.message}, headers)
            return
        if fault == "lost":
            self._hang_up()
        else:
            self._send(status, body, *headers)

    def _hang_up(self):
        self.close_connection = True
        self.connection.close()

    def _send(self, status, body, headers=()):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        sent = {
            "Content-Type": "application/json",
            "Content-Length": str(len(data)),
            **dict(headers),
        }
        for name, value in sent.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _check(self, kind, fault):
        if isinstance(fault, int):
            raise Answer(fault, f"as the test wants it, {TOKEN}")
        given = self.headers.get("Authorization")
        if given not in {None, f"Bearer {TOKEN}"}:
            raise Answer(401, "Invalid credentials in Authorization header")
        if kind in WRITES and given is None:
            raise Answer(401, "Unauthorized")

    def _repo(self, name):
        repo = self.hub.repos.get(name)
        if repo is None or (repo.private and self.headers.get("Authorization") is None):
            raise Answer(
                404 if self.headers.get("Authorization") else 401,
                "Repository not found",
                "RepoNotFound",
            )
        return repo

    def _commit(self, name, revision):
        commit = self._repo(name).resolve(revision)
        if commit is None:
            raise Answer(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return commit

    def create(self):
        asked = json.loads(self.body)
        name = f"{asked['organization']}/{asked['name']}"
        url = f"{self.hub.url}/datasets/{name}"
        if name in self.hub.repos:
            return 409, {"error": "You already created this dataset repo", "url": url}
        self.hub.create(name, asked.get("visibility") == "private" or asked.get("private") is True)
        return 200, {"url": url, "name": name}

    def yaml(self):
        return 200, {"errors": [], "warnings": []}

    def preupload(self, name, revision):
        self._commit(name, revision)
        return 200, {
            "files": [
                {
                    "path": each["path"],
                    "uploadMode": "lfs" if each["path"].endswith(STORED_APART) else "regular",
                    "shouldIgnore": False,
                }
                for each in json.loads(self.body)["files"]
            ]
        }

    def batch(self, name):
        self._repo(name)
        objects = []
        for each in json.loads(self.body)["objects"]:
            entry = {"oid": each["oid"], "size": each["size"]}
            if each["oid"] not in self.hub.large:
                entry["actions"] = {"upload": {"href": f"{self.hub.url}/large/{each['oid']}"}}
            objects.append(entry)
        return 200, {"transfer": "basic", "objects": objects}

    def put(self, digest):
        if sha256(self.body).hexdigest() != digest:
            raise Answer(400, "other bytes than were announced")
        self.hub.large[digest] = self.body
        return 200, b""

    def commit(self, name, revision):
        for act in self.hub.before_commit:
            act()
        self.hub.before_commit.clear()
        repo = self._repo(name)
        head, *lines = (json.loads(line) for line in self.body.splitlines())
        if head["value"].get("parentCommit") not in {None, repo.head}:
            raise Answer(412, "A commit has happened since. Please refresh and try again.")
        changes = {}
        for each in lines:
            value = each["value"]
            if each["key"] == "file":
                changes[value["path"]] = base64.b64decode(value["content"])
            elif each["key"] == "lfsFile":
                changes[value["path"]] = self.hub.large[value["oid"]]
            else:
                changes[value["path"]] = None
        self.hub.sent.append(changes)
        made = repo.commit(changes, head["value"]["summary"])
        return 200, {
            "success": True,
            "commitOid": made,
            "commitUrl": f"{self.hub.url}/datasets/{name}/commit/{made}",
        }

    def tag(self, name, revision):
        repo, tag = self._repo(name), json.loads(self.body)["tag"]
        commit = self._commit(name, revision)
        if tag in repo.tags:
            raise Answer(409, "Tag reference exists already")
        repo.tags[tag] = commit.id
        return 200, {}

    def refs(self, name):
        repo = self._repo(name)
        heads = [{"name": "main", "ref": "refs/heads/main", "targetCommit": repo.head}]
        tags = [
            {"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": commit}
            for tag, commit in repo.tags.items()
        ]
        return 200, {"branches": heads if repo.head else [], "converts": [], "tags": tags}

    def tree(self, name, revision, path=""):
        recursive = self.query.get("recursive", [""])[0].lower() == "true"
        return 200, listed(self._commit(name, revision).files, path, recursive=recursive)

    def info(self, name, revision="main"):
        commit = self._commit(name, revision)
        return 200, {
            "id": name,
            "sha": commit.id,
            "siblings": [{"rfilename": path} for path in commit.files],
        }

    def paths(self, name, revision):
        files = self._commit(name, revision).files
        wanted = parse_qs(self.body.decode()).get("paths", [])
        return 200, [described(path, files[path]) for path in wanted if path in files]

    def resolve(self, name, revision, path):
        commit = self._commit(name, revision)
        if path not in commit.files:
            raise Answer(404, "Entry not found", "EntryNotFound")
        data = commit.files[path]
        large = path.endswith(STORED_APART)
        digest = sha256(data).hexdigest() if large else git(data)
        headers = {"X-Repo-Commit": commit.id, "ETag": f'"{digest}"', "Accept-Ranges": "bytes"}
        if large:
            headers |= {"X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(len(data))}
        if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last = int(asked[1]), int(asked[2] or len(data) - 1)
            headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
            return 206, data[first : last + 1], headers
        return 200, data, headers


@contextmanager
def running():
    """A Hub on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.hub = Hub(url=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
