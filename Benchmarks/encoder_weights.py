"""Random weights in the shape of MedGemma's image encoder, the same numbers for llama.cpp (GGUF) and for other runtimes (ONNX).

`write` makes four files: `encoder.gguf` (matrices in F16, as projectors are published), `encoder.onnx` with `encoder.bin` (the same
numbers in 32 bits, one graph with plain attention), and `text.gguf`, a text model of one block and the embedded model's vocabulary,
because llama.cpp loads no projector alone. Biases, norms and positions are random too: a part that one side left out would show.
"""

import pathlib
import subprocess
import sys
from dataclasses import dataclass

import numpy
import onnx
from onnx import TensorProto, helper

ROOT = pathlib.Path(__file__).resolve().parents[1]
_tree = subprocess.run([ROOT / "scripts/llama-cpp.sh", "--source"], check=True, capture_output=True, text=True).stdout
sys.path.insert(0, _tree.strip() + "/gguf-py")

import gguf  # noqa: E402

OPSET = 20
EPSILON = 1e-6


@dataclass(frozen=True)
class Shape:
    """SigLIP So400m as MedGemma 4B has it; fewer layers for machines in a hurry."""

    layers: int = 27
    side: int = 896
    patch: int = 14
    width: int = 1152
    feed_forward: int = 4304
    heads: int = 16
    merge: int = 4
    text_width: int = 2560

    @property
    def across(self) -> int:
        """Patches beside one another."""
        return self.side // self.patch

    @property
    def operations(self) -> float:
        """Multiplications and additions of all matrix products."""
        patches, width = self.across**2, self.width
        layer = 4 * width * width + 2 * width * self.feed_forward + 2 * patches * width
        ends = 3 * self.patch**2 * width + width * self.text_width / self.merge**2
        return 2.0 * patches * (self.layers * layer + ends)


class Graph:
    """An ONNX graph whose large constants lie in a file beside it, and the GGUF file of the same numbers."""

    def __init__(self, folder: pathlib.Path, writer: gguf.GGUFWriter):
        self.random = numpy.random.default_rng(24)
        self.path = folder / "encoder.bin"
        self.bytes = self.path.open("wb")
        self.writer = writer
        self.nodes, self.constants, self.count = [], [], 0

    def node(self, kind: str, *inputs: str, **attributes) -> str:
        """Adds a node; the name of its output."""
        self.count += 1
        name = f"{kind.lower()}-{self.count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, name: str, numbers: numpy.ndarray) -> str:
        """Adds a constant of 32-bit floats to the file beside the graph."""
        numbers = numpy.ascontiguousarray(numbers, numpy.float32)
        self.bytes.write(bytes(-self.bytes.tell() % 64))
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=numbers.shape, data_location=TensorProto.EXTERNAL)
        for key, value in (("location", self.path.name), ("offset", self.bytes.tell()), ("length", numbers.nbytes)):
            tensor.external_data.add(key=key, value=str(value))
        self.bytes.write(numbers.data)
        self.constants.append(tensor)
        return name

    def small(self, name: str, numbers, kind=numpy.int64) -> str:
        """Adds a small constant to the graph itself."""
        if all(constant.name != name for constant in self.constants):
            self.constants.append(onnx.numpy_helper.from_array(numpy.asarray(numbers, kind), name))
        return name

    def vector(self, name: str, size: int, around: float) -> str:
        """Random numbers for both files, `around` 0 or 1."""
        numbers = (around + 0.05 * self.random.standard_normal(size)).astype(numpy.float32)
        self.writer.add_tensor(name, numbers)
        return self.constant(name, numbers)

    def matrix(self, name: str, rows: int, columns: int) -> str:
        """Random numbers of 16 bits; transposed in the graph, which multiplies from the left."""
        numbers = (0.02 * self.random.standard_normal((rows, columns), numpy.float32)).astype(numpy.float16)
        self.writer.add_tensor(name, numbers)
        return self.constant(name, numbers.T)

    def linear(self, value: str, name: str, rows: int, columns: int) -> str:
        """A product with its bias."""
        product = self.node("MatMul", value, self.matrix(f"{name}.weight", rows, columns))
        return self.node("Add", product, self.vector(f"{name}.bias", rows, 0))

    def norm(self, value: str, name: str, width: int) -> str:
        """A layer norm."""
        weight, bias = self.vector(f"{name}.weight", width, 1), self.vector(f"{name}.bias", width, 0)
        return self.node("LayerNormalization", value, weight, bias, axis=-1, epsilon=EPSILON)


