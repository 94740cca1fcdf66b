"""The measurements behind graded words, on pictures whose order is known. Synthetic only."""

import numpy as np
import pytest
from scipy import ndimage

from dermgemma_training.measurement import FRAME, lab_of, measure

from test_measurement import BROWN, SKIN, ellipse, picture, spots

Y, X = np.mgrid[: FRAME[1], : FRAME[0]]
DISC = ellipse(80, 70)


def lab(colour) -> np.ndarray:
    return lab_of(np.array([[colour]]))[0, 0]


def test_size_and_lightness_of_lesion_and_skin():
    m = measure(picture(DISC), DISC)
    assert m["area_fraction"] == pytest.approx(DISC.mean(), abs=0.01)
    assert m["skin_l"] == pytest.approx(lab(SKIN)[0], abs=0.5) and m["skin_a"] == pytest.approx(lab(SKIN)[1], abs=0.5)
    assert m["l_median"] == pytest.approx(lab(BROWN)[0], abs=0.5)
    assert m["l_share"] == pytest.approx(lab(BROWN)[0] / lab(SKIN)[0], abs=0.02)


def test_redness_and_tint_are_differences_from_the_skin():
    m = measure(picture(DISC), DISC)
    assert m["a_difference"] == pytest.approx(lab(BROWN)[1] - lab(SKIN)[1], abs=0.5)
    assert m["b_difference"] == pytest.approx(lab(BROWN)[2] - lab(SKIN)[2], abs=0.5)
    redder = measure(picture(DISC, (150, 60, 45)), DISC)
    assert redder["a_low"] > m["a_low"] + 5


def test_each_fold_of_a_half_dark_lesion():
    long = ellipse(90, 50)
    image = picture(long)
    image[long & (X > 150)] = (60, 45, 40)
    m = measure(image, long)
    assert m["colour_asymmetry_major"] > 10 > 3 > m["colour_asymmetry_minor"]


def test_a_bite_is_felt_by_both_folds_and_most_by_the_major():
    bitten = DISC & ~((X > 175) & (Y < 95))
    m = measure(picture(bitten), bitten)
    assert m["asymmetry_major"] >= m["asymmetry_minor"] > 0.05


def test_a_dark_part_is_a_blotch_as_large_as_it_is():
    image = picture(DISC, (150, 105, 75))
    part = (X - 150) ** 2 + (Y - 112) ** 2 <= 30 ** 2
    image[part] = (35, 25, 20)
    m = measure(image, DISC)
    assert m["dark_blotch"] == pytest.approx((part & DISC).sum() / DISC.sum(), abs=0.05)
    assert m["centre_lightness"] < -20
    assert measure(picture(DISC, (150, 105, 75)), DISC)["dark_blotch"] == 0


def test_a_blue_gray_patch_is_counted_and_scattered_pixels_are_not():
    image = picture(DISC)
    patch = (X - 150) ** 2 + (Y - 112) ** 2 <= 20 ** 2
    image[patch] = (100, 110, 125)
    assert measure(image, DISC)["blue_white_patch"] > 0.03
    assert measure(picture(DISC), DISC)["blue_white_patch"] == 0


def test_round_spots_outweigh_lines_only_where_there_are_spots():
    ground = picture(DISC, (170, 120, 80))
    dotted = spots(ground, DISC, (120, 80, 50), 1.5, 12)
    lined = ground.copy()
    lined[DISC & (Y % 10 < 2)] = (120, 80, 50)
    assert measure(dotted, DISC)["blob_share"] > 3 * measure(lined, DISC)["blob_share"]
    assert measure(dotted, DISC)["round_small"] > 3 and measure(dotted, DISC)["dots_1"] > 3
    large = spots(ground, DISC, (120, 80, 50), 3.5, 18)
    assert measure(large, DISC)["round_large"] > 1 > measure(lined, DISC)["round_large"]


