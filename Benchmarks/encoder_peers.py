"""Our image encoder beside runtimes made for such graphs, with the same weights, in turns.

    scripts/bench-encoder.sh [--layers 7] [--rounds 3] [--threads 2] [--build NAME=FOLDER …] [--folder FOLDER] [--narrow]

The encoder has MedGemma's shape: 896 pixels, 4,096 patches, 27 layers; `--layers 7` is a quarter of it. The weights are random
numbers of 16 bits (encoder_weights.py). Ours (`benchmark encode`) reads them from a GGUF file; ONNX Runtime and OpenVINO read them as 32-bit
numbers in one ONNX graph with plain attention, and compute in 32 bits. Ours does too, but rounds keys and values to 16 bits, as
llama.cpp does. `openvino-default` is OpenVINO with the precision that it chooses here, which is BF16 where the processor has it.

Each round runs every side once, in a process of its own, in the opposite order of the round before: an encode to warm up, and
--repeats that count. A ratio is taken within a round, by the clock and by processor time; the median over rounds counts. Ours also
prepares the pixels in that time (some milliseconds). The outputs for one picture are compared first, and the program fails where they differ.

--narrow adds ours in the processor's narrow arithmetic: `ours-bf16` (`--precision bf16`), and `ours-8bit`, the same with the matrices in
Q8_0 whose rows allow it. Both get ratios of their own.

--build adds another build of ours, or stock llama.cpp: a folder with llama.cpp's libraries, and the program `benchmark` where it
needs its own.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy

PROGRAM = pathlib.Path(os.environ.get("DERMGEMMA_BENCHMARK", ""))
PEERS = ("onnxruntime", "openvino", "openvino-default")
LEAST_COSINE = 0.9999
LEAST_COSINE_OF_NARROW = 0.99
"""Where factors are rounded to BF16 or 8 bits."""
NARROW = {"ours-bf16": "encoder.gguf", "ours-8bit": "encoder-q8_0.gguf"}


def onnxruntime_session(model: str, threads: int):
    """A call from pixels to tokens, and the runtime's version."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return lambda pixels: session.run(None, {"pixels": pixels})[0], onnxruntime.__version__


def openvino_session(model: str, threads: int, precision: str | None):
    """The same of OpenVINO, with the hint for a single request."""
    import openvino

    settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": "1"}
    if precision:
        settings["INFERENCE_PRECISION_HINT"] = precision
    compiled = openvino.Core().compile_model(model, "CPU", settings)
    chosen = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    request = compiled.create_infer_request()
    return lambda pixels: next(iter(request.infer({"pixels": pixels}).values())), f"{openvino.__version__.split('-')[0]}, {chosen}"


