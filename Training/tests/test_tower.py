"""The tower's start, its dropped patches, and that maps stay on their pixels."""

import json

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from transformers import SiglipVisionModel

from dermgemma_training.geometry import lesion_geometry
from dermgemma_training.images import augment, other_colours, rotations
from dermgemma_training.losses import head_losses, map_targets
from dermgemma_training.measurement import MAP_SIDE, MAPS, measure_with_maps
from dermgemma_training.optimizing import make_optimizers, orthogonalized, rate_factor
from dermgemma_training.prepare import read_maps, write_maps
from dermgemma_training.tower import (PATCH, Heads, initialize_tower, smaller_patches, some_of_every_block, start_patches, tower_configuration,
                                       tower_tokens)

SIDE = 8 * PATCH


def small_tower():
    torch.manual_seed(0)
    tower = SiglipVisionModel(tower_configuration(SIDE)).eval()
    initialize_tower(tower)
    start_patches(tower, textured(40))
    return tower


def textured(count):
    """Smooth colour with faint fine structure on it, in [-1, 1]."""
    generator = torch.Generator().manual_seed(1)
    smooth = F.interpolate(torch.randn(count, 3, 4, 4, generator=generator), size=(SIDE, SIDE), mode="bicubic") * 0.4
    return (smooth + 0.02 * torch.randn(count, 3, SIDE, SIDE, generator=generator)).clamp(-1, 1)


def test_the_tower_read_part_by_part_is_hugging_faces():
    tower, pixels = small_tower(), textured(2)
    with torch.no_grad():
        assert torch.allclose(tower_tokens(tower, pixels), tower(pixel_values=pixels).last_hidden_state, atol=1e-5)
        order = torch.randperm(64, generator=torch.Generator().manual_seed(2)).repeat(2, 1)
        assert torch.allclose(tower_tokens(tower, pixels, order), tower_tokens(tower, pixels)[:, order[0]], atol=1e-4)
        assert tower_tokens(tower, pixels, order[:, :5]).shape == (2, 5, 192)


def test_patches_begin_centred_and_with_fine_structure_made_stronger():
    tower, pixels = small_tower(), textured(40)
    with torch.no_grad():
        out = tower.embeddings.patch_embedding(pixels).flatten(2)
    assert out.mean((0, 2)).abs().max() < 0.02
    spread = out.std((0, 2))
    # The first component has hundreds of times the variance of the 96th in the pixels, and some twice after it.
    components = 3 * PATCH * PATCH
    assert 0.45 < spread[0] < 0.55 and spread[96] > 0.3 and bool((spread[1:components] <= spread[:components - 1] + 0.05).all())
    assert bool((spread[components:] > 0.2).all()), "what mixes them is no weaker"


