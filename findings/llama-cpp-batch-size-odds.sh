#!/usr/bin/env bash
# One would guess: on one processor, with one thread and temperature 0, a prompt gets the same probabilities whatever the batch
# size is: it says how many tokens are read at once, which is a matter of memory and speed.
# What happens: a prompt of 64 tokens has other probabilities when it is read in two halves than at once, by up to some hundredths
# of a natural logarithm, with weights in 32 bits too: from some width on, other kernels sum in another order. The same batch gives
# the same bits twice.
# Version: llama.cpp as in xllamacpp 2026.10.11549; gguf 0.17.1; numpy 2.4.6.
# Why it matters: two sites with the same weights, pictures and prompts, and another batch size or another program with another
# default, get other melanoma probabilities: a lesion near a threshold changes sides, and a validation is not repeated to the digit.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check xllamacpp==2026.10.11549 gguf==0.17.1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PY' 2>"$work/log"
from importlib.metadata import version

import gguf
import numpy as np
import xllamacpp

WIDTH, BLOCKS, HEADS, HIDDEN, WORDS = 256, 2, 4, 512, 320
PROMPT = [1, *range(10, 73)]


def write_weights(path: str, kind: str) -> None:
    """A language model of two blocks with random weights."""
    random, writer = np.random.default_rng(1), gguf.GGUFWriter(path, "llama")
    writer.add_context_length(512)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(BLOCKS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(WORDS)
    writer.add_tokenizer_model("llama")
    writer.add_token_list([b"<unk>", b"<s>", b"</s>", *(f"<0x{byte:02X}>".encode() for byte in range(256)),
                           *(f"w{number}".encode() for number in range(WORDS - 259))])
    writer.add_token_scores([0.0] * WORDS)
    writer.add_token_types([2, 3, 3] + [6] * 256 + [1] * (WORDS - 259))
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)

    def add(name: str, rows: int, columns: int, stored: str) -> None:
        values = (random.standard_normal((rows, columns)) * 0.06).astype(np.float32)
        if stored == "F32":
            writer.add_tensor(name, values)
        elif stored == "Q4_K":
            # Scales of a block, then six-bit scales and four-bit values.
            blocks = random.integers(0, 256, (rows * columns // 256, 144), dtype=np.uint8)
            blocks[:, :4] = np.array([2e-4, 1.2e-3], np.float16).view(np.uint8)
            writer.add_tensor(name, blocks.reshape(rows, -1), raw_dtype=gguf.GGMLQuantizationType.Q4_K)
        else:
            quantised = gguf.GGMLQuantizationType[stored]
            writer.add_tensor(name, gguf.quants.quantize(values, quantised), raw_dtype=quantised)

    add("token_embd.weight", WORDS, WIDTH, "F32")
    add("output.weight", WORDS, WIDTH, kind)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for block in range(BLOCKS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"blk.{block}.{name}.weight", WIDTH, WIDTH, kind)
        for name, rows, columns in (("ffn_gate", HIDDEN, WIDTH), ("ffn_up", HIDDEN, WIDTH), ("ffn_down", WIDTH, HIDDEN)):
            add(f"blk.{block}.{name}.weight", rows, columns, kind)
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{block}.{name}.weight", np.ones(WIDTH, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def log_probabilities(path: str, batch: int) -> np.ndarray:
    """Of each word of the vocabulary as the prompt's next one."""
    options = xllamacpp.CommonParams()
    options.model.path, options.n_ctx, options.n_batch, options.n_ubatch = path, 512, batch, batch
    options.n_parallel, options.warmup, options.verbosity = 1, False, -1
    options.cpuparams.n_threads = options.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(options)
    answer = server.handle_completions(
        {"prompt": PROMPT, "n_predict": 1, "temperature": 0, "n_probs": WORDS, "cache_prompt": False})
    told = {entry["id"]: entry["logprob"] for entry in answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]}
    return np.array([told[word] for word in sorted(told)])


seen = {"versions": " ".join(f"{name} {version(name)}" for name in ("xllamacpp", "gguf", "numpy"))}
expected = {"versions": "xllamacpp 2026.10.11549 gguf 0.17.1 numpy 2.4.6"}
for kind in ("F32", "Q8_0", "Q4_K"):
    path = f"{kind}.gguf"
    write_weights(path, kind)
    first = log_probabilities(path, 64)
    moves = [float(np.abs(log_probabilities(path, batch) - first).max()) for batch in (64, 32)]
    print(f"{kind}: {first.size} words; largest move of a logarithm, batch 64 again: {moves[0]:.6f}, batch 32: {moves[1]:.6f}")
    seen[f"{kind}: a batch of 64 twice gives the same"], expected[f"{kind}: a batch of 64 twice gives the same"] = moves[0] == 0, True
    seen[f"{kind}: a batch of 32 moves it by over 0.001"], expected[f"{kind}: a batch of 32 moves it by over 0.001"] = moves[1] > 0.001, True
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
if changed:
    print("changed: " + "; ".join(changed))
raise SystemExit(1 if changed else 0)
PY
