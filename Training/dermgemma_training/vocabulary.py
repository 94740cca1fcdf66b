"""From measurements to words, and from words to the sentences that the model is taught.

Every threshold stands here with its name. Human labels (PH2) replace the measured word where they exist.
"""

from __future__ import annotations

#: Thresholds: a share of the lesion's area unless the comment says otherwise.
THRESHOLDS = {
    "irregular_solidity": 0.88,           # area / convex hull below this is irregular
    "irregular_ellipse_overlap": 0.80,    # overlap with the equal-moment ellipse below this is irregular
    "irregular_asymmetry": 0.14,          # unmatched share when folded about the better axis
    "irregular_colour_asymmetry": 7.0,    # L*a*b* distance of partners when folded about the better axis
    "round_elongation": 0.78,             # minor / major axis above this is round, else oval
    "network_area": 0.015,                # share with a dense mesh of dark lines
    "blobs": 0.081,                       # round dark spots against dark lines: at or above this there are dots or globules
    "dots": 2.5,                          # round dark spots of sigma 1.2 px, per 1000 px
    "globules": 1.4,                      # round dark spots of sigma 2.2 px, per 1000 px
    "streaks": 0.030,                     # share of the rim with dark radial lines
    "vessel_density": 0.0025,              # share in thin lines redder than the ground
    "vessel_long": 26.0,                  # px: longest connected vessel for "arborizing"
    "vessel_short": 14.0,                 # px: longest connected vessel for "linear"
    "vessel_dots": 0.22,                  # red blobs per 1000 px
    "blue_white_patch": 0.004,            # share in patches of blue-gray or white
    "white_scar": 0.04,                   # share of white
    "bright_spots": 0.35,                 # strong bright blobs (1.4 to 2.4 px) per 1000 px: milia-like
    "bright_spots_many": 1.2,
    "openings": 0.25,                     # strong dark blobs of sigma 3.8 px per 1000 px: comedo-like
    "size_small": 0.10, "size_large": 0.30,      # share of the picture
    "border_sharp": 3.6, "border_gradual": 2.0,  # step of L* across eight pixels of rim
    "axis_asymmetry": 0.12, "axis_colour_asymmetry": 8.0,
    "blotch_small": 0.03, "blotch_large": 0.25,
    "structureless_some": 0.12, "structureless_wide": 0.40,
    "centre_darker": -16.0, "centre_lighter": -9.0,  # L* of the centre less that of the rim zone
}
#: Graded words: measurement, rising bounds, and one word more than bounds. Bounds are near the quintiles,
#: quartiles or terciles of the training split's lesions.
GRADES = {
    "tone": ("l_share", (0.57, 0.68, 0.77, 0.87), ("very dark", "dark", "medium", "light", "very light")),
    "tint": ("b_difference", (4.9, 9.3, 12.9, 16.8), ("blue", "cool", "neutral", "warm", "yellow")),
    "redness": ("a_low", (13.0, 19.0, 30.0), ("no", "slight", "moderate", "strong")),
    "evenness": ("colour_asymmetry_minor", (5.4, 6.9, 8.9), ("even", "fairly even", "uneven", "very uneven")),
    "skin": ("skin_a", (13.0, 17.5, 25.7), ("pale", "pinkish", "pink", "deep pink")),
    "lines": ("network_line_strength", (0.26, 0.335, 0.45), ("no", "faint", "clear", "strong")),
    "direction": ("network_isotropy", (0.70, 0.75), ("parallel", "mixed", "mesh-like")),
    "points": ("bright_dots", (0.03, 0.38), ("few", "some", "many")),
    "specks": ("dots_1", (2.3, 6.2), ("few", "some", "many")),
    "brightness": ("l_median", (41.5, 49.5, 57.0), ("dim", "moderate", "bright", "pale")),
    "skin_light": ("skin_l", (66.0, 72.0), ("dark", "medium", "light")),
    "spread": ("network_irregularity", (0.54, 0.69), ("evenly", "unevenly", "patchily")),
    "pinkness": ("colour_pink", (0.13, 0.28), ("no", "some", "much")),
    "round_spots": ("blob_share", (0.076, 0.090), ("few", "some", "many")),
    "hue": ("a_difference", (5.7, 9.3, 12.6), ("as red as", "slightly redder than", "redder than", "much redder than")),
}
#: Least share of the lesion for a colour to be named, in the order in which they are named.
COLOUR_SHARES = {"light brown": 0.12, "dark brown": 0.10, "blue-gray": 0.05, "black": 0.025, "white": 0.03,
                 "red": 0.20, "pink": 0.20}
