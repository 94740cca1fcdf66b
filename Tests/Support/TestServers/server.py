"""Plays a model hub, the storage that it redirects to, and an image archive, for the tests.

    python3 server.py [LOG [WEIGHTS PROJECTOR PICTURE]]

Prints the two ports, then serves until its standard input ends or its parent is gone. LOG is the file that its standard
error goes to, which it removes at its end when nothing is in it. How it behaves is the repository's name up to the first
dot: `tests/cut.7` cuts answers. GET /log gives the requests so far as JSON. `hold` sends a file's first piece, and the
beginning of every other one; their rest comes when GET /release/tests/hold.7 was asked. `holdfirst` holds the first too.
Files are noise unless WEIGHTS, PROJECTOR and PICTURE are given, which then stand for all of their sort.
"""

import hashlib
import json
import os
import random
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

SIZE = 300_001
COMMIT = "0123456789abcdef0123456789abcdef01234567"
log = []
counts = {}
guard = threading.Lock()
ports = {}
released = {}


def release(repository):
    """The event that says whether a held repository may go on."""
    with guard:
        return released.setdefault(repository, threading.Event())


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # More than a few clients come at once; those that find no room come again only after a second.
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A client that goes away is what many tests do."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def given(place):
    """The bytes of a file that the command line names."""
    with open(sys.argv[place], "rb") as file:
        return file.read()


def content(file):
    if len(sys.argv) > 4:
        return given(3 if "mmproj" in file else 2)
    return random.Random(file).randbytes(SIZE)


def picture(identifier):
    if len(sys.argv) > 4:
        return given(4)
    return b"\xff\xd8\xff\xe0" + identifier.encode() * 50 + b"\xff\xd9"


