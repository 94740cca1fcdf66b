"""Examinations an hour through llama-server: `make bench-endpoint`. Writes Benchmarks/ENDPOINT-RESULTS.md.

`analyze --endpoint` beside the best client that could be written by hand against the same server, both with eight images at once,
on the same processors, in turns; and how often the server encodes a picture, by its own log.

The other client sends the same prompts about the same pictures in as many requests as ours, over connections that it keeps, each
of them to a slot of its own. It does nothing else: pictures are prepared and prompts are written before the clock starts, and
answers are not read. What it needs for that comes from our own reports of the same images. As a client that starts from an image's
file cannot do without, a third one prepares its pictures with Pillow while the clock runs; all else it has beforehand too.
"""

import base64
import concurrent.futures
import dataclasses
import datetime
import http.client
import io
import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

from PIL import Image, ImageEnhance

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Interop"))
import endpoints  # noqa: E402
import program  # noqa: E402

IMAGES = int(os.environ.get("IMAGES") or 64)
TURNS = int(os.environ.get("TURNS") or 5)
PARALLEL = 8
SEED = program.builtin_protocol("seed")
PREFIX = SEED["answer_prefix"]
BLANK = {"type": "text", "text": "\n\n"}
ALTERNATIVES = 256


def greedy(folder: pathlib.Path) -> pathlib.Path:
    """The seed's protocol without lots, so that both clients' answers are as long."""
    document = program.builtin_protocol("seed")
    for phase in ("observation", "review", "classification"):
        document["sampling"][phase].update(temperature=0, repeat_penalty=1)
    path = folder / "greedy.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def bodies(report: dict, png: bytes, slot: int) -> list[bytes]:
    """The requests of one examination."""
    notes = "\n".join(f"{one['label']}: {report['observations'][one['id']]['value']}" for one in SEED["questions"])
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + base64.b64encode(png).decode()}}
    review = SEED["review"]["prompt"].replace("{observations}", notes)
    last = SEED["classification"]["prompt"].replace("{observations}", notes).replace(
        "{description}", report["description"]["cleaned"])
    asked = [(one["prompt"], 32, True, {}) for one in SEED["questions"]]
    asked += [(review, 256, True, {}), (last, 16, False, {"logprobs": True, "top_logprobs": ALTERNATIVES})]
    return [json.dumps({
        "messages": [
            {"role": "user", "content": [BLANK, picture, {"type": "text", "text": "\n\n" + text}] if sees else text},
            {"role": "assistant", "content": PREFIX}],
        "add_generation_prompt": False, "continue_final_message": True, "max_tokens": most, "temperature": 0,
        "repeat_penalty": 1, "cache_prompt": True, "id_slot": slot, "stream": False, **more}).encode()
        for text, most, sees, more in asked]


