// Questions about a finished examination that only some people ask: each is fetched when it is opened.

import { element, replace } from "./dom.js";
import { has } from "./features.js";
import { openPart } from "./parts.js";

const QUESTIONS = [
  ["what-if", "What if…", "Change something in the picture and see the answer move"],
  ["maps", "Where it hangs…", "Ask again without each part of the picture"],
  ["lesion", "This lesion…", "The lesion’s pictures side by side, in time", (image) => image.lesion],
];

/** The buttons below an examination, and what they open. */
export class Further {
  node = element("section", { class: "further", "aria-label": "Ask further", hidden: true });
  #about = [];
  #leave = new AbortController();

  /** Offers the questions about a reading of an image; with another reading what was open is closed. */
  draw(reading, image) {
    const isDone = reading?.state === "done" && Boolean(reading.report.diagnosis) && has("model");
    this.node.hidden = !isDone;
    const about = isDone ? [reading, image] : [];
    if (about.length === this.#about.length && about.every((one, place) => one === this.#about[place])) return;
    this.#about = about;
    this.#leave.abort();
    this.#leave = new AbortController();
    replace(this.node, isDone && (image ? this.#offers({ reading, image, signal: this.#leave.signal }) : element("p", {
      class: "fine", text: "The picture is not on this server (an upload is kept for a limited time), so nothing more can be asked about it.",
    })));
  }

  #offers(context) {
    const offers = QUESTIONS.filter(([, , , isFor]) => !isFor || isFor(context.image)).map(([part, text, title]) => {
      const root = element("div", { class: "why-box", hidden: true });
      const button = element("button", { type: "button", text, title, "aria-expanded": "false", on: { click: () => {
        root.hidden = !root.hidden;
        button.setAttribute("aria-expanded", String(!root.hidden));
        if (!root.hidden && !root.firstChild) openPart(part, root, context);
      } } });
      return { button, root };
    });
    return [element("div", { class: "actions" }, offers.map(({ button }) => button)), offers.map(({ root }) => root)];
  }
}
