"""The library product, used from another package as docs/LIBRARY.md says."""

import os
import re
import subprocess

import program

PAGE = (program.ROOT / "docs/LIBRARY.md").read_text("utf-8")


def test_a_package_of_its_own_builds_and_reads_with_the_page_s_words(tmp_path):
    """The page's manifest and its program, built and run beside a checkout."""
    main, lines = re.findall(r"^ *```swift.*?\n(.*?)^ *```", PAGE, re.S | re.M)[:2]
    package = tmp_path / "mine"
    (package / "Sources/Mine").mkdir(parents=True)
    (package / "Sources/Mine/main.swift").write_text(main, "utf-8")
    (package / "Package.swift").write_text(
        f'// swift-tools-version: 6.2\nimport PackageDescription\nlet package = Package(name: "mine", {lines.strip()})\n', "utf-8")
    (tmp_path / "dermgemma").symlink_to(program.ROOT)
    program.run("phantoms", "--count", 1, "--seed", 65, "--out", tmp_path / "phantoms")
    (package / "lesion.png").write_bytes((tmp_path / "phantoms/phantom-65-00000.png").read_bytes())

    script = """set -euo pipefail
. "$1/scripts/environment.sh"
cd "$2"
swift build
libraries=$("$1/scripts/llama-cpp.sh" --prefix)/lib
LD_LIBRARY_PATH=$libraries DERMGEMMA_MODELS=$1/Models .build/debug/Mine"""
    done = subprocess.run(
        ["bash", "-c", script, "bash", program.ROOT, package], capture_output=True, text=True, timeout=1500,
        env={name: value for name, value in os.environ.items() if not name.startswith(("DERMGEMMA_", "PYTHON"))})
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "lesion.png, 600 × 450 pixels" in done.stdout, done.stdout[-4000:]
    kept = program.run("records", "list", "--json", "--records", package / "lesions.sqlite").splitlines()
    assert len(kept) == 1 and '"lesion.png"' in kept[0]
