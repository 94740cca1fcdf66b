"""Measurements on a dermoscopic image and its lesion mask: the ground of every taught word.

Each function takes `Lesion` (pixels prepared once) and returns numbers; `vocabulary.py` turns numbers into
words by named thresholds. Lengths are in pixels of the common 300 x 225 frame, so a threshold
means the same on every image. Nothing here knows the diagnosis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage
from scipy.spatial import ConvexHull

#: Every image is measured in this frame (width, height): HAM10000's own size here.
FRAME = (300, 225)
#: Where in the picture something was found, by name: one truth value a pixel.
Maps = dict[str, np.ndarray]
#: Colours of which it is kept where they are.
COLOUR_MAPS = ("black", "white", "blue-gray", "red", "pink", "dark brown", "light brown")
#: The kept maps in their order: the lesion, hair, colours, and what `texture` and `vessels` look for.
MAPS = ("lesion", "hair", *COLOUR_MAPS, "lines", "round small", "round large", "dark dots", "dark globules", "dark openings",
        "bright dots", "bright globules", "bright openings", "streaks", "structureless", "red lines", "red dots")
#: Cells of a kept map in each direction.
MAP_SIDE = 32


@dataclass
class Lesion:
    """Pixels and masks in the common frame."""

    rgb: np.ndarray        #: H x W x 3, 0...255
    lab: np.ndarray        #: CIE L*a*b* (D65)
    mask: np.ndarray       #: lesion
    interior: np.ndarray   #: lesion without a rim of three pixels
    skin: np.ndarray       #: at least six pixels outside of the lesion, off the dark vignette
    skin_lab: np.ndarray   #: median L*a*b* of that skin
    hair: np.ndarray       #: thin dark lines that cross skin and lesion alike
    inside: np.ndarray     #: distance to the rim for lesion pixels, 0 elsewhere
    outside: np.ndarray    #: distance to the lesion for the others, 0 inside


def lab_of(rgb: np.ndarray) -> np.ndarray:
    """sRGB (0...255) to CIE L*a*b* with the D65 white, IEC 61966-2-1."""
    c = rgb.astype(np.float32) / 255
    c = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    m = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                  [0.0193339, 0.1191920, 0.9503041]], np.float32)
    xyz = (c @ m.T) / np.array([0.95047, 1.0, 1.08883], np.float32)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])],
                    -1).astype(np.float32)


def otsu_threshold(values: np.ndarray) -> float:
    """Otsu's threshold of a sample (Otsu 1979), by 128 bins."""
    counts, edges = np.histogram(values, bins=128)
    centers = (edges[1:] + edges[:-1]) / 2
    weight = np.cumsum(counts)
    mean = np.cumsum(counts * centers)
    total, rest = weight[-1], weight[-1] - weight
    with np.errstate(divide="ignore", invalid="ignore"):
        between = weight * rest * (mean / weight - (mean[-1] - mean) / rest) ** 2
    return float(centers[np.nanargmax(between)]) if total else 0.0


def segment(rgb: np.ndarray) -> np.ndarray:
    """A lesion mask for images that come without one: Otsu on how far each pixel is from the skin.

    Dark corners (the microscope's vignette) are left out; the component nearest to the centre wins.
    """
    lab = ndimage.gaussian_filter(lab_of(rgb), (2.5, 2.5, 0))
    height, width = lab.shape[:2]
    y, x = np.mgrid[:height, :width]
    radius = np.hypot((x - width / 2) / (width / 2), (y - height / 2) / (height / 2))
    corner = (radius > 1.05) & (lab[..., 0] < 35)
    rim = (radius > 0.85) & ~corner
    ring = lab[rim]
    bright = ring[ring[:, 0] >= np.percentile(ring[:, 0], 50)]
    skin = np.median(bright, axis=0)
    distance = np.sqrt((((lab - skin) * np.array([1.0, 0.7, 0.7])) ** 2).sum(-1))
    threshold = otsu_threshold(distance[~corner & (radius < 1.1)])
    mask = (distance > threshold) & ~corner
    mask = ndimage.binary_opening(mask, iterations=2)
    labels, count = ndimage.label(mask)
    if count == 0:
        return (radius < 0.6)
    sizes = ndimage.sum_labels(mask, labels, range(1, count + 1))
    nearness = np.exp(-2 * ndimage.mean(radius, labels, range(1, count + 1)) ** 2)
    mask = labels == 1 + int(np.argmax(sizes * nearness))
    return ndimage.binary_fill_holes(ndimage.binary_closing(mask, iterations=3))


