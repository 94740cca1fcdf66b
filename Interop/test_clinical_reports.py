"""FHIR and DICOM SR: valid for the libraries of the field, the figures as the record has them, no patient anywhere."""

import io
import json
import os
import pathlib
import re
import subprocess

import highdicom
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.sr._concepts_dict import concepts
from fhir.resources.R4B import get_fhir_model_class as r4b
from fhir.resources import get_fhir_model_class as r5

import dicom_files
import orthanc
import program
import server

NOTICE = "For research. This is not a diagnosis."
CODES = {"MEL": "93655004", "NV": "400096001", "BCC": "254701007", "BKL": None}
SECURITY = [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "AIAST"}]
ZONED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture(scope="module")
def lesion(tmp_path_factory):
    """A DICOM file with a name planted in every element of text, and one with the lesion's codes."""
    folder = tmp_path_factory.mktemp("reports")
    dicom_files.write(dicom_files.Case("planted", dicom_files.planted()), folder / "planted.dcm")
    dicom_files.write(dicom_files.Case("lesion", dicom_files.described_lesion()), folder / "lesion.dcm")
    return folder


def analyze(*arguments: object) -> str:
    return program.run("analyze", "--threads", program.THREADS, *arguments)


def resources(bundle: dict, kind: str) -> list[dict]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def validate(bundle: dict, version: str) -> None:
    """Every resource by the library's model of its type; the library refuses unknown fields."""
    model = r4b if version == "R4" else r5
    model("Bundle").model_validate(bundle)
    for entry in bundle["entry"]:
        model(entry["resource"]["resourceType"]).model_validate(entry["resource"])


@pytest.mark.parametrize("version", ["R4", "R5"])
def test_a_bundle_is_valid_and_says_what_the_record_says(lesion, tmp_path, version):
    """Also by R4B, for which R4 is valid here: fhir.resources has no plain R4."""
    records = tmp_path / "records.sqlite"
    report = json.loads(analyze("--json", "--records", records, lesion / "lesion.dcm"))
    text = program.run("records", "export", "--fhir", "--fhir-version", version, "--records", records)
    bundle = json.loads(text, parse_float=str)
    validate(json.loads(text), version)
    assert bundle["type"] == "collection" and bundle["meta"]["security"] == SECURITY
    assert ZONED.fullmatch(bundle["timestamp"])

    [diagnostic] = resources(bundle, "DiagnosticReport")
    assert diagnostic["status"] == "preliminary" and diagnostic["meta"]["security"] == SECURITY
    assert diagnostic["conclusion"].startswith(NOTICE) and ZONED.fullmatch(diagnostic["issued"])
    urls = {entry["fullUrl"] for entry in bundle["entry"]}
    assert {result["reference"] for result in diagnostic["result"]} <= urls
    assert len(urls) == len(bundle["entry"])

    observations = {one["code"]["text"]: one for one in resources(bundle, "Observation")}
    for question, observation in report["observations"].items():
        found = observations[question]
        assert found.get("valueString") == observation["value"] or found["dataAbsentReason"]["text"] == "unclear"
        assert found["status"] == "preliminary" and found["meta"]["security"] == SECURITY
        assert found["device"]["reference"] in urls and found["derivedFrom"][0]["reference"] in urls
        assert {"system": "http://snomed.info/sct", "code": "40983000"} in found["bodySite"]["coding"]
    classified = observations["Classification"]
    code = report["diagnosis"]["code"]
    assert classified["valueCodeableConcept"].get("coding", [{"code": None}])[0]["code"] == CODES[code]
    figures = [component["valueQuantity"]["value"] for component in classified["component"]]
    # As the record writes them, digit by digit.
    assert figures == [str(figure) for figure in report["diagnosis"]["probabilities"].values()]

    [device] = resources(bundle, "Device")
    versions = {one["type"]["text"]: one["value"] for one in device["version"]}
    assert versions["weights, SHA-256"] == report["model"]["weights_sha256"]
    assert versions["projector, SHA-256"] == report["model"]["projector_sha256"]
    assert versions["protocol, SHA-256"] == report["protocol"]["digest"]
    assert versions["program"] == program.run("--version").split()[1]
    [picture] = resources(bundle, "Media" if version == "R4" else "DocumentReference")
    assert picture["identifier"][0]["value"] == report["image"]["sha256"]


