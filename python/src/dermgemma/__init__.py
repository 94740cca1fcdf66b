"""DermGemma: reads dermoscopic images with a vision-language model and shows the evidence behind each answer.

    import dermgemma
    with dermgemma.Reader(protocol="seed") as reader:
        report = reader.read("lesion.jpg")

For research. It is not a medical device: it must not be used to diagnose a person.
"""

import importlib.metadata

from ._worker import Info
from .errors import DermGemmaError, IncompleteError, ReadError, StartError, WorkerCrashed
from .reader import Reader
from .readings import Readings
from .results import (
    CODES, Adapter, Counts, Description, Diagnosis, EffectiveSampling, Image, Model, Observation, Outcome, Protocol, RemovedSentence,
    Report, Sampling, Timings)

__version__ = importlib.metadata.version("dermgemma")

__all__ = [
    "Adapter", "CODES", "Counts", "DermGemmaError", "Description", "Diagnosis", "EffectiveSampling", "Image", "IncompleteError", "Info",
    "Model", "Observation", "Outcome", "Protocol", "ReadError", "Reader", "Readings", "RemovedSentence", "Report", "Sampling",
    "StartError", "Timings", "WorkerCrashed", "__version__",
]
