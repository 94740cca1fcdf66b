"""Compares llama.cpp's logits with PyTorch's committed ones on five phantoms.

    LLAMA_CPP_LIB_PATH=LIBRARIES python check_llama.py ../Models/dermgemma-small

Needs llama-cpp-python 0.3.36 (which may be installed without building: ``CMAKE_ARGS=-DLLAMA_BUILD=OFF``), numpy and
pillow, not the recipe's own environment. Exit status 1 when a logit differs by more than the tolerance.
"""

import ctypes
import json
import os
import sys
from pathlib import Path

import numpy as np
from PIL import Image

folder = Path(sys.argv[1])
libraries = os.environ["LLAMA_CPP_LIB_PATH"]
os.environ.setdefault("MTMD_CPP_LIB", libraries)
backend = ctypes.CDLL(str(Path(libraries) / "libggml.so"), mode=ctypes.RTLD_GLOBAL)
backend.ggml_backend_load_all_from_path.argtypes = [ctypes.c_char_p]
backend.ggml_backend_load_all_from_path(libraries.encode())

import llama_cpp  # noqa: E402  (the backends must be loaded first)
import llama_cpp.mtmd_cpp as mtmd  # noqa: E402

reference = json.loads((folder / "reference" / "logits.json").read_text())
llama_cpp.llama_backend_init()
model = llama_cpp.llama_model_load_from_file(str(folder / "dermgemma-small.gguf").encode(),
                                             llama_cpp.llama_model_default_params())
parameters = llama_cpp.llama_context_default_params()
parameters.n_ctx, parameters.n_batch, parameters.n_ubatch = 1024, 512, 512
parameters.n_threads = parameters.n_threads_batch = 1
context = llama_cpp.llama_init_from_model(model, parameters)
vision_parameters = mtmd.mtmd_context_params_default()
vision_parameters.use_gpu, vision_parameters.n_threads, vision_parameters.warmup = False, 1, False
vision = mtmd.mtmd_init_from_file(str(folder / "dermgemma-small-mmproj.gguf").encode(), model, vision_parameters)
size = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(model))
text = ("<start_of_turn>user\n\n\n" + mtmd.mtmd_default_marker().decode() + "\n\n" + reference["prompt"]
        + "<end_of_turn>\n<start_of_turn>model\nAnswer:").encode()
worst = 0.0
for record in reference["images"]:
    pixels = np.asarray(Image.open(folder / "reference" / record["image"]).convert("RGB"))
    buffer = (ctypes.c_uint8 * pixels.size).from_buffer_copy(pixels.tobytes())
    bitmap = mtmd.mtmd_bitmap_init(pixels.shape[1], pixels.shape[0], buffer)
    chunks = mtmd.mtmd_input_chunks_init()
    bitmaps = (mtmd.mtmd_bitmap_p_ctypes * 1)(bitmap)
    given = mtmd.mtmd_input_text(text=text, text_len=len(text), add_special=True, parse_special=True)
    assert mtmd.mtmd_tokenize(vision, chunks, ctypes.byref(given), bitmaps, 1) == 0
    llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(context), True)
    past = llama_cpp.llama_pos(0)
    assert mtmd.mtmd_helper_eval_chunks(vision, context, chunks, 0, 0, 512, True, ctypes.byref(past)) == 0
    assert past.value == len(reference["prompt_ids"]), (past.value, len(reference["prompt_ids"]))
    logits = np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(context, -1), shape=(size,))
    difference = float(np.abs(logits - np.array(record["logits"])).max())
    worst = max(worst, difference)
    print(f"{record['image']}: largest difference {difference:.5f}, best token "
          f"{int(logits.argmax())} and {int(np.argmax(record['logits']))}")
print(f"largest difference {worst:.5f}, tolerance {reference['tolerance']}")
sys.exit(0 if worst <= reference["tolerance"] else 1)
