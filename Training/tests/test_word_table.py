"""Every measurement that makes a word is defined, listed in the card with its threshold, and tested."""

from pathlib import Path

from dermgemma_training import word_table
from dermgemma_training.vocabulary import words

CARD = Path(__file__).resolve().parents[2] / "Models" / "dermgemma-small" / "MODEL_CARD.md"


class Remembering(dict):
    """Measurements that remember which of them were asked for."""

    def __init__(self, value: float, **known: float):
        super().__init__(known)
        self.value, self.asked = value, set()

    def __getitem__(self, name: str) -> float:
        self.asked.add(name)
        return super().__getitem__(name)

    def __missing__(self, name: str) -> float:
        return self.value


def asked() -> set[str]:
    """The measurements that words are made of, whatever the branch taken."""
    found = set()
    regular = Remembering(0.0, solidity=1.0, ellipse_overlap=1.0)
    for measurements in (Remembering(0.0), Remembering(0.5), Remembering(100.0), regular):
        words(measurements)
        found |= measurements.asked
    return found


def test_every_measurement_that_makes_a_word_is_listed_and_no_other():
    assert {row[1] for row in word_table.rows()} == asked()


def test_the_cards_list_is_the_codes():
    assert word_table.table() in CARD.read_text(), "run python -m dermgemma_training.word_table on the card"


def test_every_measurement_that_makes_a_word_has_a_test():
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_measurement*.py"))
    missing = {name for name in asked() if f'"{name}"' not in tests and not name.startswith("colour_")}
    assert not missing
