"""What an examination's JSON object must be (INTERFACES: One examination as JSON)."""

import math
import re

KEYS = {
    "image", "protocol", "model", "engine", "seed", "sampling", "observations", "description", "diagnosis", "flags",
    "ground_truth", "timings", "counts", "report",
}
CODES = {"MEL", "NV", "BCC", "BKL"}
FLAGS = {
    "guardrail", "gibberish_repeat", "special_token_leak", "thinking_leak", "verbose_output", "multiple_codes",
    "cleaning_emptied", "invalid_code", "empty", "too_short", "classification_leakage", "excessive_non_ascii",
    "low_alpha_ratio", "no_lesion", "no_comparison", "no_additional_findings",
}
QUESTIONS = ["Architecture", "Network", "Structures", "Colors"]
DIGEST = re.compile(r"[0-9a-f]{64}")


def check(found: dict) -> None:
    """Raises AssertionError at the first thing that is not as INTERFACES says, for the seed protocol."""
    assert set(found) == KEYS, set(found) ^ KEYS
    image = found["image"]
    assert set(image) == {"name", "sha256", "width", "height"} and DIGEST.fullmatch(image["sha256"])
    assert image["width"] >= 8 and image["height"] >= 8
    assert set(found["protocol"]) == {"id", "version", "digest"} and found["protocol"]["id"] == "seed"
    assert set(found["model"]) == {"name", "weights_sha256", "projector_sha256"}
    assert DIGEST.fullmatch(found["model"]["weights_sha256"]) and DIGEST.fullmatch(found["model"]["projector_sha256"])
    assert found["engine"] and isinstance(found["seed"], int) and found["sampling"]
    assert list(found["observations"]) == QUESTIONS
    for observation in found["observations"].values():
        assert set(observation) == {"value", "raw"} and all(isinstance(text, str) for text in observation.values())
    assert set(found["description"]) == {"raw", "cleaned", "removed"}
    for removed in found["description"]["removed"]:
        assert set(removed) == {"sentence", "reason"}
    _check_diagnosis(found["diagnosis"])
    assert set(found["flags"]) <= FLAGS and len(set(found["flags"])) == len(found["flags"])
    assert set(found["timings"]) == {"encode_ms", "phase1_ms", "phase2_ms", "phase3_ms", "total_ms"}
    assert all(number >= 0 for number in found["timings"].values())
    assert set(found["counts"]) == {"image_encodes", "prompt_tokens", "shared_prompt_tokens", "generated_tokens"}
    assert found["counts"]["image_encodes"] == 1
    assert found["report"].strip()


def _check_diagnosis(diagnosis: dict) -> None:
    assert set(diagnosis) == {"code", "method", "raw", "probabilities"}
    assert diagnosis["code"] in CODES and diagnosis["method"] in {"model", "fallback"}
    assert set(diagnosis["probabilities"]) == CODES
    assert all(0 <= number <= 1 for number in diagnosis["probabilities"].values())
    assert math.isclose(sum(diagnosis["probabilities"].values()), 1, abs_tol=1e-5)


def lasting(found: dict) -> dict:
    """The object without its timings and counts."""
    return {key: value for key, value in found.items() if key not in {"timings", "counts"}}