def test_hair_is_no_network_and_network_is_no_hair():
    ground = picture(DISC, (170, 120, 80))
    hairy = ground.copy()
    hairy[np.abs(Y - 112 - 0.5 * (X - 150)) < 1] = (40, 30, 25)
    mesh = ground.copy()
    mesh[DISC & ((X % 8 < 2) | (Y % 8 < 2))] = (95, 60, 38)
    assert measure(hairy, DISC)["hair_fraction"] > 0.003 and measure(hairy, DISC)["network_area"] < 0.01
    assert measure(mesh, DISC)["hair_fraction"] == 0 and measure(mesh, DISC)["network_area"] > 0.3


def test_lines_one_way_a_mesh_and_their_strength():
    ground = picture(DISC, (170, 120, 80))
    one_way, mesh, strong = ground.copy(), ground.copy(), ground.copy()
    one_way[DISC & (Y % 8 < 2)] = (146, 101, 68)
    mesh[DISC & ((X % 8 < 2) | (Y % 8 < 2))] = (146, 101, 68)
    strong[DISC & (Y % 8 < 2)] = (115, 80, 52)
    assert measure(one_way, DISC)["network_isotropy"] < 0.4 < 0.6 < measure(mesh, DISC)["network_isotropy"]
    assert measure(strong, DISC)["network_line_strength"] > 1.5 * measure(one_way, DISC)["network_line_strength"]
    patchy = ground.copy()
    patchy[DISC & (X < 150) & ((X % 8 < 2) | (Y % 8 < 2))] = (146, 101, 68)
    assert measure(patchy, DISC)["network_irregularity"] > measure(mesh, DISC)["network_irregularity"]


def test_dark_lines_along_the_radius_are_streaks_and_rings_are_not():
    ground = picture(DISC, (170, 120, 80))
    angle, radius = np.arctan2((Y - 112) / 70, (X - 150) / 80), np.hypot((X - 150) / 80, (Y - 112) / 70)
    rays, rings = ground.copy(), ground.copy()
    rays[DISC & (radius > 0.7) & ((angle * 30 / np.pi) % 2 < 0.6)] = (60, 40, 28)
    rings[DISC & (radius > 0.7) & ((radius * 100) % 10 < 3)] = (60, 40, 28)
    assert measure(rays, DISC)["streak_density"] > 0.03 > measure(rings, DISC)["streak_density"]


def test_flat_ground_is_structureless_and_noise_is_not():
    noisy = picture(DISC).astype(float) + np.random.default_rng(0).normal(0, 25, (FRAME[1], FRAME[0], 1))
    assert measure(picture(DISC), DISC)["structureless"] > 0.8
    assert measure(noisy.clip(0, 255).astype(np.uint8), DISC)["structureless"] < 0.1


def test_bright_spots_by_size_and_strength():
    faint = measure(spots(picture(DISC), DISC, (145, 98, 66), 1.5, 14), DISC)
    strong = measure(spots(picture(DISC), DISC, (230, 215, 200), 1.5, 14), DISC)
    large = measure(spots(picture(DISC), DISC, (230, 215, 200), 3.5, 20), DISC)
    assert strong["bright_dots_strong"] > faint["bright_dots_strong"] and faint["bright_dots"] > 1
    assert large["bright_globules_strong"] > 1


def test_wide_dark_spots_are_openings():
    m = measure(spots(picture(DISC, (190, 140, 100)), DISC, (30, 20, 15), 5.5, 28), DISC)
    assert m["openings_4"] > 0.5 > measure(picture(DISC), DISC)["openings_4"]


def test_red_dots_are_dotted_vessels():
    image = ndimage.gaussian_filter(spots(picture(DISC, (215, 170, 165)), DISC, (205, 100, 105), 1.6, 12).astype(float), (0.6, 0.6, 0))
    assert measure(image.astype(np.uint8), DISC)["vessel_dots"] > 1
    assert measure(picture(DISC, (215, 170, 165)), DISC)["vessel_dots"] == 0
