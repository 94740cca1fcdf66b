// The four probabilities as bars, most probable and runner-up named.

import { element } from "./dom.js";
import { CODES, lesion, percent, points, ranked } from "./words.js";

/**
 * Bars in the codes' own order, so that two of them can be compared by eye.
 * @param {object} diagnosis whose probabilities are shown; without any, why
 * @param {object} [options] `chosen`: the recorded code; `before`: probabilities to compare with; `truth`: a code to mark
 */
export function bars({ probabilities, probabilities_missing: why }, { chosen, before, truth } = {}) {
  if (!probabilities) return element("p", { class: "fine", text: why ? `No probabilities: ${why}.` : "No probabilities." });
  const order = ranked(probabilities);
  return element(
    "ul", { class: "bars", "aria-label": "Probabilities" },
    CODES.map((code) => {
      const share = probabilities[code] ?? 0;
      const place = order.indexOf(code);
      const notes = [];
      if (place === 0) notes.push("most probable");
      if (place === 1) notes.push("runner-up");
      if (code === chosen && place !== 0) notes.push("recorded");
      if (truth?.toUpperCase() === code) notes.push("ground truth");
      return element(
        "li", { class: place === 0 ? "bar first" : place === 1 ? "bar second" : "bar" },
        element("abbr", { class: "bar-code", title: lesion(code), text: code }),
        element(
          "span", { class: "bar-track", "aria-hidden": "true", style: { "--share": String(share), "--before": String(before?.[code] ?? share) } },
          element("span", { class: "bar-fill" }), before && element("span", { class: "bar-before" })),
        element("span", { class: "bar-share", text: percent(share) }),
        element(
          "span", { class: "bar-note" },
          before ? element("span", { class: "bar-change", text: points(share - (before[code] ?? 0)) }) : notes.join(", ")));
    }));
}
