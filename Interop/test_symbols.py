"""The symbol documentation: docc builds it without a warning, and what is wrong with a comment does not pass."""

import functools
import http.server
import json
import pathlib
import shutil
import subprocess
import threading

import pytest
from playwright.sync_api import sync_playwright

import program

SCRIPT = program.ROOT / "scripts/docs.sh"
CHROMIUM = shutil.which("chromium")
CATALOG = program.ROOT / "Documentation/DermGemma.docc"
MODULES = sorted(
    folder.name for folder in (program.ROOT / "Sources").iterdir()
    if any(folder.glob("**/*.swift")) and folder.name != "dermgemma")


def build(*arguments: object) -> subprocess.CompletedProcess:
    """What `make docs` does, with arguments of its script."""
    return subprocess.run([SCRIPT, *map(str, arguments)], capture_output=True, text=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> tuple[pathlib.Path, pathlib.Path]:
    """The site, and the symbol graphs that it was made from."""
    folder = tmp_path_factory.mktemp("symbols")
    done = build("--graphs", folder / "graphs", "--into", folder / "site")
    assert done.returncode == 0, done.stderr[-4000:]
    return folder / "site", folder / "graphs"


@pytest.fixture
def changed(built, tmp_path):
    """Builds from graphs in which one documentation comment was changed."""

    def change(module: str, path: str, lines: list[str] | None) -> subprocess.CompletedProcess:
        graphs = tmp_path / "graphs"
        shutil.copytree(built[1], graphs)
        file = graphs / f"{module}.symbols.json"
        graph = json.loads(file.read_text("utf-8"))
        symbol = next(one for one in graph["symbols"] if ".".join(one["pathComponents"]) == path)
        if lines is None:
            del symbol["docComment"]
        else:
            first = symbol["docComment"]["lines"][0]
            symbol["docComment"]["lines"] = [{**first, "text": line} for line in lines]
        file.write_text(json.dumps(graph), "utf-8")
        return build("--graphs", graphs, "--into", tmp_path / "site")

    return change


def test_every_module_has_a_page_that_says_what_it_is_for(built, remark):
    """One page each in the catalog and on the site, all of them reached from the entry page."""
    site, graphs = built
    assert sorted(path.stem for path in (CATALOG / "Modules").glob("*.md")) == MODULES
    entry = json.loads((site / "data/documentation/overview.json").read_text("utf-8"))
    listed = [name.rsplit("/", 1)[1] for section in entry["topicSections"] for name in section["identifiers"]]
    assert sorted(listed) == MODULES
    for module in MODULES:
        page = json.loads((site / f"data/documentation/{module.lower()}.json").read_text("utf-8"))
        assert page["abstract"], module
        assert (site / f"documentation/{module.lower()}/index.html").is_file()
    symbols = sum(len(json.loads(path.read_text("utf-8"))["symbols"]) for path in graphs.glob("*.symbols.json"))
    pages = sum(1 for _ in (site / "data").rglob("*.json"))
    assert symbols > 1_000 and pages > 1_000
    remark(f"symbols: {symbols} public symbols of {len(MODULES)} modules on {pages} pages, no warning of docc, "
           "none without documentation")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *_) -> None:
        pass


@pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
def test_the_site_needs_nothing_but_a_server_of_files(built):
    """In a browser the entry page leads to a symbol's, and nothing is asked of anybody else."""
    handler = functools.partial(Quiet, directory=str(built[0]))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as driver:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address + "documentation/overview/")
        page.get_by_role("heading", name="DermGemma", level=1).wait_for()
        page.get_by_role("main").get_by_role("link", name="Examiner", exact=True).first.click()
        page.get_by_role("heading", name="Examiner", level=1).wait_for()
        browser.close()
        server.shutdown()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


@pytest.mark.parametrize(
    ("module", "path", "lines", "complaint"),
    [
        ("Dermoscopy", "Examiner", ["Carries out an ``ExaminationOfNobody``."], "ExaminationOfNobody"),
        ("Dermoscopy", "Examiner", ["Looks at a ``VisionLanguage/PixelPicture``."],
         "'VisionLanguage' doesn't exist at '/Dermoscopy/Examiner'"),
        ("VisionLanguage", "LabelScores.probabilities(temperature:bias:)",
         ["Probabilities.", "", "- Parameters:", "  - temperature: positive.", "  - warmth: none."], "warmth"),
        ("Dermoscopy", "Examiner", None, "Dermoscopy.Examiner has no documentation"),
        ("Dermoscopy", "Examiner", ["- Note: none."], "Dermoscopy.Examiner has no summary"),
        ("VisionLanguage", "PixelImage.init(width:height:pixels:)", ["A picture."], "does not say what it throws"),
    ],
    ids=["link", "link to another module", "parameter", "no comment", "no summary", "no word of errors"])
def test_a_faulty_comment_does_not_pass(changed, module, path, lines, complaint):
    """The script fails and says what is wrong."""
    done = changed(module, path, lines)
    assert done.returncode != 0
    assert complaint in done.stderr


def test_a_sound_comment_passes(changed):
    """The same way of changing one is no fault in itself."""
    done = changed("Dermoscopy", "Examiner", ["Carries out a ``ReadingProtocol`` on a ``VisionLanguage/PixelImage``."])
    assert done.returncode == 0, done.stderr[-4000:]
