"""The API against other people's programs: schemathesis, Python's HTTP and TLS, a client that does what the seed's page does."""

import json
import pathlib
import re
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

import pytest

import program
from server import PATIENCE, free_port, serving

SCHEMATHESIS_SECONDS = 100
"""How long schemathesis may try things."""


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A folder of four phantoms with their labels."""
    folder = tmp_path_factory.mktemp("api") / "images"
    program.run("phantoms", "--count", 4, "--seed", 65, "--out", folder)
    return folder


@pytest.fixture(scope="module")
def server(images, tmp_path_factory):
    """A server with these images and a validation run."""
    folder = tmp_path_factory.mktemp("api-data")
    program.run(
        "validate", "all", "--images", images, "--labels", images / "labels.csv", "--threads", program.THREADS,
        "--out", folder / "data/phantoms")
    with serving(folder, "--images", images, "--labels", images / "labels.csv") as server:
        yield server


# What a body or a path that fits its schema may still be answered with: JSON Schema cannot say which bytes are an image, which
# words the protocol in use has, which kinds of change go with which parameters, what is under way, or what lies in a folder.
ACCEPTED = {
    # A version of FHIR beside another form.
    "/api/examinations/{examination_id}": [404, 422, 429],
    "/api/uploads": [404, 415, 422, 429],
    "/api/analyze": [404, 415, 422, 429],
    "/api/what-if": [404, 422, 429],
    "/api/maps": [404, 422, 429],
    "/api/runs": [404, 409, 422, 507],
    "/api/runs/{run_id}/resume": [404, 409, 422, 507],
    "/api/runs/{run_id}/files": [404, 409],
    "/api/audits/{audit}/compared/{other}/comparison.json": [404, 422, 429],
    "/api/audits/{audit}/compared/{other}/comparison.html": [404, 422, 429],
    "/api/folders": [409, 413, 415, 422, 429, 507],
    "/api/folders/{folder}": [404, 409, 413, 415, 422, 429, 507],
}


def accepted() -> str:
    """The same as settings, an entry for each path: one with a method holds for that method of every path."""
    return "\n".join(f"""
        [[operations]]
        include-path = "{path}"
        [operations.checks]
        positive_data_acceptance.expected-statuses = {["2xx", *statuses]}""" for path, statuses in ACCEPTED.items())


def test_schemathesis_finds_nothing(server, tmp_path, remark):
    """What /openapi.json says is true, and what it does not say is refused as it says."""
    job = server.json("/api/analyze", "POST", {"filename": "phantom-65-00000.png"})["job_id"]
    examination = server.json("/api/examinations?limit=1")["examinations"][0]["id"]
    audit = server.json("/api/runs", "POST", {"kind": "audit", "families": ["chance"], "limit": 1})["id"]
    deadline = time.monotonic() + PATIENCE
    while server.json(f"/api/runs/{audit}")["status"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(f"""
        [parameters]
        "path.job_id" = "{job}"
        "path.run" = "phantoms"
        "path.audit" = "{audit}"
        "path.protocol_id" = "seed"
        "path.examination_id" = "{examination}"

        # A body that breaks the schema by its sheer length is refused by its length.
        [checks]
        negative_data_rejection.expected-statuses = [
            400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 422, 428, 429, 431, "5xx"]

        # The schema does not bound the bytes of a body: a thousand texts may be too long together.
        [[operations]]
        include-path = "/api/examinations/delete"
        [operations.checks]
        positive_data_acceptance.expected-statuses = ["2xx", 413]

        # Of several calls together each has its answer: a wrong one its error, beside the others' results.
        [[operations]]
        include-path = "/mcp"
        [operations.checks]
        negative_data_rejection.expected-statuses = [200, 400, 404, 413, 415, 429]
        positive_data_acceptance.expected-statuses = ["2xx", 400, 404, 429]

{accepted()}
        [[operations]]
        include-path = "/api/classify"
        [operations.checks]
        positive_data_acceptance.expected-statuses = ["2xx", 422, 429]
        """, "utf-8")
    done = subprocess.run(
        [pathlib.Path(sys.executable).with_name("schemathesis"), "--config-file", settings, "--no-color", "run",
         f"{server.address}/openapi.json", "--checks", "all",
         # Deleting a job cancels it: what it did until then can still be asked about, until it expires.
         "--exclude-checks", "use_after_free", "--max-time", str(SCHEMATHESIS_SECONDS),
         # An examination or a map is waited for as long as 20 seconds, and where other work goes on it takes them.
         "--max-response-time", "30",
         "--continue-on-failure", "--request-timeout", "30", "--seed", "65"],
        capture_output=True, text=True, timeout=SCHEMATHESIS_SECONDS * 2, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    cases = next((line.strip() for line in done.stdout.splitlines() if "generated" in line), "")
    remark(f"schemathesis: nothing found; {cases}")
    assert server.ask("/healthz")[0] == 200


def test_a_client_that_does_what_the_seed_s_page_does(server):
    """It lists, shows a picture, posts a name, polls the job, and reads six fields of the result."""
    names = server.json("/api/list-images")
    assert names and all(isinstance(name, str) for name in names)
    status, fields, picture = server.ask("/images/" + urllib.parse.quote(names[0]))
    assert status == 200 and fields["content-type"] == "image/png" and picture.startswith(b"\x89PNG")
    job = server.json("/api/analyze", "POST", {"filename": names[0]})["job_id"]
    deadline = time.monotonic() + PATIENCE
    while (state := server.json(f"/api/status/{job}"))["status"] != "done":
        assert state["status"] in {"queued", "running"} and time.monotonic() < deadline
        time.sleep(0.1)
    result = state["result"]
    assert result["ai_code"] in {"MEL", "NV", "BCC", "BKL"}
    assert isinstance(result["gt_code"], str) and isinstance(result["gt_attr"], str)
    assert set(result["raw_obs"]) == {"Architecture", "Network", "Structures", "Colors"}
    assert all(isinstance(value, str) for value in result["raw_obs"].values())
    assert isinstance(result["adj_desc"], str) and result["final_implication"].startswith(result["ai_code"])


def test_what_the_server_answers_is_what_the_command_line_prints(server, images):
    """The same image, weights, protocol and seed: the same examination, but for times and the folder's truth."""
    name = "phantom-65-00001.png"
    posted = server.json("/api/analyze", "POST", {"filename": name})["examination"]
    printed = json.loads(program.run(
        "analyze", "--json", "--threads", program.THREADS, "--labels", images / "labels.csv", images / name))
    for part in ("observations", "description", "diagnosis", "flags", "ground_truth", "model", "protocol", "seed"):
        assert posted[part] == printed[part], part


