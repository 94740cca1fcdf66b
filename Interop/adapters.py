"""LoRA adapters of the embedded model, written by llama.cpp's own gguf package."""

import pathlib
import sys

import numpy

import endpoints
import llama_cpp

sys.path.insert(0, str(pathlib.Path(llama_cpp.__file__).parents[1] / "vendor/llama.cpp/gguf-py"))
import gguf  # noqa: E402

RANK, ALPHA = 4, 8


def writer(path: pathlib.Path) -> gguf.GGUFWriter:
    return gguf.GGUFWriter(path, "gemma3")


def finish(file: gguf.GGUFWriter) -> None:
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


def factors(seed: int) -> dict[str, tuple[numpy.ndarray, numpy.ndarray]]:
    """A and B of each attention matrix, as PEFT keeps them: rank × in, and out × rank."""
    random = numpy.random.default_rng(seed)
    found = {}
    for tensor in gguf.GGUFReader(endpoints.PAIR[0]).tensors:
        if tensor.name.startswith("blk.") and tensor.name.endswith(("attn_q.weight", "attn_v.weight", "ffn_down.weight")):
            rows, columns = tensor.data.shape
            found[tensor.name] = (
                random.normal(0, columns ** -0.5, (RANK, columns)).astype("float32"),
                random.normal(0, 0.01, (rows, RANK)).astype("float32"))
    return found


def adapter(path: pathlib.Path, seed: int, **changes: object) -> pathlib.Path:
    file = writer(path)
    file.add_type("adapter")
    file.add_string("adapter.type", "lora")
    file.add_float32("adapter.lora.alpha", changes.get("alpha", ALPHA))
    for name, (a, b) in factors(seed).items():
        file.add_tensor(f"{name}.lora_a", a)
        file.add_tensor(f"{name}.lora_b", b)
    finish(file)
    return path


def merged(path: pathlib.Path, adapters: list[tuple[int, float]]) -> pathlib.Path:
    """The embedded model with adapters added into its matrices, and without its calibration, which held before."""
    reader = gguf.GGUFReader(endpoints.PAIR[0])
    file = writer(path)
    for field in reader.fields.values():
        if field.name.startswith(("GGUF.", "dermgemma.calibration.")) or field.name == "general.architecture":
            continue
        kind = field.types[0]
        file.add_key_value(
            field.name, field.contents(), kind, sub_type=field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None)
    changes = [(factors(seed), scale) for seed, scale in adapters]
    for tensor in reader.tensors:
        data = numpy.array(tensor.data)
        for pairs, scale in changes:
            if tensor.name in pairs:
                a, b = pairs[tensor.name]
                data = (data.astype("float32") + scale * ALPHA / RANK * (b @ a)).astype("float32")
        file.add_tensor(tensor.name, data)
    finish(file)
    return path
