"""The wheel of `make wheel`: a true tag, no dependency, its own tests, its types, its page and its notebook."""

import os
import re
import shutil
import subprocess
import zipfile

import pytest

import adapters
import debian_tree
import program
import python_package

PAGE = program.ROOT / "docs/PYTHON.md"


@pytest.fixture(scope="module")
def wheel(python_wheel):
    """The wheel."""
    return python_wheel


@pytest.fixture(scope="module")
def tools():
    """What tests and notebooks need."""
    return python_package.tools()


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel in a fresh environment."""
    return python_package.Installed(tmp_path_factory.mktemp("fresh") / "venv", wheel)


def test_the_wheel_says_truly_where_it_runs(wheel, tools, remark):
    """auditwheel reads every library's symbols, and finds no newer system than the tag names."""
    tag = re.fullmatch(r"dermgemma-\d+\.\d+\.\d+-py3-none-(manylinux_2_35_\w+)\.whl", wheel.name)
    assert tag, wheel.name
    told = subprocess.run([tools / "bin/python", "-m", "auditwheel", "show", wheel], check=True, capture_output=True,
                          text=True).stdout.replace("\n", " ")
    assert f'consistent with the following platform tag: "{tag[1]}"' in told, told
    remark(f"wheel: {wheel.stat().st_size / 1e6:.0f} MB, {tag[1]} by auditwheel")


