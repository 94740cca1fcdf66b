"""llama-cpp-python as the reference, over the llama.cpp libraries that our own program uses.

scripts/interop.sh sets the environment: the Python package comes from the pinned source tree (PYTHONPATH), the shared
libraries from our build of it (LLAMA_CPP_LIB_PATH, MTMD_CPP_LIB).
"""

import contextlib
import ctypes
import os
import pathlib

LIBRARIES = pathlib.Path(os.environ["LLAMA_CPP_LIB_PATH"])

# Our libraries load their CPU backend at run time, which llama-cpp-python leaves to whoever built them.
_ggml = ctypes.CDLL(str(LIBRARIES / "libggml.so"), mode=ctypes.RTLD_GLOBAL)
_ggml.ggml_backend_load_all_from_path.argtypes = [ctypes.c_char_p]
_ggml.ggml_backend_load_all_from_path.restype = None
_ggml.ggml_backend_load_all_from_path(str(LIBRARIES).encode())

import llama_cpp  # noqa: E402
from llama_cpp import mtmd_cpp  # noqa: E402

_silence = llama_cpp.llama_log_callback(lambda level, text, data: None)
mtmd_cpp.mtmd_log_set(_silence, None)
mtmd_cpp.mtmd_helper_log_set(_silence, None)

VERSION = llama_cpp.__version__
BEFORE_IMAGE = "<start_of_turn>user\n\n\n"
AFTER_IMAGE = "\n\n{prompt}<end_of_turn>\n<start_of_turn>model\n{prefix}"
WITHOUT_IMAGE = "<start_of_turn>user\n{prompt}<end_of_turn>\n<start_of_turn>model\n{prefix}"


