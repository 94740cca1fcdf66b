#!/usr/bin/env python3
"""What a start costs, and memory: `dermgemma` beside llama-server, over the same weights, in turns.

    python3 Benchmarks/starts.py --model GGUF --mmproj GGUF --server PROGRAM [--rounds 5] [--threads 2]

From the start of the program to the first token of an answer: of a question about a picture, and of one without, where loading is
most of it. Ours is `dermgemma ask --max-tokens 1`. llama-server is started, asked for its health until it is well, and then asked
the same, once as it is and once with `--no-warmup`. The page cache is warm: a round that does not count goes first. Ours notes the
digests of large weights (docs/CONFIGURATION.md). Its first start, without notes, is measured once in each round too.

Then the memory of an examination: the most that no file backs (RssAnon, looked at a hundred times a second) while
`dermgemma analyze` reads one picture by the protocol `seed`, and while llama-server, already started, answers that protocol's
questions about it one after the other. Weights are mapped from their files and do not count, unless a program copies them.
"""

import argparse
import base64
import http.client
import json
import os
import pathlib
import random
import socket
import statistics
import struct
import subprocess
import tempfile
import threading
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = ROOT / ".build/release/dermgemma"
QUESTION = "Which colors do you see in this lesion? Answer with a list of words."
TEXT = "<start_of_turn>user\n{}" + QUESTION + "<end_of_turn>\n<start_of_turn>model\n"
TARGETS = {"start": 1.3, "memory": 1.1}
"""Ours / llama-server at most, and gigabytes."""


def picture(side: int, seed: int) -> bytes:
    """A PNG of noise."""
    row, noise = side * 3, random.Random(seed)
    pixels = b"".join(b"\0" + noise.randbytes(row) for _ in range(side))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(pixels, 1)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks)


class Server:
    """llama-server with its own defaults."""

    def __init__(self, asked, *options: str):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [asked.server, "-m", asked.model, "--mmproj", asked.mmproj, "--port", str(self.port), "-c", "4096", "-np", "1",
             "-t", str(asked.threads), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self.is_well():
            if self.process.poll() is not None:
                raise SystemExit("llama-server ended")
            time.sleep(0.01)

    def is_well(self) -> bool:
        try:
            return self.exchange("GET", "/health").status == 200
        except OSError:
            return False

    def exchange(self, method: str, path: str, body: dict | None = None) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3600)
        connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json"})
        return connection.getresponse()

    def ask(self, image: bytes | None, count: int, text: str = TEXT) -> None:
        """Asks for so many tokens, and returns when they are there."""
        if image:
            marker = json.load(self.exchange("GET", "/props"))["media_marker"]
            prompt = {"prompt_string": text.format(marker), "multimodal_data": [base64.b64encode(image).decode()]}
        else:
            prompt = text.format("")
        answer = self.exchange("POST", "/completion", {
            "prompt": prompt, "n_predict": count, "stream": True, "temperature": 0, "ignore_eos": True})
        # A server that reads for half a minute sends comments, which begin with a colon, so that nobody gives up.
        first = next((line for line in answer if line.strip() and not line.startswith(b":")), b"")
        if answer.status != 200 or not first.startswith(b"data:"):
            raise SystemExit(f"llama-server: {answer.status} {first + answer.read(300)}")
        answer.read()

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        self.process.wait()


def start_of_server(asked, image: bytes | None, *options: str) -> float:
    """Seconds from the start of llama-server to a first token."""
    start = time.perf_counter()
    with Server(asked, *options) as server:
        server.ask(image, 1)
        return time.perf_counter() - start


