"""HEIC, AVIF, JPEG 2000 and JPEG XL: the pixels are Pillow's, files that are cut or changed are refused."""

import json
import os
import shutil
import subprocess

import pytest

import fuzz_pictures
import modern_pictures
import program
import server
from test_dicom import apart, by_us


def test_every_kind_of_file_equals_pillow_s_pixels(tmp_path, remark):
    """Losslessly coded ones within 1 level, lossy ones within what two decoders may differ."""
    found, allowed = {}, {}
    for file in modern_pictures.made():
        path = modern_pictures.write(file, tmp_path)
        theirs = modern_pictures.by_pillow(path)
        found[file.name] = apart(by_us(path, tmp_path, theirs.shape[1], theirs.shape[0]), theirs)
        allowed[file.name] = file.tolerance
    assert {name: levels for name, levels in found.items() if isinstance(levels, str) or levels > allowed[name]} == {}
    exact = sum(levels <= 1 for levels in found.values())
    remark(f"HEIC, AVIF, JPEG 2000, JPEG XL: {len(found)} files equal Pillow's pixels, {exact} of them within 1 level")


@pytest.mark.skipif(shutil.which("heif-enc") is None, reason="heif-enc is not installed (Debian: libheif-examples)")
@pytest.mark.parametrize(("suffix", "options"), [("heic", []), ("avif", ["--avif"])])
def test_files_of_libheif_s_own_encoder_are_read(tmp_path, suffix, options):
    """As the tools of Debian write them."""
    source, path = tmp_path / "source.png", tmp_path / f"made.{suffix}"
    modern_pictures.photograph().save(source)
    subprocess.run(["heif-enc", "--quality", "95", *options, "--output", path, source], check=True, capture_output=True)
    theirs = modern_pictures.by_pillow(path)
    assert apart(by_us(path, tmp_path, theirs.shape[1], theirs.shape[0]), theirs) <= 12


def test_uploads_of_all_formats_are_read_and_stored_as_png(tmp_path):
    """And the page is shown a picture that every browser displays."""
    names = ("lossless.jp2", "lossless.jxl", "444.avif", "444.heic")
    images = tmp_path / "images"
    images.mkdir()
    paths = {file.name: modern_pictures.write(file, images) for file in modern_pictures.made() if file.name in names}
    with server.serving(tmp_path, "--images", images) as serving:
        for name, path in paths.items():
            done = subprocess.run(
                ["curl", "--silent", "--form", f"image=@{path};filename={name}", serving.address + "/api/analyze"],
                capture_output=True, check=True)
            answer = json.loads(done.stdout)
            assert answer["examination"]["image"]["width"] == modern_pictures.WIDTH, answer
            status, fields, body = serving.ask(f"/images/{name}?shown=1")
            assert (status, fields["content-type"]) == (200, "image/jpeg")


def test_doctor_names_every_format():
    """With libvips's version."""
    line = next(line for line in program.run("doctor").splitlines() if "libvips" in line)
    assert "JPEG, PNG, WebP, TIFF, BMP, HEIC, AVIF, JPEG 2000, JPEG XL and DICOM" in line


def test_a_fuzzing_that_was_interrupted_goes_on_where_it_stopped(tmp_path, monkeypatch):
    """The counts are those of one that was not; another seed begins anew."""
    monkeypatch.setattr(fuzz_pictures, "BATCH", 3)
    read, tried = fuzz_pictures.read, []
    monkeypatch.setattr(fuzz_pictures, "read", lambda binary, path, out: tried.append(path.name) or read(binary, path, out))
    state = tmp_path / "state.json"
    whole = fuzz_pictures.fuzz(program.BINARY, tmp_path, 12, seed=1)
    assert fuzz_pictures.fuzz(program.BINARY, tmp_path, 6, seed=1, state=state).tried == 6
    resumed = fuzz_pictures.fuzz(program.BINARY, tmp_path, 12, seed=1, state=state)
    assert (resumed.tried, resumed.read, resumed.refused, resumed.kinds) == (12, whole.read, whole.refused, whole.kinds)
    # Within a batch, several are tried at once.
    assert sorted(tried[:12]) == sorted(tried[12:]) and len(tried) == 24
    assert fuzz_pictures.fuzz(program.BINARY, tmp_path, 3, seed=2, state=state).tried == 3 and len(tried) == 27


def test_changed_files_end_in_a_picture_or_a_message(tmp_path, remark):
    """No signal, no hang, no memory over the limit; `make fuzz-images` tries 10,000."""
    count = int(os.environ.get("DERMGEMMA_FUZZ_FILES", "150"))
    found = fuzz_pictures.fuzz(program.BINARY, tmp_path, count, seed=23)
    assert found.failures == []
    remark(f"Changed HEIC, AVIF, JPEG 2000, JPEG XL and DICOM files: {found}")
