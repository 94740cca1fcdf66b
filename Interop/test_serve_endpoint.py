"""`serve --endpoint`: the page and the API say where pictures are read, and why there are no probabilities."""

import contextlib
import csv
import io
import json
import shutil
import subprocess
import sys

import pytest

import endpoints
import program
from server import serving

STAND_IN = program.ROOT / "Tests/Support/TestServers/endpoint.py"
REASON = "the server gives no log-probabilities"


@contextlib.contextmanager
def stand_in():
    """The tests' endpoint that misbehaves; gives its address without a behaviour."""
    with subprocess.Popen([sys.executable, STAND_IN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    program.run("phantoms", "--count", 2, "--seed", 5, "--out", folder / "images")
    return folder


@pytest.fixture(scope="module")
def served(images):
    """A server of ours over an endpoint that gives no log-probabilities, and the endpoint's host."""
    with stand_in() as address, serving(
            images, "--images", images / "images", "--labels", images / "images/labels.csv", "--endpoint",
            f"{address}/noscores.page/v1") as server:
        yield server, address.removeprefix("http://")


def read(server) -> dict:
    """The first image, read."""
    name = server.json("/api/list-images")[0]
    return server.json("/api/analyze", "POST", {"filename": name})["examination"]


def test_the_api_says_where_pictures_are_read(served):
    server, host = served
    model = server.json("/api/model")
    assert model["endpoint"] == host and host in model["engine"]
    assert model["weights_sha256"] is None and model["name"] == "stand-in-4b"
    examination = read(server)
    assert examination["model"]["endpoint"] == host
    assert examination["diagnosis"]["probabilities"] is None
    assert examination["diagnosis"]["probabilities_missing"] == REASON
    told = " ".join(examination["report"].split())
    assert host in told and f"No probabilities: {REASON}" in told
    entry = server.json("/api/examinations")["examinations"][0]
    assert entry["examination"]["diagnosis"]["probabilities"] is None


def test_records_of_such_readings_are_exported_without_inventing_numbers(served, images):
    server, _ = served
    read(server)
    table = program.run("records", "export", "--csv", "--records", images / "data/examinations.sqlite")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert rows and all(row["code"] == "BKL" for row in rows)
    assert all(row[code] == "" for row in rows for code in ("MEL", "NV", "BCC", "BKL"))


def test_two_runs_of_such_a_server_are_validated_and_compared(images, tmp_path):
    """`validate`, its report, and `compare`: figures of probabilities say why they are missing."""
    runs = [tmp_path / "one", tmp_path / "two"]
    with stand_in() as address:
        for number, out in enumerate(runs):
            program.run(
                "validate", "all", "--images", images / "images", "--labels", images / "images/labels.csv", "--out", out,
                "--seed", number, "--endpoint", f"{address}/noscores.run/v1", "--isic-csv", out.with_suffix(".csv"))
    summary = json.loads((runs[0] / "summary.json").read_text("utf-8"))
    figures = json.dumps(summary)
    assert "no image has probabilities" in figures and "NaN" not in figures
    report = (runs[0] / "report.html").read_text("utf-8")
    assert f"No probabilities: <bdi>{REASON}</bdi>." in report and "NaN" not in report
    compared = program.run("compare", *runs, "--out", tmp_path / "both")
    assert "nan" not in compared.lower()
    assert "NaN" not in (tmp_path / "both/comparison.html").read_text("utf-8")


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Debian's chromium is not installed")
def test_the_page_says_where_and_why(served):
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    server, host = served
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(server.address)
        page.wait_for_selector("body[data-ready]")
        page.wait_for_function("document.querySelector('#model-chip').textContent !== ''")
        assert f"stand-in-4b at {host}" in page.inner_text("#model-chip")
        page.wait_for_selector("button.primary")
        page.click("button.primary")
        page.get_by_text(f"No probabilities: {REASON}.").first.wait_for()
        assert page.locator(".provenance").evaluate_all("all => all.map((one) => one.textContent).join()").count(
            "Picture read at" + host) == 1
        page.goto(f"{server.address}/#/history")
        page.wait_for_selector("tbody tr")
        assert "NaN" not in page.inner_text("main") and "undefined" not in page.inner_text("main")
        browser.close()
    assert faults == []


@pytest.mark.skipif(
    not endpoints.LLAMA_SERVER.is_file(), reason="llama-server is not built; make test-interop-endpoint builds it")
def test_serve_reads_at_llama_server(images):
    with endpoints.llama_server(images, 2) as endpoint, serving(
            images, "--images", images / "images", "--endpoint", endpoint.url) as server:
        model = server.json("/api/model")
        assert model["endpoint"] == f"127.0.0.1:{endpoint.port}" and "llama.cpp" in model["engine"]
        examination = read(server)
        assert abs(sum(examination["diagnosis"]["probabilities"].values()) - 1) < 1e-5
        assert endpoint.encodes() == 1
