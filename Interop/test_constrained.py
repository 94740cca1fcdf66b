"""Answers held to their words, in our engine and at two real servers."""

import json
import re
import resource

import pytest

import endpoints
import program

IMAGES = 16
SEED = program.builtin_protocol("seed")
QUESTIONS = {question["id"]: question["answer"] for question in SEED["questions"]}
needs_llama_server = pytest.mark.skipif(
    not endpoints.LLAMA_SERVER.is_file(), reason="llama-server is not built; make test-interop-endpoint builds it")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Phantoms, and four protocols: the seed's, wild or greedy, free or held to its words."""
    folder = tmp_path_factory.mktemp("constrained")
    program.run("phantoms", "--count", IMAGES, "--seed", 31, "--out", folder / "images")
    for held in (False, True):
        for name, temperature in (("wild", 2.0), ("greedy", 0)):
            document = program.builtin_protocol("seed")
            for phase in ("observation", "classification"):
                # At 2, with all tokens to choose from, the model rambles.
                document["sampling"][phase].update(
                    temperature=temperature, repeat_penalty=1, top_k=0, top_p=1, min_p=0)
            # After a description that is cut short the embedded model goes on with it, and often names no code.
            document["sampling"]["review"].update(
                temperature=0, repeat_penalty=1, max_tokens=4 if name == "wild" else 48)
            document["constrained"] = held
            (folder / f"{name}-{held}.json").write_text(json.dumps(document), "utf-8")
    return folder


def analyzed(desk, protocol: str, *arguments: object) -> list[dict]:
    said = program.run("analyze", "--json", desk / "images", "--protocol", desk / f"{protocol}.json", *arguments)
    return [json.loads(line) for line in said.splitlines()]


def answers(reports: list[dict]) -> list[tuple[str, str]]:
    """Each question, or the code, with what was written."""
    return [pair for report in reports for pair in (
        *((name, one["raw"]) for name, one in report["observations"].items()), ("code", report["diagnosis"]["raw"]))]


def is_valid(name: str, raw: str) -> bool:
    """Whether an answer consists of the words alone."""
    form = QUESTIONS.get(name, {"values": ["MEL", "NV", "BCC", "BKL"]})
    words = "|".join(re.escape(word) for word in form["values"] if word != form.get("none"))
    several = f"({words})(, ({words}))*" if form.get("kind") == "many" else f"({words})"
    none = f"|{re.escape(form['none'])}" if "none" in form else ""
    return re.fullmatch(f"[ \n]?({several}{none})", raw if name == "code" else raw.lower()) is not None


def share(reports: list[dict]) -> float:
    every = answers(reports)
    return sum(is_valid(*answer) for answer in every) / len(every)


def test_every_answer_consists_of_the_words_and_a_model_that_keeps_to_them_says_the_same(desk, remark):
    """Validity and agreement, with and without the grammar; what it costs is told."""
    free, held = (analyzed(desk, f"wild-{flag}", "--threads", 1) for flag in (False, True))
    assert share(held) == 1 > share(free)
    costs = []
    for flag in (False, True):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        reports = analyzed(desk, f"greedy-{flag}", "--threads", 1)
        costs.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)
        if flag:
            same = sum(one == other for one, other in zip(answers(reports), answers(plain), strict=True))
        else:
            plain = reports
    every = len(answers(plain))
    remark(f"constrained: at a temperature of 2, {share(free):.0%} of the answers are words of the question without the grammar and "
           f"{share(held):.0%} with it; greedily {share(plain):.0%} without, and {same} of {every} answers are the same with it; "
           f"processor time of the whole runs {costs[1] / costs[0]:.2f} to 1")
    assert share(reports) == 1 and same >= 0.9 * every
    assert all(report["description"] == other["description"] for report, other in zip(reports, plain)
               if report["observations"] == other["observations"])


@needs_llama_server
def test_at_llama_server_the_answers_are_our_engine_s(desk):
    ours = analyzed(desk, "greedy-True", "--threads", 1)
    with endpoints.llama_server(desk, 4) as server:
        theirs = analyzed(desk, "greedy-True", "--endpoint", server.url)
        wild = analyzed(desk, "wild-True", "--endpoint", server.url)
    assert answers(theirs) == answers(ours) and share(wild) == 1


def test_at_llama_cpp_python_s_server_the_answers_are_words_too(desk):
    with endpoints.llama_cpp_python(desk) as server:
        reports = analyzed(desk, "wild-True", "--endpoint", server.url)
    assert len(reports) == IMAGES and share(reports) == 1