def start_of_ours(asked, image: pathlib.Path | None, notes: pathlib.Path) -> float:
    """Seconds from the start of `dermgemma ask` to its answer of one token."""
    command = [PROGRAM, "ask", QUESTION, "--max-tokens", "1", "--model", asked.model, "--threads", str(asked.threads)]
    command += ["--image", image, "--mmproj", asked.mmproj] if image else []
    start = time.perf_counter()
    with subprocess.Popen(command, env={**os.environ, "XDG_CACHE_HOME": str(notes)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        line = process.stdout.readline()
        took = time.perf_counter() - start
        errors = process.stderr.read()
    if process.returncode or not line:
        raise SystemExit(f"dermgemma ask: exit status {process.returncode}: {errors.decode()}")
    return took


class Watch:
    """The most memory that a process had, by its own pages and by those of files, in gigabytes."""

    def __init__(self, process: int):
        self.path, self.most, self.ended = pathlib.Path(f"/proc/{process}/status"), {"RssAnon": 0.0, "RssFile": 0.0}, threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()

    def look(self) -> None:
        while not self.ended.wait(0.01):
            try:
                lines = self.path.read_text().splitlines()
            except OSError:
                return
            for name, value in (line.split(":", 1) for line in lines if line.startswith("Rss")):
                if name in self.most:
                    self.most[name] = max(self.most[name], int(value.split()[0]) * 1024 / 1e9)

    def end(self) -> dict[str, float]:
        self.ended.set()
        self.thread.join()
        return self.most


def memory_of_ours(asked, image: pathlib.Path, notes: pathlib.Path) -> dict[str, float]:
    process = subprocess.Popen(
        [PROGRAM, "analyze", image, "--json", "--model", asked.model, "--mmproj", asked.mmproj, "--threads", str(asked.threads)],
        env={**os.environ, "XDG_CACHE_HOME": str(notes)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    watch = Watch(process.pid)
    errors = process.communicate()[1]
    if process.returncode:
        raise SystemExit(f"dermgemma analyze: exit status {process.returncode}: {errors}")
    return watch.end()


def memory_of_server(asked, image: bytes) -> dict[str, float]:
    with Server(asked) as server:
        watch = Watch(server.process.pid)
        for number in range(asked.questions):
            server.ask(image, 8, TEXT.replace(QUESTION, f"{number + 1}. {QUESTION}"))
        return watch.end()


def line(name: str, values: list[float]) -> str:
    return f"{name:52}{statistics.median(values):8.3f} ({min(values):.3f} to {max(values):.3f})"


def measure_starts(asked, folder: pathlib.Path) -> dict[str, list[float]]:
    """Prints seconds and ratios, and gives the ratios."""
    seconds: dict[str, list[float]] = {}
    notes = folder / "notes"
    for number in range(asked.rounds + 1):
        data = picture(asked.side, number + 1)
        image = folder / f"{number}.png"
        image.write_bytes(data)
        sides = {}
        for what, ours, theirs in (("a picture", image, data), ("text alone", None, None)):
            sides[f"ours, {what}"] = lambda ours=ours: start_of_ours(asked, ours, notes)
            sides[f"llama-server, {what}"] = lambda theirs=theirs: start_of_server(asked, theirs)
            sides[f"llama-server --no-warmup, {what}"] = lambda theirs=theirs: start_of_server(asked, theirs, "--no-warmup")
        sides["ours, a picture, first start"] = lambda: start_of_ours(asked, image, folder / f"notes-{number}")
        for name in list(sides) if number % 2 else reversed(sides):
            took = sides[name]()
            if number:
                seconds.setdefault(name, []).append(took)
    ratios = {}
    for name in sorted(seconds):
        print(line(f"{name}, seconds", seconds[name]))
    for what in ("a picture", "text alone"):
        for side in ("llama-server", "llama-server --no-warmup"):
            name = f"ours / {side}, {what}"
            ratios[name] = [ours / theirs for ours, theirs in zip(seconds[f"ours, {what}"], seconds[f"{side}, {what}"], strict=True)]
            print(f"{line(name, ratios[name])}, at most {TARGETS['start']} wanted")
    return ratios


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--mmproj", required=True)
    parser.add_argument("--server", required=True, help="llama-server; the stock one is in the folder that scripts/llama-server.sh --stock prints")
    parser.add_argument("--side", type=int, default=896, help="pixels of the pictures")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--questions", type=int, default=5, help="that llama-server answers while its memory is looked at")
    parser.add_argument("--only", choices=["starts", "memory"])
    parser.add_argument("--out", type=pathlib.Path, help="where the figures go as JSON")
    asked = parser.parse_args()
    kept: dict = {"model": pathlib.Path(asked.model).name, "threads": asked.threads}
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        print(f"{kept['model']}, {asked.threads} threads, {asked.rounds} rounds; median (least to most)")
        if asked.only != "memory":
            kept["ratios"] = measure_starts(asked, folder)
        if asked.only != "starts":
            image = folder / "memory.png"
            image.write_bytes(picture(asked.side, 1000))
            kept["memory"] = {"ours": memory_of_ours(asked, image, folder / "notes"), "llama-server": memory_of_server(asked, image.read_bytes())}
            for side, most in kept["memory"].items():
                print(f"{side}: at most {most['RssAnon']:.2f} GB that no file backs, {most['RssFile']:.2f} GB of files"
                      + (f"; at most {TARGETS['memory']} GB wanted" if side == "ours" else ""))
    kept["load"] = os.getloadavg()[0]
    print(f"load {kept['load']:.1f}")
    if asked.out:
        asked.out.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
