"""A model behind an endpoint, against two real servers of the embedded pair."""

import base64
import io
import json
import math
import os
import subprocess

import numpy
import pytest
from PIL import Image

import endpoints
import gguf_header
import program
from differences import NEAR, parting
from reference import Reference

IMAGES = 30
NEARLY = 0.97
"""Of the answers at llama-cpp-python's server; the others are explained one by one."""
SEED = program.builtin_protocol("seed")
PREFIX = SEED["answer_prefix"]
WORDS = "\n\n"
"""What Gemma 3's processor puts before an image and after it, and these servers leave out."""
needs_llama_server = pytest.mark.skipif(
    not endpoints.LLAMA_SERVER.is_file(), reason="llama-server is not built; make test-interop-endpoint builds it")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Phantoms, as the protocol prepares them, in a folder of their own."""
    folder = tmp_path_factory.mktemp("endpoint")
    program.run("phantoms", "--count", IMAGES, "--seed", 22, "--out", folder / "images")
    for table in ["labels.csv", "attributes.csv"]:
        (folder / "images" / table).rename(folder / table)
    return folder


@pytest.fixture(scope="module")
def greedy(pictures):
    """The seed's protocol without chance and without a penalty, which servers would count otherwise."""
    document = program.builtin_protocol("seed")
    for phase in ("observation", "review", "classification"):
        document["sampling"][phase].update(temperature=0, repeat_penalty=1)
    path = pictures / "greedy.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


@pytest.fixture(scope="module", params=[1, 4])
def server(request, pictures):
    """llama-server with one slot, and with four."""
    with endpoints.llama_server(pictures, request.param) as endpoint:
        endpoint.slots = request.param
        yield endpoint


@pytest.fixture(scope="module")
def python_server(pictures):
    """llama-cpp-python's server."""
    with endpoints.llama_cpp_python(pictures) as endpoint:
        yield endpoint


def analyzed(images, *arguments) -> list[dict]:
    """The examinations of a folder."""
    return [json.loads(line) for line in program.run("analyze", "--json", images, *arguments).splitlines()]


def written(report: dict) -> list[str]:
    """Everything that the model wrote."""
    return [*(one["raw"] for one in report["observations"].values()), report["description"]["raw"],
            report["diagnosis"]["raw"]]


@pytest.fixture(scope="module")
def ours(pictures, greedy):
    """The same examinations in our engine."""
    return analyzed(pictures / "images", "--protocol", greedy, "--threads", program.THREADS)


@needs_llama_server
def test_greedy_text_is_our_engines_and_each_image_is_encoded_once(pictures, greedy, server, ours, remark):
    """Six answers about each of thirty images, and one encoding for each, by the server's own log."""
    before = server.encodes()
    theirs = analyzed(pictures / "images", "--protocol", greedy, "--endpoint", server.url)
    encodes = server.encodes() - before
    assert [written(report) for report in theirs] == [written(report) for report in ours]
    assert encodes == len(theirs) == IMAGES
    for report in theirs:
        assert report["model"]["weights_sha256"] is None and report["model"]["projector_sha256"] is None
        assert report["model"]["endpoint"] == f"127.0.0.1:{server.port}"
        assert abs(sum(report["diagnosis"]["probabilities"].values()) - 1) < 1e-5
        assert "cannot be repeated bit by bit" in " ".join(report["report"].split())
    remark(f"endpoint, llama-server, {server.slots} slots: {len(theirs)} images equal, {encodes} encodings")


@needs_llama_server
def test_probabilities_are_the_models_own_without_its_calibration(pictures, greedy, server, ours):
    """A server does not tell the calibration in its weights; what is scored is the same."""
    temperature = gguf_header.decimal(endpoints.PAIR[0], "dermgemma.calibration.classification.temperature")
    theirs = analyzed(pictures / "images", "--protocol", greedy, "--endpoint", server.url)
    for report, other in zip(ours, theirs, strict=True):
        # Without the biases: how two codes' odds differ between two images is free of them.
        def odds(one, scale):
            shares = one["diagnosis"]["probabilities"]
            return {code: scale * math.log(max(share, 1e-6)) for code, share in shares.items()}

        mine, wire = odds(report, temperature), odds(other, 1)
        first_mine, first_wire = odds(ours[0], temperature), odds(theirs[0], 1)
        for code in ("MEL", "BCC", "BKL"):
            values = [one[code] - one["NV"] for one in (mine, first_mine, wire, first_wire)]
            shares = [one["diagnosis"]["probabilities"][name] for one in (report, other, ours[0], theirs[0])
                      for name in (code, "NV")]
            if min(shares) > 1e-3:
                assert abs((values[0] - values[1]) - (values[2] - values[3])) < 0.05


