// Phase 2: the description as it grows, then cleaned, with removed sentences marked in place.

import { element, replace } from "./dom.js";
import { reasonWords } from "./words.js";

/** The description. */
export class DescriptionSection {
  #text = element("div", { class: "description" });
  #written = document.createTextNode("");
  #raw = element("button", { type: "button", class: "quiet small", "aria-pressed": "false", text: "Raw text", on: { click: () => this.#toggle() } });
  #isRaw = false;
  #last = null;

  constructor() {
    this.node = element("div", {}, this.#text, element("div", { class: "section-tools" }, this.#raw));
  }

  /** Adds what has just been written, without touching the rest. */
  grow(text) {
    if (this.#written.isConnected) this.#written.appendData(text);
    else if (this.#last) this.draw(this.#last);
  }

  draw(reading) {
    this.#last = reading;
    const description = reading.description;
    this.#raw.hidden = !description;
    if (description) {
      replace(this.#text, this.#isRaw ? element("pre", { class: "raw", text: description.raw }) : cleaned(description));
    } else if (reading.text || reading.phase === "review") {
      this.#written.data = reading.text;
      replace(this.#text, element("p", { class: "growing" }, this.#written, element("span", { class: "caret", "aria-hidden": "true" })));
    } else {
      replace(this.#text, element("p", { class: "pending", text: reading.isUnderWay || reading.state === "idle" ? "…" : "There is no description." }));
    }
  }

  #toggle() {
    this.#isRaw = !this.#isRaw;
    this.#raw.setAttribute("aria-pressed", String(this.#isRaw));
    if (this.#last) this.draw(this.#last);
  }
}

/**
 * The cleaned text; removed sentences are struck out in their places, where the raw text still shows them.
 *
 * Cleaning may change markdown and spaces, so a removed sentence is looked for in the raw text word by word.
 */
function cleaned({ raw, cleaned, removed }) {
  const pieces = removed.length > 0 ? woven(raw, removed) : null;
  const marked = ({ sentence, reason }) => element(
    "span", { class: "removed" }, element("del", { text: sentence }),
    element("span", { class: "why", text: ` left out: ${reasonWords(reason)} ` }));
  if (pieces) {
    return element("p", {}, pieces.map((piece) => (typeof piece === "string" ? piece : marked(piece))));
  }
  return [
    element("p", { class: cleaned ? "" : "pending", text: cleaned || "Nothing is left of it after cleaning." }),
    removed.length > 0 && element("ul", { class: "removed-list" }, removed.map((item) => element("li", {}, marked(item)))),
  ];
}

/** The raw text cut at the removed sentences; `null` when one of them does not stand there as it is. */
function woven(raw, removed) {
  const pieces = [];
  let rest = raw.trim();
  for (const item of removed) {
    const at = rest.indexOf(item.sentence);
    if (at < 0 || item.sentence === "") return null;
    if (at > 0) pieces.push(rest.slice(0, at));
    pieces.push(item);
    rest = rest.slice(at + item.sentence.length);
  }
  if (rest.trim()) pieces.push(rest);
  return pieces;
}
