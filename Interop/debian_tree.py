"""A Debian 12 with nothing but what every Debian has, and the packages that are asked for."""

import os
import pathlib
import subprocess
import tempfile

import pytest

import program

CACHE = pathlib.Path(os.environ["DERMGEMMA_INTEROP_CACHE"])


def unpack(tree: pathlib.Path, *packages: str) -> None:
    """Lays the system into a folder. It is made once by debootstrap, from apt's own mirror. Skips the test without root."""
    if os.geteuid() != 0:
        pytest.skip("debootstrap and chroot need root")
    packed = CACHE / ("-".join(["debian-12-minbase", *packages]) + ".tar")
    if not packed.exists():
        make(packed, packages)
    subprocess.run(["tar", "--extract", "--file", packed, "--directory", tree], check=True)


def make(packed: pathlib.Path, packages: tuple[str, ...]) -> None:
    """Runs debootstrap, and packs what it leaves."""
    subprocess.run([program.ROOT / "scripts/packages.sh", "debootstrap"], check=True)
    places = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Codename: bookworm",
         "Component: main"], check=True, capture_output=True, text=True).stdout.split()
    with tempfile.TemporaryDirectory() as tree:
        chosen = [f"--include={','.join(packages)}"] if packages else []
        subprocess.run(["debootstrap", "--variant=minbase", *chosen, "bookworm", tree, places[0].rstrip("/")], check=True,
                       stdout=subprocess.DEVNULL)
        partial = packed.with_suffix(".partial")
        subprocess.run(["tar", "--create", "--file", partial, "--directory", tree, "--exclude=./dev/*",
                        "--exclude=./var/cache/apt/archives", "."], check=True)
        partial.rename(packed)


def run(tree: pathlib.Path, session: str, limit: float, mounts: str = "") -> subprocess.CompletedProcess:
    """Runs a script of bash's inside, in a process space of its own."""
    (tree / "session").write_text(session)
    inside = f'mount -t proc proc "$1/proc"; mount --bind /dev "$1/dev"; {mounts} exec chroot "$1" /bin/bash /session'
    return subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", inside, "sh", tree],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, timeout=limit, stdin=subprocess.DEVNULL)