def prepare(rgb: np.ndarray, mask: np.ndarray | None) -> Lesion:
    """Brings image and mask into the common frame and finds skin and hair."""
    image = Image.fromarray(rgb)
    if image.size != FRAME:
        image = image.resize(FRAME, Image.Resampling.LANCZOS)
    pixels = np.asarray(image)
    if mask is None:
        lesion = segment(pixels)
    else:
        lesion = np.asarray(Image.fromarray(mask.astype(np.uint8) * 255).resize(FRAME, Image.Resampling.BILINEAR)) > 127
    labels, count = ndimage.label(lesion)
    if count > 1:
        sizes = ndimage.sum_labels(lesion, labels, range(1, count + 1))
        lesion = labels == 1 + int(np.argmax(sizes))
    lesion = ndimage.binary_fill_holes(lesion)
    if lesion.sum() < 50:
        lesion = np.zeros_like(lesion)
        lesion[FRAME[1] // 4: -FRAME[1] // 4, FRAME[0] // 4: -FRAME[0] // 4] = True
    lab = lab_of(pixels)
    inside = ndimage.distance_transform_edt(lesion).astype(np.float32)
    distance = ndimage.distance_transform_edt(~lesion).astype(np.float32)
    height, width = lesion.shape
    y, x = np.mgrid[:height, :width]
    radius = np.hypot((x - width / 2) / (width / 2), (y - height / 2) / (height / 2))
    skin = (distance > 6) & ~((radius > 1.0) & (lab[..., 0] < 40))
    if skin.sum() < 200:
        skin = (distance > 0) & (lab[..., 0] > np.percentile(lab[..., 0], 50))
    if skin.sum() < 50:
        skin = lab[..., 0] >= np.percentile(lab[..., 0], 90)
    skin_lab = np.median(lab[skin], axis=0)
    hair = find_hair(lab[..., 0], lesion)
    return Lesion(pixels, lab, lesion, inside > 3, skin, skin_lab, hair, inside, distance)


#: A hair: a dark line that stands out by this much L*, is at least so long (px), and is either thin (pixels for each
#: pixel of its length) or lies mostly on the skin. A mesh of pigment has many pixels for its extent and lies in the lesion.
HAIR_CONTRAST, HAIR_LENGTH, HAIR_WIDTH, HAIR_ON_SKIN = 18.0, 35, 5.0, 0.4


def find_hair(light: np.ndarray, lesion: np.ndarray) -> np.ndarray:
    """Hairs by a black top-hat (closing minus image), kept where a connected line looks like a hair and not like network."""
    thin = (ndimage.grey_closing(light, size=(7, 7)) - light) > HAIR_CONTRAST
    labels, count = ndimage.label(thin, structure=np.ones((3, 3)))
    hair = np.zeros_like(lesion)
    for index, box in enumerate(ndimage.find_objects(labels) if count else []):
        height, width = box[0].stop - box[0].start, box[1].stop - box[1].start
        if max(height, width) < HAIR_LENGTH:
            continue
        line = labels[box] == index + 1
        on_skin = float((line & ~lesion[box]).sum() / line.sum())
        if line.sum() <= HAIR_WIDTH * np.hypot(height, width) or on_skin >= HAIR_ON_SKIN:
            hair[box] |= line
    return ndimage.binary_dilation(hair, iterations=1)


def shape(lesion: Lesion) -> dict[str, float]:
    """Area, elongation, solidity, overlap with the equal-moment ellipse, asymmetry by folding, and frame contact."""
    mask = lesion.mask
    height, width = mask.shape
    ys, xs = np.nonzero(mask)
    area = len(ys)
    cy, cx = ys.mean(), xs.mean()
    covariance = np.cov(np.stack([xs, ys]))
    values, vectors = np.linalg.eigh(covariance)
    minor, major = 2 * np.sqrt(np.maximum(values, 1e-6))
    u = (xs - cx) * vectors[0, 1] + (ys - cy) * vectors[1, 1]
    v = (xs - cx) * vectors[0, 0] + (ys - cy) * vectors[1, 0]
    inside = (u / major) ** 2 + (v / minor) ** 2 <= 1
    ellipse_area = np.pi * major * minor
    overlap = inside.sum() / (area + ellipse_area - inside.sum())
    try:
        hull = ConvexHull(np.stack([xs, ys], 1)).volume
    except Exception:  # a degenerate (one-pixel wide) mask has no hull
        hull = area
    # Perimeter by the boundary's chain (Freeman 1970, corrected by 0.95 for diagonal steps).
    edge = mask & ~ndimage.binary_erosion(mask)
    perimeter = 0.95 * edge.sum() * 1.1
    folds = []
    for axis in (u, v):
        # Reflect about the axis through the centroid; share of the area that finds no partner.
        ru, rv = (u, -v) if axis is u else (-u, v)
        rx = np.rint(cx + ru * vectors[0, 1] + rv * vectors[0, 0]).astype(int)
        ry = np.rint(cy + ru * vectors[1, 1] + rv * vectors[1, 0]).astype(int)
        ok = (rx >= 0) & (rx < width) & (ry >= 0) & (ry < height)
        hit = np.zeros(area, bool)
        hit[ok] = mask[ry[ok], rx[ok]]
        folds.append(1 - hit.mean())
    # The same fold for lightness and colour: mean distance of partners.
    smooth = ndimage.uniform_filter(lesion.lab, (7, 7, 1))
    colour_folds = []
    for sign in (1, -1):
        ru, rv = (u, -v) if sign > 0 else (-u, v)
        rx = np.clip(np.rint(cx + ru * vectors[0, 1] + rv * vectors[0, 0]).astype(int), 0, width - 1)
        ry = np.clip(np.rint(cy + ru * vectors[1, 1] + rv * vectors[1, 0]).astype(int), 0, height - 1)
        both = mask[ry, rx]
        if both.any():
            a, b = smooth[ys[both], xs[both]], smooth[ry[both], rx[both]]
            colour_folds.append(float(np.sqrt(((a - b) ** 2).sum(-1)).mean()))
        else:
            colour_folds.append(0.0)
    contact = (mask[0].sum() + mask[-1].sum() + mask[:, 0].sum() + mask[:, -1].sum()) / (2 * (width + height))
    return {"area_fraction": area / mask.size, "elongation": float(minor / major), "solidity": float(area / max(hull, 1)),
            "ellipse_overlap": float(overlap), "compactness": float(4 * np.pi * area / max(perimeter, 1) ** 2),
            "asymmetry_minor": float(min(folds)), "asymmetry_major": float(max(folds)),
            "colour_asymmetry_minor": min(colour_folds), "colour_asymmetry_major": max(colour_folds),
            "frame_contact": float(contact)}


def border(lesion: Lesion) -> dict[str, float]:
    """How suddenly lightness falls at the rim, as a whole and between eight sectors."""
    inside, outside = lesion.inside, lesion.outside
    light = lesion.lab[..., 0]
    near_in, near_out = (inside > 0) & (inside <= 4), (outside > 0) & (outside <= 4)
    far_in, far_out = (inside > 8) & (inside <= 16), (outside > 8) & (outside <= 16)
    usable = ~lesion.hair
    mean = lambda region: float(light[region & usable].mean()) if (region & usable).sum() > 10 else np.nan
    step, full = mean(near_out) - mean(near_in), mean(far_out) - mean(far_in)
    ys, xs = np.nonzero(lesion.mask)
    y, x = np.mgrid[: light.shape[0], : light.shape[1]]
    sector = ((np.arctan2(y - ys.mean(), x - xs.mean()) + np.pi) / (2 * np.pi) * 8).astype(int) % 8
    steps = []
    for index in range(8):
        a, b = near_out & (sector == index) & usable, near_in & (sector == index) & usable
        if a.sum() > 5 and b.sum() > 5:
            steps.append(light[a].mean() - light[b].mean())
    return {"border_step": np.nan_to_num(step), "border_contrast": np.nan_to_num(full),
            "border_step_spread": float(np.std(steps)) if len(steps) > 3 else 0.0,
            "abrupt_sectors": float(np.sum(np.array(steps) > 14))}


#: The skin (a*, b*) that colours are judged against, and how far each picture's own skin is moved to it.
REFERENCE_SKIN_AB = (12.0, 10.0)
SKIN_BALANCE = 0.7


def colour_map(lesion: Lesion) -> dict[str, np.ndarray]:
    """One mask a colour over the lesion's hairless pixels.

    Names are boxes in L*a*b* after moving the picture's skin 70 % of the way to a reference skin, since
    cameras differ more than lesions do. The first rule that holds names the pixel. `share` is lightness
    as a share of the skin's.
    """
    smooth = ndimage.gaussian_filter(lesion.lab, (1.2, 1.2, 0))
    l = smooth[..., 0]
    a = smooth[..., 1] + SKIN_BALANCE * (REFERENCE_SKIN_AB[0] - lesion.skin_lab[1])
    b = smooth[..., 2] + SKIN_BALANCE * (REFERENCE_SKIN_AB[1] - lesion.skin_lab[2])
    share = l / max(float(lesion.skin_lab[0]), 1.0)
    chroma = np.hypot(a, b)
    skin_chroma = float(np.hypot(*(lesion.skin_lab[1:] + SKIN_BALANCE * (np.array(REFERENCE_SKIN_AB) - lesion.skin_lab[1:]))))
    free = lesion.mask & ~lesion.hair
    taken = ~free
    result = {}

    def claim(name: str, rule: np.ndarray) -> None:
        nonlocal taken
        result[name] = rule & ~taken
        taken = taken | rule

    claim("black", (l < 24) | ((l < 36) & (chroma < 13)))
    claim("white", (share > 0.98) & (chroma < skin_chroma - 4))
    claim("blue-gray", (b < 7) & (a < 13) & (share < 0.88))
    claim("red", (share > 0.42) & (a > 25) & (a > 1.2 * b))
    claim("pink", (share > 0.74) & (a > 15) & (a > 1.1 * b))
    claim("dark brown", (share < 0.62) | (l < 40))
    claim("light brown", share < 0.93)
    claim("skin", np.ones_like(free))
    return result


def colours(lesion: Lesion, seen: Maps) -> dict[str, float]:
    """Share of the lesion for each colour name, spread of lightness and hue, and the skin itself; adds its maps to `seen`."""
    maps = colour_map(lesion)
    seen.update({name: maps[name] for name in COLOUR_MAPS})
    area = max(int((lesion.mask & ~lesion.hair).sum()), 1)
    result = {f"colour_{name}": float(m.sum() / area) for name, m in maps.items()}
    inner = lesion.lab[lesion.interior & ~lesion.hair] if (lesion.interior & ~lesion.hair).any() else lesion.lab[lesion.mask]
    for index, name in enumerate("lab"):
        low, middle, high = np.percentile(inner[:, index], [5, 50, 95])
        result[f"{name}_low"], result[f"{name}_median"], result[f"{name}_high"] = float(low), float(middle), float(high)
        result[f"{name}_difference"] = float(middle - lesion.skin_lab[index])
    result["l_share"] = float(result["l_median"] / max(lesion.skin_lab[0], 1))
    result["l_low_share"] = float(result["l_low"] / max(lesion.skin_lab[0], 1))
    result["skin_l"], result["skin_a"], result["skin_b"] = (float(v) for v in lesion.skin_lab)
    result["hair_fraction"] = float(lesion.hair.mean())
    # Centre against rim.
    depth = lesion.inside
    deep = depth > 0.55 * depth.max()
    shallow = (depth > 2) & (depth < 0.3 * depth.max())
    if deep.any() and shallow.any():
        result["centre_lightness"] = float(lesion.lab[..., 0][deep].mean() - lesion.lab[..., 0][shallow].mean())
    else:
        result["centre_lightness"] = 0.0
    blue_white = maps["blue-gray"] | maps["white"]
    smooth = ndimage.uniform_filter(blue_white.astype(np.float32), 9)
    result["blue_white_patch"] = float((smooth > 0.6).sum() / area)
    dark = lesion.mask & (ndimage.gaussian_filter(lesion.lab[..., 0], 2) < 0.45 * lesion.skin_lab[0])
    labels, count = ndimage.label(dark)
    largest = max(ndimage.sum_labels(dark, labels, range(1, count + 1))) if count else 0
    result["dark_blotch"] = float(largest / area)
    result["dark_blotch_offset"] = 0.0
    if largest:
        ys, xs = np.nonzero(lesion.mask)
        by, bx = np.nonzero(dark)
        result["dark_blotch_offset"] = float(np.hypot(by.mean() - ys.mean(), bx.mean() - xs.mean()) / np.sqrt(area))
    return result


def _hessian(field: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scale-normalised eigenvalues (small, large by value) and the direction across a dark line."""
    xx = ndimage.gaussian_filter(field, sigma, order=(0, 2)) * sigma ** 2
    yy = ndimage.gaussian_filter(field, sigma, order=(2, 0)) * sigma ** 2
    xy = ndimage.gaussian_filter(field, sigma, order=(1, 1)) * sigma ** 2
    root = np.sqrt(((xx - yy) / 2) ** 2 + xy ** 2)
    mean = (xx + yy) / 2
    return mean - root, mean + root, 0.5 * np.arctan2(2 * xy, xx - yy)


def _peaks(response: np.ndarray, allowed: np.ndarray, threshold: float, size: int) -> int:
    """Local maxima of a response above a threshold."""
    return int(((response == ndimage.maximum_filter(response, size)) & (response > threshold) & allowed).sum())


#: Round dark spots: the scale of the share, and how round (weaker curvature over the stronger) a spot must be.
BLOB_SIGMA, ROUND_BLOB = 1.2, 0.5


def texture(lesion: Lesion, seen: Maps) -> dict[str, float]:
    """Network, dots, globules, streaks, white dots, comedo-like openings, structureless area; adds its maps to `seen`."""
    light = lesion.lab[..., 0]
    median_filled = np.where(lesion.hair, ndimage.median_filter(light, 9), light) if lesion.hair.any() else light
    interior = lesion.interior & ~lesion.hair
    area = max(int(interior.sum()), 1)
    result = {}
    small_1, large_1, angle = _hessian(median_filled, 1.3)
    # A dark line: strong positive curvature across, little along.
    line = np.clip(large_1 - np.abs(small_1) * 1.0, 0, None)
    line_on = (line > 1.2) & interior
    seen["lines"] = line_on
    density = ndimage.uniform_filter(line_on.astype(np.float32), 15)
    result["network_line_density"] = float(line_on.sum() / area)
    result["network_line_strength"] = float(line[interior].mean()) if interior.any() else 0.0
    result["network_area"] = float(((density > 0.22) & interior).sum() / area)
    # A mesh has lines in all directions: circular spread of the doubled angle within 21 pixels.
    weight = np.where(interior, line, 0)
    c, s = (ndimage.uniform_filter(weight * f(2 * angle), 21) for f in (np.cos, np.sin))
    total = ndimage.uniform_filter(weight, 21) + 1e-3
    isotropy = 1 - np.hypot(c, s) / total
    result["network_isotropy"] = float(isotropy[interior].mean()) if interior.any() else 0.0
    result["network_irregularity"] = float(np.std(density[interior]) / (np.mean(density[interior]) + 0.02)) if interior.any() else 0.0
    # Blobs: both curvatures positive (dark) or negative (bright).
    for name, sigma, size in (("dots", 1.4, 3), ("globules", 2.4, 5), ("openings", 3.8, 7)):
        low, high, _ = _hessian(median_filled, sigma)
        blob = np.where(low > 0, low, 0)
        for level in (1.0, 2.0, 4.0):
            result[f"{name}_{level:g}"] = 1000 * _peaks(blob, interior, level, size) / area
        bright = np.where(high < 0, -high, 0)
        seen[f"bright {name}"] = (bright > 2) & interior
        seen[f"dark {name}"] = (blob > 2) & interior
        result[f"bright_{name}"] = 1000 * _peaks(bright, interior, 2.0, size) / area
        result[f"bright_{name}_strong"] = 1000 * _peaks(bright, interior, 4.0, size) / area
    # Round dark spots against lines: the crossings of a mesh are bent as much in one direction as lines are.
    low, high, _ = _hessian(median_filled, BLOB_SIGMA)
    blob = np.where((low > 0) & (low > ROUND_BLOB * high), low, 0)
    line_here = np.clip(high - np.abs(low), 0, None)
    result["blob_share"] = float(blob[interior].mean() / (line_here[interior].mean() + 0.05)) if interior.any() else 0.0
    for name, sigma, size in (("small", 1.2, 3), ("large", 2.2, 5)):
        low, high, _ = _hessian(median_filled, sigma)
        blob = np.where((low > 0) & (low > ROUND_BLOB * high), low, 0)
        seen[f"round {name}"] = (blob > 1.5) & interior
        result[f"round_{name}"] = 1000 * _peaks(blob, interior, 1.5, size) / area
    # Streaks: dark lines in the rim that run along the radius.
    inside, outside = lesion.inside, lesion.outside
    rim = ((inside > 0) & (inside <= 14)) | ((outside > 0) & (outside <= 5))
    rim &= ~lesion.hair
    ys, xs = np.nonzero(lesion.mask)
    gy, gx = np.gradient(ndimage.gaussian_filter(inside - outside, 3))
    normal = np.arctan2(gy, gx)
    small_2, large_2, angle_2 = _hessian(median_filled, 1.8)
    line_2 = np.clip(large_2 - np.abs(small_2), 0, None)
    # angle_2 points across the line; along the radius means across = normal + 90 degrees.
    radial = np.sin(angle_2 - normal) ** 2
    strong = rim & (line_2 > 1.5)
    seen["streaks"] = strong & (radial > 0.8)
    result["streak_density"] = float((strong & (radial > 0.8)).sum() / max(rim.sum(), 1))
    result["streak_radiality"] = float(radial[strong].mean()) if strong.sum() > 10 else 0.5
    deviation = np.sqrt(np.maximum(ndimage.uniform_filter(light ** 2, 9) - ndimage.uniform_filter(light, 9) ** 2, 0))
    seen["structureless"] = (deviation < 2.2) & interior
    result["structureless"] = float(((deviation < 2.2) & interior).sum() / area)
    result["roughness"] = float(deviation[interior].mean()) if interior.any() else 0.0
    skin = lesion.skin & ~lesion.hair
    result["skin_roughness"] = float(deviation[skin].mean()) if skin.any() else 0.0
    result["skin_line_density"] = float((line[skin] > 1.2).mean()) if skin.any() else 0.0
    return result


def vessels(lesion: Lesion, seen: Maps) -> dict[str, float]:
    """Red curvilinear structure: thin lines and dots that are redder than what surrounds them; adds its maps to `seen`."""
    a = lesion.lab[..., 1] - 0.35 * lesion.lab[..., 2]
    interior = lesion.interior & ~lesion.hair
    area = max(int(interior.sum()), 1)
    low, high, _ = _hessian(a, 1.6)
    line = np.clip(-low - np.abs(high), 0, None)
    # A vessel is no darker than brown pigment: keep lines on light ground.
    ground = lesion.lab[..., 0] > 0.5 * lesion.skin_lab[0]
    on = (line > 1.6) & interior & ground
    labels, count = ndimage.label(on, structure=np.ones((3, 3)))
    longest, total = 0, 0
    branches = 0
    if count:
        sizes = ndimage.sum_labels(on, labels, range(1, count + 1))
        for index, box in enumerate(ndimage.find_objects(labels)):
            length = float(np.hypot(box[0].stop - box[0].start, box[1].stop - box[1].start))
            if length >= 12:
                total += sizes[index]
                longest = max(longest, length)
                if sizes[index] > 3.2 * length:  # far more pixels than one line of that length has
                    branches += 1
    dots = np.where(high < 0, -high, 0)
    seen["red lines"], seen["red dots"] = on, (dots > 1.2) & interior & ground
    skin_on = (line > 1.6) & lesion.skin & ~lesion.hair
    return {"vessel_density": float(total / area), "vessel_longest": float(longest), "vessel_branches": float(branches),
            "vessel_dots": 1000 * _peaks(dots, interior & ground, 1.2, 3) / area,
            "vessel_skin_density": float(skin_on.sum() / max(lesion.skin.sum(), 1))}


def surroundings(lesion: Lesion, margin: int = 20) -> tuple[slice, slice]:
    """Rows and columns of the lesion and a margin: all measurements but those of shape look no farther."""
    ys, xs = np.nonzero(lesion.mask)
    return (slice(max(ys.min() - margin, 0), ys.max() + margin + 1), slice(max(xs.min() - margin, 0), xs.max() + margin + 1))


def cropped(lesion: Lesion, place: tuple[slice, slice]) -> Lesion:
    """A part of the picture."""
    part = lambda array: np.ascontiguousarray(array[place])
    return Lesion(part(lesion.rgb), part(lesion.lab), part(lesion.mask), part(lesion.interior), part(lesion.skin),
                  lesion.skin_lab, part(lesion.hair), part(lesion.inside), part(lesion.outside))


def shares(map_: np.ndarray, side: int = MAP_SIDE) -> np.ndarray:
    """The mean of a map in each of side x side cells of the whole picture."""
    def cells(length: int) -> np.ndarray:
        edges = np.linspace(0, length, side + 1)
        low, high = np.arange(length), np.arange(1, length + 1)
        overlap = np.minimum(high, edges[1:, None]) - np.maximum(low, edges[:-1, None])
        return np.clip(overlap, 0, None) * (side / length)
    return cells(map_.shape[0]) @ map_.astype(np.float64) @ cells(map_.shape[1]).T


def measure_with_maps(rgb: np.ndarray, mask: np.ndarray | None) -> tuple[dict[str, float], np.ndarray]:
    """All measurements of one image, and where in the picture they were found: MAPS x 32 x 32 shares in [0, 1]."""
    whole = prepare(rgb, mask)
    place = surroundings(whole)
    lesion = cropped(whole, place)
    seen: Maps = {}
    found = {**shape(whole), **border(lesion), **colours(lesion, seen), **texture(lesion, seen), **vessels(lesion, seen)}
    maps = np.empty((len(MAPS), MAP_SIDE, MAP_SIDE), np.float32)
    maps[0], maps[1] = shares(whole.mask), shares(whole.hair)
    for index, name in enumerate(MAPS[2:], 2):
        full = np.zeros(whole.mask.shape, np.float32)
        full[place] = seen[name]
        maps[index] = shares(full)
    return found, maps


def measure(rgb: np.ndarray, mask: np.ndarray | None) -> dict[str, float]:
    """All measurements of one image."""
    return measure_with_maps(rgb, mask)[0]
