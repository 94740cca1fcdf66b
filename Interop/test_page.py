"""The page in a real Chromium against the real server: main paths, keys, trouble, themes, accessibility."""

import json
import re
import shutil
import time

import pytest
from PIL import Image

import program
from server import serving

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
PATIENCE = 30_000
"""Milliseconds."""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A server with six phantoms and a validation run of them."""
    folder = tmp_path_factory.mktemp("page")
    images = folder / "images"
    labels = images / "labels.csv"
    program.run("phantoms", "--count", 6, "--seed", 7, "--out", images)
    program.run(
        "validate", "all", "--images", images, "--labels", labels, "--threads", "1", "--out", folder / "data/phantoms")
    with serving(folder, "--images", images, "--labels", labels) as server:
        yield server.address


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(request, browser, address):
    """The page, ready; ends with a check that nothing broke its policy or threw. Light, unless a test asks for `both_themes`."""
    scheme = getattr(request, "param", "light")
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    page.set_default_timeout(PATIENCE)
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: "Content Security Policy" in message.text and faults.append(message.text))
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    page.wait_for_selector("[role=option]")
    # As before somebody who presses a key: in front, and with its button to be seen.
    page.bring_to_front()
    page.wait_for_selector("button.primary")
    until(page, "document.hasFocus()")
    page.evaluate("window.heardKeys = []; addEventListener('keydown', (event) => heardKeys.push(event.key), true)")
    yield page
    page.close()
    assert faults == []


both_themes = pytest.mark.parametrize("page", ["light", "dark"], indirect=True)


def enter(page, selector: str) -> None:
    """Presses Enter and waits for what comes of it. A key that the browser lost before the page heard it is pressed again."""
    for _ in range(3):
        page.evaluate("heardKeys.length = 0")
        page.keyboard.press("Enter")
        try:
            return page.wait_for_selector(selector, timeout=PATIENCE / 3)
        except playwright.TimeoutError:
            if page.evaluate("heardKeys") != []:
                return page.wait_for_selector(selector)
    raise AssertionError(f"the browser lost Enter three times, before {selector}")


def read(page) -> None:
    enter(page, ".after .actions button")


def until(page, expression: str) -> None:
    """Waits for an expression. Playwright's own way evaluates strings in the page, which the page's policy forbids."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(50)


def choose(page, path) -> None:
    """Presses the key for adding images and hands over a file."""
    # The browser is told to hand choosers over by a message of its own, which may come after the first key.
    page.on("filechooser", lambda _: None)
    page.wait_for_timeout(200)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("u")
    chooser.value.set_files(path)


def refused(status: int, fields: dict, reason: str):
    """An answer that stands in for the server's refusal."""
    body = json.dumps({"title": "Refused", "detail": "A detail.", "reason": reason, "id": "abc", "status": status})
    return lambda route: route.fulfill(status=status, content_type="application/problem+json", headers=fields, body=body)


@both_themes
def test_enter_reads_the_image_and_shows_three_phases(page):
    read(page)
    assert page.locator(".phase[data-state=done]").count() == 3
    assert page.locator(".verdict .code").inner_text() in {"MEL", "NV", "BCC", "BKL"}
    assert page.locator(".bars").first.inner_text().count("runner-up") == 1
    assert re.search(r"match", page.locator(".truth").inner_text(), re.IGNORECASE)


