"""A hospital's archive: a real Orthanc gives a photograph by DICOMweb, and takes the report beside it."""

import hashlib
import json
import subprocess

import pydicom
import pytest

import dicom_files
import orthanc
import program

pytestmark = pytest.mark.skipif(
    orthanc.program() is None, reason="Orthanc is not installed (scripts/packages.sh orthanc orthanc-dicomweb)")


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """An Orthanc with a patient's photograph, one of another study, and a report that is no photograph."""
    folder = tmp_path_factory.mktemp("orthanc")
    with orthanc.running(folder) as running:
        data = dicom_files.planted()
        dicom_files.write(dicom_files.Case("planted", data), folder / "planted.dcm")
        other = dicom_files.described_lesion()
        other.StudyInstanceUID, other.SeriesInstanceUID = "1.2.826.0.1.3680043.8.498.77", "1.2.826.0.1.3680043.8.498.78"
        other.SOPInstanceUID = other.file_meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.8.498.79"
        other.PatientID, other.StudyDate = "77", "20260203"
        dicom_files.write(dicom_files.Case("other", other), folder / "other.dcm")
        for name in ("planted.dcm", "other.dcm"):
            running.store(folder / name)
        (folder / "token").write_text(orthanc.authorization(), "utf-8")
        yield running, folder, pydicom.dcmread(folder / "planted.dcm", stop_before_pixels=True)


def datasets(archive, *arguments: object) -> subprocess.CompletedProcess:
    running, folder, _ = archive
    command = [program.BINARY, "datasets", *map(str, arguments), "--dicomweb", running.dicomweb, "--dicomweb-token-file",
               folder / "token"]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_round_trip_from_the_archive_and_back(archive, tmp_path, remark):
    """Orthanc, DermGemma, Orthanc: the report is in the image's study, and refers to the image."""
    running, _, image = archive
    pulled = datasets(archive, "pull", "--study", image.StudyInstanceUID, "--out", tmp_path / "images")
    assert pulled.returncode == 0, pulled.stderr
    [path] = (tmp_path / "images").iterdir()
    # The archive's own bytes, under a name that tells nothing.
    assert pydicom.dcmread(path).PixelData == pydicom.dcmread(archive[1] / "planted.dcm").PixelData
    assert path.name == hashlib.sha256(image.SOPInstanceUID.encode()).hexdigest()[:32] + ".dcm"

    read = subprocess.run(
        [program.BINARY, "analyze", "--format", "dicom-sr", "--out", tmp_path / "reports", "--keep-patient", tmp_path / "images"],
        capture_output=True, text=True)
    assert read.returncode == 0, read.stderr
    pushed = datasets(archive, "--push", tmp_path / "reports")
    assert (pushed.returncode, pushed.stdout) == (0, "1 file stored\n"), pushed.stderr
    assert "PLANTED" not in pulled.stdout + pulled.stderr + read.stdout + read.stderr + pushed.stderr

    studies = json.loads(running.ask("/studies?expand"))
    study = next(one for one in studies if one["MainDicomTags"]["StudyInstanceUID"] == image.StudyInstanceUID)
    series = [json.loads(running.ask(f"/series/{one}")) for one in study["Series"]]
    assert sorted(one["MainDicomTags"]["Modality"] for one in series if "Modality" in one["MainDicomTags"]).count("SR") == 1
    report = next(one for one in series if one["MainDicomTags"].get("Modality") == "SR")
    stored = tmp_path / "stored.dcm"
    stored.write_bytes(running.ask(f"/instances/{report['Instances'][0]}/file"))
    data = pydicom.dcmread(stored)
    evidence = data.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence[0]
    assert evidence.ReferencedSOPInstanceUID == image.SOPInstanceUID and data.PatientID == image.PatientID
    assert subprocess.run(["dsrdump", stored], capture_output=True).returncode == 0
    # To send it again changes nothing.
    count = len(running.instances())
    assert datasets(archive, "--push", tmp_path / "reports").returncode == 0
    assert len(running.instances()) == count
    remark("DICOMweb: Orthanc → DermGemma → Orthanc, the report beside its image")


def test_a_query_finds_studies_and_a_pull_goes_on_where_it_stopped(archive, tmp_path):
    """What is there is not fetched again; reports are passed over."""
    out = tmp_path / "images"
    first = datasets(archive, "pull", "--query", "StudyDate=20260101-20260301", "--out", out)
    assert first.returncode == 0 and "1 images, 1 of them fetched now" in first.stdout, first.stderr
    again = datasets(archive, "pull", "--query", "PatientID=77", "--out", out)
    assert "1 images, 0 of them fetched now" in again.stdout
    assert len(list(out.iterdir())) == 1


def test_what_is_not_there_and_who_may_not_are_told_without_names(archive, tmp_path):
    """Neither a query's values nor a study's UID are in a message."""
    nothing = datasets(archive, "pull", "--query", "PatientName=SECRET", "--out", tmp_path / "a")
    assert nothing.returncode == 66 and "no photograph in the studies that match" in nothing.stderr
    running, folder, image = archive
    (tmp_path / "wrong").write_text("0123456789abcdef", "utf-8")
    refused = subprocess.run(
        [program.BINARY, "datasets", "pull", "--dicomweb", running.dicomweb, "--study", image.StudyInstanceUID,
         "--dicomweb-token-file", tmp_path / "wrong", "--out", tmp_path / "b"], capture_output=True, text=True)
    assert refused.returncode == 69 and "401, access denied" in refused.stderr
    gone = subprocess.run(
        [program.BINARY, "datasets", "pull", "--dicomweb", "http://127.0.0.1:9/dicom-web", "--study", "1.2.3", "--out",
         tmp_path / "c"], capture_output=True, text=True)
    assert gone.returncode == 69
    for done in (nothing, refused, gone):
        assert "SECRET" not in done.stderr and image.StudyInstanceUID not in done.stderr and "1.2.3" not in done.stderr