def count(key):
    """How often this was asked before."""
    with guard:
        counts[key] = counts.get(key, 0) + 1
        return counts[key] - 1


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    @property
    def role(self):
        return self.server.role

    def do_HEAD(self):
        self.serve()

    def do_GET(self):
        self.serve()

    def serve(self):
        address = urlparse(self.path)
        if address.path == "/log":
            with guard:
                return self.answer(200, json.dumps(log).encode())
        if address.path.startswith("/release/"):
            release(address.path.removeprefix("/release/")).set()
            return self.answer(200)
        with guard:
            log.append({
                "role": self.role, "method": self.command, "path": self.path,
                "range": self.headers.get("Range", ""), "if_range": self.headers.get("If-Range", ""),
                "authorization": self.headers.get("Authorization", ""), "time": time.monotonic(),
            })
        try:
            if address.path.startswith(("/api/", "/files/")):
                return self.archive(address)
            words = address.path.strip("/").split("/")
            if len(words) < 5 or words[2] != "resolve":
                return self.answer(404)
            repository, file = "/".join(words[:2]), "/".join(words[4:])
            behaviour = words[1].split(".")[0]
            # A hub that moved answers where the storage is.
            is_hub = self.role == "hub" or behaviour.startswith("moved") and self.command == "HEAD"
            (self.hub if is_hub else self.storage)(behaviour, repository, file)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def answer(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    # The hub.

    def hub(self, behaviour, repository, file):
        key = (repository, file, self.command)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if behaviour == "gated" and token != "good":
            if token in ("", "noaccess"):
                return self.answer(403 if token else 401, headers={"X-Error-Code": "GatedRepo"})
            return self.answer(401)
        if behaviour == "norepo":
            return self.answer(401, headers={"X-Error-Code": "RepoNotFound"})
        if behaviour == "missing":
            return self.answer(404, headers={"X-Error-Code": "EntryNotFound"})
        if behaviour == "busy" and count(key) < 2:
            return self.answer(429, headers={"Retry-After": "0"})
        if behaviour == "busylong":
            return self.answer(429, headers={"Retry-After": "9999"})
        if behaviour == "flaky" and count(key) < 2:
            return self.answer(503)
        if behaviour == "broken":
            return self.answer(500)
        if behaviour == "nohub":
            return self.answer(200, b"<html>")
        if behaviour == "loop":
            return self.answer(302, headers={"Location": self.path})
        if behaviour.startswith("moved"):
            if self.role == "hub":
                return self.answer(308, headers={"Location": f"http://127.0.0.1:{ports['storage']}{self.path}"})
            if behaviour == "movedgated":
                return self.answer(401)
        if behaviour == "page":
            return self.answer(200, b"<html>Log in</html>", {"Content-Type": "text/html", "ETag": '"1-2"'})
        if behaviour == "renamed":
            return self.answer(307, headers={"Location": self.path.replace("/renamed.", "/plain.")})
        body = content(file)
        size = {"wrongsize": SIZE + 1000, "short": SIZE - 1000, "huge": 10**18}.get(behaviour, len(body))
        digest = hashlib.sha256(body + (b"x" if behaviour == "wronghash" else b"")).hexdigest()
        self.answer(302, headers={
            "Location": f"http://127.0.0.1:{ports['storage']}{self.path}",
            **({} if behaviour == "nocommit" else {"X-Repo-Commit": COMMIT}),
            "X-Linked-Size": str(size), "X-Linked-Etag": f'"{digest}"',
        })

    # The storage.

    def storage(self, behaviour, repository, file):
        body = content(file)
        key = (repository, file, "storage")
        tag = '"one"'
        wanted = self.headers.get("Range")
        number = count(key)
        if behaviour == "changed" and number > 0:
            tag = '"two"'
        if self.headers.get("If-Range", tag) != tag:
            wanted = None
        if behaviour == "range416":
            return self.answer(416)
        if behaviour == "storagebusy" and number < 3:
            return self.answer(503, headers={"Retry-After": "0"})
        start, end = 0, len(body)
        if wanted and behaviour != "whole" and behaviour != "wholecut":
            first, last = wanted.removeprefix("bytes=").split("-")
            start, end = int(first), min(int(last) + 1, len(body))
            if start >= len(body):
                return self.answer(416)
            self.send_response(206)
            shift = 5 if behaviour == "shifted" else 0
            self.send_header("Content-Range", f"bytes {start + shift}-{end - 1 + shift}/{len(body)}")
        else:
            self.send_response(200)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        part = body[start:end]
        cuts = {"cut": number % 2 == 0, "cutalways": True, "changed": number == 0, "wholecut": number == 0}
        if cuts.get(behaviour):
            self.wfile.write(part[:max(1, len(part) // 3)])
            self.close_connection = True
            return
        if behaviour == "dead":
            self.close_connection = True
            return
        if behaviour == "stall" and number == 0 or behaviour == "stallalways":
            self.wfile.write(part[:1000])
            self.wfile.flush()
            time.sleep(30 if behaviour == "stallalways" else 4)
            self.close_connection = True
            return
        if behaviour == "holdfirst" or behaviour == "hold" and start > 0:
            self.wfile.write(part[:1000])
            self.wfile.flush()
            if not release(repository).wait(100):
                self.close_connection = True
                return
            part = part[1000:]
        self.wfile.write(part)

    # The archive.

    diagnoses = {
        "1": {"diagnosis_1": "Benign", "diagnosis_2": "Benign melanocytic proliferations", "diagnosis_3": "Nevus"},
        "2": {"diagnosis_1": "Malignant", "diagnosis_3": "Melanoma, NOS"},
        "3": {"diagnosis_3": "Basal cell carcinoma"},
        "4": {"diagnosis_3": "Seborrheic keratosis"},
        "5": {"diagnosis": "nevus"},
        "6": {},
    }

    def image(self, identifier):
        return {
            "isic_id": identifier, "copyright_license": "CC-BY-NC" if identifier[-1] == "1" else "CC-0",
            "attribution": "A clinic, of one town", "public": True,
            "files": {"full": {"url": f"http://127.0.0.1:{ports['storage']}/files/{identifier}.jpg",
                               "size": 100_000 if identifier.startswith("ISIC_5") else len(picture(identifier))},
                      "thumbnail_256": {"url": "", "size": 1}},
            "metadata": {"acquisition": {"pixels_x": 8, "pixels_y": 8},
                         "clinical": self.diagnoses.get(identifier[-1], {})},
        }

    def archive(self, address):
        words = address.path.strip("/").split("/")
        if words[0] == "files":
            identifier = words[1].removesuffix(".jpg")
            if identifier.startswith("ISIC_8") and count(identifier) == 0:
                return self.answer(503)
            if identifier.startswith("ISIC_7"):
                return self.answer(200, b"<html>this is no picture</html>".ljust(606))
            return self.answer(200, picture(identifier))
        if words[-1] == "search":
            query = parse_qs(address.query)
            names = [f"ISIC_100000{number}" for number in range(1, 7)]
            if query.get("collections") == ["404"]:
                return self.answer(200, json.dumps({"count": 0, "next": None, "results": []}).encode())
            start = int(query.get("cursor", ["0"])[0])
            following = f"http://127.0.0.1:{ports['hub']}{address.path}?collections=65&limit=4&cursor={start + 4}"
            # Two pages, each of which says that the other is next.
            if query.get("collections") == ["66"]:
                following = f"http://127.0.0.1:{ports['hub']}{address.path}?collections=66&cursor={4 - start}"
                return self.answer(200, json.dumps({
                    "next": following, "results": [self.image(name) for name in names[start:start + 4]],
                }).encode())
            return self.answer(200, json.dumps({
                "count": len(names), "next": following if start + 4 < len(names) else None,
                "results": [self.image(name) for name in names[start:start + 4]],
            }).encode())
        identifier = words[3]
        if identifier.startswith("ISIC_9"):
            return self.answer(404, b'{"message": "not found"}')
        if identifier == "ISIC_6000001":
            return self.answer(200, b"{}")
        self.answer(200, json.dumps(self.image(identifier)).encode())


def stay():
    """Until the standard input ends, or the parent changes: then there is nobody left to serve."""
    parent = os.getppid()
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    while not ended.wait(1) and os.getppid() == parent:
        pass


def main():
    # What else the tests had open when they started this must not stay open for as long as it lives: a process of theirs
    # would seem to run on.
    os.closerange(3, 65536)
    for role in ("hub", "storage"):
        server = Server(("127.0.0.1", 0), Handler)
        server.role = role
        ports[role] = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(ports["hub"], ports["storage"], flush=True)
    stay()
    for path in sys.argv[1:2]:
        if os.path.getsize(path) == 0:
            os.unlink(path)
    # Not through the interpreter's end, which may wait for a thread that sends to nobody.
    os._exit(0)


main()
