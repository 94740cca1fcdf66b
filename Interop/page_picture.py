"""Takes the picture of the page that README.md shows.

    scripts/interop.sh --python Interop/page_picture.py docs/images/page.png

It serves phantoms on this machine only, reads the first with the embedded model, and saves what Chromium shows. Only
phantoms, because pictures of real lesions must not be committed.
"""

import pathlib
import shutil
import sys
import tempfile

from PIL import Image
from playwright.sync_api import sync_playwright

import program
from server import serving

VIEWPORT = {"width": 1280, "height": 980}
SIZE, COLORS = (1024, 784), 144
"""Pixels and palette of the file, which keep it below 300 kB."""


def main() -> None:
    target = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        images = folder / "images"
        program.run("phantoms", "--count", 24, "--seed", 65, "--out", images)
        labels = shutil.move(images / "labels.csv", folder / "labels.csv")
        with serving(folder, "--images", images, "--labels", labels) as server, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page(viewport=VIEWPORT, color_scheme="light")
            page.goto(server.address)
            page.wait_for_selector("body[data-ready]")
            page.wait_for_selector("[role=option]")
            page.wait_for_selector("button.primary")
            page.keyboard.press("Enter")
            page.wait_for_selector(".after .actions button")
            page.wait_for_timeout(1000)
            page.screenshot(path=folder / "page.png")
            browser.close()
        target.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(folder / "page.png") as picture:
            small = picture.convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)
            small.quantize(COLORS, dither=Image.Dither.NONE).save(target, optimize=True)
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