def test_one_bundle_a_line_and_an_outcome_for_what_cannot_be_read(lesion, tmp_path):
    """In the order of the images, as with --json."""
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    done = subprocess.run(
        [program.BINARY, "analyze", "--format", "fhir", lesion / "lesion.dcm", broken], capture_output=True, text=True)
    assert done.returncode == 65
    first, second = map(json.loads, done.stdout.splitlines())
    validate(first, "R4")
    r4b("OperationOutcome").model_validate(second)
    assert "broken.png" in second["issue"][0]["diagnostics"]


def test_the_table_of_codes_is_the_page_s():
    """docs/FHIR.md has the codes that are written."""
    page = (program.ROOT / "docs/FHIR.md").read_text("utf-8")
    for name, code in CODES.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| {name} "))
        assert (f"`{code}`" in row) if code else ("none" in row and "wider" in row)


def codes_of(document: object) -> set[tuple[str, str, str]]:
    """All (system, code, display) of a FHIR document."""
    if isinstance(document, list):
        return set().union(*map(codes_of, document)) if document else set()
    if not isinstance(document, dict):
        return set()
    own = {(document["system"], document["code"], document.get("display", ""))} if {"system", "code"} <= set(document) else set()
    masked = {("data-absent-reason", document["valueCode"], "")} if "valueCode" in document else set()
    return own | masked | codes_of(list(document.values()))


