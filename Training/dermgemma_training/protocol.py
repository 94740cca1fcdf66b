"""Reads the Swift package's protocol documents, so that training and use can never differ in wording."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

PROTOCOLS = Path(__file__).resolve().parents[2] / "Sources" / "Dermoscopy" / "Protocols"


@dataclass(frozen=True)
class Protocol:
    """What training needs of one document."""

    questions: dict[str, str]   #: id to prompt, in order
    labels: dict[str, str]      #: id to label
    values: dict[str, list[str]]
    review: str
    classification: str
    answer_prefix: str

    def rendered(self, notes: dict[str, str]) -> str:
        """`{observations}`: one line a question, in protocol order."""
        return "\n".join(f"{self.labels[q]}: {notes[q]}" for q in self.questions)

    def review_prompt(self, notes: dict[str, str]) -> str:
        """Phase 2's prompt."""
        return self.review.replace("{observations}", self.rendered(notes))

    def classification_prompt(self, notes: dict[str, str], description: str) -> str:
        """Phase 3's prompt."""
        return self.classification.replace("{observations}", self.rendered(notes)).replace("{description}", description)


def read_protocol(name: str, folder: Path = PROTOCOLS) -> Protocol:
    """One protocol by its id."""
    document = json.loads((folder / f"{name}.json").read_text())
    questions = document["questions"]
    return Protocol({q["id"]: q["prompt"] for q in questions}, {q["id"]: q["label"] for q in questions},
                    {q["id"]: q["answer"]["values"] for q in questions},
                    document.get("review", {}).get("prompt", ""), document["classification"]["prompt"],
                    document["answer_prefix"])