def run_peer(side: str, folder: pathlib.Path, pixels: pathlib.Path, out: pathlib.Path, asked) -> None:
    """One side in this process: prints its times as JSON and writes its tokens."""
    model = str(folder / "encoder.onnx")
    start = time.perf_counter()
    if side == "onnxruntime":
        encode, version = onnxruntime_session(model, asked.threads)
    else:
        encode, version = openvino_session(model, asked.threads, "f32" if side == "openvino" else None)
    loaded = time.perf_counter() - start
    picture, times, used = numpy.load(pixels), [], []
    for number in range(asked.warm_ups + asked.repeats):
        start, before = time.perf_counter(), time.process_time()
        tokens = encode(picture)
        if number >= asked.warm_ups:
            times.append((time.perf_counter() - start) * 1e3)
            used.append((time.process_time() - before) * 1e3)
        if number == 0:
            numpy.save(out, tokens)
    print(json.dumps({"milliseconds": times, "processorMilliseconds": used, "version": version, "loading": loaded,
                      "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


def program_with(folder: pathlib.Path, scratch: pathlib.Path, name: str) -> pathlib.Path:
    """The program `benchmark` beside the libraries of a folder: it looks for them there first."""
    beside = scratch / name
    if not beside.exists():
        beside.mkdir()
        program = folder / "benchmark"
        (beside / "benchmark").write_bytes((program if program.exists() else PROGRAM).read_bytes())
        (beside / "benchmark").chmod(0o755)
        for library in folder.glob("*.so*"):
            (beside / library.name).symlink_to(library.resolve())
    return beside / "benchmark"


class Round:
    """What every round needs: files, the picture in both forms, programs."""

    def __init__(self, asked, scratch: pathlib.Path):
        self.asked, self.scratch = asked, scratch
        self.builds = {"ours": PROGRAM} | {
            name: program_with(pathlib.Path(folder).resolve(), scratch, name)
            for name, folder in (build.split("=", 1) for build in asked.build)}
        subprocess.run([PROGRAM, "prepare", "--out", scratch, "--images", "1", "--side", str(asked.shape.side)], check=True)
        # A PPM file of one header line each for kind, size and depth.
        raw = (scratch / "0.ppm").read_bytes().split(b"\n", 3)[3]
        picture = numpy.frombuffer(raw, numpy.uint8).reshape(asked.shape.side, asked.shape.side, 3)
        numpy.save(scratch / "pixels.npy", (picture.transpose(2, 0, 1)[None] / numpy.float32(127.5) - 1).astype(numpy.float32))

    def measured(self, side: str) -> tuple[dict, numpy.ndarray]:
        """A side's times, and its tokens for the picture."""
        counts = ["--threads", str(self.asked.threads), "--repeats", str(self.asked.repeats), "--warm-ups", str(self.asked.warm_ups)]
        if side in self.builds or side in NARROW:
            out, program = self.scratch / "tokens.bin", self.builds.get(side, PROGRAM)
            command = [program, "encode", "--model", self.asked.folder / "text.gguf", "--mmproj", self.asked.folder / NARROW.get(side, "encoder.gguf"),
                       "--side", str(self.asked.shape.side), "--embeddings", out, *counts]
            if side in NARROW:
                command += ["--precision", "bf16"]
            environment = os.environ if program == PROGRAM else {**os.environ, "LD_LIBRARY_PATH": str(program.parent)}
        else:
            out = self.scratch / "tokens.npy"
            command = [sys.executable, __file__, "--run", side, "--folder", self.asked.folder, "--pixels", self.scratch / "pixels.npy",
                       "--tokens", out, *counts]
            environment = os.environ
        out.unlink(missing_ok=True)
        with (self.scratch / "errors.txt").open("w+") as errors:
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                errors.seek(0)
                raise SystemExit(f"{side}: exit status {process.returncode}\n{errors.read()[-2000:]}")
        found = json.loads(output.splitlines()[-1]) | {"peak": usage.ru_maxrss}
        # A build from before --embeddings writes no tokens.
        tokens = numpy.zeros(0, numpy.float32) if not out.exists() else \
            numpy.fromfile(out, numpy.float32) if out.suffix == ".bin" else numpy.load(out).ravel()
        return found, tokens


def compare(tokens: dict[str, numpy.ndarray], width: int) -> bool:
    """Prints how far each side's tokens are from ours; whether all sides compute the same thing."""
    ours, same = tokens["ours"].reshape(-1, width), True
    spread = numpy.linalg.norm(ours - ours.mean(axis=0), axis=1)
    for side, found in tokens.items():
        if side == "ours":
            continue
        if found.size == 0:
            print(f"{side}: writes no tokens, so they are not compared")
            continue
        theirs = found.reshape(-1, width)
        cosines = (ours * theirs).sum(axis=1) / numpy.linalg.norm(ours, axis=1) / numpy.linalg.norm(theirs, axis=1)
        # What all tokens have in common would hide a difference between them.
        distance = numpy.median(numpy.linalg.norm(ours - theirs, axis=1) / spread)
        is_same = bool(cosines.min() >= (LEAST_COSINE_OF_NARROW if side == "openvino-default" or side in NARROW else LEAST_COSINE))
        same = same and is_same
        print(f"{side}: least cosine of a token with ours {cosines.min():.7f}, largest difference {abs(ours - theirs).max():.5f} of numbers up to "
              f"{abs(ours).max():.2f}, a token's distance over its distance from the mean token {distance:.5f}{'' if is_same else ': NOT THE SAME'}")
    return same


def line(name: str, values: list[float], digits: int) -> str:
    return f"{name:34}{statistics.median(values):9.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def report(rounds: list[dict[str, dict]], asked) -> dict:
    """Prints the times and the ratios; what --out keeps of them."""
    sides, ratios = list(rounds[0]), {}
    load = os.getloadavg()[0]
    print(f"{asked.shape.layers} layers, {asked.shape.across**2} patches, {asked.shape.operations / 1e12:.2f} TFLOP, {asked.threads} threads, "
          f"{len(rounds)} rounds of {asked.repeats}, load {load:.1f}; median (least to most)")
    for side in sides:
        seconds = [ms / 1e3 for found in rounds for ms in found[side]["milliseconds"]]
        rate = asked.shape.operations / statistics.median(seconds) / 1e9
        print(f"{line(f'{side}, seconds', seconds, 2)}, {rate:.0f} GFLOP/s, peak {max(found[side]['peak'] for found in rounds) / 1e6:.2f} GB"
              + (f", {rounds[0][side]['version']}" if "version" in rounds[0][side] else ""))
    for kind, what in (("milliseconds", "by the clock"), ("processorMilliseconds", "processor time")):
        for own in ("ours", *(side for side in sides if side in NARROW)):
            for side in (side for side in sides if side != own and (own == "ours") >= (side in NARROW)):
                if not all(found[side].get(kind) for found in rounds):
                    continue
                values = [statistics.median(found[side][kind]) / statistics.median(found[own][kind]) for found in rounds]
                ratios[f"{side} / {own}, {what}"] = values
                print(line(f"{side} / {own}, {what}", values, 3))
    return {"layers": asked.shape.layers, "threads": asked.threads, "load": load, "rounds": rounds, "ratios": ratios}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path, help="for the weights; made once (2.6 GB for 27 layers, 0.8 for 7)")
    parser.add_argument("--layers", type=int, default=27)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--warm-ups", type=int, default=1)
    parser.add_argument("--sides", default="onnxruntime,openvino", help=f"besides ours, of {', '.join(PEERS)}")
    parser.add_argument("--narrow", action="store_true", help="ours in the processor's narrow arithmetic too (AVX512-BF16)")
    parser.add_argument("--build", action="append", default=[], metavar="NAME=FOLDER", help="another build; may be given again")
    parser.add_argument("--out", type=pathlib.Path, help="where the figures go as JSON")
    parser.add_argument("--run", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--pixels", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--tokens", type=pathlib.Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run_peer(asked.run, asked.folder, asked.pixels, asked.tokens, asked)
        return
    import encoder_weights
    import precision

    asked.shape = encoder_weights.Shape(layers=asked.layers)
    asked.folder = (asked.folder or encoder_weights.ROOT / ".build/bench" / f"encoder-{asked.layers}").resolve()
    encoder_weights.write(asked.folder, asked.shape)
    if asked.narrow and not (asked.folder / NARROW["ours-8bit"]).exists():
        part = asked.folder / "part.gguf"
        precision.write(str(asked.folder / "encoder.gguf"), str(part), "q8_0")
        part.rename(asked.folder / NARROW["ours-8bit"])
    peers = [side for side in asked.sides.split(",") if side]
    if unknown := [side for side in peers if side not in PEERS]:
        parser.error(f"no side {unknown[0]}: {', '.join(PEERS)}")
    rounds: list[dict[str, dict]] = []
    with tempfile.TemporaryDirectory() as scratch:
        turn = Round(asked, pathlib.Path(scratch))
        sides = [*turn.builds, *(NARROW if asked.narrow else ()), *peers]
        for number in range(asked.rounds):
            found, tokens = {}, {}
            for side in sides if number % 2 == 0 else reversed(sides):
                found[side], tokens[side] = turn.measured(side)
            rounds.append({side: found[side] for side in sides})
            print(f"round {number + 1}: " + ", ".join(
                f"{side} {statistics.median(found[side]['milliseconds']) / 1e3:.2f} s" for side in sides), file=sys.stderr, flush=True)
            if number == 0 and not compare(tokens, asked.shape.text_width):
                raise SystemExit("The sides do not compute the same thing, so their times mean nothing.")
    kept = report(rounds, asked)
    if asked.out:
        asked.out.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
