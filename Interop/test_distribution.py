"""The tarball: it runs without Swift on a clean Debian 12, needs no newer symbols than Ubuntu 22.04 has, and says what is in it."""

import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile

import pytest

import debian_tree
import program

sys.path.insert(0, str(program.ROOT / "scripts/distribution"))
import elf  # noqa: E402

UBUNTU_22_04 = {"GLIBC_": (2, 35), "GLIBCXX_": (3, 4, 30), "CXXABI_": (1, 3, 13), "GCC_": (12, 0, 0)}


@pytest.fixture(scope="module")
def distribution(tarball, tmp_path_factory) -> pathlib.Path:
    """The unpacked tarball."""
    digest, name = tarball.with_name(tarball.name + ".sha256").read_text().split()
    assert name == tarball.name and hashlib.sha256(tarball.read_bytes()).hexdigest() == digest
    folder = tmp_path_factory.mktemp("distribution")
    with tarfile.open(tarball) as archive:
        archive.extractall(folder, filter="tar")
    return folder / tarball.name.removesuffix(".tar.gz")


def test_nothing_needs_newer_symbols_than_ubuntu_22_04_has(distribution, remark):
    """The versions that each file asks for, and that all it needs lies beside it or belongs to every system."""
    files = [path for path in (distribution / "lib/dermgemma").iterdir()
             if path.is_file() and not path.is_symlink() and elf.is_elf(path)]
    newest: dict[str, tuple[int, ...]] = {}
    there = {path.name for path in (distribution / "lib/dermgemma").iterdir()}
    for path in files:
        for versions in elf.needed_versions(path).values():
            for prefix, limit in UBUNTU_22_04.items():
                found = elf.newest(versions, prefix)
                assert found <= limit, f"{path.name} needs {prefix}{'.'.join(map(str, found))}"
                newest[prefix] = max(found, newest.get(prefix, ()))
        dynamic = subprocess.run(["readelf", "--dynamic", path], check=True, capture_output=True, text=True).stdout
        for name in re.findall(r"\(NEEDED\)\s+Shared library: \[(.*)\]", dynamic):
            assert name in there or elf.OF_THE_HOST.match(name), f"{path.name} needs {name}"
        assert set(re.findall(r"\(R(?:UN)?PATH\).*\[(.*)\]", dynamic)) <= {"$ORIGIN"}, path.name
    told = ", ".join(prefix + ".".join(map(str, version)) for prefix, version in newest.items() if version)
    remark(f"distribution: {len(files)} programs and libraries need at most {told}")


def test_a_cuda_backend_that_cannot_be_loaded_is_told_and_the_processor_does_the_work(distribution, tmp_path):
    """A real shared library that needs one that nobody has, as CUDA's backend does where CUDA is not installed."""
    folder = shutil.copytree(distribution, tmp_path / "copy", symlinks=True)
    missing, backend = tmp_path / "libnobodyhasthis.so", folder / "lib/dermgemma/libggml-cuda.so"
    program_of = [folder / "bin/dermgemma", "doctor"]
    before = subprocess.run(program_of, capture_output=True, text=True, timeout=60)
    assert before.returncode == 0 and "no graphics processor in use; everything runs on the CPU" in before.stdout
    for target, sources in ((missing, []), (backend, [missing])):
        subprocess.run(["cc", "-shared", "-Wl,--no-as-needed", "-o", target, "-x", "c", "/dev/null", "-x", "none", *sources], check=True)
    missing.unlink()
    after = subprocess.run(program_of, capture_output=True, text=True, timeout=60)
    assert after.returncode == 0, after.stdout + after.stderr
    assert f"{backend} is there, but no graphics processor can be used" in after.stdout and "Images can be read." in after.stdout


@pytest.fixture(scope="module")
def clean_debian(tmp_path_factory) -> pathlib.Path:
    """A Debian 12 with nothing but what every Debian has."""
    tree = tmp_path_factory.mktemp("debian")
    debian_tree.unpack(tree)
    yield tree
    shutil.rmtree(tree)


