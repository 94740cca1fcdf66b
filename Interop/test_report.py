"""`report.html` and `comparison.html` in a real Chromium, from the disk."""

import re
import shutil
import time

import pytest

import program

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
IMAGES = 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two validations of the same phantoms, compared."""
    folder = tmp_path_factory.mktemp("reports")
    program.run("phantoms", "--count", IMAGES, "--seed", 8, "--out", folder / "images")
    names = sorted(path.stem for path in (folder / "images").glob("*.png"))
    (folder / "metadata.csv").write_text("image_id,lesion_id,site,sex,age\n" + "".join(
        f"{name},L{index // 2},{['lower extremity', 'posterior torso'][index % 2]},{['female', 'male'][index % 2]},{20 + 9 * index}\n"
        for index, name in enumerate(names)))
    for protocol in ("seed", "extended"):
        program.run(
            "validate", "all", "--images", folder / "images", "--labels", folder / "images/labels.csv", "--metadata",
            folder / "metadata.csv", "--threads", 1, "--protocol", protocol, "--out", folder / protocol)
    program.run("compare", folder / "seed", folder / "extended", "--out", folder / "both")
    return folder


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=[(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")], ids=str)
def opened(request, browser, folder):
    """Opens a page; afterwards nothing was asked of any network, and nothing broke the page's own policy."""
    width, theme = request.param
    pages, faults = [], []

    def open_page(path):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: message.type in ("error", "warning") and faults.append(message.text))
        page.on("request", lambda request: re.match(r"(file|data):", request.url) or faults.append(request.url))
        page.goto(f"file://{folder / path}")
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert faults == []


def until(page, expression: str) -> None:
    """Waits for an expression. Playwright's own way evaluates strings in the page, which the page's policy forbids."""
    deadline = time.monotonic() + 20
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(50)


@pytest.mark.parametrize("path", ["seed/report.html", "both/comparison.html"])
def test_it_opens_from_the_disk_and_fits_the_window(opened, path):
    page = opened(path)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("svg.plot").count() == (5 if path.startswith("seed") else 0)
    pictures = page.locator(".rows img")
    assert pictures.count() == page.locator(".rows tbody tr").count() > 0
    pictures.first.scroll_into_view_if_needed()
    until(page, "document.querySelector('.rows img').naturalWidth > 0")


@pytest.mark.parametrize("path", ["seed/report.html", "both/comparison.html"])
def test_the_accessibility_checker_finds_nothing(opened, path):
    page = opened(path)
    page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    violations = axe.Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in violations] == []


TABLES = {
    "seed/report.html": {f"Figures {of}" for of in ("of the run", "by code", "by site", "by sex", "by age")},
    "both/comparison.html": {"Figures of both runs", "Figures of the other codes"},
}


@pytest.mark.parametrize("path", TABLES)
def test_tables_of_figures_have_names_that_can_be_read_aloud(opened, path):
    page = opened(path)
    every = page.locator("[aria-label]").evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    assert TABLES[path] <= set(every), every


def shown(page) -> list[str]:
    return page.locator(".rows tbody tr:not([hidden])").evaluate_all("rows => rows.map((row) => row.dataset.name)")


def test_images_are_found_filtered_and_sorted(opened):
    page = opened("seed/report.html")
    names = shown(page)
    assert len(names) == IMAGES
    page.select_option("#sort", "name")
    page.click("#direction")
    assert shown(page) == sorted(names, reverse=True)
    page.click("#direction")
    page.select_option("#sort", "melanoma")
    values = page.locator(".rows tbody tr").evaluate_all("rows => rows.map((row) => Number(row.dataset.melanoma))")
    assert values == sorted(values)
    truth = page.locator(".rows tbody tr").first.get_attribute("data-truth")
    page.select_option("#truth", truth)
    rows = page.locator(".rows tbody tr:not([hidden])")
    assert 0 < rows.count() < IMAGES
    assert set(rows.evaluate_all("rows => rows.map((row) => row.dataset.truth)")) == {truth}
    page.select_option("#truth", "")
    page.fill("#find", names[3])
    until(page, "document.querySelectorAll('.rows tbody tr:not([hidden])').length === 1")
    assert shown(page) == [names[3]]
    page.fill("#find", "nothing has these words")
    page.wait_for_selector(".nothing:not([hidden])")


def test_a_comparison_shows_who_is_right_and_both_descriptions(opened):
    page = opened("both/comparison.html")
    rows = page.locator(".rows tbody tr")
    kinds = rows.evaluate_all("rows => rows.map((row) => row.dataset.match)")
    page.select_option("#show", kinds[0])
    assert page.locator(".rows tbody tr:not([hidden])").count() == kinds.count(kinds[0])
    sides = rows.first.locator(".side")
    assert sides.count() == 2
    assert all(len(text) > 40 for text in sides.all_text_contents())


def test_it_prints(browser, folder, tmp_path):
    page = browser.new_page(viewport={"width": 680, "height": 900})  # A4 within its margins.
    page.goto(f"file://{folder / 'seed/report.html'}")
    page.emulate_media(media="print")
    page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    assert page.locator(".toolbar").is_hidden()
    cut = "Array.from(document.querySelectorAll('.figures')).filter((one) => one.offsetWidth > one.parentNode.clientWidth).length"
    assert page.evaluate(cut) == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    page.close()
