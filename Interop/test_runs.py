"""Validations and audits that the page starts, in a real Chromium against the real server."""

import time

import pytest

import program
from server import PATIENCE, serving
from test_page import axe, both_themes, browser, page, pytestmark, until  # noqa: F401


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    """A server with six labelled phantoms and nothing else, and the folder that it serves."""
    folder = tmp_path_factory.mktemp("runs")
    images = folder / "images"
    program.run("phantoms", "--count", 6, "--seed", 7, "--out", images)
    with serving(folder, "--images", images, "--labels", images / "labels.csv") as server:
        yield server, images


@pytest.fixture(scope="module")
def address(furnished):
    return furnished[0].address


@pytest.fixture
def idle(furnished):
    """The server without runs."""
    server, _ = furnished

    def clear():
        for run in server.json("/api/runs")["runs"]:
            server.ask(f"/api/runs/{run['id']}", "DELETE")
            wait(server, run["id"])
            server.ask(f"/api/runs/{run['id']}/files", "DELETE")

    clear()
    yield server
    clear()


def wait(server, run: str) -> dict:
    """A run at its end."""
    deadline = time.monotonic() + 4 * PATIENCE
    while (state := server.json(f"/api/runs/{run}"))["status"] == "running":
        assert time.monotonic() < deadline, state
        time.sleep(0.05)
    return state


def check(page, where: str) -> None:
    """Nothing for the accessibility checker to find, and nothing that sticks out at the side."""
    violations = axe.Axe().run(page).response["violations"]
    assert [(where, one["id"], one["nodes"][0]["html"][:200]) for one in violations] == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), where


def show(page, view: str, title: str) -> None:
    page.evaluate(f"location.hash = '#/{view}'")
    page.get_by_role("button", name=title, exact=True).wait_for()


def test_a_validation_is_started_and_watched_with_the_keyboard_alone(page, idle):
    show(page, "validation", "New validation")
    page.get_by_role("button", name="New validation").focus()
    page.keyboard.press("Enter")
    until(page, "document.activeElement.value === 'served'")
    assert "6, 6 with a label" in page.locator(".run-form").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector("iframe.report")
    assert "6 examined, 0 failed" in page.get_by_label("Figures").inner_text()
    assert page.locator(".running").count() == 0 and page.locator(".run-form").is_hidden()
    page.get_by_role("button", name="Delete this validation").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("There is no finished validation yet.").wait_for()
    assert idle.json("/api/runs")["runs"] == []


@pytest.mark.parametrize("width", [1280, 390])
@both_themes
def test_an_audit_shows_its_plan_runs_and_tells_in_sentences(page, idle, width):
    page.set_viewport_size({"width": width, "height": 844})
    show(page, "audit", "New audit")
    page.get_by_role("button", name="New audit").click()
    page.get_by_role("button", name="Show the plan").wait_for()
    for family in ("camera", "looking", "words", "chain"):
        page.locator(f"input[value={family}]").uncheck()
    check(page, "form")
    page.get_by_role("button", name="Show the plan").click()
    page.wait_for_selector(".plan table")
    rows = page.locator(".plan tbody tr")
    assert rows.count() == 3 and "chance" in rows.nth(0).inner_text() and "in about" in page.locator(".plan").inner_text()
    check(page, "plan")
    # What is asked differently needs another plan.
    page.locator("input[value=groups]").uncheck()
    assert page.locator(".plan table").count() == 0
    page.locator("input[value=groups]").check()
    page.get_by_role("button", name="Show the plan").click()
    page.get_by_role("button", name="Start the audit").click()
    page.wait_for_selector(".scores li")
    assert "lesions correctly" in page.locator(".scores").inner_text()
    assert page.frame_locator("iframe.report").get_by_role("heading", level=1).inner_text() != ""
    with page.expect_download() as table:
        page.get_by_role("link", name="Every answer").click()
    assert table.value.suggested_filename.endswith(".csv")
    check(page, "audit")


