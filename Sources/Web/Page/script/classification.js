// Phase 3: the code, who chose it, the probabilities, and whether the truth agrees.

import { bars } from "./bars.js";
import { element, replace } from "./dom.js";
import { model } from "./store.js";
import { agreement, lesion, methodWords, percent, ranked } from "./words.js";

/** The classification. */
export class ClassificationSection {
  #content = element("div", { class: "classification" });
  #why = element("div", { class: "why-box", "aria-live": "polite", hidden: true });

  constructor() {
    this.node = element("div", {}, this.#content, this.#why);
  }

  draw(reading, truth) {
    const diagnosis = reading.diagnosis;
    if (!diagnosis) {
      const words = reading.isUnderWay || reading.state === "idle" ? "…" : "There is no classification.";
      return replace(this.#content, element("p", { class: "pending", text: words }));
    }
    const known = reading.report ? reading.report.ground_truth ?? truth : truth;
    replace(
      this.#content,
      element(
        "p", { class: "verdict" }, element("strong", { class: "code", text: diagnosis.code }), " ",
        element("span", { class: "lesion", text: lesion(diagnosis.code) }), " ",
        element("span", { class: "method", text: methodWords(diagnosis.method) })),
      verdict(diagnosis.code, known),
      bars(diagnosis, { chosen: diagnosis.code, truth: known?.code }),
      diagnosis.probabilities && remark(diagnosis),
      diagnosis.raw && element(
        "details", { class: "raw-details" }, element("summary", { text: "Raw text" }), element("pre", { class: "raw", text: diagnosis.raw })));
  }

  /** What the probabilities would be without some observations; `null` shows nothing of the sort. */
  without(outcome) {
    this.#why.hidden = outcome === null;
    if (outcome === null) return replace(this.#why);
    const names = outcome.names.join(", ");
    const head = element(
      "div", { class: "why-head" }, element("h4", { text: `Without ${names}` }),
      element("button", { type: "button", class: "quiet small", text: "Undo all", on: { click: outcome.back } }));
    if (outcome.error) return replace(this.#why, head, element("p", { class: "problem", text: outcome.error }));
    if (!outcome.diagnosis) return replace(this.#why, head, element("p", { class: "pending", text: "Classifying…" }));
    const { diagnosis, before } = outcome;
    replace(
      this.#why, head,
      element(
        "p", {},
        diagnosis.code === before.code
          ? `The code stays ${diagnosis.code}.` : `The code becomes ${diagnosis.code}, ${lesion(diagnosis.code)}; it was ${before.code}.`),
      bars(diagnosis, { before: before.probabilities }),
      element("p", { class: "fine", text: "Phase 3 alone, on the same description. The line marks the share before. "
        + "Where the description repeats an observation, leaving it out changes little." }));
  }
}

function verdict(code, truth) {
  const agrees = agreement(code, truth);
  if (agrees === null) return element("p", { class: "truth unknown", text: "Ground truth unknown" });
  const attribute = truth.attribute ? ` (${truth.attribute})` : "";
  return element(
    "p", { class: agrees ? "truth match" : "truth mismatch" },
    element("span", { class: "truth-mark", text: agrees ? "✓ Match" : "✗ Mismatch" }),
    ` Ground truth: ${truth.code.toUpperCase()} ${lesion(truth.code)}${attribute}`);
}

/** What the numbers are worth, as far as it is known. */
function remark(diagnosis) {
  const [first, second] = ranked(diagnosis.probabilities);
  const { probabilities } = diagnosis;
  const sentences = [];
  if (first !== diagnosis.code) {
    sentences.push(`By its own probabilities the model leans to ${first} (${percent(probabilities[first])}), not to the recorded ${diagnosis.code}.`);
  }
  if (probabilities[first] - probabilities[second] < 0.1) {
    sentences.push(`${first} and ${second} are close together: this is nearly a toss-up.`);
  }
  sentences.push(calibration());
  return element("p", { class: "fine" }, sentences.join(" "));
}

/** What the model states about its calibration. */
function calibration() {
  const stated = model.value?.calibration;
  if (!stated) return "Scored from the model’s own logits; the model’s card says how reliable they are.";
  const about = [stated.data && `on ${stated.data}`, stated.prior && `${stated.prior} prior`].filter(Boolean).join(", ");
  return about ? `The model’s scores, calibrated ${about}.` : "The model’s scores, with the calibration in its weights.";
}
