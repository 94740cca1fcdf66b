"""What a reading says: everything of the examination that ``dermgemma analyze --json`` prints, with types."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

from .errors import ReadError

CODES = ("MEL", "NV", "BCC", "BKL")
"""Melanoma, nevus, basal cell carcinoma, benign keratosis."""


@dataclasses.dataclass(frozen=True)
class Image:
    """The image that was read. ``sha256`` is empty and the size 0 where words were classified without one."""

    name: str
    sha256: str
    width: int
    height: int
    notes: Tuple[str, ...] = ()
    lesion: Optional[Mapping[str, Any]] = None
    """What a DICOM file says of the lesion, by key."""


@dataclasses.dataclass(frozen=True)
class Protocol:
    """The protocol that was followed."""

    id: str
    version: str
    digest: str


@dataclasses.dataclass(frozen=True)
class Adapter:
    """A LoRA adapter, and how strongly it acted; 1 as it was trained."""

    name: str
    sha256: str
    scale: float


@dataclasses.dataclass(frozen=True)
class Model:
    """The weights that answered. The digests are None for a model behind an endpoint, precision for the usual 32 bits."""

    name: str
    weights_sha256: Optional[str]
    projector_sha256: Optional[str]
    endpoint: Optional[str] = None
    adapters: Tuple[Adapter, ...] = ()
    precision: Optional[str] = None


@dataclasses.dataclass(frozen=True)
class Sampling:
    """How one phase's tokens were drawn."""

    temperature: float
    top_k: int
    top_p: float
    min_p: float
    repeat_penalty: float
    repeat_window: int
    max_tokens: int


@dataclasses.dataclass(frozen=True)
class EffectiveSampling:
    """The sampling that took effect; None for a phase that was not sampled. ``source`` is explicit or model."""

    source: str
    observation: Optional[Sampling] = None
    review: Optional[Sampling] = None
    classification: Optional[Sampling] = None


@dataclasses.dataclass(frozen=True)
class Observation:
    """The answer to one question of Phase 1: canonical words, and what the model wrote."""

    value: str
    raw: str


@dataclasses.dataclass(frozen=True)
class RemovedSentence:
    """A sentence that was left out of the description, and why."""

    sentence: str
    reason: str


@dataclasses.dataclass(frozen=True)
class Description:
    """Phase 2's text, before and after cleaning."""

    raw: str
    cleaned: str
    removed: Tuple[RemovedSentence, ...]


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """Phase 3's code. ``method`` is model, fallback, scored, or ``rule:`` and the rule's id."""

    code: str
    method: str
    raw: str
    probabilities: Optional[Mapping[str, float]]
    """Of each code, between 0 and 1; None where the model gives none, as ``probabilities_missing`` then explains."""
    probabilities_missing: Optional[str] = None


@dataclasses.dataclass(frozen=True)
class Timings:
    """Milliseconds."""

    encode_ms: float
    phase1_ms: float
    phase2_ms: float
    phase3_ms: float
    total_ms: float


@dataclasses.dataclass(frozen=True)
class Counts:
    """How much was computed."""

    image_encodes: int
    prompt_tokens: int
    shared_prompt_tokens: int
    generated_tokens: int


