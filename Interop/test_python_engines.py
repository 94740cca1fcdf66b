"""dermgemma.ray and dermgemma.spark on the real engines: nothing lost, nothing twice, whatever is killed."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

import program
import python_package

pytestmark = pytest.mark.skipif(
    os.environ.get("DERMGEMMA_PYTHON_TEST") != "full", reason="installs 1.5 GB; make test-interop-python runs it")


@pytest.fixture(scope="module")
def engines():
    """The environment with Ray and PySpark; without it, the adapters are not checked."""
    try:
        return python_package.engines()
    except subprocess.CalledProcessError:
        pytest.skip("Ray and PySpark cannot be installed here; dermgemma.ray and dermgemma.spark are not checked")


@pytest.fixture(scope="module")
def installed(python_wheel, tmp_path_factory):
    """The wheel in a fresh environment."""
    return python_package.Installed(tmp_path_factory.mktemp("fresh") / "venv", python_wheel)


@pytest.fixture
def run(installed, engines, phantoms):
    """Runs engine_runs.py; tells what was seen."""
    # Ray's sockets have names of at most 107 bytes, and pytest's folders long ones.
    folder = pathlib.Path(subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True).stdout.strip())
    (folder / "images").mkdir()
    for name, path in zip(("_a.png", ".b.png", "c.png"), phantoms):
        shutil.copy2(path, folder / "images" / name)

    def scene(engine: str) -> dict:
        variables = installed.variables(engines) | {
            "ENGINE_RUN": str(folder), "RAY_TMPDIR": str(folder), "RAY_USAGE_STATS_ENABLED": "0", "OMP_NUM_THREADS": "1"}
        with open(folder / "log", "w+") as log:
            done = subprocess.run([installed.python, program.ROOT / "Interop/engine_runs.py", engine, folder], env=variables,
                                  stdout=log, stderr=log, cwd=folder, timeout=400)
            log.seek(0)
            assert done.returncode == 0, log.read()[-5000:]
        return json.loads((folder / "seen.json").read_text("utf-8"))

    yield scene
    shutil.rmtree(folder, ignore_errors=True)


def expect(seen: dict, engine: str, remark) -> None:
    """Each image once, in its place, with its own answer; the two that are no images with their errors."""
    assert (seen["rows"], seen["paths"], seen["codes"], seen["failed"]) == (240, True, True, [65, 66]), json.dumps(seen)
    assert seen["examinations"] == 238
    programs, hosts = seen["killed"]
    assert programs >= 2 and hosts == 1, seen
    remark(f"{engine}: 240 images, {programs} programs and {hosts} of the engine's processes killed; one row each, in {seen['seconds']} s")


def test_ray_loses_nothing_and_repeats_nothing(run, remark):
    seen = run("ray")
    expect(seen, "Ray", remark)
    assert seen["in_order"]
    told = seen["told"]
    assert "3 readers want 3 CPUs" in told[0] and "seed" in told[1] and "no images" in told[2] and "several" in told[3]


def test_spark_loses_nothing_and_repeats_nothing(run, remark):
    if shutil.which("java") is None:
        subprocess.run([program.ROOT / "scripts/packages.sh", "openjdk-17-jre-headless"], capture_output=True)
    if shutil.which("java") is None:
        pytest.skip("there is no Java here; dermgemma.spark is not checked")
    seen = run("spark")
    expect(seen, "Spark", remark)
    assert seen["few"] and seen["master"] == "local[2,4]" and seen["again"] == "AnalysisException"