def prepared(path: pathlib.Path) -> bytes:
    """A picture as the protocol wants it, by Pillow."""
    size = SEED["image"]["width"], SEED["image"]["height"]
    with Image.open(path) as image:
        picture = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    ImageEnhance.Contrast(picture).enhance(SEED["image"]["contrast"]).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def by_hand(port: int, examinations: list, images: pathlib.Path | None = None) -> float:
    """Seconds for all examinations: eight workers, each with a connection and a slot of its own.

    With the folder of images, pictures are prepared meanwhile: each worker's while the server reads the others'.
    """
    def whole(slot: int, report: dict, png: bytes) -> list[bytes]:
        return bodies(report, prepared(images / report["image"]["name"]) if images else png, slot)

    queues = [[(slot, *one) for one in examinations[slot::PARALLEL]] for slot in range(PARALLEL)]
    ready = [iter([whole(*one) for one in queue]) if images is None else map(whole, *zip(*queue, strict=True)) for queue in queues]

    def work(queue: Iterator[list[bytes]]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for examination in queue:
            for body in examination:
                connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                assert answer.status == 200, answer.read()
                answer.read()

    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        list(pool.map(work, ready))
    return time.monotonic() - started


def ours(url: str, images: pathlib.Path, protocol: pathlib.Path) -> float:
    """Seconds for the same by `analyze`, its start included."""
    started = time.monotonic()
    program.run("analyze", "--json", images, "--protocol", protocol, "--parallel", PARALLEL, "--endpoint", url)
    return time.monotonic() - started


def client_seconds() -> float:
    """Processor time of this process and of its children that ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def server_seconds(endpoint: endpoints.Endpoint) -> float:
    """Processor time of the server."""
    fields = pathlib.Path(f"/proc/{endpoint.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def work(endpoint: endpoints.Endpoint) -> tuple[int, int, int]:
    """Requests, prompt tokens computed and tokens written, by the server's log."""
    log = endpoint.log.read_text("utf-8", "replace")
    prompts = re.findall(r"prompt eval time = .*? / +(\d+) tokens", log)
    return len(prompts), sum(map(int, prompts)), sum(map(int, re.findall(r"(?<!prompt )eval time = .*? / +(\d+) tokens", log)))


def server(folder: pathlib.Path):
    """A server that has seen nothing, with a slot for each image."""
    return endpoints.llama_server(folder, PARALLEL)


def measure(folder: pathlib.Path) -> list[str]:
    images, protocol = folder / "images", greedy(folder)
    program.run("phantoms", "--count", IMAGES, "--seed", 22, "--out", images)
    for table in ("labels.csv", "attributes.csv"):
        (images / table).unlink()
    with server(folder) as endpoint:
        said = program.run("analyze", "--json", images, "--protocol", protocol, "--endpoint", endpoint.url)
        reports = [json.loads(line) for line in said.splitlines()]
    pngs = []
    for report in reports:
        program.run("prepare", images / report["image"]["name"], "--protocol", "seed", "--out", folder / "one.png")
        pngs.append((folder / "one.png").read_bytes())
    examinations = list(zip(reports, pngs, strict=True))

    clients = {
        "ours": lambda endpoint: ours(endpoint.url, images, protocol),
        "by hand": lambda endpoint: by_hand(endpoint.port, examinations),
        "with Pillow": lambda endpoint: by_hand(endpoint.port, examinations, images),
    }
    runs: dict[str, list[Run]] = {name: [] for name in clients}
    for turn in range(TURNS):
        for name in list(clients) if turn % 2 == 0 else reversed(clients):
            with server(folder) as endpoint:
                before = client_seconds(), server_seconds(endpoint)
                seconds = clients[name](endpoint)
                used = client_seconds() - before[0], server_seconds(endpoint) - before[1]
                runs[name].append(Run(seconds, *used, endpoint.encodes(), work(endpoint)))
        print(f"turn {turn + 1}: " + ", ".join(f"{name} {all[-1].seconds:.1f} s" for name, all in runs.items()), file=sys.stderr)

    def each(text: Callable[[list[Run]], str]) -> str:
        return ", ".join(f"{name} {text(its)}" for name, its in runs.items())

    def median(field: str, scale: float, form: str) -> str:
        return each(lambda its: format(scale * statistics.median(getattr(run, field) for run in its), form))

    hourly = each(lambda its: f"{IMAGES * 3600 / statistics.median(run.seconds for run in its):,.0f}")
    encodes = each(lambda its: " ".join(sorted({f"{run.encodes / IMAGES:g}" for run in its})))
    done = each(lambda its: " ".join(f"{count:,}" for count in its[-1].work))
    turns = f"{PARALLEL} at once, {IMAGES} images, {TURNS} turns"
    return [
        f"| examinations an hour beside the client by hand, {turns} | ≥ 0.97 | {beside(runs, 'by hand')} |",
        f"| the same beside the one that prepares its pictures with Pillow |  | {beside(runs, 'with Pillow')} |",
        f"| seconds, turn by turn |  | {each(lambda its: ' '.join(f'{run.seconds:.1f}' for run in its))} |",
        f"| examinations an hour |  | {hourly} |",
        f"| image encodes at the server for an examination with four questions, by its log | 1 | {encodes} |",
        f"| requests, prompt tokens computed and tokens written at the server, all images |  | {done} |",
        f"| the client's processor time, ms an image |  | {median('client', 1000 / IMAGES, '.1f')} |",
        f"| the server's processor time, ms an image |  | {median('server', 1000 / IMAGES, '.1f')} |",
    ]


@dataclasses.dataclass
class Run:
    """One client's turn: seconds, processor seconds, and what the server did for it."""

    seconds: float
    client: float
    server: float
    encodes: int
    work: tuple[int, int, int]


def beside(runs: dict[str, list[Run]], other: str) -> str:
    """Another client's time over ours, turn by turn."""
    ratios = sorted(theirs.seconds / own.seconds for own, theirs in zip(runs["ours"], runs[other], strict=True))
    return f"median {statistics.median(ratios):.3f} (turns: {', '.join(f'{ratio:.3f}' for ratio in ratios)})"


FOUND = """## Where the time goes
The server does the same for both clients: as many requests, the same tokens, and a prompt token more or less where slots share beginnings. So what our client
lacks it lacks in slots that wait for it, and in processor time that it takes from the server:

- **Between two images a slot waited** while the next picture was decoded, prepared, compressed and encoded (some 20 ms of the 1.7 s that an image is in a slot). Now
  the next picture is decoded and prepared while the others are read; as many images as before are at the server at once.
- **A third of the client's processor time was zlib's**: inflating the image's file, and compressing the prepared picture at level 6. It is sent at level 1: 1.7 ms in
  the place of 4.2, for 6 % more bytes.
- **A thread was woken for each token.** Texts are 50 ms apart now; the first comes at once.
- The alternatives to a token (256, with bytes and log-probabilities) are asked for in one request of six, and reading them takes 0.9 ms an image. Requests wait for nothing but
  the answer before them, on purpose: a slot reads a picture once. There is no polling and no sleep. Each request has a connection of its own, which costs some forty system calls
  (about 0.2 ms); connections that are kept would each hold one of the server's few threads.
- The program's start takes 0.1 to 0.2 s, which is part of our time and not of the other's.
"""


def main() -> None:
    if not endpoints.LLAMA_SERVER.is_file():
        sys.exit("llama-server is not built; scripts/llama-server.sh builds it")
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(pathlib.Path(folder))
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT).stdout.strip()
    calm = "" if load < 0.5 else ", so the machine was busy with other work as well"
    text = "\n".join([
        "# Reading at an endpoint", "",
        f"Measured {datetime.date.today()} at {commit} by `make bench-endpoint`: {os.cpu_count()} processors, client and server on the "
        f"same ones; llama-server of the pinned source with the embedded pair on {program.THREADS} thread and {PARALLEL} slots, fresh "
        f"for each run. Load average before: {load:.1f}{calm}.", "",
        "The client by hand sends the same prompts and pictures with as few means as possible (Benchmarks/endpoint.py says how). A ratio is its time over ours.",
        "", "| what | to reach | measured |", "|---|---|---|", *rows, "", FOUND])
    (ROOT / "Benchmarks/ENDPOINT-RESULTS.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
