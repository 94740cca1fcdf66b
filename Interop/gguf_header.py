"""Numbers of a GGUF file's header, read by llama.cpp's own reader."""

import ctypes
import pathlib

from reference import LIBRARIES


class _Parameters(ctypes.Structure):
    _fields_ = [("no_alloc", ctypes.c_bool), ("context", ctypes.c_void_p)]


_library = ctypes.CDLL(str(LIBRARIES / "libggml-base.so"))
_library.gguf_init_from_file.argtypes = [ctypes.c_char_p, _Parameters]
_library.gguf_init_from_file.restype = ctypes.c_void_p
_library.gguf_find_key.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
_library.gguf_find_key.restype = ctypes.c_int64
_library.gguf_get_val_u32.argtypes = [ctypes.c_void_p, ctypes.c_int64]
_library.gguf_get_val_u32.restype = ctypes.c_uint32
_library.gguf_get_val_f32.argtypes = [ctypes.c_void_p, ctypes.c_int64]
_library.gguf_get_val_f32.restype = ctypes.c_float
_library.gguf_free.argtypes = [ctypes.c_void_p]


def number(path: pathlib.Path, key: str) -> int:
    """An unsigned number of 32 bits."""
    return _value(path, key, _library.gguf_get_val_u32)


def decimal(path: pathlib.Path, key: str) -> float:
    """A floating-point number of 32 bits."""
    return _value(path, key, _library.gguf_get_val_f32)


def _value(path: pathlib.Path, key: str, read):
    header = _library.gguf_init_from_file(str(path).encode(), _Parameters(True, None))
    assert header, f"{path}: no GGUF file"
    try:
        index = _library.gguf_find_key(header, key.encode())
        assert index >= 0, f"{path}: no {key}"
        return read(header, index)
    finally:
        _library.gguf_free(header)