@both_themes
def test_two_audits_are_compared_in_sentences(page, idle):
    def audited(seed: int) -> str:
        run = idle.json("/api/runs", "POST", {"kind": "audit", "families": ["words"], "seed": seed})["id"]
        assert wait(idle, run)["status"] == "done"
        return run

    first = audited(0)
    show(page, "audit", "New audit")
    page.wait_for_selector(".scores li")
    # One audit has nothing to be compared with.
    assert page.get_by_label("Compared with another audit").count() == 0
    second = audited(1)
    page.reload()
    page.get_by_label("Run", exact=True).select_option(first)
    compared = page.get_by_label("Compared with another audit")
    # Until the chosen audit is shown, the choice is still the one of the newest.
    compared.locator(f'option[value="{second}"]').wait_for(state="attached")
    # By the keyboard: the choice, its first letter, and the sentences are read aloud as they come.
    compared.get_by_label("Compare with").focus()
    page.keyboard.type(second)
    compared.locator(".scores li").first.wait_for()
    told = compared.inner_text()
    assert f"A is {first}, B is {second}, on the same 6 images." in told
    assert compared.locator("[aria-live=polite]").count() == 1
    figures = idle.json(f"/api/audits/{first}/compared/{second}/comparison.json")
    assert all(entry["sentence"] in told for entry in figures["scorecard"] if entry["better"] != "not_measured")
    check(page, "compared")
    with page.expect_popup() as opened:
        compared.get_by_role("link", name="Open the comparison").click()
    assert opened.value.get_by_role("heading", level=1).inner_text() != ""
    opened.value.close()
    compared.get_by_label("Compare with").select_option("")
    until(page, "document.querySelectorAll('[aria-label=\"Compared with another audit\"] .scores').length === 0")


@both_themes
def test_a_run_is_cancelled_continued_and_deleted(page, idle):
    show(page, "audit", "New audit")
    run = idle.json("/api/runs", "POST", {"kind": "audit", "quick": False})["id"]
    page.reload()
    page.wait_for_selector(".running progress")
    page.get_by_text("questions per second").wait_for()
    check(page, "running")
    page.get_by_role("button", name="New audit").click()
    page.get_by_role("button", name="Show the plan").click()
    page.locator(".run-form").get_by_text(f"{run} is under way").wait_for()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled.").wait_for()
    check(page, "cancelled")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_selector(".running")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled.").wait_for()
    page.get_by_role("button", name="Delete").click()
    until(page, "document.querySelectorAll('.run-list .card').length === 0")
    assert idle.json("/api/runs")["runs"] == []


def test_a_folder_of_this_machine_is_uploaded_and_validated(page, idle, furnished, tmp_path):
    _, images = furnished
    mixed = tmp_path / "mine"
    mixed.mkdir()
    for picture in sorted(images.glob("*.png"))[:2]:
        (mixed / picture.name).write_bytes(picture.read_bytes())
    (mixed / "broken.png").write_bytes(sorted(images.glob("*.png"))[2].read_bytes()[:500])
    (mixed / "labels.csv").write_bytes((images / "labels.csv").read_bytes())
    show(page, "validation", "New validation")
    page.get_by_role("button", name="New validation").click()
    page.get_by_label("A folder of this machine").check()
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_text("Choose a folder with images.").wait_for()
    page.get_by_label("Folder of images").set_input_files(mixed)
    assert "3 images, labels in labels.csv" in page.locator(".run-form").inner_text()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_selector("iframe.report")
    assert "2 examined, 0 failed" in page.get_by_label("Figures").inner_text()


def test_an_examination_is_answered_while_an_audit_is_under_way(idle, remark):
    run = idle.json("/api/runs", "POST", {"kind": "audit", "quick": False})["id"]
    while idle.json(f"/api/runs/{run}")["progress"]["stage"] != "reading":
        time.sleep(0.05)
    times = []
    for seed in range(3):
        started = time.monotonic()
        assert idle.ask("/api/analyze", "POST", {"filename": "phantom-7-00000.png", "seed": seed})[0] == 200
        times.append(time.monotonic() - started)
    assert idle.json(f"/api/runs/{run}")["status"] == "running"
    remark(f"an examination beside an audit: {', '.join(f'{one:.1f} s' for one in times)}")
    assert max(times) < PATIENCE


def test_a_server_that_is_killed_leaves_a_run_that_is_continued(furnished, tmp_path):
    _, images = furnished
    with serving(tmp_path, "--images", images, "--labels", images / "labels.csv") as server:
        run = server.json("/api/runs", "POST", {"kind": "audit", "families": ["words", "chance"]})["id"]
        while server.json(f"/api/runs/{run}")["progress"]["stage"] != "reading":
            time.sleep(0.02)
        server.process.kill()
        server.process.wait()
    with serving(tmp_path, "--images", images, "--labels", images / "labels.csv") as server:
        assert server.json(f"/api/runs/{run}")["status"] == "interrupted"
        server.json(f"/api/runs/{run}/resume", "POST")
        assert wait(server, run)["status"] == "done"
        resumed = server.ask(f"/api/audits/{run}/audit.csv")[2]
    whole = tmp_path / "whole"
    program.run("audit", "--images", images, "--labels", images / "labels.csv", "--arms", "words,chance", "--quick",
                "--threads", program.THREADS, "--out", whole)
    assert resumed == (whole / "audit.csv").read_bytes()
