"""What may be read: files, bytes, and pictures of Pillow and NumPy, neither of which is imported."""

from __future__ import annotations

import base64
import dataclasses
import io
import os
import pathlib
import struct
import zlib
from typing import Any, Dict, Optional, Union

LIMIT = 70 * 1024 * 1024
"""Bytes of an image that is sent rather than named; the worker takes lines of up to 96 MiB of base64."""


@dataclasses.dataclass(frozen=True)
class Picture:
    """An image, ready to be sent."""

    request: Dict[str, str]
    name: str
    source: Union[None, pathlib.Path, bytes]

    @property
    def size(self) -> int:
        """Bytes that it keeps in memory while it is under way."""
        return sum(map(len, self.request.values()))


def picture(image: Any, name: Optional[str] = None) -> Picture:
    """A request's part that says which image: a path, an image file's bytes, a PIL image, or a NumPy array.

    Raises TypeError and ValueError for what is no picture, OSError for a file object that cannot be read.
    """
    if isinstance(image, (str, os.PathLike)):
        return _file(os.fspath(image), name)
    if isinstance(image, (bytes, bytearray, memoryview)):
        return _sent(bytes(image), name)
    if any(kind.__module__ == "PIL.Image" and kind.__name__ == "Image" for kind in type(image).__mro__):
        return _sent(_pillow(image), name or _base(getattr(image, "filename", None)))
    if hasattr(image, "__array_interface__"):
        return _sent(_array(image), name)
    if hasattr(image, "read"):
        data = image.read()
        if not isinstance(data, bytes):
            raise TypeError("open the image's file in binary mode: open(path, 'rb')")
        return _sent(data, name or _base(getattr(image, "name", None)))
    raise TypeError(f"an image is a path, bytes, a PIL image or a NumPy array, not {type(image).__name__}")


def _file(path: Union[str, bytes], name: Optional[str]) -> Picture:
    text = os.fsdecode(path)
    full = os.path.abspath(text)
    shown = name or os.path.basename(full)
    try:
        full.encode("utf-8")
    except UnicodeEncodeError:
        # JSON has no such names; the bytes go instead.
        with open(full, "rb") as file:
            return _sent(file.read(LIMIT + 1), os.fsencode(shown).decode("utf-8", "replace"))
    return Picture({"path": full, "name": shown}, text, pathlib.Path(full))


def _sent(data: bytes, name: Optional[str]) -> Picture:
    if len(data) > LIMIT:
        raise ValueError(f"the image has {len(data)} bytes, more than {LIMIT} can be sent; save it, and read the file")
    request = {"image": base64.b64encode(data).decode("ascii")}
    if name:
        request["name"] = name
    return Picture(request, name or "", data)


def _base(path: Any) -> Optional[str]:
    return os.path.basename(path) or None if isinstance(path, str) else None


def _pillow(image: Any) -> bytes:
    """A PIL image as PNG: its pixels, its color profile, and the orientation that its EXIF asks for."""
    if image.mode in ("CMYK", "YCbCr", "LAB", "HSV", "PA", "La", "RGBa", "RGBX"):
        image = image.convert("RGBA" if image.mode in ("PA", "La", "RGBa") else "RGB")
    elif image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        raise ValueError(f"a PIL image of mode {image.mode} has no 8-bit colors; convert it to RGB as fits its values")
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1, exif=image.getexif())
    return file.getvalue()


def _array(array: Any) -> bytes:
    """An array of 8-bit values as PNG: height x width, or height x width x 3 (RGB) or 4 (RGBA)."""
    interface = array.__array_interface__
    shape = tuple(interface["shape"])
    if interface["typestr"] not in ("|u1", "<u1", ">u1"):
        raise ValueError(
            f"an array of {getattr(array, 'dtype', interface['typestr'])} may mean 0 to 1 or 0 to 255; convert it to uint8 first")
    channels = {2: 1}.get(len(shape)) or (shape[2] if len(shape) == 3 else 0)
    if channels not in (1, 3, 4) or 0 in shape:
        raise ValueError(f"an array is height x width, or height x width x 3 (RGB) or 4 (RGBA), not {' x '.join(map(str, shape))}")
    height, width = shape[:2]
    data = memoryview(array.tobytes())
    stride = width * channels
    lines = bytearray()
    for row in range(height):
        lines += b"\0"
        lines += data[row * stride:(row + 1) * stride]
    header = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(*chunk) for chunk in ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
