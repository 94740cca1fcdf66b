// Reader mode: truth and answer stay hidden until the reader commits to a code; then all three are compared.

import { element, replace } from "./dom.js";
import { remember, remembered } from "./store.js";
import { agreement, CODES, lesion } from "./words.js";

const CONFIDENCES = [["low", "Unsure"], ["medium", "Fairly sure"], ["high", "Sure"]];
const TALLY = "reader-tally";
const LONGEST_TALLY = 1000; // guesses kept

/** Guesses of this visit, by image. */
const guesses = new Map();
export const guessOf = (name) => guesses.get(name) ?? null;

const tally = () => remembered(TALLY, []);

/** Keeps a guess with what the model and the truth say; each image counts once. */
function keep(name, guess, code, truth) {
  const entries = tally().filter((entry) => entry.name !== name);
  entries.push({ name, guess: guess.code, confidence: guess.confidence, model: code, truth: truth?.code?.toUpperCase() ?? null });
  remember(TALLY, entries.slice(-LONGEST_TALLY));
}

/** The form that takes a guess. */
export class GuessForm {
  #committed;

  /** @param {(guess: {code, confidence}) => void} committed */
  constructor(committed) {
    this.#committed = committed;
    this.node = element("section", { class: "guess", "aria-labelledby": "guess-title" });
  }

  ask(name) {
    const group = (legend, field, choices, chosen) => element(
      "fieldset", {}, element("legend", { text: legend }),
      choices.map(([value, ...names], index) => element(
        "label", { class: "choice" },
        element("input", { type: "radio", name: field, value, checked: value === chosen, required: true }),
        element("span", {}, names.map((part, place) => [element(place === 0 ? "b" : "span", { text: part }), " "])),
        field === "code" && element("kbd", { text: String(index + 1) }))));
    const form = element(
      "form", {
        on: {
          submit: (event) => {
            event.preventDefault();
            const data = new FormData(form);
            const guess = { code: data.get("code"), confidence: data.get("confidence") };
            guesses.set(name, guess);
            this.#committed(guess);
          },
        },
      },
      group("Your classification", "code", CODES.map((code) => [code, code, lesion(code)]), null),
      group("How sure are you?", "confidence", CONFIDENCES, "medium"),
      element("button", { type: "submit", class: "primary", text: "Commit and see" }));
    replace(
      this.node, element("h3", { id: "guess-title", text: "What do you see?" }),
      element("p", { class: "fine", text: "The ground truth and the model’s answer stay hidden until you commit." }), form);
  }

  /** Chooses a code by its number. */
  choose(index) {
    const choice = this.node.querySelectorAll("input[name=code]")[index];
    if (!choice) return false;
    choice.checked = true;
    choice.focus();
    return true;
  }

  /** What the three say. */
  compare(name, guess, reading, truth) {
    const code = reading.diagnosis?.code ?? null;
    const known = reading.report?.ground_truth ?? truth;
    if (reading.state === "done") keep(name, guess, code, known);
    const sign = (agrees) => (agrees === null ? "" : agrees ? "✓ match" : "✗ mismatch");
    const sure = CONFIDENCES.find(([value]) => value === guess.confidence)?.[1].toLowerCase() ?? "";
    const row = (who, what, note) => element(
      "tr", {}, element("th", { scope: "row", text: who }),
      element("td", {}, what ? element("abbr", { title: lesion(what), text: what }) : "…"), element("td", { text: note }));
    replace(
      this.node, element("h3", { id: "guess-title", text: "Compared" }),
      element(
        "table", { class: "compared" },
        element("tbody", {},
          row("You", guess.code, [sure, sign(agreement(guess.code, known))].filter(Boolean).join(", ")),
          row("Model", code, code ? sign(agreement(code, known)) : "reading"),
          row("Ground truth", known?.code?.toUpperCase() ?? "unknown", known?.attribute ?? ""))),
      this.#tally());
  }

  #tally() {
    const entries = tally().filter((entry) => entry.truth);
    if (entries.length === 0) return null;
    const right = (field) => entries.filter((entry) => entry[field] === entry.truth).length;
    const byConfidence = CONFIDENCES.map(([value, name]) => {
      const some = entries.filter((entry) => entry.confidence === value);
      return some.length > 0 ? `${name.toLowerCase()}: ${some.filter((entry) => entry.guess === entry.truth).length} of ${some.length}` : null;
    }).filter(Boolean);
    return element(
      "p", { class: "fine" },
      `Your tally in this browser: you ${right("guess")} of ${entries.length}, the model ${right("model")} of ${entries.length}. `,
      byConfidence.length > 0 && `When ${byConfidence.join("; ")}. `,
      element("button", {
        type: "button", class: "quiet small", text: "Forget the tally", on: { click: (event) => {
          remember(TALLY, null);
          event.target.closest("p").remove();
        } },
      }));
  }
}