def test_a_stored_examination_is_downloaded_in_the_hospital_s_forms(page):
    read(page)
    for name, start, beginning in (("FHIR", 0, b'{"resourceType"'), ("DICOM SR", 128, b"DICM"), ("DICOM page", 128, b"DICM")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        data = open(download.value.path(), "rb").read()
        assert data[start:start + len(beginning)] == beginning
        assert re.fullmatch(r"phantom-7-\d{5}-seed(\.fhir\.json|\.sr\.dcm|\.dcm)", download.value.suggested_filename)


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


@both_themes
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
    enter(page, ".countdown")
    assert "The queue is full" in page.locator(".trouble").inner_text()
    page.unroute("**/api/analyze")
    page.wait_for_selector(".after .actions button")


def test_missing_weights_are_told_in_plain_words(page):
    page.route("**/api/analyze", refused(503, {}, "no_weights"))
    enter(page, ".trouble")
    assert "No model is loaded" in page.locator(".trouble").inner_text()


def test_a_server_that_is_gone_is_told_and_the_page_goes_on_when_it_is_back(page):
    page.route("**/api/analyze", lambda route: route.abort())
    page.route("**/healthz", lambda route: route.abort())
    enter(page, "#connection:not([hidden])")
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


@both_themes
def test_the_theme_is_remembered(page):
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.keyboard.press("d")
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert before != after
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == after


def test_an_upload_is_shown_read_and_deleted(page, phantoms):
    page.get_by_role("button", name="Add images").wait_for()
    count = page.locator("[role=option]").count()
    choose(page, phantoms[0])
    until(page, f"document.querySelectorAll('[role=option]').length === {count + 1}")
    delete = page.get_by_role("button", name="Delete upload")
    delete.wait_for()
    assert phantoms[0].name not in page.locator(".panel").inner_text()
    read(page)
    assert "Ground truth unknown" in page.locator(".panel").inner_text()
    delete.click()
    until(page, f"document.querySelectorAll('[role=option]').length === {count}")


def test_what_is_no_image_is_refused_in_plain_words(page, tmp_path):
    path = tmp_path / "notes.png"
    path.write_text("no picture at all", "utf-8")
    page.get_by_role("button", name="Add images").wait_for()
    choose(page, path)
    page.wait_for_selector(".tray-row.bad")
    assert "not an image; use JPEG, PNG, WebP, TIFF or BMP" in page.locator(".tray").inner_text()
    page.click(".tray-row button")
    assert page.locator(".tray-row").count() == 0


def test_a_telephone_s_film_is_named_with_what_to_do(page, tmp_path):
    path = tmp_path / "IMG_0001.MOV"
    path.write_bytes(bytes([0, 0, 0, 24]) + b"ftypqt  \0\0\0\0isommp42")
    page.get_by_role("button", name="Add images").wait_for()
    choose(page, path)
    page.wait_for_selector(".tray-row.bad")
    assert "video is not accepted; save one frame as PNG or JPEG" in page.locator(".tray").inner_text()
    page.click(".tray-row button")


def test_c_cancels_what_waits_and_what_runs(page, address):
    # Others go before it, so that there is time.
    names = page.evaluate("fetch('/api/list-images').then((answer) => answer.json())")
    others = page.evaluate(
        """(names) => Promise.all(Array.from({ length: 12 }, (_, index) => fetch("/api/analyze", {
            method: "POST", headers: { "Content-Type": "application/json", Prefer: "respond-async" },
            body: JSON.stringify({ filename: names[index % names.length], seed: 1000 + index }),
        }).then((answer) => answer.json()).then((answer) => answer.job_id)))""", names)
    enter(page, ".primary.stop")
    page.keyboard.press("c")
    until(page, "document.querySelector('.subtitle').innerText.startsWith('Cancelled')")
    for job in others:
        page.evaluate("(job) => fetch(`/api/jobs/${job}`, { method: 'DELETE' })", job)


def test_c_before_the_server_s_answer_cancels_once_it_is_there(page):
    held = []
    page.route("**/api/analyze", lambda route: held.append(route))
    others = page.evaluate(
        """() => fetch('/api/list-images').then((answer) => answer.json()).then((names) => Promise.all(
            Array.from({ length: 12 }, (_, index) => fetch("/api/analyze?ahead", {
                method: "POST", headers: { "Content-Type": "application/json", Prefer: "respond-async" },
                body: JSON.stringify({ filename: names[index % names.length], seed: 2000 + index }),
            }).then((answer) => answer.json()).then((answer) => answer.job_id))))""")
    page.keyboard.press("Enter")
    while not held:
        page.wait_for_timeout(20)
    page.keyboard.press("c")
    until(page, "document.querySelector('.subtitle').innerText.startsWith('Cancelling')")
    held.pop().continue_()
    until(page, "document.querySelector('.subtitle').innerText.startsWith('Cancelled')")
    # Pressed once more, the answer is waited for no longer.
    page.keyboard.press("Enter")
    while not held:
        page.wait_for_timeout(20)
    page.keyboard.press("c")
    page.keyboard.press("c")
    until(page, "document.querySelector('.subtitle').innerText.startsWith('Not read yet')")
    for job in others:
        page.evaluate("(job) => fetch(`/api/jobs/${job}`, { method: 'DELETE' })", job)


def test_a_broken_connection_loses_no_event(page):
    page.context.set_offline(True)
    enter(page, "#connection:not([hidden])")
    page.context.set_offline(False)
    page.wait_for_selector(".after .actions button")
    assert page.locator(".phase[data-state=done]").count() == 3


def test_why_moves_the_probabilities_and_takes_all_back(page):
    read(page)
    page.click(".drop-button >> nth=0")
    page.wait_for_selector(".why-box .bars")
    assert re.search(r"no change|pt", page.locator(".why-box .bars").inner_text())
    page.get_by_role("button", name="Undo all").click()
    page.wait_for_selector(".why-box", state="hidden")


def what_if(page, change: str) -> None:
    """Opens the questions below the examination, and asks one."""
    if page.locator(".what-if").count() == 0:
        page.get_by_role("button", name="What if…").click()
    page.locator(".what-if select").select_option(change)
    page.get_by_role("button", name="Ask", exact=True).click()


def test_what_if_moves_the_bars_and_says_what_was_computed(page):
    read(page)
    what_if(page, "turned:half")
    page.wait_for_selector(".what-if .bars")
    words = page.locator(".what-if").inner_text()
    assert re.search(r"The answer (stays|becomes) (MEL|NV|BCC|BKL)", words)
    assert re.search(r"Computed for the changed picture: 1 encode, \d+ prompts\. For the picture as it is: [01] encodes?, ", words)
    until(page, "document.querySelector('.what-if img').naturalWidth > 0")
    # The picture as it is is not asked about again.
    what_if(page, "lesion_erased")
    until(page, "document.querySelector('.what-if h4')?.innerText.includes('hidden')")
    assert "The picture as it is had been asked before" in page.locator(".what-if").inner_text()
    what_if(page, "printed")
    until(page, "/printed in it: (NEVUS|MELANOMA)\\?/.test(document.querySelector('.what-if h4')?.innerText)")


def test_what_if_goes_by_keyboard(page):
    read(page)
    page.get_by_role("button", name="What if…").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".what-if select")
    page.keyboard.press("Tab")  # "Where it hangs…" stands between
    page.keyboard.press("Tab")
    until(page, "document.activeElement === document.querySelector('.what-if select')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".what-if .bars")


def test_what_if_another_question_cancels_the_one_before(page):
    read(page)
    page.evaluate("""() => {
        window.cancelledRequests = [];
        const fetched = window.fetch;
        window.fetch = (path, options) => {
            const answer = fetched(path, options);
            answer.catch((error) => error.name === "AbortError" && cancelledRequests.push(path));
            return answer;
        };
    }""")
    # Held until the end: taking the route away would let the browser send what is held.
    held, holds = [], [True]
    page.route("**/api/what-if", lambda route: held.append(route) if holds[0] else route.continue_())
    what_if(page, "turned:half")
    while not held:
        page.wait_for_timeout(20)
    holds[0] = False
    what_if(page, "lesion_only")
    until(page, "document.querySelector('.what-if h4')?.innerText.includes('the skin were hidden')")
    assert page.evaluate("cancelledRequests") == ["api/what-if"]
    # And Cancel cancels.
    holds[0] = True
    what_if(page, "turned:half")
    page.locator(".what-if").get_by_role("button", name="Cancel").click()
    until(page, "document.querySelector('.what-if .outcome').innerText === 'Cancelled.'")
    until(page, "cancelledRequests.length === 2")


def test_what_if_says_where_no_lesion_is_found(page, tmp_path):
    path = tmp_path / "grey.png"
    Image.new("RGB", (320, 240), (128, 128, 128)).save(path)
    page.get_by_role("button", name="Add images").wait_for()
    choose(page, path)
    page.get_by_role("button", name="Delete upload").wait_for()
    read(page)
    what_if(page, "lesion_erased")
    alert = page.locator(".what-if").get_by_role("alert")
    alert.wait_for()
    assert "it was not found in this picture (the picture has one colour)" in alert.inner_text()
    # Without the picture there is nothing to ask about.
    until(page, "location.hash.startsWith('#/image/')")
    name = page.evaluate("decodeURIComponent(location.hash.slice(8))")
    page.get_by_role("button", name="Delete upload").click()
    page.evaluate("location.hash = '#/history'")
    page.get_by_role("link", name=name).first.click()
    page.wait_for_selector(".further p")
    assert "The picture is not on this server" in page.locator(".further").inner_text()


def answered(answer: dict):
    """An answer that stands in for the server's."""
    body = json.dumps({"job_id": "0" * 32, "status": "done", "answer": answer})
    return lambda route: route.fulfill(status=200, content_type="application/json", body=body)


def a_map(passed: bool) -> dict:
    curve = {"auc": 0.5, "probabilities": [0.9] * 7}
    return {
        "image": {"name": "x", "sha256": "", "width": 600, "height": 450}, "protocol": "seed", "kind": "tokens", "per_side": 4,
        "code": "MEL", "probability": 0.87, "changes": [-0.63, 0.2] + [-0.01] * 14, "meaning": "It shows tokens.",
        "deletion": {
            "steps": [0, 1, 2, 4, 8, 12, 16], "own": {**curve, "auc": 0.257 if passed else 0.6}, "centre": curve, "random": [curve],
            "random_auc": 0.5, "passed": passed},
        "flat": False, "drawn": passed, "views": 34, "prompts": 374, "counts": {"image_encodes": 1, "prompt_tokens": 1, "shared_prompt_tokens": 1, "generated_tokens": 1},
    }


def test_a_map_is_drawn_only_where_it_passed_its_test(page):
    read(page)
    page.get_by_role("button", name="Where it hangs…").click()
    page.route("**/api/maps", answered(a_map(passed=True)))
    page.get_by_role("button", name="Token map").click()
    page.wait_for_selector(".map-picture")
    # The block that the answer needs most is the strongest.
    weights = page.evaluate("[...document.querySelectorAll('.blocks .block')].map((block) => [block.className, block.style.getPropertyValue('--weight')])")
    assert weights[0] == ["block needed", "1.000"] and weights[1] == ["block against", "0.317"] and len(weights) == 16
    words = page.locator(".maps").inner_text()
    assert "It shows tokens." in words and "0.257 in the map’s order, 0.500 in random orders" in words and "34 views, 1 encode, 374 prompts" in words
    page.click(".maps summary")
    assert page.locator(".map-numbers td").first.inner_text() == "−63"
    page.unroute("**/api/maps")
    page.route("**/api/maps", answered(a_map(passed=False)))
    page.get_by_role("button", name="Occlusion map").click()
    until(page, "document.querySelector('.maps .answer')?.innerText.includes('did not pass')")
    assert page.locator(".map-picture").count() == 0
    assert "0.600 in the map’s order" in page.locator(".maps").inner_text()


def test_the_embedded_model_gives_both_maps(page, remark):
    read(page)
    page.get_by_role("button", name="Where it hangs…").click()
    for kind, encodes in [("Token map", "[01] encodes?"), ("Occlusion map", r"3\d encodes")]:
        page.get_by_role("button", name=kind).click()
        page.locator(".maps h4", has_text=kind).wait_for(timeout=4 * PATIENCE)
        words = page.locator(".maps").inner_text()
        assert re.search(rf"Computed: 3\d views, {encodes}, \d+ prompts", words)
        drawn = page.locator(".map-picture").count() == 1
        assert drawn == ("Deletion test passed" in words and "nothing to draw" not in words)
        remark(f"{kind}: {'drawn' if drawn else 'not drawn'}")


def test_two_runs_are_found_in_the_history_and_compared(page, address):
    read(page)
    enter(page, ".primary:not(.stop)")
    page.goto(f"{address}/#/history")
    page.wait_for_selector("tbody tr >> nth=1")
    for index in range(2):
        page.check(f"tbody tr >> nth={index} >> input")
    page.get_by_role("link", name="Compare the two chosen").click()
    page.wait_for_selector(".side-by-side")
    assert "Description" in page.locator(".side-by-side").inner_text()


def test_the_dashboard_shows_the_report_s_plots(page, address):
    page.goto(f"{address}/#/validation")
    page.wait_for_selector("iframe.report")
    report = page.frame_locator("iframe.report")
    report.locator("svg").first.wait_for()
    assert "95 % interval" in page.get_by_label("Figures").inner_text()
    # Its own script runs, cut off from the server.
    report.locator(".toolbar").wait_for()


def test_without_weights_all_but_reading_works(browser, tmp_path, phantoms):
    with serving(tmp_path, "--no-model", "--images", phantoms[0].parent) as server:
        page = browser.new_page()
        page.goto(server.address)
        page.wait_for_selector("[role=option]")
        page.wait_for_selector(".trouble")
        assert "No model is loaded" in page.locator(".trouble").inner_text()
        assert axe.Axe().run(page).response["violations"] == []
        page.close()


def test_a_lesion_s_pictures_are_shown_side_by_side_in_time(browser, tmp_path, phantoms):
    """Those of its folder, in the order in which they were first examined; the rest after them, by name."""
    for place, name in enumerate(["mole/a.png", "mole/b.png", "mole/c.png", "other.png"]):
        target = tmp_path / "images" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(phantoms[place % len(phantoms)], target)
    with serving(tmp_path, "--images", tmp_path / "images", "--protocol", "direct") as server:
        for name in ["mole/c.png", "mole/a.png"]:
            server.json("/api/analyze", "POST", {"filename": name})
            # The history's times are whole seconds.
            time.sleep(1.1)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(PATIENCE)
        page.goto(server.address + "/#/image/mole%2Fa.png")
        page.wait_for_selector("body[data-ready]")
        page.bring_to_front()
        page.wait_for_selector("button.primary")
        page.locator("button.primary").first.click()
        page.get_by_role("button", name="This lesion…").click()
        page.wait_for_selector(".views li")
        assert page.locator(".views .view-name").all_inner_texts() == ["mole/c.png", "mole/a.png", "mole/b.png"]
        assert page.locator(".views [aria-current]").inner_text().startswith("mole/a.png")
        assert "not examined yet" in page.locator(".views li >> nth=2").inner_text()
        assert "in the order in which they were first examined, not taken." in page.locator("body").inner_text()
        assert axe.Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.evaluate("location.hash = '#/image/other.png'")
        page.wait_for_selector("button.primary")
        page.locator("button.primary").first.click()
        page.get_by_role("button", name="What if…").wait_for()
        assert page.get_by_role("button", name="This lesion…").count() == 0
        page.close()


def test_a_label_file_s_dates_order_a_lesion_s_pictures_and_are_given_to_nobody(browser, tmp_path, phantoms):
    """By the day that they were taken, though another was examined first; the last has no date."""
    dates = {"a": "2031-07-05", "b": "2031-05-04", "c": "2031-05-04T09:00", "d": ""}
    (tmp_path / "images").mkdir()
    rows = ["image,dx,lesion_id,acquisition_date"]
    for place, (name, date) in enumerate(dates.items()):
        shutil.copy(phantoms[place % len(phantoms)], tmp_path / f"images/{name}.png")
        rows.append(f"{name},nv,L1,{date}")
    (tmp_path / "labels.csv").write_text("\n".join(rows) + "\n", "utf-8")
    with serving(tmp_path, "--images", tmp_path / "images", "--labels", tmp_path / "labels.csv", "--protocol", "direct") as server:
        server.json("/api/analyze", "POST", {"filename": "d.png"})
        told = server.ask("/api/images")[2]
        orders = {one["name"]: one.get("order") for one in json.loads(told)["images"]}
        assert orders == {"b.png": 1, "c.png": 2, "a.png": 3, "d.png": None}
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(PATIENCE)
        page.goto(server.address + "/#/image/d.png")
        page.wait_for_selector("body[data-ready]")
        page.bring_to_front()
        page.wait_for_selector("button.primary")
        page.locator("button.primary").first.click()
        page.get_by_role("button", name="This lesion…").click()
        page.wait_for_selector(".views li")
        assert page.locator(".views .view-name").all_inner_texts() == ["b.png", "c.png", "a.png", "d.png"]
        assert "in the order in which they were taken, by the label file" in page.locator("body").inner_text()
        assert page.locator(".views li >> nth=2").inner_text().count("3. not examined yet") == 1
        assert axe.Axe().run(page).response["violations"] == []
        told = str(told) + page.content()
        page.close()
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "labels.csv" and b"2031-0" in path.read_bytes()]
    assert "2031-0" not in told and kept == []


