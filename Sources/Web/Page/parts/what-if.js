// "What if?": the picture asked again with one thing changed.

import { bars } from "../script/bars.js";
import { announce, element, replace } from "../script/dom.js";
import { options } from "../script/filter.js";
import { questionLabel } from "../script/store.js";
import { lesion } from "../script/words.js";
import { Asker, reservations, work } from "./asking.js";

export const isStyled = true;

const DEGREES = {
  blur: { name: "Radius", min: 1, max: 12, step: 1, value: 4, unit: "", change: (radius) => ({ kind: "defocus_blur", radius, smoothing: 0.5 }) },
  light: { name: "Light", min: 40, max: 180, step: 5, value: 70, unit: " %", change: (share) => ({ kind: "brightness", factor: share / 100 }) },
  white: {
    name: "From blue to red", min: -25, max: 25, step: 5, value: 15, unit: " %",
    change: (shift) => ({ kind: "white_balance", red: 1 + shift / 100, blue: 1 / (1 + shift / 100) }),
  },
};
const CHANGES = [
  ["turned:half", "it were turned by 180°"], ["turned:left_right", "left and right were exchanged"], ["turned:top_bottom", "top and bottom were exchanged"],
  ["blur", "it were out of focus"], ["light", "it were darker or brighter"], ["white", "its white balance were another"],
  ["lesion_erased", "the lesion were hidden"], ["lesion_only", "the skin were hidden"], ["printed", "a word were printed in it"],
];

/** Draws the form, once for each examination. */
export function open(root, context) {
  replace(root, new WhatIf(context).node);
}

class WhatIf {
  #context;
  #asker;
  #change = element("select", { "aria-label": "What if" });
  #degree = element("input", { type: "range" });
  #amount = element("output");
  #degreeName = element("span");
  #degreeRow = element("label", { class: "degree" }, this.#degreeName, this.#degree, this.#amount);
  #word = element("input", { type: "text", maxlength: 60, placeholder: "The opposite diagnosis" });
  #wordRow = element("label", { class: "degree" }, element("span", { text: "Word" }), this.#word);
  #stop = element("button", { type: "button", class: "quiet", text: "Cancel", hidden: true, on: { click: () => this.#cancel() } });
  #outcome = element("div", { class: "outcome" });

  constructor(context) {
    this.#context = context;
    this.#asker = new Asker(context);
    options(this.#change, CHANGES);
    this.#change.addEventListener("change", () => this.#draw());
    this.#degree.addEventListener("input", () => this.#drawAmount());
    this.node = element(
      "form", { class: "what-if", on: { submit: (event) => {
        event.preventDefault();
        this.#ask();
      } } },
      element("h3", { text: "What if" }), this.#change, this.#degreeRow, this.#wordRow,
      element("div", { class: "actions" }, element("button", { type: "submit", text: "Ask" }), this.#stop), this.#outcome);
    this.#draw();
  }

  #draw() {
    const degree = DEGREES[this.#change.value];
    this.#degreeRow.hidden = !degree;
    this.#wordRow.hidden = this.#change.value !== "printed";
    if (!degree) return;
    const { name, min, max, step, value } = degree;
    this.#degreeName.textContent = name;
    Object.assign(this.#degree, { min, max, step, value });
    this.#drawAmount();
  }

  #drawAmount() { this.#amount.textContent = `${this.#degree.value}${DEGREES[this.#change.value].unit}`; }

  #asked() {
    const [kind, turn] = this.#change.value.split(":");
    const word = this.#word.value.trim();
    if (turn) return { kind, turn };
    if (kind === "printed") return word ? { kind, text: word } : { kind };
    return DEGREES[kind]?.change(Number(this.#degree.value)) ?? { kind };
  }

  async #ask() {
    const degree = this.#degreeRow.hidden ? "" : ` (${this.#amount.textContent})`;
    const words = CHANGES.find(([value]) => value === this.#change.value)[1] + degree;
    replace(this.#outcome, element("p", { class: "pending", role: "status", text: "Asking…" }));
    this.#stop.hidden = false;
    try {
      const answer = await this.#asker.ask("api/what-if", { change: this.#asked() });
      if (!answer) return;
      this.#show(answer.word ? `${words}: ${answer.word.toUpperCase()}` : words, answer);
    } catch (error) {
      replace(this.#outcome, element("p", { class: "problem", role: "alert", text: error.message }));
    }
    this.#stop.hidden = true;
  }

  #cancel() {
    this.#asker.stop();
    this.#stop.hidden = true;
    replace(this.#outcome, element("p", { class: "pending", role: "status", text: "Cancelled." }));
  }

  #show(words, answer) {
    const { before, after } = answer;
    const verdict = before.code === after.code
      ? `The answer stays ${after.code}.` : `The answer becomes ${after.code}, ${lesion(after.code)}; it was ${before.code}.`;
    announce(verdict);
    const { report } = this.#context.reading;
    const moved = Object.keys(after.words).filter((question) => after.words[question] !== before.words[question]);
    replace(
      this.#outcome,
      element("h4", { text: `What if ${words}?` }),
      element("img", { src: answer.picture, alt: `${answer.image.name}, changed as asked` }),
      element("p", { class: "answer", text: verdict }),
      bars(after, { before: before.probabilities }),
      moved.length > 0 && element("dl", { class: "moved" }, moved.map((question) => element(
        "div", {}, element("dt", { text: questionLabel(question) }), element("dd", {}, element("del", { text: before.words[question] }), ` ${after.words[question]}`)))),
      element("p", { class: "fine", text: `Computed for the changed picture: ${work(after)}. ${before.remembered
        ? "The picture as it is had been asked before." : `For the picture as it is: ${work(before)}.`} The outline is the share before.` }),
      element("p", { class: "fine", text: "Both pictures are read as an audit reads them: at 450 pixels, with the likeliest words and the examination’s seed."
        + (before.code === report.diagnosis.code ? "" : ` Read so, the picture as it is gives ${before.code}; the examination recorded ${report.diagnosis.code}.`) }),
      reservations(this.#context.reading, answer));
  }
}
