"""The page in a real Chromium against the real server: main paths, keys, trouble, themes, accessibility."""

import json
import re
import shutil
import socket
import subprocess
import time
import urllib.request

import pytest

import program

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
PATIENCE = 30_000
"""Milliseconds."""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A server with six phantoms."""
    folder = tmp_path_factory.mktemp("page")
    program.run("phantoms", "--count", 6, "--seed", 7, "--out", folder / "images")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [program.BINARY, "serve", "--port", str(port), "--images", folder / "images", "--labels", folder / "images/labels.csv",
         "--data", folder / "data", "--threads", "1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        assert server.poll() is None, "the server ended"
        try:
            if urllib.request.urlopen(f"{address}/readyz", timeout=5).status == 200:
                break
        except OSError:
            time.sleep(0.1)
    else:
        server.kill()
        pytest.fail("the server was not ready in time")
    yield address
    server.terminate()
    server.wait(30)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=["light", "dark"])
def page(request, browser, address):
    """The page, ready, in either theme; ends with a check that nothing broke its policy or threw."""
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=request.param)
    page.set_default_timeout(PATIENCE)
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: "Content Security Policy" in message.text and faults.append(message.text))
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    page.wait_for_selector("[role=option]")
    yield page
    page.close()
    assert faults == []


def read(page) -> None:
    page.keyboard.press("Enter")
    page.wait_for_selector(".after .actions button")


def until(page, expression: str) -> None:
    """Waits for an expression. Playwright's own way evaluates strings in the page, which the page's policy forbids."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(50)


def refused(status: int, fields: dict, reason: str):
    """An answer that stands in for the server's refusal."""
    body = json.dumps({"title": "Refused", "detail": "A detail.", "reason": reason, "id": "abc", "status": status})
    return lambda route: route.fulfill(status=status, content_type="application/problem+json", headers=fields, body=body)


def test_enter_reads_the_image_and_shows_three_phases(page):
    read(page)
    assert page.locator(".phase[data-state=done]").count() == 3
    assert page.locator(".verdict .code").inner_text() in {"MEL", "NV", "BCC", "BKL"}
    assert page.locator(".bars").first.inner_text().count("runner-up") == 1
    assert re.search(r"match", page.locator(".truth").inner_text(), re.IGNORECASE)


def test_arrows_choose_images_and_slash_filters_them(page):
    chosen = page.locator("[aria-selected=true]")
    first = chosen.get_attribute("data-name")
    page.keyboard.press("ArrowRight")
    until(page, f"document.querySelector('[aria-selected=true]')?.dataset.name !== {json.dumps(first)}")
    page.keyboard.press("ArrowLeft")
    until(page, f"document.querySelector('[aria-selected=true]')?.dataset.name === {json.dumps(first)}")
    page.keyboard.press("/")
    page.keyboard.type("00003")
    until(page, "document.querySelectorAll('[role=option]').length === 1")
    page.keyboard.press("Escape")


def test_question_mark_shows_the_keys_and_escape_closes_them(page):
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")


def test_the_model_s_view_is_loaded_when_asked_for(page):
    page.keyboard.press("p")
    until(page, "document.querySelector('.prepared').naturalWidth > 0")
    assert "The model sees" in page.locator(".caption").inner_text()


def test_reader_mode_hides_truth_and_answer_until_a_guess(page):
    read(page)
    page.keyboard.press("r")
    assert page.locator(".phases").is_hidden()
    assert page.locator(".truth").first.is_hidden()
    assert page.locator(".cell-mark").count() == 0
    page.keyboard.press("2")
    page.click(".guess button[type=submit]")
    page.wait_for_selector(".compared")
    assert "Ground truth" in page.locator(".compared").inner_text()
    page.keyboard.press("r")


def test_a_full_queue_is_waited_for_as_the_server_says(page):
    page.route("**/api/analyze", refused(429, {"Retry-After": "2"}, "queue_full"))
    page.keyboard.press("Enter")
    page.wait_for_selector(".countdown")
    assert "The queue is full" in page.locator(".trouble").inner_text()
    page.unroute("**/api/analyze")
    page.wait_for_selector(".after .actions button")


def test_missing_weights_are_told_in_plain_words(page):
    page.route("**/api/analyze", refused(503, {}, "no_weights"))
    page.keyboard.press("Enter")
    page.wait_for_selector(".trouble")
    assert "No model is loaded" in page.locator(".trouble").inner_text()


def test_a_server_that_is_gone_is_told_and_the_page_goes_on_when_it_is_back(page):
    page.route("**/api/analyze", lambda route: route.abort())
    page.route("**/healthz", lambda route: route.abort())
    page.keyboard.press("Enter")
    page.wait_for_selector("#connection:not([hidden])")
    page.unroute("**/api/analyze")
    page.unroute("**/healthz")
    page.click("#connection button")
    page.wait_for_selector(".after .actions button")


def test_a_broken_event_stream_is_replaced_by_polling(page):
    page.route("**/events*", lambda route: route.abort())
    read(page)


def test_a_name_with_markup_stays_text(page):
    page.evaluate("location.hash = '#/image/' + encodeURIComponent('<img src=x onerror=alert(1)>')")
    page.wait_for_timeout(300)
    assert page.locator("img[src=x]").count() == 0


def test_the_theme_is_remembered(page):
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.keyboard.press("d")
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert before != after
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == after


@pytest.mark.parametrize("width", [1600, 1024, 390])
def test_the_accessibility_checker_finds_nothing(page, width):
    page.set_viewport_size({"width": width, "height": 844})
    found = []

    def check(state: str) -> None:
        violations = axe.Axe().run(page).response["violations"]
        found.extend((state, violation["id"]) for violation in violations)

    check("idle")
    read(page)
    check("done")
    page.keyboard.press("?")
    check("keys")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    check("before and after")
    page.keyboard.press("r")
    page.keyboard.press("ArrowRight")
    check("reader mode")
    assert found == []


def test_the_page_keeps_its_budget(remark):
    folder = program.ROOT / "Sources/Web/Page"
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    remark(f"page: {total} bytes uncompressed")
    assert total < 150_000
