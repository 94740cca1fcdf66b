"""A DICOMweb service over TLS for as long as a test needs it, and an authority that signs its certificates."""

import asyncio
import contextlib
import http.server
import json
import pathlib
import ssl
import subprocess
import threading
from dataclasses import dataclass, field

import pydicom

TOKEN = "planted-token-0123456789"


class Authority:
    """Signs certificates with a key of its own."""

    def __init__(self, folder: pathlib.Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.certificate = folder / f"{name}.pem"
        self.key = folder / f"{name}.key"
        openssl("req", "-x509", *NEW_KEY, "-days", "2", "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate)

    def signed(self, host: str, days: str = "2") -> tuple[pathlib.Path, pathlib.Path]:
        """A host's certificate and key; with a negative number of days one that has expired."""
        stem = f"{self.name}-{host}-{days}"
        request, names, certificate, key = (self.folder / (stem + suffix) for suffix in (".csr", ".txt", ".crt", ".key"))
        kind = "IP" if host[0].isdigit() else "DNS"
        names.write_text(f"subjectAltName={kind}:{host}\n", "utf-8")
        openssl("req", *NEW_KEY, "-subj", f"/CN={host}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days", days,
                "-extfile", names, "-out", certificate)
        return certificate, key


NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@dataclass
class Service:
    """A running service."""

    address: str
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Method, path and the header `Authorization`."""


@contextlib.contextmanager
def serving(files: list[pathlib.Path], certified: tuple[pathlib.Path, pathlib.Path] | None, redirect: str | None = None):
    """Answers with these files' study; without a certificate over plain HTTP; or redirects everything."""
    service = Service("")
    described = [pydicom.dcmread(path, stop_before_pixels=True) for path in files]
    tags = {"00080016": "SOPClassUID", "00080018": "SOPInstanceUID", "0020000D": "StudyInstanceUID", "0020000E": "SeriesInstanceUID"}
    results = [{tag: {"vr": "UI", "Value": [str(data[keyword].value)]} for tag, keyword in tags.items()} for data in described]

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            service.requests.append((self.command, self.path, self.headers.get("Authorization")))
            if redirect:
                return self.send(302, b"", "text/plain", redirect + self.path)
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                return self.send(401, b"", "text/plain")
            if self.command == "POST":
                return self.send(200, b"{}", "application/dicom+json")
            if self.path.partition("?")[0].endswith(("/studies", "/instances")):
                return self.send(200, json.dumps(results).encode(), "application/dicom+json")
            place = next(place for place, data in enumerate(described) if self.path.endswith(data.SOPInstanceUID))
            body = b"--x\r\nContent-Type: application/dicom\r\n\r\n" + files[place].read_bytes() + b"\r\n--x--\r\n"
            return self.send(200, body, 'multipart/related; type="application/dicom"; boundary=x')

        do_GET = do_POST = answer

        def send(self, status: int, body: bytes, kind: str, location: str | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that refuses the certificate is no news."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if certified:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certified)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        service.address = f"http{'s' if certified else ''}://127.0.0.1:{server.server_port}/dicom-web"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def before(port: int, certified: tuple[pathlib.Path, pathlib.Path]):
    """TLS in front of a service of this machine, as a hospital's proxy has it; gives its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certified)
    loop, ready = asyncio.new_event_loop(), threading.Event()
    found: list[int] = []

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pass_on(reader, outer), pass_on(inner, writer))

    async def serve() -> None:
        server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
        found.append(server.sockets[0].getsockname()[1])
        ready.set()

    loop.set_exception_handler(lambda *_: None)  # a client that refuses the certificate is no news
    task = loop.create_task(serve())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    assert ready.wait(60), task
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
