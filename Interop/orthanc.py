"""A real Orthanc with its DICOMweb plugin, as Debian has them, for as long as a test needs it."""

import contextlib
import json
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

PLUGIN = pathlib.Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
USER, PASSWORD = "ward", "a-secret-of-the-ward"


def program() -> str | None:
    """Orthanc's program; `None` where it, or its plugin, is not installed."""
    found = shutil.which("Orthanc") or shutil.which("Orthanc", path="/usr/sbin")
    return found if found and PLUGIN.exists() else None


@dataclass
class Orthanc:
    """A running server."""

    port: int

    @property
    def dicomweb(self) -> str:
        return f"http://127.0.0.1:{self.port}/dicom-web"

    def ask(self, path: str, body: bytes | None = None, kind: str = "application/dicom") -> bytes:
        """Orthanc's own interface."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body)
        request.add_header("Authorization", authorization())
        if body is not None:
            request.add_header("Content-Type", kind)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def store(self, path: pathlib.Path) -> dict:
        """Puts a file in by Orthanc's own interface."""
        return json.loads(self.ask("/instances", path.read_bytes()))

    def instances(self) -> list[dict]:
        return json.loads(self.ask("/instances?expand"))


def authorization() -> str:
    """What its DICOMweb wants in a request's header."""
    import base64

    return "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@contextlib.contextmanager
def running(folder: pathlib.Path):
    """Started with an empty archive in a folder; ended afterwards."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    settings = {
        "Name": "test", "StorageDirectory": str(folder / "storage"), "IndexDirectory": str(folder / "storage"),
        "HttpPort": port, "DicomServerEnabled": False, "RemoteAccessAllowed": False, "AuthenticationEnabled": True,
        "RegisteredUsers": {USER: PASSWORD}, "Plugins": [str(PLUGIN)], "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    (folder / "storage").mkdir(parents=True)
    configuration = folder / "orthanc.json"
    configuration.write_text(json.dumps(settings), "utf-8")
    with (folder / "orthanc.log").open("wb") as log, subprocess.Popen([program(), configuration], stdout=log, stderr=log) as process:
        server = Orthanc(port)
        try:
            for _ in range(300):
                try:
                    server.ask("/system")
                    break
                except (urllib.error.URLError, ConnectionError):
                    assert process.poll() is None, (folder / "orthanc.log").read_text()
                    time.sleep(0.1)
            yield server
        finally:
            process.terminate()
            process.wait(60)
