// Phase 1: each answer, with its raw text on demand, and the switch that leaves it out ("Why?").

import { element, replace } from "./dom.js";
import { questionLabel, readingProtocol } from "./store.js";

/** The table of answers. */
export class ObservationsSection {
  #rows = element("ul", { class: "observations" });
  #raw = element("button", { type: "button", class: "quiet small", "aria-pressed": "false", text: "Raw text", on: { click: () => this.#toggle() } });
  #isRaw = false;
  #last = null;
  /** Set by the panel: called with a question's id when it is left out or taken back. */
  onDrop = null;
  dropped = new Set();

  constructor() {
    this.node = element("div", {}, this.#rows, element("div", { class: "section-tools" }, this.#raw));
  }

  /** Draws what is known; unanswered questions of the protocol wait in their places. */
  draw(reading) {
    this.#last = reading;
    const asked = readingProtocol.value?.questions?.map((question) => question.id) ?? [];
    const isOver = !reading.isUnderWay && reading.state !== "idle";
    const known = [...reading.observations.keys()];
    const ids = isOver ? known : [...asked, ...known.filter((id) => !asked.includes(id))];
    const canDrop = reading.state === "done" && this.onDrop && reading.report?.diagnosis?.method !== "scored";
    replace(this.#rows, ids.map((id) => this.#row(id, reading.observations.get(id), canDrop, isOver)));
    this.#raw.hidden = reading.observations.size === 0;
  }

  #row(id, observation, canDrop, isOver) {
    const label = questionLabel(id);
    const isOut = this.dropped.has(id);
    return element(
      "li", { class: isOut ? "observation out" : observation ? "observation" : "observation waiting" },
      element("span", { class: "observation-name", text: label }),
      element(
        "span", { class: "observation-value" },
        observation
          ? values(observation.value).map((value) => element("span", { class: value === "unclear" ? "value unclear" : "value", text: value }))
          : element("span", { class: "pending", text: isOver ? "not answered" : "…" })),
      canDrop && element("button", {
        type: "button", class: "small drop-button", "aria-pressed": String(isOut),
        "aria-label": `${isOut ? "Take back" : "Leave out"} ${label}`, text: isOut ? "Left out" : "Leave out",
        title: "Classify again without this observation", on: { click: () => this.onDrop(id) },
      }),
      observation && this.#isRaw && element(
        "pre", { class: "raw" }, observation.raw === "" ? element("i", { text: "nothing was written" }) : observation.raw));
  }

  #toggle() {
    this.#isRaw = !this.#isRaw;
    this.#raw.setAttribute("aria-pressed", String(this.#isRaw));
    if (this.#last) this.draw(this.#last);
  }
}

const values = (text) => (text ? text.split(", ") : ["–"]);
