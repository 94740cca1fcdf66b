"""Every command of the documentation, carried out."""

import re
import shutil
import socket
import subprocess
import sys

import pytest
from PIL import Image

import adapters
import dicom_files
import documentation
import endpoints
import orthanc
import postgresql
import program

HELPERS = r"""
set -euo pipefail
trap end_server EXIT
# Serves in the background while the rest of a page goes on; ends it at the page's end, or before the next server.
server=''
end_server() {
  if [ -n "$server" ]; then
    kill -TERM "$server"
    wait "$server"
    server=''
  fi
}
begin_server() {
  end_server
  "$@" 2>serve.log &
  server=$!
  local tries
  for tries in $(seq 300); do
    if curl --silent --fail --output ready.json "http://127.0.0.1:$DERMGEMMA_PORT/readyz"; then return; fi
    if ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.1
  done
  cat serve.log >&2
  return 1
}
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def stand_in(phantoms, tmp_path_factory):
    """The hub and the archive, with the embedded model for every model and a phantom for every image."""
    picture = tmp_path_factory.mktemp("stand-in") / "picture.jpg"
    Image.open(phantoms[0]).convert("RGB").save(picture)
    log = picture.with_name("log")
    log.touch()
    stem = program.EMBEDDED / "dermgemma-small"
    with log.open("w") as errors, subprocess.Popen(
        [sys.executable, program.ROOT / "Tests/Support/TestServers/server.py", log, stem.with_suffix(".gguf"),
         stem.with_name("dermgemma-small-mmproj.gguf"), picture],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True) as server:
        yield "http://127.0.0.1:" + server.stdout.readline().split()[0]
        server.stdin.close()


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    """A real llama-server of the embedded pair."""
    if not endpoints.LLAMA_SERVER.is_file():
        pytest.skip("llama-server is not built; make test-interop-endpoint builds it, and carries out this page too")
    with endpoints.llama_server(tmp_path_factory.mktemp("served"), 1) as server:
        yield f"127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def database():
    """A real PostgreSQL server, as RECORDS.md has an administrator set it up."""
    if postgresql.programs() is None:
        pytest.skip("PostgreSQL's server is not installed (scripts/packages.sh postgresql)")
    with postgresql.server("fsync=off") as running:
        yield running


@pytest.fixture(scope="module")
def pacs(tmp_path_factory):
    """A real Orthanc with a photograph of 3 February 2026."""
    if orthanc.program() is None:
        pytest.skip("Orthanc is not installed (scripts/packages.sh orthanc orthanc-dicomweb)")
    folder = tmp_path_factory.mktemp("pacs")
    data = dicom_files.described_lesion()
    data.StudyDate, data.PatientID = "20260203", "4711"
    dicom_files.write(dicom_files.Case("lesion", data), folder / "lesion.dcm")
    with orthanc.running(folder) as running:
        running.store(folder / "lesion.dcm")
        yield running


@pytest.fixture(scope="module")
def furnished(phantoms, tmp_path_factory):
    """What the pages suppose to be there: images with labels, two pictures, and results of earlier runs."""
    folder = tmp_path_factory.mktemp("furnished")
    program.run("phantoms", "--count", 6, "--seed", 65, "--out", folder / "images")
    shutil.move(folder / "images/labels.csv", folder / "labels.csv")
    (folder / "images/attributes.csv").unlink()
    for name in ["lesion.jpg", "mole.jpg"]:
        Image.open(phantoms[0]).convert("RGB").save(folder / name, quality=95)
    adapters.adapter(folder / "adapter.gguf", 1)
    cases = dicom_files.several_frames()
    dicom_files.write(dicom_files.Case("lesion", dicom_files.described_lesion()), folder / "lesion.dcm")
    dicom_files.write(cases[0], folder / "series.dcm")
    for name in ["other-results", "results-seed", "results-direct", "results-old", "results-new"]:
        protocol = "direct" if "direct" in name or "other" in name else "seed"
        program.run("validate", "all", "--threads", program.THREADS, "--images", folder / "images", "--labels",
                    folder / "labels.csv", "--protocol", protocol, "--out", folder / name)
    return folder


@pytest.fixture
def desk(tmp_path, furnished):
    """A furnished folder of a page's own, with the program where a checkout has it."""
    shutil.copytree(furnished, tmp_path, dirs_exist_ok=True)
    release = tmp_path / ".build/release"
    release.parent.mkdir()
    release.symlink_to(program.BINARY.parent.resolve())
    (tmp_path / "Benchmarks").symlink_to(program.ROOT / "Benchmarks")
    return tmp_path


