"""Both sides must run the same code, or equal tokens would prove nothing."""

import ctypes
import hashlib
import subprocess

import program
import reference


def test_both_sides_use_the_same_llama_cpp(remark):
    """The libraries beside our program are those that llama-cpp-python is given, byte for byte."""
    ours = sorted(path for path in program.BINARY.resolve().parent.glob("lib*.so") if path.is_file())
    assert {path.name for path in ours} >= {"libllama.so", "libmtmd.so", "libggml.so", "libggml-base.so"}
    for path in ours:
        theirs = reference.LIBRARIES / path.name
        assert _digest(path) == _digest(theirs), f"{path} and {theirs} differ"
    remark(f"libraries: {len(ours)} the same on both sides; llama-cpp-python {reference.VERSION}")


def test_the_reference_is_the_pinned_version():
    """And not another one that happens to be installed."""
    pins = (program.ROOT / "scripts/pins.sh").read_text("utf-8")
    assert f"LLAMA_CPP_PYTHON_VERSION={reference.VERSION}\n" in pins


def test_the_cpu_variant_that_is_built_first_is_the_one_that_ggml_chooses(remark):
    """`make build` builds one; ggml gives each a score, 0 where the processor lacks something."""
    named = subprocess.run([program.ROOT / "scripts/llama-cpp.sh", "--variant"], check=True, capture_output=True, text=True)
    scores = {path.stem.removeprefix("libggml-cpu-"): ctypes.CDLL(path).ggml_backend_score()
              for path in reference.LIBRARIES.glob("libggml-cpu-*.so")}
    assert named.stdout.split() == [max(scores, key=scores.get)], scores
    remark(f"CPU variants: {scores}")


def _digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
