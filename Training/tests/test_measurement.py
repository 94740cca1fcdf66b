"""Each measurement on pictures whose answer is known. Synthetic only."""

import numpy as np
import pytest

from dermgemma_training.measurement import FRAME, find_hair, lab_of, measure, otsu_threshold, prepare, segment

SKIN = (205, 165, 150)
BROWN = (120, 75, 45)


def picture(mask: np.ndarray, colour=BROWN, skin=SKIN) -> np.ndarray:
    image = np.empty((FRAME[1], FRAME[0], 3), np.uint8)
    image[:] = skin
    image[mask] = colour
    return image


def ellipse(width: float, height: float) -> np.ndarray:
    y, x = np.mgrid[: FRAME[1], : FRAME[0]]
    return ((x - 150) / width) ** 2 + ((y - 112) / height) ** 2 <= 1


def spots(image: np.ndarray, mask: np.ndarray, colour, radius: float, spacing: int) -> np.ndarray:
    image = image.copy()
    y, x = np.mgrid[: FRAME[1], : FRAME[0]]
    near = ((x % spacing) - spacing / 2) ** 2 + ((y % spacing) - spacing / 2) ** 2 <= radius ** 2
    image[near & mask] = colour
    return image


def test_lab_of_white_and_black():
    assert lab_of(np.array([[[255, 255, 255]]]))[0, 0] == pytest.approx([100, 0, 0], abs=0.1)
    assert lab_of(np.array([[[0, 0, 0]]]))[0, 0] == pytest.approx([0, 0, 0], abs=0.1)


def test_otsu_separates_two_groups():
    values = np.concatenate([np.full(500, 1.0), np.full(300, 9.0)]) + np.random.default_rng(0).normal(0, 0.1, 800)
    assert ((values > otsu_threshold(values)) == (np.arange(800) >= 500)).mean() > 0.99


def test_segmentation_finds_a_dark_ellipse():
    mask = ellipse(60, 40)
    found = segment(picture(mask))
    assert (found & mask).sum() / (found | mask).sum() > 0.9


def test_shape_of_a_circle_and_of_a_long_ellipse():
    circle, long = ellipse(60, 60), ellipse(90, 40)
    assert measure(picture(circle), circle)["elongation"] == pytest.approx(1, abs=0.03)
    m = measure(picture(long), long)
    assert m["elongation"] == pytest.approx(40 / 90, abs=0.03)
    assert m["solidity"] > 0.96 and m["ellipse_overlap"] > 0.95 and m["asymmetry_minor"] < 0.05


def test_a_notched_lesion_is_asymmetric_and_less_solid():
    mask = ellipse(70, 60)
    notched = mask & ~((np.mgrid[: FRAME[1], : FRAME[0]][1] > 150) & (np.mgrid[: FRAME[1], : FRAME[0]][0] < 105))
    m = measure(picture(notched), notched)
    assert m["asymmetry_minor"] > 0.1 and m["solidity"] < 0.93


@pytest.mark.parametrize("name,colour", [("black", (20, 18, 18)), ("dark brown", (85, 52, 35)), ("light brown", (165, 115, 75)),
                                         ("blue-gray", (100, 110, 125)), ("red", (190, 60, 65)), ("white", (225, 215, 210))])
def test_colour_names(name, colour):
    mask = ellipse(60, 50)
    assert measure(picture(mask, colour), mask)[f"colour_{name}"] > 0.7


def test_two_colours_side_by_side_are_a_colour_asymmetry():
    mask = ellipse(70, 50)
    image = picture(mask)
    image[mask & (np.mgrid[: FRAME[1], : FRAME[0]][1] > 150)] = (60, 45, 40)
    even, uneven = measure(picture(mask), mask), measure(image, mask)
    assert uneven["colour_asymmetry_major"] > even["colour_asymmetry_major"] + 5


