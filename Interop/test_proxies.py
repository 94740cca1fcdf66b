"""The server behind nginx and Caddy, each with the block of docs/SERVER.md: a sub-path, uploads, events, the refusals that mislead."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from PIL import Image

import documentation
import program
from server import PATIENCE, Server, free_port, serving

PAGE = program.ROOT / "docs/SERVER.md"
UPSTREAM = "127.0.0.1:6565"
"""As the page writes it."""
SITE = "derm.example"


@pytest.fixture(scope="module")
def proxies():
    """Where nginx and Caddy are; those that cannot be had are left out."""
    # RUNLEVEL: the packages' own services are not to be started.
    subprocess.run([program.ROOT / "scripts/packages.sh", "nginx", "caddy"], capture_output=True, check=False,
                   env={**os.environ, "RUNLEVEL": "1"})
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    return {name: found for name in ("nginx", "caddy") if (found := shutil.which(name, path=path))}


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("proxies") / "images"
    program.run("phantoms", "--count", 2, "--seed", 65, "--out", folder)
    return folder


@pytest.fixture(scope="module")
def upstream(images, tmp_path_factory):
    """A server that lives below /derm of derm.example."""
    with serving(tmp_path_factory.mktemp("proxies-data"), "--images", images, "--base-path", "/derm", "--allowed-host",
                 SITE) as server:
        yield server


def block(beginning: str) -> str:
    """The page's block that begins so."""
    found = [lines for lines in documentation.blocks(PAGE.read_text("utf-8")) if lines[0].startswith(beginning)]
    assert len(found) == 1, beginning
    return "\n".join(found[0])


def nginx(folder: pathlib.Path, binary: str, port: int, location: str) -> list[str]:
    """Writes a configuration around a location, and gives the command that serves it."""
    (folder / "nginx.conf").write_text(f"""
        daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
        events {{ worker_connections 64; }}
        http {{
            access_log off;
            client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
            uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
            server {{ listen 127.0.0.1:{port}; {location} }}
        }}""", "utf-8")
    return [binary, "-p", str(folder), "-e", f"{folder}/errors", "-c", f"{folder}/nginx.conf"]