@dataclasses.dataclass(frozen=True)
class Report:
    """One examination. In a notebook it shows itself. For research; never a diagnosis of a person.

    ``data`` is the examination as the program sent it, with every key, and ``text`` the report for people.
    """

    image: Image
    protocol: Protocol
    model: Model
    engine: str
    seed: int
    sampling: EffectiveSampling
    observations: Mapping[str, Observation]
    description: Optional[Description]
    diagnosis: Optional[Diagnosis]
    flags: Tuple[str, ...]
    timings: Timings = dataclasses.field(compare=False)
    counts: Counts = dataclasses.field(compare=False)
    text: str = dataclasses.field(repr=False)
    data: Mapping[str, Any] = dataclasses.field(repr=False, compare=False)
    source: Union[None, pathlib.Path, bytes] = dataclasses.field(default=None, repr=False, compare=False)
    """What was read, for display: the file, or the image's bytes."""

    @classmethod
    def of(cls, data: Mapping[str, Any], source: Union[None, pathlib.Path, bytes] = None) -> Report:
        """The report of an examination in JSON's terms. Keys that this version does not know stay in ``data``.

        Raises KeyError or TypeError if it is no examination.
        """
        image, model, described, diagnosis = data["image"], data["model"], data.get("description"), data.get("diagnosis")
        return cls(
            image=_known(Image, {**image, "notes": tuple(image.get("notes") or ())}),
            protocol=_known(Protocol, data["protocol"]),
            model=_known(Model, {**model, "adapters": tuple(_known(Adapter, one) for one in model.get("adapters") or ())}),
            engine=data["engine"], seed=data["seed"],
            sampling=_known(EffectiveSampling, {
                name: _known(Sampling, value) if isinstance(value, dict) else value
                for name, value in data["sampling"].items()}),
            observations={name: _known(Observation, value) for name, value in data["observations"].items()},
            description=None if described is None else Description(
                described["raw"], described["cleaned"],
                tuple(_known(RemovedSentence, one) for one in described["removed"])),
            diagnosis=None if diagnosis is None else _known(Diagnosis, diagnosis),
            flags=tuple(data["flags"]), timings=_known(Timings, data["timings"]),
            counts=_known(Counts, data["counts"]), text=data["report"], data=data, source=source)

    @property
    def code(self) -> Optional[str]:
        """MEL, NV, BCC or BKL; None where the protocol ends before Phase 3."""
        return None if self.diagnosis is None else self.diagnosis.code

    @property
    def probabilities(self) -> Mapping[str, float]:
        """Of each code, between 0 and 1; empty where there are none."""
        return {} if self.diagnosis is None else self.diagnosis.probabilities or {}

    def json(self) -> str:
        """The examination on one line, with the keys in the program's order."""
        return json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))

    def row(self) -> Dict[str, Any]:
        """The report as a flat row, as ``to_pandas`` and ``to_csv`` have it."""
        row: Dict[str, Any] = {
            "name": self.image.name, "sha256": self.image.sha256, "width": self.image.width, "height": self.image.height}
        row.update({name: observation.value for name, observation in self.observations.items()})
        diagnosis = self.diagnosis
        row.update(
            description=None if self.description is None else self.description.cleaned,
            code=self.code, method=None if diagnosis is None else diagnosis.method)
        row.update({f"p_{code}": self.probabilities.get(code) for code in CODES})
        row.update(
            flags=" ".join(self.flags), protocol=self.protocol.id, seed=self.seed, model=self.model.name,
            weights_sha256=self.model.weights_sha256, total_ms=self.timings.total_ms)
        return row

    def _repr_html_(self) -> str:
        from . import display

        return display.report(self)

    def __str__(self) -> str:
        return self.text


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one image of ``read_many``: a report, or the error that stopped this image alone."""

    index: int
    """The image's place in the input, from 0."""
    name: str
    """The path as it was given, or the place for an image that is no file."""
    report: Optional[Report] = None
    error: Optional[ReadError] = None

    @property
    def ok(self) -> bool:
        """Whether the image was read."""
        return self.report is not None

    def get(self) -> Report:
        """The report. Raises the image's error if there is none."""
        if self.report is not None:
            return self.report
        raise self.error or ReadError("neither read nor failed", 70, self.name)

    def row(self) -> Dict[str, Any]:
        """The outcome as a flat row: ``path``, the report's columns, and ``error`` and ``status`` of an image that failed."""
        row: Dict[str, Any] = {"path": self.name}
        if self.report is not None:
            row.update(self.report.row())
        row.update(error=None if self.error is None else self.error.message,
                   status=0 if self.error is None else self.error.status)
        return row

    def _repr_html_(self) -> str:
        from . import display

        return display.outcome(self)


def columns(rows: List[Dict[str, Any]]) -> List[str]:
    """The columns of several rows: observations of all protocols, and ``error`` and ``status`` last."""
    first, observed, last = ["path", "name", "sha256", "width", "height"], [], list(_LATER)
    for row in rows:
        observed += [name for name in row if name not in first and name not in last and name not in observed]
    return first + observed + last


_LATER = ("description", "code", "method", *(f"p_{code}" for code in CODES), "flags", "protocol", "seed", "model",
          "weights_sha256", "total_ms", "error", "status")


def _known(kind: Any, values: Mapping[str, Any]) -> Any:
    """A dataclass of those of the values that it has a field for."""
    names = {field.name for field in dataclasses.fields(kind)}
    return kind(**{name: value for name, value in values.items() if name in names})
