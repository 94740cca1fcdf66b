"""The container files, as far as they can be tried without a container engine."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import pytest
import yaml

import program
from test_documentation import free_port

DOCKERFILES = sorted((program.ROOT / "docker").glob("*.Dockerfile"))
HADOLINT = pathlib.Path(sys.executable).with_name("hadolint")


def test_hadolint_finds_no_fault():
    """Neither in the file for the CPU nor in CUDA's."""
    assert len(DOCKERFILES) == 2
    done = subprocess.run([HADOLINT, "--no-color", "--config", program.ROOT / ".hadolint.yaml", *DOCKERFILES],
                          capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout == "", done.stdout + done.stderr


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.stem)
def test_images_run_only_the_scripts_that_make_runs(path):
    """Each step is one of build.sh's, so that nothing is built in an image that is not built here too."""
    text = re.sub(r"\\\n\s*", " ", path.read_text("utf-8"))
    steps = re.findall(r"^RUN (.*)$", text, re.M)
    own = [step for step in steps if re.fullmatch(r"(/tmp/)?docker/build\.sh \w+( /\w+)?", step)]
    assert [step for step in steps if step not in own] == ["install -d -o 1000 -g 1000 /work/data /work/models"]
    script = (program.ROOT / "docker/build.sh").read_text("utf-8")
    for step in own:
        assert re.search(rf"^  {step.split()[1]}\)", script, re.M), step
    assert text.count("FROM ") >= 2 and "\nUSER 1000:1000\n" in text and "\nHEALTHCHECK " in text
    assert "@sha256:" not in text
    for source in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.M):
        assert all((program.ROOT / name).exists() for name in source.split())


def test_compose_does_what_the_seeds_does():
    """Service, port, models and data as the seed's users know them; nothing that can be written but those."""
    compose = yaml.safe_load((program.ROOT / "compose.yaml").read_text("utf-8"))
    service = compose["services"]["derm-mcp"]
    assert service["ports"] == ["127.0.0.1:6565:6565"]
    assert service["volumes"] == ["./models:/work/models", "./data:/work/data"]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    # `docker compose run … bash` needs a shell in place of the command, and so no entry point.
    files = [program.ROOT / service["build"]["dockerfile"]]
    over = yaml.safe_load((program.ROOT / "compose.cuda.yaml").read_text("utf-8"))["services"]["derm-mcp"]
    files.append(program.ROOT / over["build"]["dockerfile"])
    assert files == DOCKERFILES
    for path in files:
        assert "ENTRYPOINT" not in path.read_text("utf-8") and 'CMD ["/opt/dermgemma/docker/start.sh"]' in path.read_text("utf-8")
    assert over["deploy"]["resources"]["reservations"]["devices"][0]["driver"] == "nvidia"


def test_the_start_script_serves_and_the_health_check_sees_it(tmp_path, phantoms):
    """As in a container: its folders, its user's rights aside; the health check fails before and after."""
    images = tmp_path / "data/images"
    images.mkdir(parents=True)
    for path in phantoms:
        (images / path.name).write_bytes(path.read_bytes())
    (tmp_path / "data/labels.csv").write_text("Image,Dx, Lesion attributes\n")
    port = free_port()
    environment = {
        "PATH": f"{program.BINARY.parent}:/usr/bin:/bin", "HOME": str(tmp_path / "data"), "LANG": "C.UTF-8",
        "DERMGEMMA_HOST": "127.0.0.1", "DERMGEMMA_PORT": str(port), "OMP_NUM_THREADS": "1",
    }
    check = [program.ROOT / "docker/healthcheck.sh"]

    def is_healthy() -> bool:
        return subprocess.run(check, env=environment, capture_output=True, timeout=20).returncode == 0

    assert not is_healthy()
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen([program.ROOT / "docker/start.sh", "--log", "error"], cwd=tmp_path, env=environment,
                                  stderr=log, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not is_healthy() and server.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        assert is_healthy(), (tmp_path / "log").read_text("utf-8")
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
    assert not is_healthy()


def test_build_steps_that_need_no_image_run_here(tmp_path):
    """The program's step ends in the very tree that an image copies."""
    done = subprocess.run([program.ROOT / "scripts/dist.sh", "--into", tmp_path / "staged"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert os.access(tmp_path / "staged/bin/dermgemma", os.X_OK)
    again = subprocess.run([program.ROOT / "scripts/dist.sh", "--into", tmp_path / "staged"], capture_output=True, text=True)
    assert again.returncode == 64 and "is there already" in again.stderr
    wrong = subprocess.run([program.ROOT / "docker/build.sh", "nonsense"], capture_output=True, text=True)
    assert wrong.returncode == 64 and "docker/build.sh packages" in wrong.stderr
