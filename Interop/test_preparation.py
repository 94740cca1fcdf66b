"""The seed protocol's preparation against Pillow's."""

import subprocess
import sys

import program


def test_preparation_is_pillows_to_45_decibels(remark):
    """On the seed's 99 images where they are, else on pictures made for it."""
    script = program.ROOT / "Interop/imaging/compare_with_pillow.py"
    images = ["--images", program.SEED_IMAGES] if program.SEED_IMAGES.is_dir() else []
    done = subprocess.run([sys.executable, script, program.BINARY, *images], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    remark(done.stdout.strip())