def script(page) -> tuple[str, int, list[str]]:
    """A page's commands as one script, how many they are, and those of the list of exceptions."""
    lines, count, exempt = [HELPERS], 0, []
    for block in documentation.blocks(page.read_text("utf-8")):
        if not documentation.is_commands(block):
            continue
        for command in documentation.commands(block):
            kept = command
            entry = next((one for one in documentation.exceptions() if re.fullmatch(one.match, command, re.S)), None)
            if entry is not None:
                exempt.append(command)
                if entry.make:
                    for target in command.split()[1:]:
                        subprocess.run(
                            ["make", "--dry-run", "--silent", "--directory", program.ROOT, target], check=True,
                            stdout=subprocess.DEVNULL)
                if entry.instead is None:
                    continue
                kept = re.sub(entry.match, entry.instead, command, flags=re.S)
            count += 1
            lines.append(f"echo {shell_word('→ ' + command.splitlines()[0])} >&2")
            kept = kept.replace("127.0.0.1:6565", "127.0.0.1:$DERMGEMMA_PORT")
            if re.match(r"(\.build/release/)?dermgemma serve\b", kept):
                kept = "begin_server " + kept
            lines.append(kept)
    return "\n".join([*lines, "end_server", "echo 'the page is at its end' >&2"]), count, exempt


def shell_word(text: str) -> str:
    """Text that a shell takes as one word."""
    return "'" + text.replace("'", "'\\''") + "'"


@pytest.mark.parametrize("page", documentation.PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_works(page, desk, stand_in, request, remark):
    """One after the other, in one shell, in a folder with images; none may end with anything but 0."""
    text, count, exempt = script(page)
    if page.name == "INSTALL.md":
        (desk / ".build/dist").symlink_to(request.getfixturevalue("tarball").parent)
    if "127.0.0.1:8000/v1" in text:
        text = text.replace("127.0.0.1:8000", request.getfixturevalue("endpoint"))
    if count == 0:
        remark(f"documentation: {page.name}: no commands to carry out, {len(exempt)} on the list of exceptions")
        return
    environment = {
        "PATH": f"{program.BINARY.parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(desk / "home"), "LANG": "C.UTF-8",
        "HF_ENDPOINT": stand_in, "DERMGEMMA_ARCHIVE": stand_in, "DERMGEMMA_PORT": str(free_port()),
        # Threads of OpenMP spin: more of them on a busy machine are slower by far.
        "OMP_NUM_THREADS": "1",
    }
    if "$PACS" in text:
        environment["PACS"] = request.getfixturevalue("pacs").dicomweb
        (desk / "token").write_text(orthanc.authorization(), "utf-8")
    if page.name == "CLUSTER.md":
        cluster = request.getfixturevalue("cluster")
        environment["SLURM_CONF"] = cluster.environment["SLURM_CONF"]
    (desk / "home").mkdir()
    if "service=dermgemma" in text:
        environment |= request.getfixturevalue("database").service(desk / "home")
    done = subprocess.run(
        ["bash"], input=text, cwd=desk, env=environment, capture_output=True, text=True, timeout=300)
    told = "\n".join(done.stderr.splitlines()[-12:])
    assert done.returncode == 0 and "the page is at its end" in done.stderr, f"{page.name}:\n{told}"
    remark(f"documentation: {page.name}: {count} commands carried out, {len(exempt)} on the list of exceptions")


def test_no_command_hides_in_a_block_of_another_kind():
    """A block that is not for a shell has no line that looks like a command."""
    assert documentation.escaped(documentation.PAGES) == []


def test_every_exception_is_needed():
    """The list of exceptions names nothing that no page has, but for what developers' pages may have."""
    found = [
        command
        for page in documentation.PAGES
        for block in documentation.blocks(page.read_text("utf-8"))
        if documentation.is_commands(block)
        for command in documentation.commands(block)
    ]
    idle = [one.match for one in documentation.exceptions()
            if not any(re.fullmatch(one.match, command, re.S) for command in found)]
    assert [match for match in idle if "scripts/" not in match and "derm" not in match] == []


def test_every_link_of_the_documentation_leads_somewhere():
    """Relative links name files that are there."""
    broken = [
        f"{page.name}: {target}"
        for page in documentation.PAGES
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
        if not re.match(r"https?:", target) and not (page.parent / target).exists()
    ]
    assert broken == []