@needs_llama_server
def test_the_doctor_measures_what_the_server_can_do(server):
    """Vision, streaming, log-probabilities, the kept picture, the context."""
    told = program.run("doctor", "--endpoint", server.url)
    for subject in ("server", "context", "slots", "beginnings", "vision", "cache", "logprobs"):
        assert f"✓ {subject}" in told, told
    assert "2048 tokens a request" in told and "a picture adds" in told


@needs_llama_server
def test_a_run_over_an_endpoint_is_stored_with_its_place(pictures, greedy, server):
    """`validate` resumes at the same endpoint only."""
    out = pictures / f"run-{server.slots}"
    arguments = ["validate", "all", "--images", pictures / "images", "--labels", pictures / "labels.csv", "--protocol",
                 greedy, "--limit", 4, "--out", out, "--endpoint", server.url]
    program.run(*arguments)
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert f"127.0.0.1:{server.port}" in json.dumps(summary)
    program.run(*arguments, "--resume")
    refused = subprocess.run(
        [program.BINARY, *map(str, arguments[:-2]), "--resume"], capture_output=True, text=True)
    assert refused.returncode == 65 and "the weights changed" in refused.stderr


def test_no_key_is_ever_shown(pictures, python_server):
    """Neither in what is printed or stored, nor in the list of processes."""
    secret = "sk-planted-7f3c1b"
    key = pictures / "key"
    key.write_text(secret + "\n", "utf-8")
    image = sorted((pictures / "images").glob("*.png"))[0]
    records = pictures / "records.sqlite"
    command = [program.BINARY, "analyze", "--json", image, "--endpoint", python_server.url, "--records", records]
    for arguments, environment in ([["--endpoint-key-file", key], {}], [[], {"DERMGEMMA_ENDPOINT_KEY": secret}]):
        with subprocess.Popen(
                [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                env={**os.environ, **environment}) as process:
            listed = open(f"/proc/{process.pid}/cmdline", "rb").read()
            told, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert secret not in told + errors and secret.encode() not in listed
    for path in pictures.glob("records.sqlite*"):
        assert secret.encode() not in path.read_bytes()


def test_another_machine_needs_permission(pictures):
    """Before anything is sent."""
    image = sorted((pictures / "images").glob("*.png"))[0]
    for address in ("http://192.0.2.1:8000/v1", "http://127.0.0.1.example.com/v1"):
        refused = subprocess.run(
            [program.BINARY, "analyze", image, "--endpoint", address, "--model", "m"], capture_output=True, text=True)
        assert refused.returncode == 64 and "--allow-remote" in refused.stderr


def test_no_proxy_gets_what_is_meant_for_this_machine(pictures, python_server):
    """A proxy of the environment, which is not there, is not asked."""
    image = sorted((pictures / "images").glob("*.png"))[0]
    done = subprocess.run(
        [program.BINARY, "analyze", "--json", image, "--endpoint", python_server.url], capture_output=True, text=True,
        env={**os.environ, "http_proxy": "http://127.0.0.1:9", "all_proxy": "http://127.0.0.1:9"})
    assert done.returncode == 0, done.stderr


def prompts(report: dict) -> list[tuple[str, bool]]:
    """The prompts of an examination by the seed's protocol, and whether each is asked of the picture."""
    notes = "\n".join(f"{question['label']}: {report['observations'][question['id']]['value']}" for question in SEED["questions"])
    classification = SEED["classification"]["prompt"].replace("{observations}", notes)
    return [*((question["prompt"], True) for question in SEED["questions"]),
            (SEED["review"]["prompt"].replace("{observations}", notes), True),
            (classification.replace("{description}", report["description"]["cleaned"]), False)]


def test_llama_cpp_pythons_server_is_read_one_by_one_and_differs_by_what_it_leaves_out(
        pictures, greedy, python_server, remark):
    """Six answers about each of thirty images are what the server itself answers to the same prompts; with the blank lines that
    it leaves out around a picture, and without the beginning of an answer that it cannot be given, they are our engine's.

    But for a few, each of which is explained token by token. Asked twice, the server may change its mind where two words are nearly as likely."""
    images = pictures / "images"
    out = pictures / "python-run"
    program.run(
        "validate", "all", "--images", images, "--labels", pictures / "labels.csv", "--protocol", greedy, "--out", out,
        "--endpoint", python_server.url, "--parallel", 8)
    assert not (out / "errors.csv").exists()
    theirs = analyzed(images, "--protocol", greedy, "--endpoint", python_server.url)
    assert len(theirs) == IMAGES
    document = json.loads(greedy.read_text("utf-8"))
    document["answer_prefix"] = ""
    bare = pictures / "bare.json"
    bare.write_text(json.dumps(document), "utf-8")
    mine = {report["image"]["name"]: report for report in analyzed(images, "--protocol", bare, "--threads", program.THREADS)}
    same = equal = answers = 0
    apart: list[tuple] = []
    twice: list[tuple] = []
    for report in theirs:
        name = report["image"]["name"]
        prepared = pictures / "prepared.png"
        program.run("prepare", images / name, "--protocol", "seed", "--out", prepared)
        picture = {"type": "image_url", "image_url": {
            "url": "data:image/png;base64," + base64.b64encode(prepared.read_bytes()).decode()}}
        ours = mine[name]

        def text(prompt, sees, before, after, limit):
            parts = [{"type": "text", "text": after + prompt}] if sees else prompt
            if sees:
                parts.insert(0, picture)
                if before:
                    parts.insert(0, {"type": "text", "text": before})
            return python_server.complete(parts, max_tokens=limit)["choices"][0]["message"]["content"].strip()

        limits = [32] * len(SEED["questions"]) + [256, 16]
        for place, (prompt, sees) in enumerate(prompts(report)):
            texts = written(report)[place], text(prompt, sees, "", "", limits[place])
            same += texts[0].strip() == texts[1]
            if texts[0].strip() != texts[1]:
                twice.append((name, prepared.read_bytes() if sees else None, prompt, texts, "", limits[place]))
        for place, (prompt, sees) in enumerate(prompts(ours)):
            answers += 1
            texts = written(ours)[place], text(prompt, sees, WORDS, WORDS, limits[place])
            equal += texts[0].strip() == texts[1]
            if texts[0].strip() != texts[1]:
                apart.append((name, prepared.read_bytes() if sees else None, prompt, texts, WORDS, limits[place]))
    remark(f"endpoint, llama-cpp-python: {len(theirs)} images, {same} of {answers} answers are what the server answers to the same "
           f"request by hand, {equal} are our engine's once it has the blank lines and no answer's beginning")
    assert answers == 6 * IMAGES and min(same, equal) >= NEARLY * answers
    assert explain(apart, remark) == len(apart) == answers - equal
    assert near_ties(twice, remark) == len(twice) == answers - same


def explain(apart: list[tuple], remark) -> int:
    """Counts the pairs of answers, ours and the server's, that differ by what that server is known to do otherwise: it leaves out every piece of more than
    32 bytes when it makes text of tokens, and computes a picture's attention without flash attention. Both texts are then written from nothing by llama.cpp, ours
    with every piece and with flash attention in the projector, the server's without."""
    ours, theirs = (Reference(*endpoints.PAIR, threads=1, flash_in_projector=flag) for flag in (True, False))
    explained = 0
    try:
        for name, png, prompt, texts, blank, limit in apart:
            pixels = None if png is None else numpy.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
            whole, shortened = ours.written(pixels, prompt, limit, blank), theirs.written(pixels, prompt, limit, blank)
            if whole[0] == shortened[0]:
                reason = "the server leaves a piece of more than 32 bytes out"
            else:
                reason = f"attention within the picture, {parting(ours, pixels, prompt, shortened[0], blank, limit)}"
            is_so = (whole[0], shortened[1]) == tuple(text.strip() for text in texts)
            explained += is_so
            remark(f"endpoint, llama-cpp-python, {name}: {reason if is_so else 'not explained'}")
    finally:
        ours.close()
        theirs.close()
    return explained


def near_ties(twice: list[tuple], remark) -> int:
    """Counts the pairs of answers of the server to the same request that part where two tokens are nearly as likely, by the logits after reading all
    from nothing as the server does, without long pieces as it does: each of the two texts either is the likeliest one, or leaves it at such a place."""
    reference = Reference(*endpoints.PAIR, threads=1, flash_in_projector=False)
    reference.longest_piece = 32
    explained = 0
    try:
        for name, png, prompt, texts, blank, limit in twice:
            pixels = None if png is None else numpy.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
            found = [one for text in texts if (one := parting(reference, pixels, prompt, text.strip(), blank, limit))]
            explained += bool(found) and all(one.apart < NEAR for one in found)
            for one in found:
                remark(f"endpoint, llama-cpp-python, {name}, asked twice: {one}")
    finally:
        reference.close()
    return explained


@needs_llama_server
def test_an_audit_and_a_worker_read_at_a_server(pictures, greedy, server):
    """The words, chance and chain arms encode nothing beyond the controls' pictures; the worker says what `analyze` says."""
    images = sorted((pictures / "images").glob("*.png"))[:2]
    some = pictures / f"audited-{server.slots}"
    some.mkdir()
    for image in images:
        (some / image.name).write_bytes(image.read_bytes())
    out = pictures / f"audit-{server.slots}"
    program.run("audit", "--images", some, "--out", out, "--arms", "words,chain", "--quick", "--protocol", greedy,
                "--endpoint", server.url)
    document = json.loads((out / "audit.json").read_text("utf-8"))
    assert document["provenance"]["weights_sha256"] is None
    assert f"127.0.0.1:{server.port}" in document["provenance"]["engine"]
    assert {arm["status"] for arm in document["arms"] if arm["role"] == "opinion"} == {"run"}
    assert not any("probabilities" in (arm["reason"] or "") for arm in document["arms"])
    requests = "".join(json.dumps({"id": image.name, "path": str(image)}) + "\n" for image in images)
    done = subprocess.run(
        [program.BINARY, "worker", "--protocol", greedy, "--endpoint", server.url], input=requests, capture_output=True,
        text=True)
    assert done.returncode == 0, done.stderr
    found = {line["id"]: line["examination"] for line in map(json.loads, done.stdout.splitlines())}
    for report in analyzed(some, "--protocol", greedy, "--endpoint", server.url):
        assert written(found[report["image"]["name"]]) == written(report)



def test_metadata_never_travel(pictures, tmp_path):
    """A picture's EXIF, with a name in it, is not among what a server gets."""
    import http.server
    import threading

    bodies = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            bodies.append(body)
            if b"image_url" in body:
                return self.send_error(422)
            answer = json.dumps({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            return self.wfile.write(answer)

        def do_GET(self):
            self.send_error(404)

        def log_message(self, *words):
            pass

    path = tmp_path / "named.jpg"
    picture = Image.open(sorted((pictures / "images").glob("*.png"))[0]).convert("RGB")
    exif = picture.getexif()
    exif[0x010E], exif[0x9286] = "Jane Planted Doe", "Jane Planted Doe"
    picture.save(path, exif=exif)
    assert b"Planted" in path.read_bytes()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    subprocess.run([program.BINARY, "analyze", path, "--model", "m", "--endpoint",
                    f"http://127.0.0.1:{server.server_port}/v1"], capture_output=True)
    server.shutdown()
    sent = [json.loads(body) for body in bodies]
    urls = [part["image_url"]["url"] for one in sent for part in one["messages"][0]["content"]
            if isinstance(part, dict) and part["type"] == "image_url"]
    assert urls and len(set(urls)) == 1
    png = base64.b64decode(urls[0].removeprefix("data:image/png;base64,"))
    assert b"Planted" not in png and b"eXIf" not in png and b"named.jpg" not in b"".join(bodies)