def caddy(folder: pathlib.Path, binary: str, port: int, site: str) -> list[str]:
    """Likewise of a site; plain HTTP, for there is no certificate to be had for the name here."""
    assert site.startswith(SITE + " {")
    (folder / "Caddyfile").write_text(
        "{\n\tadmin off\n\tauto_https off\n\tstorage file_system " + str(folder / "storage") + "\n}\n"
        + site.replace(SITE, f"http://{SITE}:{port}", 1).replace("{", "{\n\tbind 127.0.0.1", 1) + "\n", "utf-8")
    return [binary, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


@contextlib.contextmanager
def running(command: list[str], port: int, folder: pathlib.Path):
    """A proxy that listens."""
    log = folder / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(command, stdout=errors, stderr=errors, env={**os.environ, "HOME": str(folder)})
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            assert process.poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < deadline, "the proxy did not listen in time"
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
                connection.connect()
                connection.close()
                break
            time.sleep(0.05)
        yield Server(process, f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(PATIENCE)


def ask(site: Server, port: int, path: str, method: str = "GET", document=None, **fields) -> tuple[int, dict, bytes]:
    """As a browser at the site asks."""
    named = {"Host": f"{SITE}:{port}", **{name.replace("_", "-"): value for name, value in fields.items()}}
    if method != "GET":
        named["Origin"] = f"http://{SITE}:{port}"
    return site.ask(path, method, document, named)


def led_on(port: int, path: str) -> str:
    """Where a path leads to; not followed, for nginx names the site."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers={"Host": f"{SITE}:{port}"})
    answer = connection.getresponse()
    assert answer.status in (301, 302, 308)
    connection.close()
    return answer.headers["Location"]


def upload(site: Server, port: int, picture: bytes) -> tuple[int, bytes]:
    boundary = "a-boundary"
    body = (f"--{boundary}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"mole.png\"\r\n"
            "Content-Type: image/png\r\n\r\n").encode() + picture + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(site.address + "/derm/api/uploads", data=body, method="POST", headers={
        "Host": f"{SITE}:{port}", "Origin": f"http://{SITE}:{port}",
        "Content-Type": f"multipart/form-data; boundary={boundary}"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read()


def follow(port: int, path: str) -> tuple[list[str], list[float]]:
    """A stream's events, and when each arrived."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers={"Host": f"{SITE}:{port}", "Accept": "text/event-stream"})
    answer = connection.getresponse()
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/event-stream")
    names, times = [], []
    while line := answer.readline():
        if line.startswith(b"event: "):
            names.append(line[7:].strip().decode())
            times.append(time.monotonic())
    connection.close()
    return names, times


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_the_documented_block_serves_all_below_a_path(kind, proxies, upstream, images, tmp_path, remark):
    """Page, API, an upload of several megabytes, an examination with its events, history, links."""
    if kind not in proxies:
        remark(f"proxies: {kind} is not to be had here; skipped")
        pytest.skip(f"{kind} is not to be had here")
    port = free_port()
    written = block("location /derm/ {" if kind == "nginx" else SITE + " {")
    written = written.replace(UPSTREAM, upstream.address.removeprefix("http://"))
    assert upstream.address.removeprefix("http://") in written
    command = (nginx if kind == "nginx" else caddy)(tmp_path, proxies[kind], port, written)
    with running(command, port, tmp_path) as site:
        assert led_on(port, "/derm").endswith("/derm/")
        status, _, page = ask(site, port, "/derm/")
        assert status == 200 and b"DermGemma" in page
        for address in re.findall(rb'(?:src|href)="([^"#][^"]*)"', page):
            assert ask(site, port, "/derm/" + address.decode())[0] == 200, address

        listed = json.loads(ask(site, port, "/derm/api/images")[2])["images"]
        assert [image["url"] for image in listed] == [f"/derm/images/{path.name}" for path in sorted(images.glob("*.png"))]
        assert ask(site, port, listed[0]["url"])[2] == (images / listed[0]["name"]).read_bytes()

        # Larger than nginx takes by itself.
        picture = tmp_path / "large.png"
        Image.effect_noise((1800, 1800), 80).convert("RGB").save(picture, compress_level=0)
        assert picture.stat().st_size > 8 << 20
        status, body = upload(site, port, picture.read_bytes())
        assert status == 201, body
        kept = json.loads(body)
        assert kept["url"].startswith("/derm/images/") and ask(site, port, kept["url"])[0] == 200

        status, fields, body = ask(site, port, "/derm/api/analyze", "POST", {"filename": kept["name"]}, Prefer="respond-async")
        job = json.loads(body)["job_id"]
        assert status == 202 and fields["location"] == f"/derm/api/status/{job}"
        names, times = follow(port, f"/derm/api/jobs/{job}/events")
        assert names[0] == "phase_started" and names[-1] == "finished"
        state = json.loads(ask(site, port, fields["location"])[2])
        assert state["status"] == "done"
        # Held back by the proxy they would come all at once, at the end.
        assert (times[-1] - times[0]) * 1_000 > state["examination"]["timings"]["total_ms"] / 4

        entries = json.loads(ask(site, port, "/derm/api/examinations?limit=1")[2])["examinations"]
        assert entries[0]["examination"]["image"]["name"] == kept["name"]
        assert json.loads(ask(site, port, "/derm/openapi.json")[2])["servers"] == [{"url": "/derm"}]
        assert ask(site, port, f"/derm/api/examinations/{entries[0]['id']}", "DELETE")[0] == 204
        assert ask(site, port, f"/derm/api/uploads/{kept['name']}", "DELETE")[0] == 204
    remark(f"proxies: {kind} with the documented block: {len(names)} events, "
           f"an upload of {picture.stat().st_size / 1e6:.0f} MB")


def test_nginx_as_it_comes_is_told_what_to_set(proxies, upstream, tmp_path, remark):
    """Its default Host is the upstream's: reading works, changing is refused in words that name both hosts and the option."""
    if "nginx" not in proxies:
        remark("proxies: nginx is not to be had here; skipped")
        pytest.skip("nginx is not to be had here")
    port = free_port()
    location = f"location / {{ proxy_pass {upstream.address}; }}"
    with running(nginx(tmp_path, proxies["nginx"], port, location), port, tmp_path) as site:
        assert ask(site, port, "/derm/api/list-images")[0] == 200
        status, _, body = ask(site, port, "/derm/api/analyze", "POST", {"filename": "phantom-65-00000.png"})
        detail = json.loads(body)["detail"]
        assert status == 403
        for part in (f"http://{SITE}:{port}", upstream.address.removeprefix("http://"), f"--allowed-host {SITE}",
                     "proxy_set_header Host $http_host"):
            assert part in detail, detail


def test_a_proxy_may_take_the_path_away(proxies, upstream, tmp_path):
    """`proxy_pass` with a slash at its end: the server sees no path before its own."""
    if "nginx" not in proxies:
        pytest.skip("nginx is not to be had here")
    port = free_port()
    location = f"location /derm/ {{ proxy_pass {upstream.address}/; proxy_set_header Host $http_host; }}"
    with running(nginx(tmp_path, proxies["nginx"], port, location), port, tmp_path) as site:
        assert ask(site, port, "/derm/")[0] == 200
        posted = json.loads(ask(site, port, "/derm/api/analyze", "POST", {"filename": "phantom-65-00000.png"})[2])
        assert follow(port, f"/derm/api/jobs/{posted['job_id']}/events")[0][-1] == "finished"
