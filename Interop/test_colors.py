"""What PNGs say of their colours: what the model's side decodes is what Chromium shows, within 2 levels."""

import base64
import json
import shutil
import struct
import subprocess
import zlib

import numpy
import pytest
from PIL import Image

import program

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
SIDE = 64
READ_BACK = """async (picture) => {
    const image = new Image();
    image.src = "data:image/png;base64," + picture;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return [...context.getImageData(0, 0, canvas.width, canvas.height).data];
}"""


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def gamma(value: float) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", round(value * 100_000)))


def chromaticities(*values: float) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in values)))


def coded(primaries: int, transfer: int, matrix: int = 0, full: int = 1) -> bytes:
    return chunk(b"cICP", bytes([primaries, transfer, matrix, full]))


SRGB = chromaticities(0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
P3 = chromaticities(0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.15, 0.06)
ADOBE = chromaticities(0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
D50 = chromaticities(0.3457, 0.3585, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
STANDARD = chunk(b"sRGB", b"\0")
CASES = {
    "nothing": [], "gAMA 1.0": [gamma(1)], "gAMA 0.45455": [gamma(0.45455)], "gAMA 0.5": [gamma(0.5)],
    "gAMA 0.43": [gamma(0.43)], "gAMA 0.46": [gamma(0.46)], "gAMA 0": [gamma(0)], "cHRM alone": [P3],
    "gAMA with sRGB's cHRM": [gamma(0.45455), SRGB], "gAMA 1.0 with cHRM": [gamma(1), SRGB],
    "gAMA with P3": [gamma(0.45455), P3], "gAMA with Adobe's": [gamma(0.55556), ADOBE], "gAMA with D50": [gamma(0.45455), D50],
    "sRGB before gAMA": [STANDARD, gamma(1)], "cICP unspecified": [coded(2, 2), gamma(1)],
    "cICP of narrow range": [coded(12, 13, 0, 0), gamma(1)], "cICP before sRGB": [coded(12, 13), STANDARD],
    **{f"cICP {primaries}, 13": [coded(primaries, 13)] for primaries in (1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 22)},
    **{f"cICP 1, {transfer}": [coded(1, transfer)] for transfer in (1, 4, 5, 6, 7, 8, 9, 11, 12, 14, 15, 17)},
}


def png(pixels: numpy.ndarray, chunks: list[bytes]) -> bytes:
    kind = 0 if pixels.ndim == 2 else 2
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, kind, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks)
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def test_a_png_s_colours_are_those_that_chromium_shows(tmp_path, remark):
    plain = program.builtin_protocol("seed")
    plain["id"] = "as-it-is"
    plain["image"] |= {"preparation": "resize", "width": SIDE, "height": SIDE, "contrast": 1}
    protocol = tmp_path / "protocol.json"
    protocol.write_text(json.dumps(plain), "utf-8")
    random = numpy.random.default_rng(7)
    color = random.integers(0, 256, (SIDE, SIDE, 3), numpy.uint8)
    color[0] = numpy.arange(SIDE)[:, None]  # the darks, where curves differ most
    grey = numpy.arange(SIDE * SIDE, dtype=numpy.uint32).reshape(SIDE, SIDE).astype(numpy.uint8)
    worst = {}
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--force-color-profile=srgb"])
        page = browser.new_page()
        for name, chunks in CASES.items():
            for kind, pixels in (("colour", color), ("grey", grey)):
                picture = png(pixels, chunks)
                path, out = tmp_path / "picture.png", tmp_path / "prepared.png"
                path.write_bytes(picture)
                subprocess.run([program.BINARY, "prepare", path, "--protocol", protocol, "--out", out], check=True)
                with Image.open(out) as image:
                    ours = numpy.asarray(image.convert("RGB")).astype(int)
                theirs = numpy.array(page.evaluate(READ_BACK, base64.b64encode(picture).decode()))
                theirs = theirs.reshape(SIDE, SIDE, 4)[:, :, :3]
                worst[f"{name}, {kind}"] = int(numpy.abs(ours - theirs).max())
        browser.close()
    remark(f"PNG colours: {len(worst)} pictures, at most {max(worst.values())} levels from Chromium's")
    assert {name: levels for name, levels in worst.items() if levels > 2} == {}