def _layer(graph: Graph, shape: Shape, value: str, number: int) -> str:
    """One layer: attention written as products and a softmax, and the feed-forward part."""
    name, head = f"v.blk.{number}", shape.width // shape.heads
    patches = shape.across**2
    normed = graph.norm(value, f"{name}.ln1", shape.width)
    split = graph.small("heads", [1, patches, shape.heads, head])

    def part(letter: str, order: list[int]) -> str:
        whole = graph.linear(normed, f"{name}.attn_{letter}", shape.width, shape.width)
        return graph.node("Transpose", graph.node("Reshape", whole, split), perm=order)

    queries, keys, values = part("q", [0, 2, 1, 3]), part("k", [0, 2, 3, 1]), part("v", [0, 2, 1, 3])
    scores = graph.node("Mul", graph.node("MatMul", queries, keys), graph.small("scale", head**-0.5, numpy.float32))
    mixed = graph.node("MatMul", graph.node("Softmax", scores, axis=-1), values)
    joined = graph.node("Reshape", graph.node("Transpose", mixed, perm=[0, 2, 1, 3]), graph.small("rows", [1, patches, shape.width]))
    value = graph.node("Add", value, graph.linear(joined, f"{name}.attn_out", shape.width, shape.width))
    normed = graph.norm(value, f"{name}.ln2", shape.width)
    inner = graph.node("Gelu", graph.linear(normed, f"{name}.ffn_up", shape.feed_forward, shape.width), approximate="tanh")
    return graph.node("Add", value, graph.linear(inner, f"{name}.ffn_down", shape.width, shape.feed_forward))


def _encoder(graph: Graph, shape: Shape) -> str:
    """The whole encoder, from pixels between -1 and 1 to an image's tokens."""
    width, across = shape.width, shape.across
    kernel = (0.02 * graph.random.standard_normal((width, 3, shape.patch, shape.patch))).astype(numpy.float32)
    graph.writer.add_tensor("v.patch_embd.weight", kernel)
    value = graph.node(
        "Conv", "pixels", graph.constant("v.patch_embd.weight", kernel), graph.vector("v.patch_embd.bias", width, 0),
        strides=[shape.patch] * 2, kernel_shape=[shape.patch] * 2)
    value = graph.node("Reshape", value, graph.small("columns", [1, width, across**2]))
    places = (0.1 * graph.random.standard_normal((across**2, width))).astype(numpy.float32)
    graph.writer.add_tensor("v.position_embd.weight", places)
    value = graph.node("Add", graph.node("Transpose", value, perm=[0, 2, 1]), graph.constant("v.position_embd.weight", places))
    for number in range(shape.layers):
        value = _layer(graph, shape, value, number)
    value = graph.node("Transpose", graph.norm(value, "v.post_ln", width), perm=[0, 2, 1])
    value = graph.node("Reshape", value, graph.small("picture", [1, width, across, across]))
    value = graph.node("AveragePool", value, kernel_shape=[shape.merge] * 2, strides=[shape.merge] * 2)
    tokens = (across // shape.merge) ** 2
    value = graph.node("Transpose", graph.node("Reshape", value, graph.small("pooled", [1, width, tokens])), perm=[0, 2, 1])
    mean = graph.node("ReduceMean", graph.node("Mul", value, value), graph.small("last", [-1]), keepdims=1)
    root = graph.node("Sqrt", graph.node("Add", mean, graph.small("epsilon", EPSILON, numpy.float32)))
    value = graph.node("Mul", graph.node("Div", value, root), graph.vector("mm.soft_emb_norm.weight", width, 1))
    projection = (0.02 * graph.random.standard_normal((width, shape.text_width))).astype(numpy.float16)
    graph.writer.add_tensor("mm.input_projection.weight", projection)
    return graph.node("MatMul", value, graph.constant("mm.input_projection.weight", projection))


def _projector_file(path: pathlib.Path, shape: Shape) -> gguf.GGUFWriter:
    """A projector's GGUF file without tensors."""
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_type("mmproj")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "gemma3")
    writer.add_bool("clip.use_gelu", True)
    for name, value in (("image_size", shape.side), ("patch_size", shape.patch), ("embedding_length", shape.width),
                        ("feed_forward_length", shape.feed_forward), ("projection_dim", shape.text_width),
                        ("block_count", shape.layers), ("attention.head_count", shape.heads)):
        writer.add_uint32(f"clip.vision.{name}", value)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", EPSILON)
    writer.add_array("clip.vision.image_mean", [0.5] * 3)
    writer.add_array("clip.vision.image_std", [0.5] * 3)
    return writer