SESSION = r"""
set -e
export PATH=/opt/dermgemma/bin:$PATH
if command -v swift || command -v g++; then exit 3; fi
mkdir /tmp/work && cd /tmp/work
dermgemma phantoms --count 2 --seed 65 --out phantoms
dermgemma analyze phantoms --labels phantoms/labels.csv --json > reports.jsonl
dermgemma doctor > doctor
dermgemma models verify > verified
dermgemma serve --images phantoms --data kept --port 6571 --log error 2> serve.log &
for try in $(seq 300); do
  if /bin/bash /healthcheck.sh 6571 2>/dev/null; then break; fi
  sleep 0.1
done
/bin/bash /healthcheck.sh 6571
exec 3<>/dev/tcp/127.0.0.1/6571
printf 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
cat <&3 > page
kill %1
wait %1
"""


def test_it_runs_on_a_clean_debian_12(distribution, clean_debian, remark):
    """Phantoms, reports, doctor and the server, in a tree without Swift, compilers and libraries of ours."""
    shutil.copytree(distribution, clean_debian / "opt/dermgemma", symlinks=True)
    shutil.copy2(program.ROOT / "docker/healthcheck.sh", clean_debian)
    done = debian_tree.run(clean_debian, SESSION, 240)
    work = clean_debian / "tmp/work"
    told = {path.name: path.read_text("utf-8")[-400:] for path in work.glob("*") if path.is_file()}
    assert done.returncode == 0, f"{done.stderr}\n{told}"
    reports = [json.loads(line) for line in (work / "reports.jsonl").read_text("utf-8").splitlines()]
    assert [report["diagnosis"]["code"] in ("MEL", "NV", "BCC", "BKL") for report in reports] == [True, True]
    doctor = (work / "doctor").read_text("utf-8")
    assert "Images can be read." in doctor and "from /opt/dermgemma/lib/dermgemma" in doctor
    page = (work / "page").read_bytes()
    assert page.startswith(b"HTTP/1.1 200") and b"<html" in page
    version = (clean_debian / "etc/debian_version").read_text().strip()
    remark(f"distribution: reports, doctor and server on a clean Debian {version}")


def test_the_bill_of_materials_lists_every_file(distribution, remark):
    """Each file with its digest, each library with the package that it is from, each package with its licence text."""
    documents = distribution / "share/doc/dermgemma"
    bill = json.loads((documents / "sbom.cdx.json").read_text("utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    listed = {}
    for component in bill["components"]:
        for entry in [component, *component.get("components", [])]:
            if entry["type"] == "file":
                listed[entry["name"]] = entry["hashes"][0]["content"]
    there = {
        str(path.relative_to(distribution)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in distribution.rglob("*") if path.is_file() and not path.is_symlink()
    }
    del there["share/doc/dermgemma/sbom.cdx.json"]
    assert listed == there
    packages = [one for one in bill["components"] if one.get("purl", "").startswith("pkg:deb/")]
    assert len(packages) > 20 and all(one["licenses"] for one in packages)
    for one in packages:
        assert (documents / "third-party" / f"{one['name']}.txt").stat().st_size > 200
    assert {"llama.cpp.txt", "swift.txt"} <= {path.name for path in (documents / "third-party").iterdir()}
    remark(f"distribution: {len(there)} files and {len(packages)} Debian packages in the bill of materials")


def test_manual_and_completions_are_the_programs_own(distribution):
    """They are what the program writes, and groff sets the manual without a warning."""
    for sort, name in {"man": "man/man1/dermgemma.1", "bash": "bash-completion/completions/dermgemma",
                       "zsh": "zsh/site-functions/_dermgemma",
                       "fish": "fish/vendor_completions.d/dermgemma.fish"}.items():
        assert (distribution / "share" / name).read_text("utf-8") == program.run("completions", sort)
    if shutil.which("groff"):
        manual = distribution / "share/man/man1/dermgemma.1"
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-K", "utf8", manual], capture_output=True, text=True)
        assert done.returncode == 0 and done.stderr == "" and "stopped by Ctrl-C" in done.stdout


def test_the_unit_is_sound_and_hardened(distribution, tmp_path, remark):
    """systemd finds no fault with the unit, and little exposed; it need not run for that."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    text = (distribution / "lib/systemd/system/dermgemma.service").read_text("utf-8")
    unit = tmp_path / "dermgemma.service"
    unit.write_text(text.replace("/opt/dermgemma/bin/dermgemma", str(distribution / "bin/dermgemma")))
    checked = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True)
    complaints = [line for line in checked.stderr.splitlines() if "dermgemma" in line]
    assert complaints == []
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit], capture_output=True,
        text=True)
    assert judged.returncode == 0, judged.stdout[-600:]
    remark("distribution: " + judged.stdout.strip().splitlines()[-1].strip("→ ").strip())