class Reference:
    """A text model, with a projector where images are to be looked at."""

    longest_piece = 1024
    """Bytes of the longest piece that is written: llama-cpp-python's server leaves out those of more than 32."""

    def __init__(self, weights: pathlib.Path, projector: pathlib.Path | None, threads: int, context: int = 2048,
                 flash_in_projector: bool = True):
        """Loads both, with the settings of our engine on a processor: no flash attention in the text model, f16 caches, no
        window. The projector uses it, as llama.cpp does unless it is told otherwise."""
        self._closing = contextlib.ExitStack()
        self.text = self._closing.enter_context(
            contextlib.closing(
                llama_cpp.Llama(
                    str(weights), n_ctx=context, n_batch=512, n_ubatch=512, n_threads=threads,
                    n_threads_batch=threads, flash_attn=False, swa_full=True, n_gpu_layers=0, verbose=False,
                )
            )
        )
        self._projector = None
        if projector is not None:
            parameters = mtmd_cpp.mtmd_context_params_default()
            parameters.use_gpu = False
            parameters.print_timings = False
            parameters.n_threads = threads
            parameters.warmup = False
            if not flash_in_projector:
                parameters.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
            self._projector = mtmd_cpp.mtmd_init_from_file(str(projector).encode(), self.text.model, parameters)
            assert self._projector, f"{projector}: refused by mtmd"
            self._closing.callback(mtmd_cpp.mtmd_free, self._projector)

    def close(self) -> None:
        """Frees what was loaded."""
        self._closing.close()

    def answer(self, prompt: str, prefix: str, limit: int) -> tuple[list[int], list[int]]:
        """The tokens of a prompt without an image, and those of its greedy answer."""
        text = WITHOUT_IMAGE.format(prompt=prompt, prefix=prefix)
        tokens = self.text.tokenize(text.encode(), add_bos=True, special=True)
        # Otherwise llama-cpp-python keeps what two prompts have in common, and reads the rest in other batches.
        self.text.reset()
        answer: list[int] = []
        for token in self.text.generate(tokens, temp=0.0, repeat_penalty=1.0):
            answer.append(token)
            if len(answer) == limit or self._ends(token):
                break
        return tokens, answer

    def answer_looking(
            self, pixels, prompt: str, prefix: str, limit: int, blank: str = "\n\n") -> tuple[list[int], list[int]]:
        """The text tokens of a prompt that stands after an image, and those of its greedy answer.

        `pixels` is an array of height x width x 3 bytes; `blank` is what comes between an image and the texts around it.
        """
        after = AFTER_IMAGE.format(prompt=prompt, prefix=prefix).removeprefix("\n\n")
        tokens = self._read(pixels, BEFORE_IMAGE.removesuffix("\n\n") + blank, blank + after)
        answer = [self._likeliest()]
        while len(answer) < limit and not self._ends(answer[-1]):
            self.text.eval(answer[-1:])
            answer.append(self._likeliest())
        return tokens, answer

    def written(self, pixels, prompt: str, limit: int, blank: str = "\n\n") -> tuple[str, str]:
        """The greedy answer to a prompt, after an image unless `pixels` is `None`: all of it, and as llama-cpp-python writes it, which leaves out
        every piece of more than 32 bytes."""
        _, tokens = (
            self.answer(prompt, "", limit) if pixels is None else self.answer_looking(pixels, prompt, "", limit, blank))
        if self._ends(tokens[-1]):
            tokens.pop()
        whole = b"".join(map(self._bytes, tokens))
        return tuple(text.decode("utf-8", "replace").strip() for text in (whole, self.text.detokenize(tokens, special=True)))

    def _read(self, pixels, before: str, after: str) -> list[int]:
        """Reads an image between two texts, from nothing; their tokens."""
        with contextlib.ExitStack() as closing:
            height, width, _ = pixels.shape
            raw = pixels.tobytes()
            bytes_of_image = (ctypes.c_uint8 * len(raw)).from_buffer_copy(raw)
            bitmap = mtmd_cpp.mtmd_bitmap_init(width, height, bytes_of_image)
            closing.callback(mtmd_cpp.mtmd_bitmap_free, bitmap)
            chunks = mtmd_cpp.mtmd_input_chunks_init()
            closing.callback(mtmd_cpp.mtmd_input_chunks_free, chunks)
            marker = mtmd_cpp.mtmd_default_marker().decode()
            whole = (before + marker + after).encode()
            text = mtmd_cpp.mtmd_input_text(text=whole, text_len=len(whole), add_special=True, parse_special=True)
            bitmaps = (ctypes.c_void_p * 1)(bitmap)
            status = mtmd_cpp.mtmd_tokenize(self._projector, chunks, ctypes.byref(text), bitmaps, 1)
            assert status == 0, f"mtmd_tokenize: {status}"
            tokens = self._tokens(chunks)

            self.text.reset()
            self.text._ctx.kv_cache_clear()
            read = llama_cpp.llama_pos(0)
            status = mtmd_cpp.mtmd_helper_eval_chunks(
                self._projector, self.text.ctx, chunks, 0, 0, self.text.n_batch, True, ctypes.byref(read))
            assert status == 0, f"mtmd_helper_eval_chunks: {status}"
        self.text.n_tokens = read.value
        return tokens

    def logits(self, pixels, prompt: str, given: list[int], blank: str = "\n\n"):
        """The logits of the token after a prompt and the first tokens of an answer, all read from nothing.

        `pixels` is `None` for a prompt without an image; `blank` is what comes between an image and the texts around it.
        """
        if pixels is None:
            self.text.reset()
            whole = WITHOUT_IMAGE.format(prompt=prompt, prefix="")
            self.text.eval(self.text.tokenize(whole.encode(), add_bos=True, special=True))
        else:
            after = AFTER_IMAGE.format(prompt=prompt, prefix="").removeprefix("\n\n")
            self._read(pixels, BEFORE_IMAGE.removesuffix("\n\n") + blank, blank + after)
        for token in given:
            self.text.eval([token])
        row = llama_cpp.llama_get_logits_ith(self.text.ctx, -1)
        return [row[place] for place in range(self.text.n_vocab())]

    def piece(self, token: int) -> str:
        """What a token stands for; nothing for one of more than `longest_piece` bytes."""
        piece = self._bytes(token)
        return piece.decode("utf-8", "replace") if len(piece) <= self.longest_piece else ""

    def _bytes(self, token: int) -> bytes:
        """llama-cpp-python's own function gives nothing for a piece of more than 32 bytes."""
        buffer = (ctypes.c_char * 1024)()
        count = llama_cpp.llama_token_to_piece(self.text._model.vocab, token, buffer, len(buffer), 0, True)
        assert count >= 0, f"a piece of {-count} bytes"
        return bytes(buffer[:count])

    def plain_tokens(self, text: str) -> list[int]:
        """The tokens of text in which nothing is special."""
        return self.text.tokenize(text.encode(), add_bos=False, special=False)

    def special_token(self, piece: str) -> int:
        """The one token of a marker."""
        (token,) = self.text.tokenize(piece.encode(), add_bos=False, special=True)
        return token

    def _likeliest(self) -> int:
        return self.text.sample(temp=0.0, repeat_penalty=1.0)

    def _ends(self, token: int) -> bool:
        return llama_cpp.llama_vocab_is_eog(self.text._model.vocab, token)

    @staticmethod
    def _tokens(chunks) -> list[int]:
        tokens: list[int] = []
        count = ctypes.c_size_t()
        for index in range(mtmd_cpp.mtmd_input_chunks_size(chunks)):
            chunk = mtmd_cpp.mtmd_input_chunks_get(chunks, index)
            if mtmd_cpp.mtmd_input_chunk_get_type(chunk) == mtmd_cpp.MTMD_INPUT_CHUNK_TYPE_TEXT:
                numbers = mtmd_cpp.mtmd_input_chunk_get_tokens_text(chunk, ctypes.byref(count))
                tokens += numbers[: count.value]
        return tokens
