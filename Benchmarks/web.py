"""Measures `dermgemma serve` over loopback: `make bench-web`. Writes Benchmarks/WEB-RESULTS.md.

Figures of issue "The web application and its API": static and status routes, first event, event streams, throughput beside the
command line, and when the page is interactive. Memory over 10,000 jobs is `make bench-web`'s second half, in Swift.
"""

import asyncio
import contextlib
import datetime
import json
import os
import pathlib
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Interop"))
import program  # noqa: E402
from server import serving  # noqa: E402

RATE = 500
"""Requests a second."""
SECONDS = 10
CONNECTIONS = 16
STREAMS = 200
IMAGES = 40
FIRST_EVENTS = 50
EXAMINATIONS = 100_000
SEARCHES = ["match=true", "match=false", "match=false&code=BCC", "match=true&limit=200", "image=00777", "image=no-such-name"]


class Connection:
    """One kept-alive connection of HTTP/1.1."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader = self.writer = None

    async def ask(self, method: str, path: str, document=None, fields: str = "") -> tuple[int, bytes]:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = b"" if document is None else json.dumps(document).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{fields}"
        if document is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self.writer.write(head.encode() + b"\r\n" + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        status = int(answer.split(b" ", 2)[1])
        length = re.search(rb"(?i)content-length: (\d+)", answer)
        return status, await self.reader.readexactly(int(length[1])) if length else b""

    async def events(self, job: str):
        """The job's stream as it comes, piece by piece."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(
            f"GET /api/jobs/{job}/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        while piece := await self.reader.read(65_536):
            yield piece
        self.writer.close()


def share(values: list[float], part: float) -> float:
    """The value that so large a part of them does not exceed."""
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]


def line(values: list[float]) -> str:
    return (f"median {statistics.median(values):.2f} ms, p99 {share(values, 0.99):.2f} ms, largest {max(values):.2f} ms "
            f"(n = {len(values)})")


async def post(connection: Connection, name: str, seed: int) -> str:
    status, body = await connection.ask(
        "POST", "/api/analyze", {"filename": name, "seed": seed}, "Prefer: respond-async\r\n")
    assert status == 202, (status, body)
    return json.loads(body)["job_id"]


async def finish(connection: Connection, job: str) -> dict:
    async for _ in Connection(connection.port).events(job):
        pass
    status, body = await connection.ask("GET", f"/api/status/{job}")
    state = json.loads(body)
    assert status == 200 and state["status"] == "done", state
    return state


async def quick_routes(port: int, names: list[str]) -> tuple[list[float], list[float], int]:
    """Times from a request's sending, and from when it was due, while an examination runs all along."""
    connection = Connection(port)
    job = await post(connection, names[0], 1)
    await finish(connection, job)
    paths = [f"/api/status/{job}", "/healthz", "/", "/style/base.css", "/script/main.js", "/api/list-images"]
    isOver, examinations = False, 0

    async def examine() -> None:
        nonlocal examinations
        while not isOver:
            latest = await post(connection, names[examinations % len(names)], 100 + examinations)
            await finish(connection, latest)
            # Only the last jobs can be asked about: a quick machine would outlive the first.
            paths[0] = f"/api/status/{latest}"
            examinations += 1

    busy = asyncio.create_task(examine())
    sent, due = [], []
    begin = time.perf_counter() + 0.1

    async def worker(number: int) -> None:
        own = Connection(port)
        await own.ask("GET", "/healthz")
        for index in range(number, RATE * SECONDS, CONNECTIONS):
            target = begin + index / RATE
            await asyncio.sleep(max(target - time.perf_counter(), 0))
            start = time.perf_counter()
            status, _ = await own.ask("GET", paths[index % len(paths)])
            end = time.perf_counter()
            assert status == 200
            sent.append((end - start) * 1_000)
            due.append((end - target) * 1_000)

    await asyncio.gather(*(worker(number) for number in range(CONNECTIONS)))
    isOver = True
    await busy
    return sent, due, examinations


