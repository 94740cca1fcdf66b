"""What several checks need, and the lines that tell what was compared."""

import os
import pathlib
import subprocess

import pytest

import program
import python_package
import slurm

_remarks: list[str] = []


@pytest.fixture(scope="session")
def remark():
    """Keeps a line to be printed before the closing one."""
    return _remarks.append


@pytest.fixture(scope="session")
def embedded_pair() -> tuple[pathlib.Path, pathlib.Path]:
    """The embedded model's weights and projector."""
    stem = program.EMBEDDED / "dermgemma-small"
    pair = stem.with_suffix(".gguf"), stem.with_name("dermgemma-small-mmproj.gguf")
    assert all(path.is_file() for path in pair), f"{program.EMBEDDED} lacks the embedded model"
    return pair


@pytest.fixture(scope="session")
def phantoms(tmp_path_factory) -> list[pathlib.Path]:
    """Three phantoms as PNG files."""
    folder = tmp_path_factory.mktemp("phantoms")
    program.run("phantoms", "--count", 3, "--seed", 11, "--out", folder)
    paths = sorted(folder.glob("*.png"))
    assert len(paths) == 3
    return paths


@pytest.fixture(scope="session")
def tarball() -> pathlib.Path:
    """What `make dist` makes of the program as it was built."""
    made = subprocess.run([program.ROOT / "scripts/dist.sh"], check=True, capture_output=True, text=True)
    return pathlib.Path(made.stdout.split()[-1])


@pytest.fixture(scope="session")
def python_wheel() -> pathlib.Path:
    """What `make wheel` makes of the program as it was built."""
    return python_package.build()


def pytest_terminal_summary(terminalreporter) -> None:
    """Prints what was compared."""
    if _remarks:
        terminalreporter.section("compared")
        for line in _remarks:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def cluster():
    """A real Slurm of two nodes on this machine."""
    if absent := slurm.missing():
        pytest.skip(f"Slurm is not installed: {', '.join(absent)}")
    if os.getuid() != 0:
        pytest.skip("only root can start Slurm's daemons")
    one = slurm.Cluster()
    yield one
    one.close()
