"""One image: what may be read, what is said of it, and what goes wrong."""

import dataclasses
import io
import json
import os
import subprocess
import sys

import pytest

import dermgemma


def timeless(data: dict) -> dict:
    return {key: value for key, value in data.items() if key not in ("timings", "counts")}


def same(one: dermgemma.Report, other: dermgemma.Report) -> bool:
    """Whether the same was seen, whatever the file's bytes and name."""
    return (one.observations, one.description, one.diagnosis) == (other.observations, other.description, other.diagnosis)


def analyzed(*arguments: object) -> dict:
    done = subprocess.run([sys.executable, "-m", "dermgemma", "analyze", *map(str, arguments), "--json", "--threads", "1"],
                          check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_a_reader_reads_as_the_command_line_does(phantoms, shared_reader):
    report = shared_reader.read(str(phantoms[0]))
    assert timeless(dict(report.data)) == timeless(analyzed(phantoms[0]))
    assert report.code in dermgemma.CODES and abs(sum(report.probabilities.values()) - 1) < 1e-5
    assert list(report.observations) == ["Architecture", "Network", "Structures", "Colors"]
    assert "For research. This is not a diagnosis." in report.text and str(report) == report.text
    assert json.loads(report.json()) == report.data
    assert shared_reader.read(phantoms[0]) == report
    direct = shared_reader.read(phantoms[0], protocol="direct", seed=2**64 - 1)
    assert timeless(dict(direct.data)) == timeless(analyzed(phantoms[0], "--protocol", "direct", "--seed", 2**64 - 1))
    assert direct.description is None and direct.observations == {} and direct.seed == 2**64 - 1


def test_the_dataclasses_have_every_key_of_the_examination(phantoms, shared_reader):
    def compare(typed: object, data: object, where: str) -> None:
        if dataclasses.is_dataclass(typed):
            assert isinstance(data, dict)
            for key, value in data.items():
                name = {"report": "text"}.get(key, key) if where == "" else key
                if key != "ground_truth":  # A reader is given none.
                    compare(getattr(typed, name), value, f"{where}.{key}")
        elif isinstance(typed, dict):
            assert list(typed) == list(data), where
            for key, value in typed.items():
                compare(value, data[key], f"{where}.{key}")
        else:
            assert (list(typed) if isinstance(typed, tuple) else typed) == data, where

    for protocol in ("seed", "extended", "direct"):
        report = shared_reader.read(phantoms[1], protocol=protocol)
        compare(report, report.data, "")


def test_bytes_files_pillow_and_numpy_are_read_alike(phantoms, shared_reader):
    expected = shared_reader.read(phantoms[0])
    data = phantoms[0].read_bytes()
    for image in (data, bytearray(data), memoryview(data), io.BytesIO(data)):
        assert same(shared_reader.read(image, name="one.png"), expected)
    with open(phantoms[0], "rb") as file:
        report = shared_reader.read(file)
        assert report.image.name == phantoms[0].name and same(report, expected)
    numpy, pillow = pytest.importorskip("numpy"), pytest.importorskip("PIL.Image")
    with pillow.open(phantoms[0]) as picture:
        assert same(shared_reader.read(picture), expected)
        assert same(shared_reader.read(picture.convert("RGBA")), expected)
        array = numpy.asarray(picture.convert("RGB"))
    report = shared_reader.read(array, name="array")
    assert same(report, expected) and (report.image.width, report.image.height) == (600, 450)
    assert same(shared_reader.read(array[:, ::-1][:, ::-1]), expected), "whatever its strides"
    assert same(shared_reader.read(numpy.dstack([array, numpy.full(array.shape[:2], 255, "u1")])), expected)
    gray = shared_reader.read(array[:, :, 0])
    assert same(gray, shared_reader.read(numpy.dstack([array[:, :, 0]] * 3)))


def test_a_pillow_image_is_turned_as_its_file_would_be(phantoms, shared_reader, tmp_path):
    pillow = pytest.importorskip("PIL.Image")
    with pillow.open(phantoms[0]) as picture:
        exif = pillow.Exif()
        exif[0x0112] = 6
        picture.convert("RGB").save(tmp_path / "turned.png", exif=exif)
    with pillow.open(tmp_path / "turned.png") as picture:
        report = shared_reader.read(picture)
    expected = shared_reader.read(tmp_path / "turned.png")
    # The program gives the size of the stored picture.
    assert (report.image.width, report.image.height) == (expected.image.width, expected.image.height) and same(report, expected)


def test_what_is_no_picture_is_refused_in_words(shared_reader):
    with pytest.raises(TypeError, match="not int"):
        shared_reader.read(5)
    with pytest.raises(TypeError, match="binary mode"):
        shared_reader.read(io.StringIO("text"))
    numpy, pillow = pytest.importorskip("numpy"), pytest.importorskip("PIL.Image")
    with pytest.raises(ValueError, match="float64 may mean 0 to 1 or 0 to 255"):
        shared_reader.read(numpy.zeros((8, 8, 3)))
    for shape in [(8,), (3, 8, 8), (8, 8, 2), (0, 8, 3)]:
        with pytest.raises(ValueError, match="height x width"):
            shared_reader.read(numpy.zeros(shape, "u1"))
    with pytest.raises(ValueError, match="of mode F"):
        shared_reader.read(pillow.new("F", (8, 8)))
    with pytest.raises(ValueError, match="more than"):
        shared_reader.read(bytes(80 << 20))


def test_one_bad_image_is_an_error_for_itself(phantoms, shared_reader, tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    for path, status in ((tmp_path / "none.jpg", 66), (tmp_path / "broken.jpg", 65), (tmp_path, 66)):
        with pytest.raises(dermgemma.ReadError) as caught:
            shared_reader.read(path)
        assert caught.value.status == status and not isinstance(caught.value, dermgemma.WorkerCrashed)
    with pytest.raises(dermgemma.ReadError, match="none"):
        shared_reader.read(phantoms[0], protocol="none")
    assert shared_reader.read(phantoms[0]).code


def test_names_that_are_not_utf8_are_read(phantoms, shared_reader, tmp_path):
    path = os.fsencode(tmp_path) + b"/l\xe9sion.png"
    with open(path, "wb") as file:
        file.write(phantoms[0].read_bytes())
    report = shared_reader.read(os.fsdecode(path))
    assert report.image.name == "l\ufffdsion.png" and same(report, shared_reader.read(phantoms[0]))
    with pytest.raises(OSError):
        shared_reader.read(os.fsdecode(path) + "x")
    outcome = next(shared_reader.read_many([os.fsdecode(path) + "x"]))
    assert outcome.error is not None and outcome.error.status == 66


def test_words_are_classified_without_an_image(phantoms, shared_reader):
    report = shared_reader.read(phantoms[0])
    assert report.description is not None
    told = {name: observation.raw for name, observation in report.observations.items()}
    words = shared_reader.describe(told, report.description.raw, name="notes")
    assert words.observations == report.observations and words.code in dermgemma.CODES
    assert words.image.name == "notes" and words.image.width == 0
    with pytest.raises(dermgemma.ReadError) as caught:
        shared_reader.describe({"Taste": "sweet"})
    assert caught.value.status == 64


def test_the_program_says_what_it_is(shared_reader):
    info = shared_reader.info
    assert shared_reader.version == info.version == dermgemma.__version__
    assert info.protocols == ["direct", "extended", "seed"] and info.parallel == 2 and info.ahead >= 2
    assert info.weights_sha256 is not None and len(info.weights_sha256) == 64


def test_what_keeps_the_program_from_starting_is_said_at_once(tmp_path):
    (tmp_path / "none.gguf").write_bytes(b"GGUF")
    (tmp_path / "program").write_text("#!/bin/sh\necho nonsense\n")
    (tmp_path / "program").chmod(0o755)
    (tmp_path / "text").write_text("x")
    for settings, status, words in (
        ({"model": tmp_path / "none.gguf", "mmproj": tmp_path / "none.gguf"}, 78, "none.gguf"),
        ({"protocol": "sead"}, 66, "sead"), ({"parallel": 99}, 64, "parallel"),
        ({"program": tmp_path / "nowhere"}, None, "nowhere"), ({"program": tmp_path / "text"}, None, "cannot be started"),
        ({"program": tmp_path / "program"}, None, "nonsense|ended"),
    ):
        with pytest.raises(dermgemma.StartError, match=words) as caught:
            dermgemma.Reader(**settings).read(b"x")
        assert status is None or caught.value.status == status, settings
    with pytest.raises(ValueError, match="seed"):
        dermgemma.Reader(seed=-1)


def test_a_report_shows_itself_and_lets_nothing_in(phantoms, shared_reader, tmp_path):
    path = tmp_path / "<script>alert(1)<&.png"
    path.write_bytes(phantoms[0].read_bytes())
    report = shared_reader.read(path)
    page = report._repr_html_()
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "data:image/png;base64," in page and "Observations" in page and "This is not a diagnosis" in page
    assert all(f">{code}<" in page for code in dermgemma.CODES) and page.count("<div") == page.count("</div")
    path.write_bytes(phantoms[1].read_bytes())
    assert "data:image" not in report._repr_html_(), "another picture under the file's name is not shown"
    assert "data:image/png" in shared_reader.read(phantoms[0].read_bytes())._repr_html_()
    failed = next(shared_reader.read_many([tmp_path / "<b>.jpg"]))
    assert "<b>" not in failed._repr_html_() and "was not read" in failed._repr_html_()