def test_small_and_large_dark_spots_are_dots_and_globules():
    mask = ellipse(80, 70)
    plain = picture(mask)
    dots = measure(spots(plain, mask, (60, 35, 25), 1.5, 12), mask)
    globules = measure(spots(plain, mask, (60, 35, 25), 3.5, 18), mask)
    none = measure(plain, mask)
    assert dots["dots_2"] > 2 > none["dots_2"]
    assert globules["globules_2"] > 1 > none["globules_2"]


def test_bright_spots_are_counted_as_cysts():
    mask = ellipse(80, 70)
    m = measure(spots(picture(mask), mask, (230, 215, 200), 2, 20), mask)
    assert m["bright_dots_strong"] + m["bright_globules_strong"] > 1


def test_a_mesh_of_dark_lines_is_a_network_and_flat_pigment_is_not():
    mask = ellipse(80, 70)
    image = picture(mask, (170, 120, 80))
    y, x = np.mgrid[: FRAME[1], : FRAME[0]]
    image[mask & ((x % 8 < 2) | (y % 8 < 2))] = (146, 101, 68)
    assert measure(image, mask)["network_area"] > 0.3
    assert measure(picture(mask), mask)["network_area"] < 0.01


def test_red_lines_on_light_ground_are_vessels():
    mask = ellipse(80, 70)
    image = picture(mask, (215, 170, 165))
    y, x = np.mgrid[: FRAME[1], : FRAME[0]]
    image[mask & (np.abs(y - 112 - 0.3 * (x - 150)) < 1.5)] = (208, 125, 128)
    m = measure(image, mask)
    assert m["vessel_longest"] > 40 and m["vessel_density"] > 0.005
    assert measure(picture(mask, (215, 170, 165)), mask)["vessel_density"] == 0


def test_a_soft_rim_has_a_smaller_step_than_a_sharp_one():
    from scipy import ndimage
    mask = ellipse(60, 50)
    sharp = picture(mask)
    soft = ndimage.gaussian_filter(sharp.astype(float), (8, 8, 0)).astype(np.uint8)
    assert measure(sharp, mask)["border_step"] > 3 * measure(soft, mask)["border_step"] > 0


def test_a_hair_across_skin_and_lesion_is_hair():
    mask = ellipse(60, 50)
    image = picture(mask)
    y, x = np.mgrid[: FRAME[1], : FRAME[0]]
    line = np.abs(y - 60 - 0.4 * (x - 40)) < 1.5
    image[line] = (25, 20, 18)
    hair = prepare(image, mask).hair
    assert (hair & line).sum() > 0.8 * line.sum() and hair.sum() < 4 * line.sum()


def test_a_dense_dark_mesh_inside_the_lesion_is_no_hair():
    mask = ellipse(80, 70)
    y, x = np.mgrid[: FRAME[1], : FRAME[0]]
    light = np.where(mask & ((x % 9 < 3) | (y % 9 < 3)), 30.0, 70.0)
    assert find_hair(light, mask).sum() == 0
    image = picture(mask, (170, 120, 80))
    image[mask & ((x % 9 < 3) | (y % 9 < 3))] = (70, 45, 30)
    assert measure(image, mask)["hair_fraction"] == 0


def test_round_spots_outweigh_lines_and_a_mesh_does_not():
    mask = ellipse(80, 70)
    plain = picture(mask, (170, 120, 80))
    y, x = np.mgrid[: FRAME[1], : FRAME[0]]
    mesh = plain.copy()
    mesh[mask & ((x % 8 < 2) | (y % 8 < 2))] = (120, 80, 50)
    dotted = spots(plain, mask, (90, 55, 35), 1.5, 9)
    assert measure(dotted, mask)["blob_share"] > 2 * measure(mesh, mask)["blob_share"]


def test_small_and_large_round_spots_are_counted_apart_from_none():
    mask = ellipse(80, 70)
    plain = picture(mask)
    small = measure(spots(plain, mask, (60, 35, 25), 1.5, 12), mask)
    large = measure(spots(plain, mask, (60, 35, 25), 3.5, 18), mask)
    none = measure(plain, mask)
    assert small["round_small"] > 2.5 > none["round_small"]
    assert large["round_large"] > 1.4 > none["round_large"]
