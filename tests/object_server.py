"""Object stores for tests: S3 and Google's, each in a process of its own, and a web server that fails as it is told."""

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from qawl.studio.server import free_port

SECRET = "tests/secret/of/the/bucket/0123456789"
SIGNED = "X-Amz-Signature=0a1b2c3d4e5f"


class Buckets:
    """Buckets of S3 on this machine, and the environment in which a process finds them."""

    def __init__(self, url):
        self.url = url
        self.environment = {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "AKIATESTS",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def put(self, bucket, files=()):
        """Makes a bucket, and puts these files there: key → bytes."""
        self._send(f"/{bucket}")
        for key, content in dict(files).items():
            self._send(f"/{bucket}/{quote(key)}", content)

    def _send(self, path, content=b""):
        signed = (
            f"AWS4-HMAC-SHA256 Credential=AKIATESTS/20260101/us-east-1/s3/aws4_request, {SIGNED}"
        )
        headers = {"Authorization": signed, "Content-Type": "application/octet-stream"}
        request = Request(self.url + path, data=content, method="PUT", headers=headers)
        with urlopen(request, timeout=20):
            pass


@contextmanager
def buckets():
    """Moto's server, for as long as the block runs."""
    port = free_port()
    command = [Path(sys.executable).with_name("moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, env={**os.environ}) as process:
        try:
            _wait(f"http://127.0.0.1:{port}")
            yield Buckets(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


class GoogleBuckets:
    """Buckets of Google Cloud Storage on this machine, and the environment that finds them."""

    def __init__(self, url):
        self.url = url
        self.environment = {
            "STORAGE_EMULATOR_HOST": url,
            "FSSPEC_GS_TOKEN": "anon",
            "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false",  # it asks Google how buckets are laid out
        }

    def put(self, bucket, files=()):
        """Makes a bucket, and puts these files there: key → bytes."""
        from gcsfs.core import GCSFileSystem

        store = GCSFileSystem(endpoint_url=self.url, token="anon", skip_instance_cache=True)
        store.mkdir(bucket)
        for key, content in dict(files).items():
            store.pipe_file(f"{bucket}/{key}", content)


@contextmanager
def google_buckets():
    """An emulator of Google Cloud Storage, for as long as the block runs."""
    port = free_port()
    program = Path(sys.executable).with_name("gcp-storage-emulator")
    command = [program, "start", "--in-memory", "--host", "127.0.0.1", "--port", str(port)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, env={**os.environ}) as process:
        try:
            _wait(f"http://127.0.0.1:{port}", "/storage/v1/b?project=tests")
            yield GoogleBuckets(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


def _wait(url, path="/moto-api/"):
    for _ in range(300):
        with suppress(URLError, ConnectionError), urlopen(url + path, timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def _answer(self):
        path = urlsplit(self.path).path
        status, content, sent = self.server.files.get(path, (404, b"", None))
        if self.command == "GET":
            self.server.asked.append(path)
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content[:sent])

    do_GET = do_HEAD = _answer


@contextmanager
def web(files):
    """A web server: path → (status, content, how many bytes of it come before the line is cut).

    Gives its address and the paths that were asked for.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.files, server.asked = files, []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server.asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
