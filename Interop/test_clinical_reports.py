"""FHIR and DICOM SR: valid for the libraries of the field, the figures as the record has them, no patient anywhere."""

import json
import re
import subprocess

import highdicom
import pydicom
import pytest
from fhir.resources.R4B import get_fhir_model_class as r4b
from fhir.resources import get_fhir_model_class as r5

import dicom_files
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
                ["analyze", "--format", "dicom-sr", "--out", tmp_path / "sr"], ["analyze", "--json", "--records", records]]
    for command in commands:
        told += program.run(*command, *kept, "--threads", program.THREADS, image).encode()
    for form in (["--fhir"], ["--fhir", "--fhir-version", "R5"], ["--csv"], ["--jsonl"], ["--dicom-sr", tmp_path / "more"]):
        told += program.run("records", "export", *form, "--records", records).encode()
    images = tmp_path / "images"
    images.mkdir()
    (images / "lesion.dcm").write_bytes(image.read_bytes())
    with server.serving(tmp_path, "--images", images) as serving:
        serving.ask("/api/analyze", "POST", {"filename": "lesion.dcm"})
        stored = json.loads(serving.ask("/api/examinations")[2])["examinations"][0]["id"]
        for accept, kind in (("application/fhir+json", "fhirVersion=4.0"), ("application/fhir+json; fhirVersion=5.0", "5.0"),
                             ("application/dicom", "application/dicom"), ("text/html", "application/json")):
            answer = subprocess.run(
                ["curl", "--silent", "--include", "--header", f"Accept: {accept}",
                 f"{serving.address}/api/examinations/{stored}"], capture_output=True, check=True).stdout
            assert kind.encode() in answer.split(b"\r\n\r\n")[0], answer[:400]
            told += answer
    (images / "lesion.dcm").unlink()
    found = [path for path in tmp_path.rglob("*") if path.is_file() and b"PLANTED" in path.read_bytes() + str(path).encode()]
    assert found == [] and b"PLANTED" not in told
    remark(f"Reports: a planted name is in none of {len(told)} bytes of FHIR, DICOM SR, CSV and JSON")