async def first_events(port: int, names: list[str]) -> list[float]:
    """From the post's sending to the first event, with nothing else to do."""
    connection, times = Connection(port), []
    await connection.ask("GET", "/healthz")
    for number in range(FIRST_EVENTS):
        start = time.perf_counter()
        job = await post(connection, names[number % len(names)], 1_000 + number)
        seen = b""
        async for piece in Connection(port).events(job):
            seen += piece
            if b"\nevent: " in seen and len(times) == number:
                times.append((time.perf_counter() - start) * 1_000)
    return times


async def streams(port: int, name: str) -> tuple[float, int]:
    """Many streams of one job: seconds until all have ended, and the events that each got."""
    connection = Connection(port)
    start = time.perf_counter()
    job = await post(connection, name, 5_000)

    async def follow() -> bytes:
        return b"".join([piece async for piece in Connection(port).events(job)])

    texts = await asyncio.gather(*(follow() for _ in range(STREAMS)))
    spent = time.perf_counter() - start
    counts = {text.count(b"\nevent: ") for text in texts}
    assert len(counts) == 1 and all(b"event: finished" in text for text in texts)
    return spent, counts.pop()


async def posted(port: int, names: list[str]) -> float:
    """Seconds for all images, posted at once."""
    connection = Connection(port)
    start = time.perf_counter()
    jobs = [await post(connection, name, 0) for name in names]
    for job in jobs:
        await finish(connection, job)
    return time.perf_counter() - start


def jobs_done(server) -> float:
    """Jobs that ended well; asked again until it stays, because a job is counted a moment after its last event."""
    count = -1.0
    while count != (latest := metric(server, 'dermgemma_jobs_total{outcome="done"}')):
        count = latest
        time.sleep(0.3)
    return count


def commanded(folder: pathlib.Path, names: list[str]) -> float:
    """Seconds that `analyze` takes for all of them, without its start."""

    def spent(some: list[str]) -> float:
        start = time.perf_counter()
        program.run("analyze", "--json", "--threads", 1, "--parallel", 1, *(folder / name for name in some))
        return time.perf_counter() - start

    whole, one = spent(names), spent(names[:1])
    return (whole - one) * len(names) / (len(names) - 1)


def interactive(address: str) -> tuple[list[float], int]:
    """Milliseconds from the first byte until the page takes keys, in a fresh browser each, and the bytes that it loaded."""
    from playwright.sync_api import sync_playwright

    times, loaded = [], 0
    watch = ("new MutationObserver(() => document.body?.dataset.ready && (window.readyAt ??= performance.now()))"
             ".observe(document, { subtree: true, childList: true, attributes: true })")
    with sync_playwright() as driver:
        for _ in range(5):
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page()
            page.add_init_script(watch)
            page.goto(address)
            page.wait_for_selector("body[data-ready]")
            times.append(page.evaluate("readyAt - performance.getEntriesByType('navigation')[0].responseStart"))
            loaded = page.evaluate(
                "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
                ".filter((entry) => !/\\/(images|api)\\/|\\.svg/.test(entry.name))"
                ".reduce((sum, entry) => sum + entry.decodedBodySize, 0)")
            browser.close()
    return times, loaded


def history(folder: pathlib.Path, images: pathlib.Path) -> dict[str, list[float]]:
    """Milliseconds that each search takes in a history of copies of real examinations."""
    (folder / "data").mkdir(parents=True)
    path = folder / "data/examinations.sqlite"
    program.run("analyze", "--json", "--threads", 1, "--labels", images / "labels.csv", "--records", path, images)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(examinations)")][1:]
        rows = database.execute(f"SELECT {', '.join(columns)} FROM examinations ORDER BY number").fetchall()
        at = {name: columns.index(name) for name in ("id", "position", "image_name")}

        def copies():
            for number in range(len(rows), EXAMINATIONS):
                row = list(rows[number % len(rows)])
                row[at["id"]], row[at["position"]] = f"copy-{number}", number
                row[at["image_name"]] = f"copy-{number:06}.png"
                yield row

        database.executemany(
            f"INSERT INTO examinations ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", copies())
    times = {}
    with serving(folder, "--no-model", "--log", "warning") as server:
        server.json("/api/examinations?limit=1")
        for search in SEARCHES:
            times[search] = []
            for _ in range(20):
                start = time.perf_counter()
                server.json(f"/api/examinations?{search}")
                times[search].append((time.perf_counter() - start) * 1_000)
    return times