def test_every_event_of_a_job_comes_once_and_in_order_however_often_one_reconnects(server):
    job = server.json("/api/analyze", "POST", {"filename": "phantom-65-00002.png"})["job_id"]

    def numbers(fields) -> list[int]:
        text = server.ask(f"/api/jobs/{job}/events", fields=fields)[2].decode()
        return [int(line.removeprefix("id: ")) for line in text.splitlines() if line.startswith("id: ")]

    every = numbers({})
    assert every == list(range(1, len(every) + 1)) and len(every) > 8
    for last in (1, 5, len(every)):
        assert numbers({"Last-Event-ID": str(last)}) == every[last:]


def test_tls_is_spoken_with_a_certificate_and_refused_with_another_s_key(images, tmp_path):
    def pair(name: str) -> list:
        key, certificate = tmp_path / f"{name}.key", tmp_path / f"{name}.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
            check=True, capture_output=True)
        return [certificate, key]

    certificate, key = pair("ours")
    trusting = ssl.create_default_context(cafile=certificate)
    with serving(tmp_path, "--images", images, "--tls-cert", certificate, "--tls-key", key, context=trusting) as server:
        status, fields, _ = server.ask("/healthz")
        assert status == 200 and "strict-transport-security" in fields
        answer = server.json("/api/analyze", "POST", {"filename": "phantom-65-00000.png"})
        assert answer["ai_code"] in {"MEL", "NV", "BCC", "BKL"}
    done = subprocess.run(
        [program.BINARY, "serve", "--no-model", "--port", str(free_port()), "--data", tmp_path / "other", "--tls-cert",
         certificate, "--tls-key", pair("other")[1]], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 69 and "a pair" in done.stderr


def test_a_server_that_ends_finishes_what_runs_and_returns_what_waits(images, tmp_path):
    clients_at_once = 40
    with serving(tmp_path, "--images", images, log=(tmp_path / "log").open("w")) as server:
        answers = {}

        def post(number: int) -> None:
            document = {"filename": "phantom-65-00003.png", "seed": number}
            answers[number] = server.ask("/api/analyze", "POST", document)

        def jobs() -> dict[str, int]:
            """How many wait, run and are over."""
            found = re.findall(r"^dermgemma_jobs_(\w+)(?:{.*})? (\d+)$", server.ask("/metrics")[2].decode(), re.MULTILINE)
            return {name: sum(int(value) for other, value in found if other == name) for name, _ in found}

        clients = [threading.Thread(target=post, args=(number,)) for number in range(clients_at_once)]
        for client in clients:
            client.start()
        deadline = time.monotonic() + PATIENCE
        # Who comes after the end has begun finds nobody who listens: all must be in.
        while sum(jobs().values()) < clients_at_once:
            assert time.monotonic() < deadline, jobs()
            time.sleep(0.01)
        server.process.send_signal(signal.SIGTERM)
        for client in clients:
            client.join(PATIENCE)
        assert server.process.wait(PATIENCE) in {0, 130, 143}
    statuses = [status for status, _, _ in answers.values()]
    assert len(statuses) == clients_at_once and set(statuses) == {200, 503}, statuses
    returned = next(body for status, _, body in answers.values() if status == 503)
    assert json.loads(returned)["reason"] == "ending"
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    assert lines[-1]["event"] == "ended"
    assert not any("phantom" in json.dumps(line) for line in lines), "the log names an image"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_uploads_ranges_and_conditions(server, images, tmp_path):
    """What docs/SERVER.md shows with curl."""

    def curl(*arguments: object) -> str:
        done = subprocess.run(
            ["curl", "--silent", "--show-error", *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        return done.stdout

    address = f"{server.address}/images/phantom-65-00000.png"
    kept = json.loads(curl("--form", f"image=@{images / 'phantom-65-00000.png'}", f"{server.address}/api/uploads"))
    assert kept["name"].endswith(".png") and "phantom" not in kept["name"]
    read = json.loads(curl(
        "--json", json.dumps({"filename": kept["name"]}), "--header", "Prefer: wait=10", f"{server.address}/api/analyze"))
    assert read["status"] == "done"
    assert curl("--request", "DELETE", "--write-out", "%{http_code}", f"{server.address}/api/uploads/{kept['name']}") == "204"
    curl("--etag-save", tmp_path / "tag", "--output", tmp_path / "picture", address)
    again = curl("--etag-compare", tmp_path / "tag", "--output", tmp_path / "again", "--write-out", "%{http_code}", address)
    assert again == "304"
    curl("--range", "8-15", "--output", tmp_path / "part", address)
    assert (tmp_path / "part").read_bytes() == (tmp_path / "picture").read_bytes()[8:16]
