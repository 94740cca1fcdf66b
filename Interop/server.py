"""Runs `dermgemma serve` for a while, and talks to it."""

import contextlib
import json
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import program

PATIENCE = 60
"""Seconds for a server to be ready, and to end."""


class Server:
    """A server that runs."""

    def __init__(self, process, address: str, context=None) -> None:
        self.process, self.address, self.context = process, address, context

    def ask(self, path: str, method: str = "GET", document=None, fields=None) -> tuple[int, dict, bytes]:
        """Status, header fields by lower-case name, and body of an answer; JSON is sent when there is a document."""
        body = None if document is None else json.dumps(document).encode()
        fields = {**({} if body is None else {"Content-Type": "application/json"}), **(fields or {})}
        request = urllib.request.Request(self.address + path, data=body, method=method, headers=fields)
        try:
            answer = urllib.request.urlopen(request, timeout=PATIENCE, context=self.context)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()

    def json(self, path: str, method: str = "GET", document=None, fields=None):
        """The document of an answer that must be a success."""
        status, _, body = self.ask(path, method, document, fields)
        assert 200 <= status < 300, f"{method} {path}: {status} {body[:300]!r}"
        return json.loads(body) if body else None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def serving(folder, *arguments: object, context: ssl.SSLContext | None = None, log=subprocess.DEVNULL):
    """A server that is ready, with its data in a folder; it is told to end afterwards."""
    port = free_port()
    process = subprocess.Popen(
        [program.BINARY, "serve", "--port", str(port), "--data", folder / "data", "--threads", str(program.THREADS),
         *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=log)
    server = Server(process, f"{'http' if context is None else 'https'}://127.0.0.1:{port}", context)
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            assert process.poll() is None, f"the server ended with status {process.returncode}"
            assert time.monotonic() < deadline, "the server was not ready in time"
            with contextlib.suppress(OSError):
                if server.ask("/readyz")[0] == 200 or "--no-model" in arguments:
                    break
            time.sleep(0.05)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
