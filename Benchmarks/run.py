"""Runs all sides of the benchmark over the same weights, prompts, processors and llama.cpp libraries; prints a table and JSON.

scripts/bench.sh sets the environment. Fixed work: 8 tokens a question, 120 for the description, 3 for the code, the end
of the turn ignored. Prompts and pictures come from `benchmark prepare`. One image is read with `--threads` by every side; over
many, every side may use `--processors`: the reference and llama-server with as many threads or with `--threads`, whichever
is quicker for them, ours as it chooses by itself. The floor is divided by the engines that ours makes of them.

With `--stock FOLDER`, two peers more: the reference and llama-server as a newcomer gets them, built from the pinned tree as it is,
with its own default options and settings. What they have in common with us is the weights and the work.

What two images or more at once gain shows beside the sum of their parts: the rows "part" are what the floor measures of one image alone, and
"floor, at the width reached" is their sum. `--no-reference --no-server` measures ours and the floor alone.

With `--bf16`, ours once more, with images in bfloat16 (`--precision bf16`): faster by choice, with other bits.

With `--baseline PROGRAM`, the benchmark of another build of this project, only the two builds are measured, in turns.
"""

import argparse
import base64
import concurrent.futures
import http.client
import io
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Interop"))
PROGRAM = os.environ["DERMGEMMA_BENCHMARK"]
#: That this program may use.
PROCESSORS = os.sched_getaffinity(0)
HEAD = "<start_of_turn>user\n\n\n"
TAIL = "\n\n{}<end_of_turn>\n<start_of_turn>model\n{}"
WORDS = "<start_of_turn>user\n{}<end_of_turn>\n<start_of_turn>model\n{}"


def swift(command: str, program: str = PROGRAM, **options) -> dict:
    """One line of JSON from a command of the Swift side."""
    words = [program, command] + [word for name, value in options.items()
                                  for word in (f"--{name.replace('_', '-')}", str(value))]
    output = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return json.loads(output.splitlines()[-1]) if output.strip().startswith("{") else {}


def pixels(folder: pathlib.Path, number: int):
    """A picture as an array of height x width x 3 bytes."""
    import numpy
    from PIL import Image

    return numpy.asarray(Image.open(folder / f"{number}.ppm"))


def quickest(args, measure) -> tuple[list[float], int]:
    """The times with the number of threads that takes least, and that number."""
    found = {threads: measure(threads) for threads in sorted({args.threads, args.processors})}
    best = min(found, key=lambda threads: statistics.median(found[threads]))
    return found[best], best


def reference(args, folder, work: dict, images: int, threads: int) -> list[float]:
    """llama-cpp-python: one loaded model, one question at a time, everything reset between."""
    import reference as side

    class Fixed(side.Reference):
        def _ends(self, token):
            return False

    model = Fixed(args.model, args.mmproj, threads)
    times, counts = [], work["tokens"]
    for number in range(images + args.warm_ups):
        picture = pixels(folder, number)
        start = time.perf_counter()
        for question in work["questions"]:
            model.answer_looking(picture, question, work["prefix"], counts["question"])
        model.answer_looking(picture, work["review"], work["prefix"], counts["description"])
        model.answer(work["classification"], work["prefix"], counts["code"])
        times.append((time.perf_counter() - start) * 1e3)
    model.close()
    # Our build keeps this thread on one processor, and every program that is started later would inherit that.
    os.sched_setaffinity(0, PROCESSORS)
    return times[args.warm_ups:]


def stock_reference(args, folder, work: dict, images: int, threads: int) -> list[float]:
    """The reference over the stock libraries."""
    path = folder / f"stock-{len(work['questions'])}.json"
    path.write_text(json.dumps(work), "utf-8")
    asked = {"model": args.model, "mmproj": args.mmproj, "warm_ups": args.warm_ups, "work": str(path), "folder": str(folder),
             "images": images, "threads": threads}
    output = subprocess.run([sys.executable, pathlib.Path(__file__).with_name("stock.py"), args.stock, json.dumps(asked)],
                            check=True, capture_output=True, text=True).stdout
    return json.loads(output.splitlines()[-1])


