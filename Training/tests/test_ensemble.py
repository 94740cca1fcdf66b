"""The mean of several teachers' soft labels."""

import numpy as np
import pytest

from dermgemma_training.ensemble import mean_labels


def test_each_source_takes_the_mean_of_the_files_that_have_it():
    first = {"msk": np.array([[0.2, 0.8]]), "msk-ids": np.array(["a"])}
    second = {"msk": np.array([[0.6, 0.4]]), "msk-ids": np.array(["a"]), "unlabelled": np.array([[1.0, 0.0]]), "unlabelled-ids": np.array(["b"])}
    found = mean_labels([first, second])
    assert np.allclose(found["msk"], [[0.4, 0.6]]) and np.allclose(found["unlabelled"], [[1, 0]])
    assert found["msk-ids"].tolist() == ["a"] and found["unlabelled-ids"].tolist() == ["b"]


def test_files_of_other_images_are_refused():
    file = lambda name: {"msk": np.ones((1, 7)) / 7, "msk-ids": np.array([name])}
    with pytest.raises(ValueError, match="msk: the files list different images"):
        mean_labels([file("a"), file("b")])
