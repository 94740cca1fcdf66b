"""Reports as HTML, for notebooks. Everything from outside is escaped; nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import pathlib
from typing import Any, List, Optional, Tuple, Union

from .results import CODES, Outcome, Report

NAMES = {"MEL": "melanoma", "NV": "melanocytic nevus", "BCC": "basal cell carcinoma", "BKL": "benign keratosis"}
METHODS = {"model": "chosen by the model", "fallback": "the protocol's fallback; the model named no valid code",
           "scored": "the most probable code"}
LARGEST = 2 * 1024 * 1024
"""Bytes of a picture that goes into the notebook as it is."""
_FORMATS = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF8", "gif"), (b"BM", "bmp"))


def report(shown: Report) -> str:
    """A report: picture, observations, description, bars and provenance."""
    image = shown.image
    size = f"{image.width} × {image.height} pixels" if image.width else "from words, without an image"
    parts = [f"<p><strong>{_text(image.name)}</strong>, {size}<br><em>For research. This is not a diagnosis.</em></p>"]
    if shown.observations:
        rows = "".join(f'<tr><th scope="row" style="text-align:left">{_text(name)}</th><td style="text-align:left">{_text(one.value)}</td></tr>'
                       for name, one in shown.observations.items())
        parts.append(f"<table><caption>Observations</caption>{rows}</table>")
    if shown.description is not None:
        parts.append(f"<p>{_text(shown.description.cleaned) or 'Nothing is left of the description after cleaning.'}</p>")
        parts += [f"<p><small>Left out ({_text(one.reason)}): {_text(one.sentence)}</small></p>" for one in shown.description.removed]
    parts += _diagnosis(shown)
    if shown.flags:
        parts.append(f"<p>Flags: {_text(', '.join(shown.flags))}</p>")
    weights = (shown.model.weights_sha256 or "")[:12]
    parts.append(f"<p><small>Protocol {_text(shown.protocol.id)} {_text(shown.protocol.version)}, model {_text(shown.model.name)} "
                 f"{_text(weights)}, seed {shown.seed}</small></p>")
    picture = _picture(shown)
    return ('<div style="display:flex;flex-wrap:wrap;gap:1em;align-items:flex-start">'
            f'{picture}<div style="max-width:44em">{"".join(parts)}</div></div>')


def outcome(shown: Outcome) -> str:
    """An outcome: its report, or its error."""
    if shown.report is not None:
        return report(shown.report)
    error = shown.error
    return f"<p><strong>{_text(shown.name)}</strong> was not read: {_text(error.message if error else 'unknown')}</p>"


def _diagnosis(shown: Report) -> List[str]:
    diagnosis = shown.diagnosis
    if diagnosis is None:
        return []
    method = METHODS.get(diagnosis.method) or diagnosis.method.replace("rule:", "by the rule ", 1)
    parts = [f"<p>{_text(diagnosis.code)}, {_text(NAMES.get(diagnosis.code, ''))}: {_text(method)}</p>"]
    if diagnosis.probabilities is None:
        return parts + [f"<p>No probabilities. {_text(diagnosis.probabilities_missing or '')}</p>"]
    rows = []
    for code in CODES:
        share = float(diagnosis.probabilities.get(code, 0))
        width = min(max(share, 0), 1) * 100
        bar = f'<div aria-hidden="true" style="width:{width:.1f}%;height:.8em;background:#3b6ea5"></div>'
        rows.append(f'<tr><th scope="row">{code}</th><td style="width:16em">{bar}</td><td>{share * 100:.1f} %</td></tr>')
    return parts + [f"<table>{''.join(rows)}</table>"]


def _picture(shown: Report) -> str:
    found = _data(shown.source, shown.image.sha256)
    if found is None:
        return ""
    kind, data = found
    return (f'<img alt="The image that was read: {_text(shown.image.name)}" style="max-width:20em;max-height:20em" '
            f'src="data:image/{kind};base64,{base64.b64encode(data).decode("ascii")}">')


def _data(source: Union[None, pathlib.Path, bytes], digest: str) -> Optional[Tuple[str, bytes]]:
    """A picture that a browser shows: the one that was read, and no other that took its file's name since."""
    try:
        data = source.read_bytes() if isinstance(source, pathlib.Path) else source
    except OSError:
        return None
    if not data or hashlib.sha256(data).hexdigest() != digest:
        return None
    kind = next((kind for magic, kind in _FORMATS if data.startswith(magic)), None)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "webp"
    if kind is not None and len(data) <= LARGEST:
        return kind, data
    return _smaller(data)


def _smaller(data: bytes) -> Optional[Tuple[str, bytes]]:
    """A thumbnail, if Pillow is there and reads the picture."""
    try:
        import PIL.Image
        import PIL.ImageOps
    except ImportError:
        return None
    try:
        with PIL.Image.open(io.BytesIO(data)) as opened:
            picture: Any = PIL.ImageOps.exif_transpose(opened).convert("RGB")
            picture.thumbnail((640, 640))
            file = io.BytesIO()
            picture.save(file, "JPEG")
            return "jpeg", file.getvalue()
    except Exception:  # Whatever Pillow says: the report is shown without its picture.
        return None


def _text(text: str) -> str:
    return html.escape(text, quote=True)