class Server:
    """llama-server, over our libraries or the stock one; slots keep an image's prefix, one client a slot."""

    def __init__(self, args, slots: int, threads: int, stock: str | None = None):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [f"{stock}/llama-server" if stock else os.environ["DERMGEMMA_LLAMA_SERVER"], "-m", args.model, "--mmproj", args.mmproj, "--port", str(self.port),
             "-np", str(slots), "-c", str(2048 * slots), "-t", str(threads), "-tb", str(threads),
             "--swa-full", "--no-kv-unified", "-fa", "auto" if stock else "off", "-ngl", "0", "--no-mmproj-offload", "-cram", "0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                if self.ask("GET", "/health")[0] == 200:
                    break
            except OSError:
                pass
            if self.process.poll() is not None:
                raise RuntimeError("llama-server ended")
            time.sleep(0.2)
        self.marker = self.ask("GET", "/props")[1]["media_marker"]

    def ask(self, method: str, path: str, body: dict | None = None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3600)
        connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")

    def complete(self, slot: int, prompt, count: int) -> None:
        status, answer = self.ask("POST", "/completion", {
            "prompt": prompt, "n_predict": count, "ignore_eos": True, "cache_prompt": True, "id_slot": slot,
            "temperature": 0.7, "repeat_penalty": 1.5})
        if status != 200 or answer["tokens_predicted"] != count:
            raise RuntimeError(f"llama-server: {status} {str(answer)[:200]}")

    def examine(self, slot: int, picture: str, work: dict) -> None:
        counts = work["tokens"]
        for text, count in [(question, counts["question"]) for question in work["questions"]] + [
                (work["review"], counts["description"])]:
            prompt = HEAD + self.marker + TAIL.format(text, work["prefix"])
            self.complete(slot, {"prompt_string": prompt, "multimodal_data": [picture]}, count)
        self.complete(slot, WORDS.format(work["classification"], work["prefix"]), counts["code"])

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()


def served(args, folder, work: dict, images: int, slots: int, repeats: int, threads: int, stock: str | None = None) -> list[float]:
    """llama-server: milliseconds for all images, as many clients as slots."""
    from PIL import Image

    pictures = []
    for number in range(images * (repeats + args.warm_ups)):
        bytes_of_image = io.BytesIO()
        Image.open(folder / f"{number}.ppm").save(bytes_of_image, "PNG")
        pictures.append(base64.b64encode(bytes_of_image.getvalue()).decode())
    server, times = Server(args, slots, threads, stock), []
    try:
        for run in range(repeats + args.warm_ups):
            waiting = iter(pictures[run * images:(run + 1) * images])
            start = time.perf_counter()

            def client(slot: int) -> None:
                for picture in waiting_list[slot::slots]:
                    server.examine(slot, picture, work)

            waiting_list = list(waiting)
            with concurrent.futures.ThreadPoolExecutor(slots) as pool:
                list(pool.map(client, range(slots)))
            times.append((time.perf_counter() - start) * 1e3)
    finally:
        server.close()
    return times[args.warm_ups:]


def middle(values: list[float]) -> float:
    return statistics.median(values)


def measure(args, folder, work: dict, protocol: str) -> dict:
    """One round: every side once, one after the other. Milliseconds an image by side, and how they stand to each other."""
    many_repeats = args.many_repeats or max(2, args.repeats // 2)
    common = {"model": args.model, "mmproj": args.mmproj, "threads": args.threads, "side": args.side,
              "protocol": protocol, "warm_ups": args.warm_ups}
    questions = len(work["questions"])
    one = swift("ours", images=1, repeats=args.repeats, **common)
    many = swift("ours", images=args.images, parallel=args.parallel, repeats=many_repeats,
                 **{**common, "threads": args.processors})
    width = max(1, round(many["writtenTokens"] / many["writingDecodes"]))
    bf16 = measure_bf16(args, common, many_repeats) if args.bf16 else {}
    floor = swift("floor", widths=f"1,{questions},{width}", repeats=args.repeats, **common)
    parts = {part: middle(floor[part]["milliseconds"]) for part in ("encode", "image", "prompt")}
    step = {int(key): middle(value["milliseconds"]) for key, value in floor["decodes"].items()}
    fixed = sum(parts.values())
    writing = (questions * 7 + 119 + 2) / width * step[width]
    floor_one = fixed + (8 - 1) * step[questions] + (120 - 1 + 3 - 1) * step[1]
    floor_many = (fixed + writing) / many["engines"]
    nobody = [float("nan")]
    no_reference, no_server = args.no_reference or args.only_stock, args.no_server or args.only_stock
    theirs = nobody if no_reference else reference(args, folder, work, args.repeats, args.threads)
    theirs_many, theirs_threads = (theirs, args.threads) if no_reference or args.processors == args.threads else quickest(
        args, lambda threads: reference(args, folder, work, args.repeats, threads))
    server_one = nobody if no_server else served(args, folder, work, 1, 1, args.repeats, args.threads)
    server_many, server_threads = (nobody, 0) if no_server else quickest(args, lambda threads: served(
        args, folder, work, args.images, min(args.slots, args.parallel), many_repeats, threads))
    server_many = [ms / args.images for ms in server_many]
    stock = measure_stock(args, folder, work, many_repeats) if args.stock else {}
    ours_one, ours_many = one["runs"]["milliseconds"], [ms / args.images for ms in many["runs"]["milliseconds"]]
    sides = {
        "reference": theirs, "reference, many": theirs_many,
        "llama-server, one image": server_one, "llama-server, many": server_many,
        "ours, one image": ours_one, f"ours, many ({args.parallel} at once, {many['engines']} engines)": ours_many,
        "floor, one image": [floor_one], "floor, at the width reached": [floor_many],
        "part: encoding": [parts["encode"]], "part: reading the image's tokens": [parts["image"]],
        "part: reading prompts": [parts["prompt"]], "part: writing, at that width": [writing], **bf16, **stock}
    ratios = {
        "reference / ours, one image": middle(theirs) / middle(ours_one),
        "reference / ours, many": middle(theirs_many) / middle(ours_many),
        "llama-server / ours, one image": middle(server_one) / middle(ours_one),
        "llama-server / ours, many": middle(server_many) / middle(ours_many),
        "ours / floor, one image": middle(ours_one) / floor_one,
        "ours / floor, many": middle(ours_many) / floor_many,
        "ours, many / ours, one image": middle(ours_many) / middle(ours_one),
        "time outside llama.cpp, one image": middle(one["outside"]),
        "encodes of a second look": one["secondLookEncodes"]}
    ratios = {name: value for name, value in ratios.items() if value == value}  # What was left out is not a number.
    sides = {name: times for name, times in sides.items() if times[0] == times[0]}
    for name, times in stock.items():
        ratios[f"{name} / ours"] = middle(times) / middle(ours_many if name.endswith("many") else ours_one)
        if bf16:
            ratios[f"{name} / ours in BF16"] = middle(times) / middle(bf16["ours in BF16, many" if name.endswith("many") else "ours in BF16, one image"])
    return {"sides": sides, "ratios": ratios, "width": width, "reference_threads": theirs_threads,
            "server_threads": server_threads, "ours_one": one, "ours_many": many, "floor": floor}


def measure_bf16(args, common: dict, many_repeats: int) -> dict[str, list[float]]:
    """Milliseconds an image of ours with images in bfloat16, a user's choice."""
    one = swift("ours", images=1, repeats=args.repeats, precision="bf16", **common)
    many = swift("ours", images=args.images, parallel=args.parallel, repeats=many_repeats, precision="bf16",
                 **{**common, "threads": args.processors})
    return {"ours in BF16, one image": one["runs"]["milliseconds"],
            "ours in BF16, many": [ms / args.images for ms in many["runs"]["milliseconds"]]}


def measure_stock(args, folder, work: dict, many_repeats: int) -> dict[str, list[float]]:
    """Milliseconds an image of the stock peers. Many images: whichever number of threads is quicker for them, as above."""
    found = {}
    if not args.no_reference:
        one = found["stock reference, one image"] = stock_reference(args, folder, work, args.repeats, args.threads)
        found["stock reference, many"] = one if args.processors == args.threads else quickest(
            args, lambda threads: stock_reference(args, folder, work, args.repeats, threads))[0]
    if args.no_server:
        return found
    found["stock llama-server, one image"] = served(args, folder, work, 1, 1, args.repeats, args.threads, args.stock)
    many, _ = quickest(args, lambda threads: served(
        args, folder, work, args.images, min(args.slots, args.parallel), many_repeats, threads, args.stock))
    found["stock llama-server, many"] = [ms / args.images for ms in many]
    return found


def measure_builds(args, protocol: str, number: int) -> dict:
    """One round of this build and another, the first of them by turns. Milliseconds an image by build, and their ratios."""
    many_repeats = args.many_repeats or max(2, args.repeats // 2)
    common = {"model": args.model, "mmproj": args.mmproj, "side": args.side, "protocol": protocol, "warm_ups": args.warm_ups}
    found: dict[str, list[float]] = {}
    builds = {"this build": PROGRAM, "baseline": args.baseline}
    for build in sorted(builds, reverse=number % 2 == 0):
        one = swift("ours", builds[build], images=1, repeats=args.repeats, threads=args.threads, **common)
        many = swift("ours", builds[build], images=args.images, parallel=args.parallel, repeats=many_repeats,
                     threads=args.processors, **common)
        found[f"{build}, one image"] = one["runs"]["milliseconds"]
        found[f"{build}, many"] = [ms / args.images for ms in many["runs"]["milliseconds"]]
    ratios = {f"this build / baseline, {what}": middle(found[f"this build, {what}"]) / middle(found[f"baseline, {what}"])
              for what in ("one image", "many")}
    return {"sides": dict(sorted(found.items())), "ratios": ratios}


def print_table(head: str, rows: list[tuple[str, str, list[float]]], digits: int) -> None:
    """Median, least and most of each row's values."""
    print(f"{head:55}{'median':>10}{'least':>10}{'most':>10}")
    for group, name, values in rows:
        print(f"{group:13}{name:42}" + "".join(f"{f(values):10.{digits}f}" for f in (middle, min, max)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--mmproj", required=True)
    parser.add_argument("--threads", type=int, required=True, help="of every side, for one image")
    parser.add_argument("--processors", type=int, help="that every side may use over many images; as many as threads")
    parser.add_argument("--side", type=int, default=224, help="pixels of the pictures")
    parser.add_argument("--images", type=int, default=16, help="in the run over many")
    parser.add_argument("--parallel", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--many-repeats", type=int, help="of the run over many; half as many, at least 2")
    parser.add_argument("--rounds", type=int, default=1,
                        help="times that all sides are measured in turn: a ratio is taken within each, so that a machine whose speed "
                             "drifts does not move it")
    parser.add_argument("--warm-ups", type=int, default=1, help="runs before those that count, of every side")
    parser.add_argument("--protocols", default="seed,extended")
    parser.add_argument("--no-server", action="store_true", help="leave llama-server out, which takes long to build")
    parser.add_argument("--no-reference", action="store_true", help="leave llama-cpp-python out, which takes the longest")
    parser.add_argument("--only-stock", action="store_true", help="leave out the peers over our libraries")
    parser.add_argument("--stock", help="the folder of the stock peers (scripts/llama-server.sh --stock)")
    parser.add_argument("--bf16", action="store_true", help="a side more: ours with images in bfloat16 (AVX512-BF16)")
    parser.add_argument("--baseline", help="the benchmark program of another build: only the two builds are measured")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--slots", type=int, default=4, help="of llama-server, each with a client of its own")
    args = parser.parse_args()
    args.processors = args.processors or args.threads
    protocols = args.protocols.split(",")
    rounds: dict[str, list[dict]] = {protocol: [] for protocol in protocols}
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        repeats = max(args.repeats, args.many_repeats or max(2, args.repeats // 2))
        swift("prepare", out=folder, images=args.images * (repeats + args.warm_ups), side=args.side)
        work = {protocol: json.loads((folder / f"{protocol}.json").read_text()) for protocol in protocols}
        for number in range(args.rounds):
            for protocol in protocols:
                rounds[protocol].append(measure_builds(args, protocol, number) if args.baseline
                                        else measure(args, folder, work[protocol], protocol))
                print(f"round {number + 1}, {protocol}: " + ", ".join(
                    f"{value:.2f} {name}" for name, value in rounds[protocol][-1]["ratios"].items()), file=sys.stderr)
    times, ratios = [], []
    for protocol in protocols:
        group = f"{len(work[protocol]['questions'])} questions"
        for name in rounds[protocol][0]["sides"]:
            times.append((group, name, [value for found in rounds[protocol] for value in found["sides"][name]]))
        for name in rounds[protocol][0]["ratios"]:
            ratios.append((group, name, [found["ratios"][name] for found in rounds[protocol]]))
    print(f"{args.name}, {args.threads} thread(s), {args.processors} processor(s) over many, {args.rounds} round(s)")
    print_table("milliseconds an image", times, 0)
    print_table("ratios, round by round", ratios, 3)
    if args.out:
        found = {"name": args.name, "threads": args.threads, "processors": args.processors, "rounds": rounds}
        args.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