def metric(server, name: str) -> float:
    text = server.ask("/metrics")[2].decode()
    return float(re.search(rf"(?m)^{re.escape(name)} (\S+)$", text)[1])


def main() -> None:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dermgemma-bench-"))
    rows = []
    before = os.getloadavg()[0]
    try:
        program.run("phantoms", "--count", IMAGES, "--seed", 65, "--out", folder / "images")
        names = sorted(path.name for path in (folder / "images").glob("*.png"))
        with serving(folder / "a", "--images", folder / "images", "--log", "warning") as server:
            port = int(server.address.rsplit(":", 1)[1])
            sent, due, examinations = asyncio.run(quick_routes(port, names))
            rows.append((f"static and status routes, {RATE} requests/s for {SECONDS} s while {examinations} examinations ran",
                         "p99 under 5 ms", line(sent)))
            rows.append(("the same from when each was due (the client's own lateness with it)", "", line(due)))
            rows.append(("first event after a post", "under 50 ms", line(asyncio.run(first_events(port, names)))))
            looked = jobs_done(server)
            spent, count = asyncio.run(streams(port, names[1]))
            jobs = jobs_done(server) - looked
            rows.append((f"{STREAMS} streams of one job", f"{STREAMS} at once",
                         f"all ended after {spent:.2f} s with {count} events each; {jobs:.0f} examination"))
            times, loaded = interactive(server.address)
            rows.append(("page interactive after its first byte", "within 1 s", f"median {statistics.median(times):.0f} ms, "
                         f"largest {max(times):.0f} ms (n = {len(times)})"))
            rows.append(("page, uncompressed, without images", "under 150 kB", f"{loaded / 1000:.1f} kB"))
        for search, times in history(folder / "h", folder / "images").items():
            rows.append((f"`{search}` among {EXAMINATIONS:,} examinations", "under 50 ms", line(times)))
        pairs = []
        for turn in range(3):
            with serving(folder / f"b{turn}", "--images", folder / "images", "--log", "warning") as server:
                over = asyncio.run(posted(int(server.address.rsplit(":", 1)[1]), names))
            pairs.append((over, commanded(folder / "images", names)))
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        rows.append((f"{IMAGES} posted examinations beside analyze, one at a time, three turns", "within 10 %",
                     f"{ratio:.3f} of analyze's time (median); seconds: "
                     + "; ".join(f"{ours:.1f} and {theirs:.1f}" for ours, theirs in pairs)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report(rows, before)


def report(rows: list[tuple[str, str, str]], before: float) -> None:
    """Prints the table and keeps it, with the machine and what else it was doing."""
    processor = next((text.split(":", 1)[1].strip() for text in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                      if text.startswith("model name")), "unknown")
    version = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout
    head = (f"Measured {datetime.date.today()} at {version.strip()} by `make bench-web`: {processor}, {os.cpu_count()} processors, "
            f"client and server on the same ones; embedded model, engine on one thread. Load average before: {before:.1f}"
            + (", so the machine was busy with other work as well.\n" if before > 0.7 else ".\n"))
    table = "| what | to reach | measured |\n|---|---|---|\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows)
    print(head + "\n" + table)
    (ROOT / "Benchmarks/WEB-RESULTS.md").write_text(f"# The server's figures\n\n{head}\n{table}", "utf-8")


if __name__ == "__main__":
    main()
