"""Greedy answers of the real Gemma 3 270M, text only, against llama-cpp-python's. On request: it fetches 230 MB.

make test-interop-270m
"""

import os

import pytest

import gemma270m
import program
from reference import Reference

LIMIT = 48  # tokens of an answer
SEED = program.builtin_protocol("seed")
PROMPTS = {
    "capital": "What is the capital of France?",
    "skin": "Name four structures that a dermatoscope shows in a melanocytic nevus.",
    "classification": SEED["classification"]["prompt"]
    .replace("{observations}", "Shape: irregular\nColors: black, blue-gray")
    .replace("{description}", "The border is notched and a white veil lies over the centre."),
    "code": "def fibonacci(n):\n    if n < 2:\n        return n\n",
    "languages": "Übersetze ins Englische: „Die Läsion ist größer geworden.“ そして日本語でも。",
    "spaces": "  1,  2,\t3,\n\n 4 … 🙂 continue ",
    "long": "Summarise in one sentence.\n" + "The lesion is brown and has a regular network with dots. " * 30,
}

pytestmark = pytest.mark.skipif(
    os.environ.get("DERMGEMMA_TEST_270M") != "1", reason="on request: make test-interop-270m")


@pytest.fixture(scope="module")
def weights():
    """The joined file."""
    return gemma270m.fetched()


@pytest.fixture(scope="module")
def theirs(weights):
    """The model in llama-cpp-python."""
    model = Reference(weights, None, threads=program.THREADS)
    yield model
    model.close()


@pytest.mark.parametrize("prefix", ["", "Answer:"])
@pytest.mark.parametrize("name", PROMPTS)
def test_answers_of_gemma_3_270m_are_llama_cpp_pythons(name, prefix, weights, theirs, remark):
    """The prompt's tokens, and every token of the answer until its end or 48."""
    ours = program.ask(PROMPTS[name], "--prefix", prefix, "--max-tokens", LIMIT, "--model", weights)
    prompt, answer = theirs.answer(PROMPTS[name], prefix, LIMIT)
    assert ours["prompt_tokens"] == prompt
    assert ours["tokens"] == answer
    remark(f"Gemma 3 270M, {name}, {prefix!r}: {len(prompt)} prompt tokens, {len(answer)} answer tokens equal")
