"""DICOM: the pixels are pydicom's, other objects are refused, and nothing of a patient is anywhere afterwards."""

import hashlib
import hmac
import json
import pathlib
import shutil
import subprocess

import numpy
import pydicom
import pytest
from PIL import Image

import dicom_files
import program
import server

OWN_FILES = pathlib.Path(pydicom.__file__).parent / "data/test_files"


def protocol(folder: pathlib.Path, width: int, height: int) -> pathlib.Path:
    """A protocol that prepares nothing, for pictures of a size."""
    path = folder / f"{width}x{height}.json"
    if not path.exists():
        plain = program.builtin_protocol("seed")
        plain["id"] = "as-it-is"
        plain["image"] |= {"preparation": "resize", "width": width, "height": height, "contrast": 1}
        path.write_text(json.dumps(plain), "utf-8")
    return path


def by_us(path: pathlib.Path, folder: pathlib.Path, width: int, height: int, *arguments: object) -> numpy.ndarray | str:
    """Our pixels, or the message."""
    out = folder / "prepared.png"
    command = [program.BINARY, "prepare", path, "--protocol", protocol(folder, width, height), "--out", out, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        assert done.returncode == 65, f"{path.name}: {done.returncode} {done.stderr}"
        return done.stderr.strip().removeprefix(f"dermgemma: {path}: ")
    with Image.open(out) as image:
        return numpy.asarray(image.convert("RGB"))


def apart(ours: numpy.ndarray | str, theirs: numpy.ndarray) -> int | str:
    """The largest difference in grey levels, or the message."""
    return ours if isinstance(ours, str) else int(numpy.abs(ours.astype(int) - theirs.astype(int)).max())


def test_every_combination_equals_pydicom_within_one_level(tmp_path, remark):
    """Transfer syntax, photometric interpretation, planar configuration, bits and class."""
    found = {}
    for number, case in enumerate(dicom_files.cases()):
        path = tmp_path / f"{number}.dcm"
        dicom_files.write(case, path)
        frame = ("--frame", case.frame) if case.frame else ()
        ours = by_us(path, tmp_path, dicom_files.WIDTH, dicom_files.HEIGHT, *frame)
        found[case.name] = apart(ours, dicom_files.by_pydicom(path, case.frame))
    assert len(found) >= 60
    assert {name: levels for name, levels in found.items() if levels not in (0, 1)} == {}
    exact = sum(levels == 0 for levels in found.values())
    remark(f"DICOM: {len(found)} combinations, {exact} equal pydicom {pydicom.__version__}'s RGB, the others within 1 level")


@pytest.mark.skipif(shutil.which("dcmcjpeg") is None, reason="dcmcjpeg is not installed (Debian: dcmtk)")
def test_lossless_jpeg_gives_the_samples_that_went_in(tmp_path, remark):
    """dcmtk encodes them; pydicom has no decoder for them by itself, and reads the files that dcmtk encoded."""
    found = {}
    for name, path, source in dicom_files.lossless_jpeg(tmp_path):
        ours = by_us(path, tmp_path, dicom_files.WIDTH, dicom_files.HEIGHT)
        found[name] = apart(ours, dicom_files.by_pydicom(source))
    assert len(found) >= 40
    assert {name: levels for name, levels in found.items() if levels not in (0, 1)} == {}
    exact = sum(levels == 0 for levels in found.values())
    remark(f"DICOM: lossless JPEG by dcmtk, {len(found)} combinations, {exact} equal pydicom's RGB without compression")


@pytest.mark.skipif(shutil.which("dcmcjpls") is None, reason="dcmcjpls is not installed (Debian: dcmtk)")
def test_jpeg_ls_with_coding_parameters_of_its_own_is_read(tmp_path):
    """Thresholds and the reset's count, which dcmtk writes into the file."""
    for number, (name, data) in enumerate(dicom_files.native(dicom_files.ExplicitVRLittleEndian)):
        if name not in ("RGB 8/8 planar 0", "MONOCHROME2 8/8", "MONOCHROME2 12/16", "MONOCHROME2 16/16"):
            continue
        source, path = tmp_path / f"{number}.dcm", tmp_path / f"{number}-ls.dcm"
        dicom_files.write(dicom_files.Case(name, data), source)
        for options in ([], ["+t1", "5", "+t2", "12", "+t3", "40", "+rs", "31"], ["+en", "+md", "4"], ["+is"], ["+in"]):
            done = subprocess.run(["dcmcjpls", *options, source, path], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            ours = by_us(path, tmp_path, dicom_files.WIDTH, dicom_files.HEIGHT)
            assert apart(ours, dicom_files.by_pydicom(path)) in (0, 1), (name, options)


@pytest.mark.parametrize("syntax", ["implicit", "explicit"])
def test_files_without_preamble_and_without_meta_information_are_read(tmp_path, syntax):
    """As old devices write them."""
    case = dicom_files.Case("bare", dicom_files.put(
        dicom_files.described(dicom_files.NATIVE[syntax], "RGB"), dicom_files.picture()))
    whole, bare = tmp_path / "whole.dcm", tmp_path / "bare.bin"
    dicom_files.write(case, whole)
    theirs, content = dicom_files.by_pydicom(whole), whole.read_bytes()
    meta = 144 + int.from_bytes(content[140:144], "little")
    for start in (132, meta):
        bare.write_bytes(content[start:])
        assert apart(by_us(bare, tmp_path, dicom_files.WIDTH, dicom_files.HEIGHT), theirs) == 0


def test_pydicom_s_own_files_are_equal_or_refused_by_name(tmp_path, remark):
    """Photographs and captures are read; everything else is named, whatever it is."""
    equal, refused = {}, {}
    for path in sorted(path for path in OWN_FILES.rglob("*") if path.is_file()):
        name = str(path.relative_to(OWN_FILES))
        try:
            with pydicom.dcmread(path) as data:
                width, height, frames = data.Columns, data.Rows, int(data.get("NumberOfFrames") or 1)
        except Exception:  # not DICOM, or without a picture
            width, height, frames = 8, 8, 1
        for frame in range(1, frames + 1) if frames == 2 else [0]:
            ours = by_us(path, tmp_path, max(width, 16), max(height, 16), *(["--frame", frame] if frame else []))
            if isinstance(ours, str):
                refused[name] = ours
                continue
            try:
                theirs = dicom_files.by_pydicom(path, frame)
                if theirs.shape != ours.shape:  # narrower than a protocol's pictures may be
                    theirs = numpy.asarray(Image.fromarray(theirs).resize(ours.shape[1::-1], Image.Resampling.LANCZOS))
                equal[f"{name} {frame}"] = apart(ours, theirs)
            except RuntimeError as error:
                # Pillow cannot decode the one, a JPEG 2000 in boxes with a palette of its own; the other is lossless JPEG.
                words = {"GDCMJ2K_TextGBR.dcm": "broken data stream", "SC_rgb_jpeg_gdcm.dcm": "Unable to decompress"}
                assert words[name] in str(error)
    assert len(equal) >= 22 and {name: levels for name, levels in equal.items() if levels not in (0, 1)} == {}
    assert "computed tomography" in refused["CT_small.dcm"] and "JPEGLSNearLossless_08.dcm 0" in equal
    assert "a directory of files" in refused["dicomdirtests/DICOMDIR"] and "a structured report" in refused["test-SR.dcm"]
    assert "claims 8192 bytes, and 8130 follow" in refused["MR_truncated.dcm"]
    remark(f"DICOM: of pydicom's own files {len(equal)} pictures equal its pixels, {len(refused)} files are refused")


def test_a_profile_of_the_colours_is_converted(tmp_path, remark):
    """As pydicom does with Pillow's color management, within 2 levels."""
    # pydicom's is sRGB; with red's and blue's primaries exchanged it is none any more.
    profile = (OWN_FILES / "crayons.icc").read_bytes()
    profile = profile.replace(b"rXYZ", b"----").replace(b"bXYZ", b"rXYZ").replace(b"----", b"bXYZ")
    data = dicom_files.put(dicom_files.described(dicom_files.ExplicitVRLittleEndian, "RGB"), dicom_files.picture())
    data.ICCProfile = profile + b"\0" * (len(profile) % 2)
    path = tmp_path / "profile.dcm"
    dicom_files.write(dicom_files.Case("profile", data), path)
    plain = dicom_files.by_pydicom(path)
    theirs = pydicom.pixels.apply_icc_profile(plain.copy(), data)  # it writes into its argument
    levels = apart(by_us(path, tmp_path, dicom_files.WIDTH, dicom_files.HEIGHT), theirs)
    assert apart(plain, theirs) > 2, "the profile changes nothing"
    assert levels in (0, 1, 2)
    remark(f"DICOM: an ICC profile, within {levels} levels of Pillow's conversion")


def test_a_planted_name_is_nowhere_afterwards(tmp_path, remark):
    """In every element that holds text: not in reports, records, logs, answers, pictures and file names."""
    images, keyfile = tmp_path / "images", tmp_path / "key"
    images.mkdir()
    keyfile.write_bytes(b"0123456789abcdef")
    path = images / "lesion.dcm"
    dicom_files.write(dicom_files.Case("planted", dicom_files.planted()), path)
    assert path.read_bytes().count(b"PLANTED") > 1000
    broken = images / "broken.dcm"
    broken.write_bytes(path.read_bytes()[:-40])
    kept = ["--keep-demographics", "--pseudonym-key", keyfile]
    told = b""
    for arguments in (["analyze", "--json"], ["analyze"], ["validate", "all", "--out", tmp_path / "run", "--images"]):
        more = ["--records", tmp_path / "records.sqlite"] if arguments[0] == "analyze" else []
        done = subprocess.run([program.BINARY, *map(str, [*arguments, images, "--threads", program.THREADS, *kept, *more])],
                              capture_output=True)
        assert done.returncode == 65, done.stderr  # for the broken one
        told += done.stdout + done.stderr
    with (tmp_path / "log").open("wb") as log, server.serving(tmp_path, "--images", images, log=log) as serving:
        for address in ("/api/list-images", "/api/images", "/images/lesion.dcm", "/images/lesion.dcm?shown=1",
                        "/images/lesion.dcm?prepared=1", "/images/broken.dcm", "/images/lesion.dcm?side=64", "/metrics"):
            status, fields, body = serving.ask(address)
            assert status in (200, 422), address
            told += body + str(fields).encode()
        status, fields, body = serving.ask("/images/lesion.dcm")
        assert fields["content-type"] == "image/png"
        for name in ("lesion.dcm", "broken.dcm"):
            told += serving.ask("/api/analyze", "POST", {"filename": name})[2]
        told += serving.ask("/api/examinations")[2]
        upload = subprocess.run(
            ["curl", "--silent", "--form", f"image=@{path};filename=x.dcm", serving.address + "/api/analyze"], capture_output=True)
        told += upload.stdout
        assert b"examination" in upload.stdout
    searched = [file for file in tmp_path.rglob("*") if file.is_file() and file.parent != images]
    found = [str(file) for file in searched if b"PLANTED" in file.read_bytes() or "PLANTED" in str(file)]
    assert found == [] and b"PLANTED" not in told
    report = json.loads(told.splitlines()[0]) if told.startswith(b"{") else {}
    assert "error" in report or report["image"]["lesion"]["region"] == {"scheme": "SCT", "code": "40983000"}
    remark(f"DICOM: a name in every element of text is in none of {len(searched)} files and {len(told)} bytes of answers")


def test_a_lesion_s_codes_are_kept_and_the_patient_only_on_request(tmp_path):
    """`image.lesion` of `analyze --json`, and the records' copy."""
    path, keyfile, records = tmp_path / "lesion.dcm", tmp_path / "key", tmp_path / "records.sqlite"
    data = dicom_files.described_lesion()
    dicom_files.write(dicom_files.Case("lesion", data), path)
    keyfile.write_bytes(b"the hospital's secret")

    def lesion(*arguments: object) -> dict:
        return json.loads(program.run("analyze", "--json", "--threads", program.THREADS, *arguments, path))["image"]["lesion"]

    codes = {
        "laterality": "L", "region": {"scheme": "SCT", "code": "40983000"},
        "region_modifiers": [{"scheme": "SCT", "code": "7771000"}], "structure": {"scheme": "SCT", "code": "39937001"},
        "polarization": "NONE", "contact": "CONTACT", "immersion": ["WATER"], "color_temperature_k": 5500,
        "magnification": 10, "pixel_spacing_mm": [0.025, 0.025], "spacing_calibration": "FIDUCIAL",
    }
    assert lesion("--records", records) == codes
    exported = program.run("records", "export", "--jsonl", "--records", records)
    assert json.loads(exported)["examination"]["image"]["lesion"] == codes
    assert lesion("--keep-demographics") == codes | {"age_years": 67, "sex": "F"}
    digests = lesion("--pseudonym-key", keyfile)["pseudonyms"]
    identifiers = {"study": data.StudyInstanceUID, "series": data.SeriesInstanceUID, "instance": data.SOPInstanceUID,
                   "lesion": data.TrackingUID}
    for kind, uid in identifiers.items():
        whole = hmac.new(keyfile.read_bytes(), kind.encode() + b"\0" + uid.encode(), hashlib.sha256).hexdigest()
        assert digests[kind] == whole[:32]


def test_several_frames_are_refused_with_their_number(tmp_path):
    """And a frame that is not there."""
    case = next(case for case in dicom_files.several_frames() if case.frame == 1)
    path = tmp_path / "three.dcm"
    dicom_files.write(case, path)
    size = (dicom_files.WIDTH, dicom_files.HEIGHT)
    assert by_us(path, tmp_path, *size) == "3 frames in one DICOM file; choose one with --frame N"
    assert by_us(path, tmp_path, *size, "--frame", 4) == "there is no frame 4; the DICOM file has 3"