def _finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_text(path: pathlib.Path, width: int) -> None:
    """A Gemma 3 of one narrow block, which the projector is loaded beside."""
    vocabulary = gguf.GGUFReader(ROOT / "Models/dermgemma-small/dermgemma-small.gguf")
    random = numpy.random.default_rng(25)
    writer = gguf.GGUFWriter(path, "gemma3")
    for name, field in vocabulary.fields.items():
        if name.startswith("tokenizer."):
            sub = field.types[-1] if field.types[0] is gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(name, field.contents(), field.types[0], sub)
    heads, head, feed_forward = 4, 64, 256
    writer.add_context_length(2048)
    writer.add_embedding_length(width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(feed_forward)
    writer.add_head_count(heads)
    writer.add_head_count_kv(1)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_rope_freq_base(1e6)
    writer.add_sliding_window(1024)
    pieces = len(vocabulary.fields["tokenizer.ggml.tokens"].contents())
    sizes = {"token_embd": (pieces, width), "blk.0.attn_q": (heads * head, width), "blk.0.attn_k": (head, width),
             "blk.0.attn_v": (head, width), "blk.0.attn_output": (width, heads * head), "blk.0.ffn_gate": (feed_forward, width),
             "blk.0.ffn_up": (feed_forward, width), "blk.0.ffn_down": (width, feed_forward)}
    for name, size in sizes.items():
        writer.add_tensor(f"{name}.weight", (0.02 * random.standard_normal(size)).astype(numpy.float16))
    norms = dict.fromkeys(["output_norm", *(f"blk.0.{name}" for name in ("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"))], width)
    for name, size in (norms | {"blk.0.attn_q_norm": head, "blk.0.attn_k_norm": head}).items():
        writer.add_tensor(f"{name}.weight", numpy.ones(size, numpy.float32))
    _finish(writer)


def write(folder: pathlib.Path, shape: Shape) -> None:
    """Writes the four files into a folder, unless they are there."""
    if (folder / "complete").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    writer = _projector_file(folder / "encoder.gguf", shape)
    graph = Graph(folder, writer)
    tokens = graph.node("Identity", _encoder(graph, shape))
    _finish(writer)
    graph.bytes.close()
    pixels = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1, 3, shape.side, shape.side])
    count = (shape.across // shape.merge) ** 2
    output = helper.make_tensor_value_info(tokens, TensorProto.FLOAT, [1, count, shape.text_width])
    model = helper.make_model(
        helper.make_graph(graph.nodes, "encoder", [pixels], [output], graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.save(model, folder / "encoder.onnx")
    onnx.checker.check_model(str(folder / "encoder.onnx"))
    _write_text(folder / "text.gguf", shape.text_width)
    (folder / "complete").touch()
