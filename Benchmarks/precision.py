"""Writes a GGUF file again with its matrices in another precision, for `benchmark trials` and the projectors of scripts/bench-shapes.sh.

    scripts/interop.sh --python Benchmarks/precision.py IN.gguf OUT.gguf f32|f16|bf16|q8_0

Vectors, patch and position embeddings, and matrices whose rows are no multiple of 32 numbers stay as they are. From a
16-bit file the 32-bit one holds the same numbers, so both must give the same answers but for rounding in between.
"""

import pathlib
import subprocess
import sys

root = pathlib.Path(__file__).parents[1]
tree = subprocess.run([root / "scripts/llama-cpp.sh", "--source"], check=True, capture_output=True, text=True).stdout
sys.path.insert(0, tree.strip() + "/gguf-py")

import gguf  # noqa: E402
import numpy  # noqa: E402

TYPES = {name: gguf.GGMLQuantizationType[name.upper()] for name in ("f32", "f16", "bf16", "q8_0")}


def write(source: str, target: str, precision: str) -> None:
    """Writes `source` again as `target`."""
    kind = TYPES[precision]
    reader = gguf.GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
    writer = gguf.GGUFWriter(target, architecture)
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        sub = field.types[1] if field.types[0] is gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), field.types[0], sub)
    for tensor in reader.tensors:
        numbers = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        is_matrix = len(tensor.shape) == 2 and tensor.shape[0] % 32 == 0 and "position_embd" not in tensor.name
        # mtmd transposes this one, which it cannot do with blocks.
        is_matrix = is_matrix and not (precision == "q8_0" and tensor.name == "mm.input_projection.weight")
        if is_matrix:
            data = gguf.quants.quantize(numbers.astype(numpy.float32), kind)
            writer.add_tensor(tensor.name, data, raw_dtype=kind)
        else:
            writer.add_tensor(tensor.name, numpy.array(tensor.data), raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    write(*sys.argv[1:4])