def test_every_code_that_is_written_is_in_the_page_s_table_and_means_what_dicom_says(lesion, tmp_path, remark):
    """pydicom has a copy of PS3.16's codes; what it lacks is named, and the page says that it is not checked."""
    key = tmp_path / "key"
    key.write_bytes(b"0123456789abcdef")
    folder = lesion / "sided"
    folder.mkdir(exist_ok=True)
    for side in "RLB":
        data = pydicom.dcmread(lesion / "lesion.dcm")
        data.ImageLaterality = side
        data.save_as(folder / f"{side}.dcm")
    words = ["--pseudonym-key", key, folder]
    written: set[tuple[str, str, str]] = set()
    names = {"http://snomed.info/sct": "SCT", "http://dicom.nema.org/resources/ontology/DCM": "DCM", "http://unitsofmeasure.org": "UCUM"}
    for version in ("R4", "R5"):
        for line in analyze("--format", "fhir", "--fhir-version", version, *words).splitlines():
            written |= {(names.get(system, system.rpartition("/")[2]), code, meaning) for system, code, meaning in codes_of(json.loads(line))}
    for path in analyze("--format", "dicom-sr", "--out", tmp_path / "sr", "--keep-patient", *words).split():
        for item in pydicom.dcmread(path).iterall():
            if item.VR == "SQ":
                written |= {(one.CodingSchemeDesignator, one.CodeValue, one.CodeMeaning) for one in item.value if "CodeValue" in one}
    page = (program.ROOT / "docs/FHIR.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\S+)` \| `(\S+)` \| (.+?) \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    table = {(scheme, code): (meaning, source) for scheme, code, meaning, _, source in rows}
    diagnoses = re.findall(r"^\| [A-Z]+ \| `(\d+)` \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    table |= {("SCT", code): (meaning, source) for code, meaning, source in diagnoses}
    assert len(table) == len(rows) + len(diagnoses) == 34
    region = {("SCT", "40983000")}
    ours = {(scheme, code) for scheme, code, _ in written if scheme != "99DERMGEMMA"} - region
    assert ours <= set(table), ours - set(table)
    for scheme, code, meaning in written:
        if (scheme, code) in ours:
            assert meaning in ("", table[scheme, code][0]), (scheme, code, meaning)
    # Nothing stands in the table that is not written; which diagnoses are, and whether an answer is unclear, depends on the picture.
    assert set(table) - ours <= {("SCT", code) for code in CODES.values()} | {("data-absent-reason", "unknown")}

    copy: dict[tuple[str, str], set[str]] = {}
    for scheme, words in concepts.items():
        for found in words.values():
            for code, (meaning, _) in found.items():
                plain = re.sub(r" \((procedure|qualifier value|attribute)\)$", "", meaning)
                copy.setdefault((scheme, code), set()).add(plain.lower())
    unchecked = sorted(place for place in table if place not in copy)
    for place, (meaning, source) in table.items():
        assert ("not checked" in source) == (place in unchecked), (place, source)
        if place in copy:
            assert meaning.lower() in copy[place], (place, copy[place])
    remark(f"Codes: {len(table) - len(unchecked)} of {len(table)} mean in pydicom's copy of PS3.16 what ours do; nobody checked "
           + ", ".join(f"{scheme} {code}" for scheme, code in unchecked))


def test_the_study_of_a_dicom_file_has_keyed_uids_alone(lesion, tmp_path):
    """An ImagingStudy with a key, none without; equal for pictures of one study, and by another key other ones."""
    image = pydicom.dcmread(lesion / "lesion.dcm", stop_before_pixels=True)
    other = tmp_path / "same-study.dcm"
    copy = pydicom.dcmread(lesion / "lesion.dcm")
    copy.SOPInstanceUID = copy.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4.5"
    copy.save_as(other)
    keys = [tmp_path / "one", tmp_path / "two"]
    for place, key in enumerate(keys):
        key.write_bytes(b"0123456789abcde" + bytes([place + 48]))

    def bundles(version: str, *words: object) -> list[dict]:
        told = analyze("--format", "fhir", "--fhir-version", version, *words, lesion / "lesion.dcm", other)
        assert image.StudyInstanceUID not in told and image.SOPInstanceUID not in told and image.SeriesInstanceUID not in told
        found = [json.loads(line) for line in told.splitlines()]
        for bundle in found:
            validate(bundle, version)
        return found

    for version in ("R4", "R5"):
        first, second = bundles(version, "--pseudonym-key", keys[0])
        [study], [again] = resources(first, "ImagingStudy"), resources(second, "ImagingStudy")
        [report] = resources(first, "DiagnosticReport")
        uid = next(one["value"] for one in study["identifier"] if one.get("system") == "urn:dicom:uid")
        assert re.fullmatch(r"urn:oid:2\.25\.\d{1,39}", uid) and study["identifier"] == again["identifier"]
        assert study["series"][0]["uid"] == again["series"][0]["uid"] != uid.removeprefix("urn:oid:")
        assert study["subject"]["extension"][0]["valueCode"] == "masked" and "reference" not in study["subject"]
        reference = report["imagingStudy" if version == "R4" else "study"][0]
        urls = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in first["entry"]}
        assert urls[reference["reference"]] == "ImagingStudy" and len(reference["identifier"]["value"]) == 32
        for observation in resources(first, "Observation"):
            assert [urls[one["reference"]] for one in observation["derivedFrom"]][1:] == ["ImagingStudy"]
        pictures = [resources(one, "Media" if version == "R4" else "DocumentReference")[0] for one in (first, second)]
        instances = [picture["identifier"][1]["value"] for picture in pictures]
        assert instances[0] != instances[1] and all(one.startswith("urn:oid:2.25.") for one in instances)
        assert resources(bundles(version, "--pseudonym-key", keys[1])[0], "ImagingStudy")[0]["identifier"] != study["identifier"]
        [plain, _] = bundles(version)
        assert resources(plain, "ImagingStudy") == [] and "imagingStudy" not in resources(plain, "DiagnosticReport")[0]
        assert len(resources(plain, "Media" if version == "R4" else "DocumentReference")) == 1


def test_a_structured_report_is_read_by_dsrdump_and_highdicom(lesion, tmp_path):
    """Comprehensive SR, TID 1500, unverified and preliminary."""
    report = json.loads(analyze("--json", lesion / "lesion.dcm"))
    [path] = analyze("--format", "dicom-sr", "--out", tmp_path / "sr", lesion / "lesion.dcm").split()
    dump = subprocess.run(["dsrdump", "+Pl", path], capture_output=True, text=True)
    assert dump.returncode == 0 and dump.stderr == "", dump.stderr
    for words in ("Comprehensive SR Document", "PRELIMINARY", "UNVERIFIED", NOTICE, "Finding Site", "(40983000,SCT",
                  "Laterality", "(7771000,SCT", "Algorithm Name", "Algorithm Version", report["model"]["weights_sha256"]):
        assert words in dump.stdout, words
    read = highdicom.sr.srread(path)
    assert isinstance(read, highdicom.sr.ComprehensiveSR)
    assert len(read.content.get_image_measurement_groups()) == 1
    values = {item.MeasuredValueSequence[0].NumericValue for item in numbers(read)}
    assert {str(value) for value in values} == {str(value) for value in report["diagnosis"]["probabilities"].values()}
    data = pydicom.dcmread(path)
    assert data.PreliminaryFlag == "PRELIMINARY" and data.VerificationFlag == "UNVERIFIED"
    assert data.PatientName == "" and data.PatientID == ""


def test_a_page_is_a_picture_for_every_viewer(lesion, tmp_path, remark):
    """Secondary Capture: whole for pydicom and dcmtk, the drawn figures in it, no patient, and the same bytes again."""
    [path] = analyze("--format", "dicom-sc", "--out", tmp_path / "pages", lesion / "planted.dcm").split()
    data = pydicom.dcmread(path)
    assert data.SOPClassUID == pydicom.uid.SecondaryCaptureImageStorage and data.file_meta.TransferSyntaxUID.is_little_endian
    assert not data.file_meta.TransferSyntaxUID.is_implicit_VR and data.file_meta.MediaStorageSOPInstanceUID == data.SOPInstanceUID
    assert data.BurnedInAnnotation == "YES" and data.ConversionType == "WSD" and data.ImageType == ["DERIVED", "SECONDARY"]
    assert data.PatientName == "" and data.PatientID == "" and data.SOPInstanceUID.startswith("2.25.")
    assert NOTICE in data.ImageComments and b"PLANTED" not in open(path, "rb").read()
    page = data.pixel_array
    assert page.shape == (data.Rows, data.Columns, 3) and data.Columns == 1240 and data.Rows >= 1754
    # The band of the notice at both ends; the picture where it belongs.
    assert tuple(page[5, 5]) == (0xFF, 0xF1, 0xCC) and tuple(page[0, 1239]) == (0xFF, 0xF1, 0xCC)
    assert page.min() < 60 and (page == 255).mean() > 0.3
    again = pydicom.dcmread(analyze("--format", "dicom-sc", "--out", tmp_path / "again", lesion / "planted.dcm").split()[0])
    assert (again.pixel_array.shape == page.shape) and again.SOPClassUID == data.SOPClassUID
    dump = subprocess.run(["dcmdump", path], capture_output=True, text=True)
    assert dump.returncode == 0 and dump.stderr == "" and "=SecondaryCaptureImageStorage" in dump.stdout
    made = subprocess.run(["dcm2pnm", "--write-png", path, tmp_path / "page.png"], capture_output=True, text=True)
    assert made.returncode == 0 and made.stderr == "", made.stderr
    assert (np.asarray(Image.open(tmp_path / "page.png").convert("RGB")) == page).all()
    checked = subprocess.run(["dcmftest", path], capture_output=True, text=True)
    assert checked.stdout.startswith("yes:"), checked.stdout
    if orthanc.program() is not None:
        with orthanc.running(tmp_path / "orthanc") as running:
            stored = running.store(pathlib.Path(path))
            assert stored["Status"] == "Success"
            shown = Image.open(io.BytesIO(running.ask(f"/instances/{stored['ID']}/preview")))
            assert (np.asarray(shown.convert("RGB")) == page).all()
    # Our own reader takes it for the photograph that it is, with the note that text is burned in.
    report = json.loads(analyze("--json", "--protocol", "direct", path))
    assert report["image"]["width"] == 1240 and any("text is part of its picture" in note for note in report["image"]["notes"])
    remark(f"Secondary Capture: {data.Columns} × {data.Rows} pixels, whole for pydicom {pydicom.__version__}, dcmdump and dcm2pnm")


def test_a_page_of_a_patient_s_study_refers_to_the_image(lesion, tmp_path):
    image = pydicom.dcmread(lesion / "planted.dcm", stop_before_pixels=True)
    [path] = analyze("--format", "dicom-sc", "--out", tmp_path / "pages", "--keep-patient", lesion / "planted.dcm").split()
    data = pydicom.dcmread(path)
    assert data.PatientName == image.PatientName and data.StudyInstanceUID == image.StudyInstanceUID
    assert data.SourceImageSequence[0].ReferencedSOPInstanceUID == image.SOPInstanceUID != data.SOPInstanceUID
    assert data.SeriesInstanceUID != image.SeriesInstanceUID
    # What is drawn is what is drawn without the patient.
    [plain] = analyze("--format", "dicom-sc", "--out", tmp_path / "plain", lesion / "planted.dcm").split()
    below = slice(200, None)
    assert (pydicom.dcmread(plain).pixel_array[below] == data.pixel_array[below]).all()


def test_pages_of_stored_examinations_have_the_pictures_that_were_read(lesion, tmp_path):
    records, changed = tmp_path / "records.sqlite", tmp_path / "changed"
    [path] = analyze("--format", "dicom-sc", "--out", tmp_path / "now", lesion / "lesion.dcm").split()
    analyze("--json", "--records", records, lesion / "lesion.dcm")

    def page(*words: object) -> tuple[np.ndarray, str]:
        done = subprocess.run([program.BINARY, "records", "export", "--records", records, "--dicom-sc", tmp_path / "pages", *words],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return pydicom.dcmread(done.stdout.strip()).pixel_array, done.stderr

    found, said = page("--images", lesion)
    assert said == "" and (found[200:] == pydicom.dcmread(path).pixel_array[200:]).all()
    changed.mkdir()
    (changed / "lesion.dcm").write_bytes((lesion / "planted.dcm").read_bytes())
    other, said = page("--images", changed)
    assert "lesion.dcm: its picture is not there" in said
    square = other[400:600, 100:500]
    assert (square == square[0, 0]).all() and (page()[0] == other).all()


def test_a_page_without_fonts_or_picture(lesion, tmp_path):
    """No font: one line, 69, no file. Standard input: a page without its picture."""
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{tmp_path / 'none'}</dir><cachedir>{tmp_path / 'cache'}</cachedir></fontconfig>", "utf-8")
    words = [program.BINARY, "analyze", "--protocol", "direct", "--format", "dicom-sc", "--out"]
    done = subprocess.run([*words, tmp_path / "pages", lesion / "lesion.dcm"], capture_output=True, text=True,
                          env={**os.environ, "FONTCONFIG_FILE": str(fonts)})
    assert done.returncode == 69 and "fonts-dejavu-core" in done.stderr and list((tmp_path / "pages").iterdir()) == [], done.stderr
    piped = subprocess.run([*words, tmp_path / "piped", "-"], input=(lesion / "lesion.dcm").read_bytes(), capture_output=True)
    assert piped.returncode == 0, piped.stderr
    square = pydicom.dcmread(piped.stdout.decode().strip()).pixel_array[400:600, 100:500]
    assert (square == square[0, 0]).all()


def test_the_server_gives_what_records_export_writes(lesion, tmp_path, remark):
    """Every form byte for byte, by `format` and by `Accept`; pydicom reads the page, with the picture that was read in it."""
    images = tmp_path / "images"
    images.mkdir()
    (images / "lesion.dcm").write_bytes((lesion / "lesion.dcm").read_bytes())
    secondary = f"application/dicom; sop-class={pydicom.uid.SecondaryCaptureImageStorage}"
    with server.serving(tmp_path, "--images", images) as serving:
        serving.ask("/api/analyze", "POST", {"filename": "lesion.dcm"})
        stored = serving.json("/api/examinations")["examinations"][0]["id"]
        place = f"/api/examinations/{stored}"

        def got(query: str, accept: str = "*/*") -> tuple[str, bytes]:
            status, fields, body = serving.ask(place + query, fields={"Accept": accept})
            assert status == 200 and fields["cache-control"] == "no-store", (query, body[:300])
            return fields["content-type"], body

        answers = {name: got(f"?format={name}") for name in ("text", "csv", "fhir", "fhir&fhir_version=R5", "dicom-sr", "dicom-sc")}
        for accept, name in (("application/fhir+json", "fhir"), ("application/fhir+json; fhirVersion=5.0", "fhir&fhir_version=R5"),
                             ("application/dicom", "dicom-sr"), (secondary, "dicom-sc")):
            assert got("", accept) == answers[name], accept
        # What is asked for in words goes first; a class that is not written is not given.
        assert got("?format=json", secondary)[0] == got("", "application/dicom; sop-class=1.2.3")[0] == "application/json"
        for wrong in ("pdf", "", "dicom-sc&fhir_version=R5", "fhir&fhir_version=R3"):
            status, fields, body = serving.ask(f"{place}?format={wrong}")
            assert status == 422 and json.loads(body)["reason"] == "bad_parameter", (wrong, body)
        (images / "lesion.dcm").write_bytes((lesion / "planted.dcm").read_bytes())
        emptied = got("?format=dicom-sc")[1]

    records = ["records", "export", "--records", tmp_path / "data/examinations.sqlite"]
    bundles = {"fhir": [], "fhir&fhir_version=R5": ["--fhir-version", "R5"]}
    for name, words in bundles.items():
        assert program.run(*records, "--fhir", *words) == answers[name][1].decode() + "\n"
    assert program.run(*records, "--csv") == answers["csv"][1].decode()
    [path] = program.run(*records, "--dicom-sr", tmp_path / "sr").split()
    assert pathlib.Path(path).read_bytes() == answers["dicom-sr"][1]
    [path] = program.run(*records, "--dicom-sc", tmp_path / "sc", "--images", lesion).split()
    kind, page = answers["dicom-sc"]
    assert kind == "application/dicom" and pathlib.Path(path).read_bytes() == page
    read = pydicom.dcmread(io.BytesIO(page))
    assert read.SOPClassUID == pydicom.uid.SecondaryCaptureImageStorage and read.pixel_array.shape[1:] == (1240, 3)
    assert read.PatientName == "" and read.PatientID == "" and read.BurnedInAnnotation == "YES"
    square, without = (pydicom.dcmread(io.BytesIO(one)).pixel_array[400:600, 100:500] for one in (page, emptied))
    assert np.ptp(square.reshape(-1, 3), axis=0).max() > 0 and np.ptp(without.reshape(-1, 3), axis=0).max() == 0
    assert answers["text"][0] == "text/plain; charset=utf-8" and answers["text"][1].decode() in program.run(*records[:1], "show", stored, *records[2:])
    remark(f"API: {len(answers)} forms of an examination are the bytes of records export; the page is {read.Columns} × {read.Rows} for pydicom")


def numbers(data) -> list:
    """All numeric items of a report."""
    found = []
    for item in data.get("ContentSequence", []):
        found += [item] if item.ValueType == "NUM" else []
        found += numbers(item)
    return found


def test_a_report_bears_the_patient_only_on_request(lesion, tmp_path):
    """Then it is in the image's study and refers to the image; nothing else of the run has a name."""
    image = pydicom.dcmread(lesion / "planted.dcm", stop_before_pixels=True)
    done = subprocess.run(
        [program.BINARY, "analyze", "--format", "dicom-sr", "--out", tmp_path / "sr", "--keep-patient", "--records",
         tmp_path / "records.sqlite", lesion / "planted.dcm"], capture_output=True)
    assert done.returncode == 0, done.stderr
    data = pydicom.dcmread(done.stdout.decode().strip())
    assert data.PatientName == image.PatientName and data.StudyInstanceUID == image.StudyInstanceUID
    evidence = data.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence[0]
    assert evidence.ReferencedSOPInstanceUID == image.SOPInstanceUID
    assert data.SOPInstanceUID != image.SOPInstanceUID
    for path in tmp_path.glob("records.sqlite*"):
        assert b"PLANTED" not in path.read_bytes()
    assert b"PLANTED" not in done.stdout + done.stderr
    dump = subprocess.run(["dsrdump", done.stdout.decode().strip()], capture_output=True, text=True)
    assert dump.returncode == 0 and "Source of Measurement" in dump.stdout


def test_no_export_names_a_planted_patient(lesion, tmp_path, remark):
    """FHIR, SR, CSV and JSON, from the command line, the records and the API."""
    records, told = tmp_path / "records.sqlite", b""
    key = tmp_path / "key"
    key.write_bytes(b"0123456789abcdef")
    image = lesion / "planted.dcm"
    kept = ["--keep-demographics", "--pseudonym-key", key]
    commands = [["analyze", "--format", "fhir"], ["analyze", "--format", "fhir", "--fhir-version", "R5"],
                ["analyze", "--format", "dicom-sr", "--out", tmp_path / "sr"], ["analyze", "--format", "dicom-sc", "--out", tmp_path / "sc"],
                ["analyze", "--json", "--records", records]]
    for command in commands:
        told += program.run(*command, *kept, "--threads", program.THREADS, image).encode()
    for form in (["--fhir"], ["--fhir", "--fhir-version", "R5"], ["--csv"], ["--jsonl"], ["--dicom-sr", tmp_path / "more"],
                 ["--dicom-sc", tmp_path / "pages", "--images", image], ["--parquet", tmp_path / "all.parquet"]):
        told += program.run("records", "export", *form, "--records", records).encode()
    images = tmp_path / "images"
    images.mkdir()
    (images / "lesion.dcm").write_bytes(image.read_bytes())
    with server.serving(tmp_path, "--images", images) as serving:
        serving.ask("/api/analyze", "POST", {"filename": "lesion.dcm"})
        stored = json.loads(serving.ask("/api/examinations")[2])["examinations"][0]["id"]
        for accept, kind in (("application/fhir+json", "fhirVersion=4.0"), ("application/fhir+json; fhirVersion=5.0", "5.0"),
                             ("application/dicom", "application/dicom"), ("text/html", "application/json"),
                             (f"application/dicom; sop-class={pydicom.uid.SecondaryCaptureImageStorage}", "application/dicom")):
            answer = subprocess.run(
                ["curl", "--silent", "--include", "--header", f"Accept: {accept}",
                 f"{serving.address}/api/examinations/{stored}"], capture_output=True, check=True).stdout
            assert kind.encode() in answer.split(b"\r\n\r\n")[0], answer[:400]
            told += answer
    (images / "lesion.dcm").unlink()
    found = [path for path in tmp_path.rglob("*") if path.is_file() and b"PLANTED" in path.read_bytes() + str(path).encode()]
    assert found == [] and b"PLANTED" not in told
    remark(f"Reports: a planted name is in none of {len(told)} bytes of FHIR, DICOM SR, CSV and JSON")