def test_without_images_the_page_says_how_to_bring_some(browser, tmp_path):
    with serving(tmp_path, "--no-model") as server:
        page = browser.new_page()
        page.goto(server.address)
        page.wait_for_selector("body[data-ready]")
        assert "There are no images yet" in page.locator(".stage").inner_text()
        assert axe.Axe().run(page).response["violations"] == []
        page.close()


def test_a_token_is_asked_for_once(browser, tmp_path, phantoms):
    token = tmp_path / "token"
    token.write_text("0123456789abcdef-secret\n", "utf-8")
    with serving(tmp_path, "--no-model", "--images", phantoms[0].parent, "--token-file", token) as server:
        assert server.ask("/api/list-images")[0] == 401
        page = browser.new_page()
        page.goto(server.address)
        page.wait_for_selector("dialog[open] input")
        assert axe.Axe().run(page).response["violations"] == []
        page.fill("dialog input", "0123456789abcdef-secret")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=option]")
        page.reload()
        page.wait_for_selector("[role=option]")
        assert page.locator("dialog").count() == 0
        page.close()


@both_themes
@pytest.mark.parametrize("width", [1600, 390])
def test_the_accessibility_checker_finds_nothing(page, width, address):
    page.set_viewport_size({"width": width, "height": 844})
    found = []

    def check(state: str) -> None:
        violations = axe.Axe().run(page).response["violations"]
        found.extend((state, violation["id"], violation["nodes"][0]["html"][:200]) for violation in violations)
        # Nothing may stick out at the side.
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((state, "scrolls sideways", width))

    check("idle")
    read(page)
    check("done")
    page.click(".drop-button >> nth=0")
    page.wait_for_selector(".why-box .bars")
    check("why")
    what_if(page, "lesion_erased")
    page.wait_for_selector(".what-if .bars")
    check("what if")
    page.route("**/api/maps", answered(a_map(passed=True)))
    page.get_by_role("button", name="Where it hangs…").click()
    page.get_by_role("button", name="Token map").click()
    page.wait_for_selector(".map-picture")
    page.click(".maps summary")
    check("map")
    page.unroute("**/api/maps")
    page.keyboard.press("?")
    check("keys")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    check("before and after")
    page.keyboard.press("r")
    page.keyboard.press("ArrowRight")
    page.locator(".guess form").wait_for()
    check("reader mode")
    page.keyboard.press("r")
    page.locator(".guess").wait_for(state="hidden")
    page.route("**/api/analyze", refused(429, {"Retry-After": "30"}, "queue_full"))
    # Enter would press a button that has the focus.
    page.evaluate("document.activeElement?.blur()")
    enter(page, ".countdown")
    check("queue full")
    page.unroute("**/api/analyze")
    page.goto(f"{address}/#/history")
    page.wait_for_selector("tbody tr")
    check("history")
    page.goto(f"{address}/#/validation")
    page.wait_for_selector("iframe.report")
    check("validation")
    assert found == []


def test_the_page_keeps_its_budget(remark):
    folder = program.ROOT / "Sources/Web/Page"
    sizes = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    fetched = sum(size for path, size in sizes.items() if path.parent.name == "parts")
    first = sum(sizes.values()) - fetched
    remark(f"page: {first} bytes uncompressed at a first visit, {fetched} when parts of it are opened")
    assert first < 150_000
    assert fetched < 70_000


def test_a_part_is_fetched_when_it_is_opened(page, address):
    loaded = "performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => name.includes('/parts/'))"
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.evaluate(loaded) == []
    page.evaluate("location.hash = '#/validation'")
    page.wait_for_selector("iframe.report")
    names = ("validation.js", "results.js", "runs.js", "run-form.js", "runs.css")
    assert set(page.evaluate(loaded)) == {f"{address}/parts/{name}" for name in names}
    page.keyboard.press("/")
    until(page, "document.activeElement.getAttribute('aria-label') === 'Run'")


def test_a_part_that_cannot_be_loaded_says_so(page):
    page.route("**/parts/validation.js", lambda route: route.abort())
    page.evaluate("location.hash = '#/validation'")
    page.get_by_role("alert").wait_for()
    assert "could not be loaded" in page.get_by_role("alert").inner_text()
