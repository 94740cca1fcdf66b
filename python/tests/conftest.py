"""Phantoms, painted by the program that the wheel carries, and readers that leave the other processors alone."""

import pathlib
import subprocess
import sys

import pytest

import dermgemma


@pytest.fixture(scope="session")
def phantoms(tmp_path_factory) -> list[pathlib.Path]:
    """Twelve phantoms as PNG files."""
    folder = tmp_path_factory.mktemp("phantoms")
    subprocess.run([sys.executable, "-m", "dermgemma", "phantoms", "--count", "12", "--seed", "21", "--out", str(folder)],
                   check=True, stdout=subprocess.DEVNULL)
    return sorted(folder.glob("*.png"))


@pytest.fixture(scope="session")
def shared_reader():
    """A reader for tests that do it no harm."""
    with dermgemma.Reader(threads=1, parallel=2) as reader:
        yield reader


@pytest.fixture
def reader():
    """A reader of the test's own."""
    with dermgemma.Reader(threads=1, parallel=2) as made:
        yield made