def test_maps_stay_on_their_pixels():
    generator = torch.Generator().manual_seed(3)
    maps = F.interpolate(torch.rand(8, 1, 4, 4, generator=generator), size=(MAP_SIDE, MAP_SIDE), mode="bilinear")
    images = F.interpolate(maps, size=(SIDE, SIDE), mode="bilinear").expand(-1, 3, -1, -1) * 255
    for turns in (False, True):
        pixels, shares = augment(images, maps, SIDE, generator, turns=turns)
        seen = F.avg_pool2d((pixels[:, :1] + 1) / 2, PATCH).flatten(2).transpose(1, 2)
        assert (seen - shares).abs().max() < 0.08
        assert (shares - F.adaptive_avg_pool2d(maps, SIDE // PATCH).flatten(2).transpose(1, 2)).abs().max() > 0.1, "nothing was mirrored"


def test_half_of_the_images_stay_sharp():
    images = torch.randint(0, 256, (64, 3, SIDE, SIDE), generator=torch.Generator().manual_seed(4)).float()
    pixels, _ = augment(images, torch.zeros(64, 1, MAP_SIDE, MAP_SIDE), SIDE, torch.Generator().manual_seed(5))
    back = (pixels + 1) * 127.5
    same = torch.stack([(back - images.flip(dims)).abs().amax((1, 2, 3)) < 0.05 for dims in ([], [2], [3], [2, 3])]).any(0)
    assert 20 <= int(same.sum()) <= 44


def test_a_measured_lesion_is_where_its_maps_say():
    y, x = np.mgrid[:225, :300]
    lesion = (x - 90) ** 2 + (y - 112) ** 2 < 60 ** 2
    image = np.empty((225, 300, 3), np.uint8)
    image[:] = (205, 165, 150)
    image[lesion] = (150, 100, 70)
    image[lesion & (x > 90) & (((x % 9) < 2) | ((y % 9) < 2))] = (80, 50, 35)
    found, maps = measure_with_maps(image, lesion)
    assert maps.shape == (len(MAPS), MAP_SIDE, MAP_SIDE) and maps.min() >= 0 and maps.max() <= 1 + 1e-6
    assert abs(float(maps[0].mean()) - found["area_fraction"]) < 1e-6
    lines = maps[MAPS.index("lines")]
    column = 90 / 300 * MAP_SIDE
    assert lines[:, int(column) + 1:].sum() > 20 * max(lines[:, : int(column) - 1].sum(), 0.1)
    # Each map in its own place: brown where the lesion is, nothing white, no structureless ground under the mesh.
    brown = maps[MAPS.index("dark brown")] + maps[MAPS.index("light brown")]
    assert brown.sum() > 0.5 * maps[0].sum() and maps[MAPS.index("white")].sum() == 0
    plain = maps[MAPS.index("structureless")]
    assert plain[:, : int(column) - 2].sum() > 5 * plain[:, int(column) + 3:].sum()


def test_maps_are_kept_in_the_order_of_the_packed_images(tmp_path):
    (tmp_path / "packed").mkdir()
    (tmp_path / "measurements").mkdir()
    (tmp_path / "packed" / "ph2.json").write_text(json.dumps(["a", "b", "c", "d"]))
    assert read_maps(tmp_path, "ph2") is None
    shape = (len(MAPS), MAP_SIDE, MAP_SIDE)
    for number, (ids, values) in enumerate(((["c", "a"], (3, 1)), (["d"], (4,)))):
        np.savez(tmp_path / "measurements" / f"ph2-{number:04d}.npz", ids=np.array(ids),
                 maps=np.stack([np.full(shape, v, np.uint8) for v in values]))
    write_maps(tmp_path, "ph2")
    kept = read_maps(tmp_path, "ph2")
    assert kept.shape == (4, *shape) and kept[:, 0, 0, 0].tolist() == [1, 0, 3, 4] and kept[:, -1, -1, -1].tolist() == [1, 0, 3, 4]


def test_small_findings_count_as_a_whole_patch():
    shares = torch.zeros(1, 2, len(MAPS))
    shares[0, 0, MAPS.index("round small")] = 0.2
    shares[0, 0, MAPS.index("lesion")] = 0.2
    targets = map_targets(shares)
    assert targets[0, 0, MAPS.index("round small")] == 1 and abs(float(targets[0, 0, MAPS.index("lesion")]) - 0.2) < 1e-6
    assert targets[0, 1].sum() == 0


def test_every_weight_has_one_optimizer():
    tower = torch.nn.ModuleDict({"tower": small_tower()})
    optimizers = make_optimizers(tower, 1e-3)
    held = [p for o in optimizers for g in o.param_groups for p in g["params"]]
    assert len(held) == len({id(p) for p in held}) == len(list(tower.parameters()))
    assert all(p.ndim == 2 for g in optimizers[0].param_groups for p in g["params"])


def test_updates_are_orthogonalized_as_pytorch_does():
    for shape in ((192, 768), (768, 192), (64, 192)):
        update = torch.randn(*shape, generator=torch.Generator().manual_seed(8))
        found = orthogonalized(update, (3.4445, -4.7750, 2.0315), 5, 1e-7)
        values = torch.linalg.svdvals(found)
        assert found.dtype == torch.float32 and 0.6 < values.min() and values.max() < 1.3
        u, _, v = torch.linalg.svd(update, full_matrices=False)
        assert float((found * (u @ v)).sum() / found.norm() / (u @ v).norm()) > 0.97
    weight = torch.nn.Parameter(torch.zeros(64, 192))
    weight.grad = torch.randn(64, 192, generator=torch.Generator().manual_seed(9))
    torch.optim.Muon([weight], lr=0.1, weight_decay=0.0).step()
    assert torch.linalg.svdvals(weight.detach()).max() / torch.linalg.svdvals(weight.detach()).min() < 2.2, "the step is orthogonal"


def test_the_rate_rises_stays_and_falls():
    assert [rate_factor(s, 10, 50, 100) for s in (0, 9, 30, 50, 75, 100)] == [0.1, 1, 1, 1, 0.5, 0]


def ellipse_shares(aspect, turn, grid=16, radius=0.3):
    """An ellipse's share of each patch of a picture that was stretched from 4:3 to a square."""
    fine = (torch.arange(grid * 8) + 0.5) / (grid * 8)
    y, x = torch.meshgrid(fine - 0.5, (fine - 0.5) * 4 / 3, indexing="ij")
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    inside = ((u / aspect ** 0.5) ** 2 + (v * aspect ** 0.5) ** 2 < radius ** 2).float()
    return F.avg_pool2d(inside[None, None], 8).flatten(1)


def test_places_in_a_lesion_tell_its_elongation_whatever_its_direction():
    for aspect in (1.0, 1.3, 1.7):
        for turn in (0.0, 0.7, 1.57):
            shares = ellipse_shares(aspect, turn)
            places, holds = lesion_geometry(shares)
            mean = (places * shares[..., None]).sum(1)[0] / shares.sum()
            assert abs(float(mean[4]) - (aspect ** 2 - 1) / (aspect ** 2 + 1)) < 0.03
            assert abs(float(mean[2]) - float(mean[4]) * np.cos(2 * turn)) < 0.03
            assert abs(float(mean[3]) - float(mean[4]) * np.sin(2 * turn)) < 0.03
            assert abs(float(mean[0])) < 1e-4 and float(mean[5]) < 0.12 and bool(holds.any())


def test_rotation_and_crops_keep_a_lesions_elongation():
    lesions = torch.cat([ellipse_shares(1.6, turn, 16, 0.22).reshape(1, 1, 16, 16) for turn in (0.0, 0.4, 1.0, 1.5) for _ in range(8)])
    maps = F.interpolate(lesions * 0.75, size=(MAP_SIDE, MAP_SIDE), mode="bilinear") / 0.75
    lesions, images = maps.clamp(0, 1), torch.zeros(32, 3, 224, 224)
    generator = torch.Generator().manual_seed(6)
    before = lesion_geometry(F.avg_pool2d(lesions, 2).flatten(1))[0]
    _, shares = augment(images, lesions, 224, generator, rotate=True)
    after = lesion_geometry(shares[..., 0])[0]
    slant = (after[:, 0, 3] - before[:, 0, 3]).abs()
    assert (after[:, 0, 4] - before[:, 0, 4]).abs().max() < 0.06, "as long as before"
    assert int((slant > 0.1).sum()) >= 8, "some were turned"
    _, shares = augment(images, lesions, 224, generator)
    assert (lesion_geometry(shares[..., 0])[0][:, 0, 4] - before[:, 0, 4]).abs().max() < 0.03


def test_a_lesion_near_the_frame_is_not_rotated():
    y, x = torch.meshgrid(torch.arange(32), torch.arange(32), indexing="ij")
    near, far, unknown = (x < 6).float(), (torch.hypot(x - 15.5, y - 15.5) < 6).float(), torch.full((32, 32), float("nan"))
    found = rotations(torch.stack([near, far, unknown]), torch.tensor([True] * 3), torch.Generator().manual_seed(7))
    still = [bool(torch.allclose(m, torch.eye(2))) for m in found]
    assert still == [True, False, True]
    assert torch.linalg.det(found).allclose(torch.ones(3), atol=1e-5)


def test_every_block_keeps_its_share_each_time_another():
    grid, pool = 8, 4
    patches = some_of_every_block(3, grid, pool, 0.25, torch.Generator().manual_seed(1)).unflatten(1, (4, 4))
    for image in patches:
        for block, some in enumerate(image.tolist()):
            assert len(set(some)) == 4 and all((p // grid // pool) * 2 + p % grid // pool == block for p in some)
    assert not torch.equal(patches[0], patches[1])
    assert some_of_every_block(1, grid, pool, 0.01, torch.Generator()).shape == (1, 4), "at least one"


def test_smaller_patches_see_what_larger_ones_saw_in_an_enlarged_picture():
    weight, small = torch.randn(6, 3, 14, 14), torch.randn(4, 3, 7, 7)
    enlarged = F.interpolate(small, size=(14, 14), mode="bilinear", align_corners=False)
    found = torch.einsum("ncyx,wcyx->nw", small, smaller_patches(weight, 7))
    assert torch.allclose(found, torch.einsum("ncyx,wcyx->nw", enlarged, weight), atol=1e-3)
    assert smaller_patches(weight, 14) is weight
    with pytest.raises(ValueError, match="patches of 14, from which none of 28"):
        smaller_patches(weight, 28)


def test_a_half_disc_has_no_partners_about_one_axis():
    shares = ellipse_shares(1.0, 0.0).reshape(16, 16)
    shares[:, 8:] = 0
    places, holds = lesion_geometry(shares.reshape(1, -1))
    mean = (places * shares.reshape(1, -1, 1)).sum(1)[0] / shares.sum()
    assert float(mean[5]) < 0.1 < 0.15 < float(mean[6])
    assert not lesion_geometry(torch.full((1, 256), float("nan")))[1].any(), "what was not measured teaches nothing"


def test_other_colours_keep_what_is_where():
    pixels = textured(6)
    changed = other_colours(pixels, torch.Generator().manual_seed(5))
    assert changed.shape == pixels.shape and float(changed.abs().max()) <= 1
    grey, other = (p.mean(1).flatten(1) for p in (pixels, changed))
    for before, after, moved in zip(grey, other, (changed - pixels).abs().flatten(1).mean(1)):
        assert torch.corrcoef(torch.stack([before, after]))[0, 1] > 0.95 and moved > 0.01


def test_a_picture_in_other_colours_teaches_diagnosis_and_shape_alone():
    class OneTruth:
        diagnosis, source = np.array([0, 1]), np.array([0, 0])
        measurements, attributes = np.ones((2, 3), np.float32), np.ones((2, 4), np.float32)
        by_measurements, by_teacher = np.full((2, 4), np.nan, np.float32), np.full((2, 7), np.nan, np.float32)

    torch.manual_seed(6)
    tokens, heads = torch.randn(2, 16, 192), Heads(3, 4).eval()
    shares = torch.full((2, 16, len(MAPS)), 0.6)
    learnt = {}
    for name, marks in (("both", [False, False]), ("first alone", [False, True])):
        heads.zero_grad()
        loss, _ = head_losses(heads(tokens), OneTruth, np.array([0, 1]), shares, lesion_geometry(shares[..., 0]), torch.tensor(marks))
        loss.backward()
        learnt[name] = {n: p.grad.clone() for n, p in heads.named_parameters()}
    for part in ("diagnosis.1.weight", "geometry.weight"):
        assert torch.allclose(learnt["both"][part], learnt["first alone"][part])
    for part in ("maps.weight", "measurements.weight", "attributes.weight"):
        assert not torch.allclose(learnt["both"][part], learnt["first alone"][part])
