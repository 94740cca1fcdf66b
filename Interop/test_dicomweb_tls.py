"""DICOMweb over TLS: which certificates are trusted, and who sees the token."""

import os
import shutil
import subprocess

import pytest

import dicom_files
import dicomweb_tls
import orthanc
import program

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    """A photograph, a token, and an authority."""
    folder = tmp_path_factory.mktemp("ward")
    data = dicom_files.described_lesion()
    dicom_files.write(dicom_files.Case("lesion", data), folder / "lesion.dcm")
    (folder / "token").write_text(dicomweb_tls.TOKEN + "\n", "utf-8")
    return folder, data.StudyInstanceUID, dicomweb_tls.Authority(folder, "hospital")


def datasets(address: str, ward, *arguments: object, trusting: object = None, token: object = None) -> subprocess.CompletedProcess:
    folder, _, authority = ward
    environment = {key: value for key, value in os.environ.items() if key not in ("SSL_CERT_FILE", "CURL_CA_BUNDLE")}
    environment |= {"NO_PROXY": "*"} | ({"SSL_CERT_FILE": str(trusting)} if trusting else {})
    command = [program.BINARY, "datasets", *arguments, "--dicomweb", address, "--dicomweb-token-file", token or folder / "token"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=environment, timeout=120)
    assert dicomweb_tls.TOKEN not in done.stdout + done.stderr
    return done


def test_a_certificate_of_the_named_authority_is_trusted_and_the_token_is_sent(ward, tmp_path, remark):
    """A file comes and a report goes."""
    folder, study, authority = ward
    with dicomweb_tls.serving([folder / "lesion.dcm"], authority.signed("127.0.0.1")) as service:
        pulled = datasets(service.address, ward, "pull", "--study", study, "--out", tmp_path / "images", trusting=authority.certificate)
        assert pulled.returncode == 0, pulled.stderr
        pushed = datasets(service.address, ward, "--push", folder / "lesion.dcm", trusting=authority.certificate)
        assert (pushed.returncode, pushed.stdout) == (0, "1 file stored\n"), pushed.stderr
    [path] = (tmp_path / "images").iterdir()
    assert path.read_bytes() == (folder / "lesion.dcm").read_bytes()
    assert {token for _, _, token in service.requests} == {f"Bearer {dicomweb_tls.TOKEN}"}
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert dicomweb_tls.TOKEN.encode() not in written
    remark("DICOMweb over TLS: the authority in SSL_CERT_FILE is trusted, others and wrong certificates are refused")


REFUSED = {
    "an unknown authority": ("127.0.0.1", "2", False, "(unable to get local issuer certificate); SSL_CERT_FILE names"),
    "another host": ("archive.example", "2", True, "matches target host name '127.0.0.1'"),
    "an expired certificate": ("127.0.0.1", "-1", True, "(certificate has expired)"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_certificate_that_is_not_to_be_trusted_is_refused_before_the_token_is_sent(ward, tmp_path, what):
    """And the message says why."""
    folder, study, authority = ward
    host, days, is_known, words = REFUSED[what]
    with dicomweb_tls.serving([folder / "lesion.dcm"], authority.signed(host, days)) as service:
        done = datasets(service.address, ward, "pull", "--study", study, "--out", tmp_path, trusting=authority.certificate if is_known else None)
    assert done.returncode == 69 and service.requests == []
    [line] = done.stderr.splitlines()
    assert line.startswith(f"dermgemma: {service.address}: its certificate is not trusted (") and words in line, line


def test_a_redirect_is_not_followed_so_that_no_other_host_sees_the_token(ward, tmp_path):
    """Neither to another https host nor to http."""
    folder, study, authority = ward
    certified = authority.signed("127.0.0.1")
    for elsewhere in (certified, None):
        with dicomweb_tls.serving([folder / "lesion.dcm"], elsewhere) as other:
            with dicomweb_tls.serving([folder / "lesion.dcm"], certified, redirect=other.address) as service:
                done = datasets(service.address, ward, "pull", "--study", study, "--out", tmp_path, trusting=authority.certificate)
        assert done.returncode == 69 and "it redirects, which is not followed" in done.stderr
        assert len(service.requests) == 1 and other.requests == []


def test_a_wrong_token_and_a_password_in_the_address_are_told_without_being_repeated(ward, tmp_path):
    """Messages name the service."""
    folder, study, authority = ward
    (tmp_path / "token").write_text("another-secret\n", "utf-8")
    with dicomweb_tls.serving([folder / "lesion.dcm"], authority.signed("127.0.0.1")) as service:
        arguments = ("pull", "--study", study, "--out", tmp_path / "out")
        refused = datasets(service.address, ward, *arguments, trusting=authority.certificate, token=tmp_path / "token")
        inside = datasets(service.address.replace("://", "://ward:another-secret@"), ward, *arguments, trusting=authority.certificate)
    assert refused.returncode == 69 and "401, access denied" in refused.stderr and "another-secret" not in refused.stderr
    assert inside.returncode == 64 and "--dicomweb-token-file" in inside.stderr and "another-secret" not in inside.stderr


@pytest.mark.skipif(orthanc.program() is None, reason="Orthanc is not installed (scripts/packages.sh orthanc orthanc-dicomweb)")
def test_orthanc_behind_tls_gives_a_photograph(ward, tmp_path):
    """A real archive behind a proxy with TLS: Debian's Orthanc ends at its first request when it speaks TLS itself."""
    folder, study, authority = ward
    (tmp_path / "token").write_text(orthanc.authorization(), "utf-8")
    with orthanc.running(tmp_path / "orthanc") as archive, dicomweb_tls.before(archive.port, authority.signed("127.0.0.1")) as port:
        archive.store(folder / "lesion.dcm")
        address = f"https://127.0.0.1:{port}/dicom-web"
        arguments = ("pull", "--study", study, "--out", tmp_path / "images")
        unknown = datasets(address, ward, *arguments, token=tmp_path / "token")
        assert unknown.returncode == 69 and "its certificate is not trusted" in unknown.stderr
        done = datasets(address, ward, *arguments, trusting=authority.certificate, token=tmp_path / "token")
        assert done.returncode == 0 and "1 images, 1 of them fetched now" in done.stdout, done.stderr