def test_the_wheel_carries_program_model_types_licences_and_bill(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        mode = archive.getinfo("dermgemma/_program/dermgemma").external_attr >> 16
        metadata = archive.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()
    assert mode & 0o111 == 0o111
    for name in ("py.typed", "_program/libllama.so.0", "_program/libvips.so.42", "_program/licenses/libvips42.txt",
                 "_program/Models/dermgemma-small/dermgemma-small.gguf", "_program/Models/dermgemma-small/LICENSE.md"):
        assert f"dermgemma/{name}" in names, name
    assert any(name.endswith(".dist-info/sboms/dermgemma.cdx.json") for name in names)
    assert not [name for name in names if "/tests/" in name or name.endswith(".pyc")]
    required = re.findall(r"^Requires-Dist: (.*)$", metadata, re.M)
    assert required and all("extra ==" in one for one in required), "nothing but the standard library is needed"


def test_a_fresh_environment_without_a_network_reads_images(installed, phantoms, tmp_path):
    """With nothing else in it, from another folder, and the command with it."""
    script = f"import dermgemma; r = dermgemma.Reader(threads=1); print(r.read({str(phantoms[0])!r}).code, r.version); r.close()"
    code, version = installed.run("-c", script, folder=tmp_path).split()
    assert code in ("MEL", "NV", "BCC", "BKL") and f"dermgemma {version}" == program.run("--version").strip()
    assert installed.run("-m", "dermgemma", "--version", folder=tmp_path).strip() == f"dermgemma {version}"
    listed = installed.run("-m", "pip", "list", "--format=freeze").split()
    assert {line.split("==")[0] for line in listed} <= {"dermgemma", "pip", "setuptools"}


SESSION = r"""
set -e
if command -v swift || command -v g++ || command -v pytest; then exit 3; fi
python3 -m venv /tmp/venv
/tmp/venv/bin/pip install --quiet --no-index --disable-pip-version-check /wheel/*.whl
cd /wheel
PYTHONPATH=/tools PYTHONDONTWRITEBYTECODE=1 /tmp/venv/bin/python -m pytest -q tests
"""


@pytest.mark.skipif(
    os.environ.get("DERMGEMMA_PYTHON_TEST") != "full", reason="takes long; make test-interop-python runs it")
def test_the_packages_own_tests_pass_on_a_clean_debian_12(wheel, tools, tmp_path_factory, remark):
    """python/tests, among them twenty kills, in a tree without Swift, compilers and libraries of ours; only pytest and what it
    hands over (NumPy, Pillow, pandas) are lent to it."""
    tree = tmp_path_factory.mktemp("debian")
    debian_tree.unpack(tree, "python3", "python3-venv")
    (tree / "wheel").mkdir()
    (tree / "tools").mkdir()
    shutil.copy2(wheel, tree / "wheel")
    shutil.copy2(python_package.PACKAGE / "pyproject.toml", tree / "wheel")
    shutil.copytree(python_package.PACKAGE / "tests", tree / "wheel/tests")
    done = debian_tree.run(tree, SESSION, 800, f'mount --bind "{python_package.packages(tools)}" "$1/tools";')
    shutil.rmtree(tree)
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    last = done.stdout.strip().splitlines()[-1]
    assert "passed" in last and "skipped" not in last, last
    remark(f"python/tests on a clean Debian 12: {last}")


ADAPTED = """
import sys, dermgemma
with dermgemma.Reader(model=sys.argv[1], mmproj=sys.argv[2], lora=[(sys.argv[3], 0.5)], threads=1, protocol="direct") as reader:
    report = reader.read(sys.argv[4])
    print([(one.name, one.scale, len(one.sha256)) for one in report.model.adapters], report.probabilities == reader.read(sys.argv[4]).probabilities)
"""


def test_a_model_with_an_adapter_reads(installed, embedded_pair, phantoms, tmp_path):
    adapters.adapter(tmp_path / "first.gguf", 1)
    told = installed.run("-c", ADAPTED, *embedded_pair, tmp_path / "first.gguf", phantoms[0])
    assert told.strip() == "[('first.gguf', 0.5, 64)] True"


def test_types_are_strict(tools, tmp_path):
    """mypy --strict, for the package and for who uses it."""
    use = tmp_path / "use.py"
    use.write_text("import dermgemma\nwith dermgemma.Reader() as reader:\n    reveal_type(reader.read('x').probabilities)\n")
    done = subprocess.run(
        [tools / "bin/python", "-m", "mypy", "--config-file", "pyproject.toml", "--cache-dir", tmp_path / "cache", "src/dermgemma", use],
        cwd=python_package.PACKAGE, env=installed_path(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert 'Revealed type is "typing.Mapping[str, float]"' in done.stdout.replace("builtins.", "").replace("collections.abc", "typing"), done.stdout


def installed_path() -> dict[str, str]:
    """Where mypy finds the sources."""
    return python_package.Installed.variables() | {"MYPYPATH": str(python_package.PACKAGE / "src")}


def test_the_page_works(installed, tools, phantoms, tmp_path):
    """Every Python block of docs/PYTHON.md, in the order in which they stand there; Ray's and Spark's have their own tests."""
    (tmp_path / "images").mkdir()
    for path in phantoms:
        shutil.copy2(path, tmp_path / "images")
    shutil.copy2(phantoms[0], tmp_path / "lesion.jpg")
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    run = [block for block in blocks if "dermgemma.ray" not in block and "dermgemma.spark" not in block]
    assert len(run) == 3
    (tmp_path / "page.py").write_text("\n".join(run))
    installed.run("page.py", borrowed=tools, folder=tmp_path)


NOTEBOOK = """
import json, sys, nbformat, nbclient
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
print(json.dumps(notebook))
"""


def test_the_notebook_works(installed, tools, tmp_path):
    """It runs from top to bottom, and shows a picture, a bar of progress and a table."""
    path = python_package.PACKAGE / "examples/reading.ipynb"
    text = path.read_text("utf-8")
    assert '"outputs": []' in text and "image/png" not in text, "the notebook is committed without outputs"
    told = installed.run("-c", NOTEBOOK, path, borrowed=tools, folder=tmp_path)
    assert "data:image/png;base64," in told and "<progress" in told and "This is not a diagnosis" in told
    assert "12 of 13 images" not in told and "13 of 13 images, 1 failed" in told