#: Several words of one answer always stand in this order.
NAMING_ORDER = ("dots", "globules", "streaks", "arborizing", "dotted", "linear", "light brown", "dark brown",
                "blue-gray", "brown", "black", "white", "red", "pink", "tan", "gray", "blue", "yellow", "orange", "purple")
QUESTIONS = ("Architecture", "Network", "Structures", "Colors", "Vessels", "Regression", "Keratosis")
#: PH2's names for colours, as the protocol spells them.
PH2_COLOURS = {"white": "white", "red": "red", "light-brown": "light brown", "dark-brown": "dark brown",
               "blue-gray": "blue-gray", "black": "black"}


def _graded(value: float, *steps: tuple[float, str], above: str) -> str:
    """The word of the first step whose bound exceeds the value."""
    for bound, word in steps:
        if value < bound:
            return word
    return above


def words(m: dict[str, float]) -> dict[str, str]:
    """All words of one image: the seven answers and the graded words of the description."""
    t = THRESHOLDS
    w: dict[str, str] = {}
    irregular = (m["solidity"] < t["irregular_solidity"] or m["ellipse_overlap"] < t["irregular_ellipse_overlap"]
                 or m["asymmetry_minor"] > t["irregular_asymmetry"]
                 or m["colour_asymmetry_minor"] > t["irregular_colour_asymmetry"])
    w["Architecture"] = "irregular" if irregular else \
        "round" if m["elongation"] >= t["round_elongation"] else "oval"
    w["Network"] = "yes" if m["network_area"] >= t["network_area"] else "no"
    found = []
    if m["blob_share"] >= t["blobs"]:
        found = [name for name, value in (("dots", m["round_small"]), ("globules", m["round_large"]))
                 if value >= t[name]] or ["globules"]
    if m["streak_density"] >= t["streaks"]:
        found.append("streaks")
    w["Structures"] = ", ".join(found) or "none"
    named = [name for name, least in COLOUR_SHARES.items() if m[f"colour_{name}"] >= least]
    main = max(COLOUR_SHARES, key=lambda name: m[f"colour_{name}"])
    w["Colors"] = ", ".join(named) or main
    w["main"] = main
    seen = []
    if m["vessel_longest"] >= t["vessel_long"] and m["vessel_density"] >= 2 * t["vessel_density"]:
        seen.append("arborizing")
    elif m["vessel_longest"] >= t["vessel_short"] and m["vessel_density"] >= t["vessel_density"]:
        seen.append("linear")
    if m["vessel_dots"] >= t["vessel_dots"]:
        seen.append("dotted")
    seen.sort(key=NAMING_ORDER.index)
    w["Vessels"] = ", ".join(seen) or "none"
    scar = m["colour_white"] >= t["white_scar"]
    veil = m["blue_white_patch"] >= t["blue_white_patch"] and m["colour_blue-gray"] >= t["blue_white_patch"]
    w["Regression"] = "yes" if veil or scar else "no"
    w["veil"] = "blue-white veil" if veil else "no veil"
    w["scar"] = "white scar-like areas" if scar else "no scar-like areas"
    spots = m["bright_dots_strong"] + m["bright_globules_strong"]
    openings = m["openings_4"] >= t["openings"]
    w["spots"] = _graded(spots, (t["bright_spots"], "no"), (t["bright_spots_many"], "few"), above="many")
    w["openings"] = "yes" if openings else "no"
    w["Keratosis"] = "yes" if openings or spots >= t["bright_spots"] else "no"
    w["size"] = _graded(m["area_fraction"], (t["size_small"], "small"), (t["size_large"], "medium-sized"), above="large")
    w["border"] = "irregular" if m["solidity"] < t["irregular_solidity"] + 0.03 else "regular"
    w["edge"] = _graded(m["border_step"], (t["border_gradual"], "gradual"), (t["border_sharp"], "clear"), above="sharp")
    axes = sum(fold > t["axis_asymmetry"] or colour > t["axis_colour_asymmetry"] for fold, colour in
               ((m["asymmetry_minor"], m["colour_asymmetry_minor"]), (m["asymmetry_major"], m["colour_asymmetry_major"])))
    w["asymmetry"] = ("symmetric", "asymmetric in one axis", "asymmetric in two axes")[axes]
    w["blotch"] = _graded(m["dark_blotch"], (t["blotch_small"], "no"), (t["blotch_large"], "a small"), above="a large")
    w["structureless"] = _graded(m["structureless"], (t["structureless_some"], "few"),
                                 (t["structureless_wide"], "some"), above="wide")
    w["centre"] = _graded(m["centre_lightness"], (t["centre_darker"], "darker"), (t["centre_lighter"], "even"),
                          above="lighter")
    for name, (measurement, bounds, graded) in GRADES.items():
        w[name] = graded[sum(m[measurement] >= bound for bound in bounds)]
    return w


