"""The pictures of Pillow's own tests, as its source archive has them."""

import collections
import os
import pathlib

import pytest

import program
from imaging import pillow_suite


def test_every_picture_of_pillows_suite_is_read_or_refused_as_the_table_says(remark):
    """Accepted ones equal Pillow's to 45 dB wherever both read the same conventions."""
    try:
        folder = pillow_suite.pictures(pathlib.Path(os.environ["DERMGEMMA_INTEROP_CACHE"]))
    except pillow_suite.NotFetched as reason:
        pytest.skip(f"Pillow's source archive is not at hand: {reason}")
    expected = {row["file"]: row for row in pillow_suite.expected()}
    found = pillow_suite.outcomes(program.BINARY, folder)
    assert {row["file"] for row in found} == set(expected)
    assert [row for row in found if row != expected[row["file"]]] == []
    assert not any("status" in row["outcome"] for row in found)
    counts = collections.Counter(row["outcome"] for row in found)
    same = sum(row["beside_pillow"] == "same" for row in found)
    remark(f"Pillow's suite: {len(found)} files, {dict(counts)}; {same} equal Pillow's to {pillow_suite.MINIMUM:.0f} dB")
