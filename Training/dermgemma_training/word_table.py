"""The card's list of words: of which measurement each is made, how that is defined, and where its threshold lies.

    python -m dermgemma_training.word_table ../Models/dermgemma-small/MODEL_CARD.md

replaces the list in the card; a test holds the two together.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .vocabulary import COLOUR_SHARES, GRADES, THRESHOLDS

BEGIN, END = "<!-- words: python -m dermgemma_training.word_table -->", "<!-- end of words -->"
#: What each measurement is. Lengths are pixels of a 300 x 225 picture; "light" is L*; lesion pixels leave out hair.
DEFINITIONS = {
    "area_fraction": "lesion's share of the picture",
    "elongation": "minor over major axis of the ellipse with the lesion's moments",
    "solidity": "lesion's area over that of its convex hull",
    "ellipse_overlap": "intersection over union of the lesion and the ellipse with its moments",
    "asymmetry_minor": "share of the area without a partner when folded about the better principal axis",
    "asymmetry_major": "share of the area without a partner when folded about the worse axis",
    "colour_asymmetry_minor": "mean L*a*b* distance of partners (7 px mean) when folded about the better axis",
    "colour_asymmetry_major": "mean L*a*b* distance of partners when folded about the worse axis",
    "border_step": "mean light of 4 px outside the rim less that of 4 px inside",
    "dark_blotch": "largest connected part darker than 0.45 of the skin's light (Gauss 2 px)",
    "centre_lightness": "mean light of the inner part (deeper than 0.55 of the greatest depth) less that of the outer (under 0.3)",
    "blue_white_patch": "share where over 60 % of 9 x 9 px are blue-gray or white",
    "network_area": "share where over 22 % of 15 x 15 px lie on dark lines (curvature at 1.3 px above 1.2)",
    "network_line_strength": "mean curvature of dark lines at 1.3 px",
    "network_isotropy": "1 less the resultant of the lines' doubled directions within 21 px: 0 parallel, 1 every way",
    "network_irregularity": "spread of the lines' local density over its mean",
    "blob_share": "mean curvature of round dark spots at 1.2 px over that of dark lines",
    "round_small": "round dark spots (1.2 px, curvature over 1.5) in 1000 px",
    "round_large": "round dark spots (2.2 px, curvature over 1.5) in 1000 px",
    "dots_1": "dark spots (1.4 px, curvature over 1) in 1000 px",
    "bright_dots": "bright spots (1.4 px, curvature over 2) in 1000 px",
    "bright_dots_strong": "bright spots (1.4 px, curvature over 4) in 1000 px",
    "bright_globules_strong": "bright spots (2.4 px, curvature over 4) in 1000 px",
    "openings_4": "dark spots (3.8 px, curvature over 4) in 1000 px",
    "streak_density": "share of the rim (14 px inside, 5 outside) on dark lines that run along the radius",
    "structureless": "share whose light varies by less than 2.2 within 9 x 9 px",
    "vessel_density": "share on connected lines of 12 px or more that are redder than their surroundings, on light ground",
    "vessel_longest": "length of the longest connected line that is redder than its surroundings",
    "vessel_dots": "red dots in 1000 px",
    "l_share": "median light over the skin's",
    "l_median": "median light",
    "a_low": "5th percentile of a*",
    "a_difference": "median a* less the skin's",
    "b_difference": "median b* less the skin's",
    "skin_l": "median light of the skin around",
    "skin_a": "median a* of the skin around",
    **{f"colour_{name}": rule for name, rule in {
        "black": "share with L* < 24, or < 36 and chroma < 13",
        "white": "share as light as the skin (0.98) with 4 less chroma",
        "blue-gray": "share with b* < 7, a* < 13 and under 0.88 of the skin's light",
        "red": "share with a* > 25 and > 1.2 b*, over 0.42 of the skin's light",
        "pink": "share with a* > 15 and > 1.1 b*, over 0.74 of the skin's light",
        "dark brown": "of the rest, the share under 0.62 of the skin's light or L* < 40",
        "light brown": "of the rest, the share under 0.93 of the skin's light"}.items()},
}
#: Word, measurement, and its threshold in terms of `THRESHOLDS`.
RULES = (
    ("shape: irregular", "solidity", "< {irregular_solidity}, or"), ("", "ellipse_overlap", "< {irregular_ellipse_overlap}, or"),
    ("", "asymmetry_minor", "> {irregular_asymmetry}, or"), ("", "colour_asymmetry_minor", "> {irregular_colour_asymmetry}"),
    ("shape: round, else oval", "elongation", ">= {round_elongation}"),
    ("pigment network: yes", "network_area", ">= {network_area}"),
    ("dots or globules at all", "blob_share", ">= {blobs}"), ("dots", "round_small", ">= {dots}"),
    ("globules", "round_large", ">= {globules}, or when no dots"), ("streaks", "streak_density", ">= {streaks}"),
    ("vessels: arborizing", "vessel_longest", ">= {vessel_long}, and twice the density of linear"),
    ("vessels: linear", "vessel_longest", ">= {vessel_short}, and"), ("", "vessel_density", ">= {vessel_density}"),
    ("vessels: dotted", "vessel_dots", ">= {vessel_dots}"),
    ("blue-white veil", "blue_white_patch", ">= {blue_white_patch}, and as much blue-gray"),
    ("white scar-like areas", "colour_white", ">= {white_scar}"),
    ("bright cysts: few, many", "bright_dots_strong", "with the next: >= {bright_spots}, {bright_spots_many}"),
    ("", "bright_globules_strong", "added to it"), ("dark openings", "openings_4", ">= {openings}"),
    ("size: small, medium-sized, large", "area_fraction", "bounds {size_small}, {size_large}"),
    ("border: irregular", "solidity", "< {irregular_solidity} + 0.03"),
    ("border: gradual, clear, sharp", "border_step", "bounds {border_gradual}, {border_sharp}"),
    ("asymmetric in an axis", "asymmetry_minor", "> {axis_asymmetry}, or"),
    ("", "colour_asymmetry_minor", "> {axis_colour_asymmetry}"),
    ("asymmetric in the other", "asymmetry_major", "> {axis_asymmetry}, or"),
    ("", "colour_asymmetry_major", "> {axis_colour_asymmetry}"),
    ("dark blotch: no, small, large", "dark_blotch", "bounds {blotch_small}, {blotch_large}"),
    ("structureless areas: few, some, wide", "structureless", "bounds {structureless_some}, {structureless_wide}"),
    ("centre: darker, level, lighter", "centre_lightness", "bounds {centre_darker}, {centre_lighter}"),
)


def rows() -> list[tuple[str, str, str, str]]:
    """Word, measurement, definition, threshold."""
    found = [(word, name, DEFINITIONS[name], rule.format(**THRESHOLDS)) for word, name, rule in RULES]
    found += [(name, f"colour_{name}", DEFINITIONS[f"colour_{name}"], f">= {least}") for name, least in COLOUR_SHARES.items()]
    for kind, (name, bounds, graded) in GRADES.items():
        found.append((f"{kind}: {', '.join(graded)}", name, DEFINITIONS[name], "bounds " + ", ".join(map(str, bounds))))
    return found


def table() -> str:
    """The list as Markdown."""
    lines = ["| word | measurement | definition | threshold |", "|---|---|---|---|"]
    return "\n".join(lines + [f"| {word} | `{name}` | {what} | {rule} |" for word, name, what, rule in rows()])


def main() -> None:
    card = Path(sys.argv[1])
    text = card.read_text()
    card.write_text(f"{text.split(BEGIN)[0]}{BEGIN}\n{table()}\n{END}{text.split(END)[1]}")


if __name__ == "__main__":
    main()