def apply_ph2(w: dict[str, str], attributes: dict[str, str]) -> dict[str, str]:
    """Replaces measured words by PH2's human labels wherever PH2 has one."""
    w = dict(w)
    asymmetry = int(attributes["asymmetry"])
    w["asymmetry"] = ("symmetric", "asymmetric in one axis", "asymmetric in two axes")[asymmetry]
    if asymmetry:
        w["Architecture"] = "irregular"
    elif w["Architecture"] == "irregular":
        w["Architecture"] = "oval"
    w["Network"] = "yes"  # typical or atypical: present on every PH2 image
    measured = set(w["Structures"].split(", "))
    found = []
    if attributes["dots_globules"] != "absent":
        found = [s for s in ("dots", "globules") if s in measured] or ["globules"]
    if attributes["streaks"] == "present":
        found.append("streaks")
    w["Structures"] = ", ".join(found) or "none"
    colours = {PH2_COLOURS[c] for c in attributes["colors"].split(";") if c}
    w["Colors"] = ", ".join(c for c in COLOUR_SHARES if c in colours)
    veil, scar = attributes["blue_whitish_veil"] == "present", attributes["regression"] == "present"
    w["Regression"] = "yes" if veil or scar else "no"
    w["veil"] = "blue-white veil" if veil else "no veil"
    w["scar"] = "white scar-like areas" if scar else "no scar-like areas"
    return w


def ordered(value: str) -> str:
    """An answer's words in the order in which the model names them."""
    parts = [part.strip() for part in value.split(",")]
    return ", ".join(sorted(parts, key=lambda p: NAMING_ORDER.index(p) if p in NAMING_ORDER else 99))


def _slotted(w: dict[str, str], notes: dict[str, str], labels: dict[str, str]) -> str:
    """The description with "|" wherever a word may vary."""
    names = {question: label[0].lower() + label[1:] for question, label in labels.items()}
    agreeing = [names[q] for q in notes if notes[q] == w[q]]
    parts = []
    if agreeing:
        parts.append("Consistent notes:| " + "|, ".join(agreeing) + "|.")
    for question in notes:
        if notes[question] != w[question]:
            parts.append(f"Inconsistent:| {names[question]}|, rather| {w[question]}|.")
    parts.append(f"The lesion is| {w['size']}|, {w['tone']}|, {w['hue']}| the| {w['skin']}| {w['skin_light']}| skin,"
                 f"| {w['asymmetry']}|.")
    parts.append(f"The border is| {w['border']}| and| {w['edge']}|.")
    parts.append(f"Mostly| {w['main']}| of| {w['tint']}| tint,| {w['brightness']}| lightness,| {w['redness']}| redness,"
                 f"| {w['pinkness']}| pink,| {w['evenness']}|, "
                 f"{w['centre'] + ' in the centre' if w['centre'] != 'even' else 'level centre'}|.")
    parts.append(f"There is| {w['veil'].replace('blue-white', 'a blue-white')}|, {w['scar']}|, {w['blotch']}| dark blotch.")
    parts.append(f"Texture:| {w['lines']}| lines,| {w['direction']}|, {w['spread']}| spread,| {w['structureless']}| structureless "
                 f"areas,| {w['points']}| bright points,| {w['specks']}| dark specks,| {w['round_spots']}| round spots.")
    vessel = "no vessels" if w["Vessels"] == "none" else f"{w['Vessels'].replace(', ', ' and ')} vessels"
    openings = "dark openings" if w["openings"] == "yes" else "no dark openings"
    parts.append(f"Also| {vessel}|, {w['spots']}| bright cysts and| {openings}|.")
    return "| ".join(parts)


def description(w: dict[str, str], notes: dict[str, str], labels: dict[str, str]) -> str:
    """Phase 2's text: what is said of each note, then what else the image shows.

    Parameters: the image's words, the notes as given to the model, and each question's label, in protocol order.
    """
    return _slotted(w, notes, labels).replace("|", "")


def description_fragments(w: dict[str, str], notes: dict[str, str], labels: dict[str, str]) -> list[str]:
    """The same text in the pieces between which words vary: what the tokenizer learns from."""
    return (" " + _slotted(w, notes, labels)).split("|")
