// Where an answer hangs: how its probability changes without each block of image tokens, or of the picture.

import { shown } from "../script/api.js";
import { announce, element, replace } from "../script/dom.js";
import { counted, lesion, percent } from "../script/words.js";
import { Asker, reservations, work } from "./asking.js";

export const isStyled = true;

const KINDS = {
  tokens: ["Token map", "The picture is encoded once; its tokens are blanked block by block"],
  occlusion: ["Occlusion map", "The picture is covered block by block and encoded anew each time"],
};

/** Draws the choice of maps, once for each examination. */
export function open(root, context) {
  replace(root, new Maps(context).node);
}

class Maps {
  #context;
  #asker;
  #stop = element("button", { type: "button", class: "quiet", text: "Cancel", hidden: true, on: { click: () => this.#cancel() } });
  #outcome = element("div", { class: "outcome" });

  constructor(context) {
    this.#context = context;
    this.#asker = new Asker(context);
    const buttons = Object.entries(KINDS).map(([kind, [text, title]]) =>
      element("button", { type: "button", text, title, on: { click: () => this.#ask(kind) } }));
    this.node = element(
      "div", { class: "maps" }, element("h3", { text: "Where the answer hangs" }),
      element("p", { class: "fine", text: "Asks again without each of 16 blocks, then without more and more of them, to test the map: some 30 times in all." }),
      element("div", { class: "actions" }, buttons, this.#stop), this.#outcome);
  }

  async #ask(kind) {
    replace(this.#outcome, element("p", { class: "pending", role: "status", text: `Asking for the ${KINDS[kind][0].toLowerCase()}…` }));
    this.#stop.hidden = false;
    try {
      const map = await this.#asker.ask("api/maps", { kind });
      if (!map) return;
      this.#show(map);
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

  #show(map) {
    const { reading, image } = this.#context;
    const [name] = KINDS[map.kind];
    const { passed, own, centre, random_auc: random } = map.deletion;
    const test = `Mean probability of ${map.code} while blocks are taken away: ${own.auc.toFixed(3)} in the map’s order, `
      + `${random.toFixed(3)} in random orders, ${centre.auc.toFixed(3)} from the centre outwards. Lower is better.`;
    announce(`${name} ${map.drawn ? "drawn" : "not drawn"}.`);
    replace(
      this.#outcome,
      element("h4", { text: `${name}: ${map.code}, ${lesion(map.code)}, ${percent(map.probability)}` }),
      map.drawn ? [drawn(map, image), element("p", { text: map.meaning })] : element("p", { class: "answer", text: map.flat
        ? "No block alone changes the probability by a percentage point, so there is nothing to draw."
        : "This map did not pass the deletion test, so it is not drawn: it says no more about where the answer hangs than chance or the picture’s centre would." }),
      element("p", { class: "fine", text: `Deletion test ${passed ? "passed" : "not passed"}. ${test}` }),
      element("p", { class: "fine", text: `Computed: ${counted(map.views, "view")}, ${work(map)}.` }),
      map.code !== reading.report.diagnosis.code && element("p", { class: "fine", text:
        `Read as an audit reads, the picture gives ${map.code}; the examination recorded ${reading.report.diagnosis.code}.` }),
      reservations(reading, map));
  }
}

function signed(change) {
  const whole = Math.round(change * 100);
  return whole === 0 ? "0" : `${whole > 0 ? "+" : "−"}${Math.abs(whole)}`;
}

function drawn(map, image) {
  const most = Math.max(...map.changes.map(Math.abs));
  const rows = Array.from({ length: map.per_side }, (_, row) => map.changes.slice(row * map.per_side, (row + 1) * map.per_side));
  const key = (kind, text) => element("li", {}, element("span", { class: `block ${kind}`, style: { "--weight": "1" }, "aria-hidden": "true" }), text);
  return [
    element(
      "figure", { class: "map" },
      element(
        "div", { class: "map-picture", style: { "--per-side": String(map.per_side) } },
        element("img", { src: shown(image.url), alt: `${image.name} with the map over it; the numbers are below` }),
        element("div", { class: "blocks", "aria-hidden": "true" }, map.changes.map((change) => element("span", {
          class: `block ${change < 0 ? "needed" : "against"}`, style: { "--weight": (Math.abs(change) / most).toFixed(3) },
        })))),
      element("ul", { class: "map-key" }, key("needed", `without it ${map.code} is less probable`), key("against", `without it ${map.code} is more probable`))),
    element(
      "details", {}, element("summary", { text: "In numbers" }),
      element(
        "table", { class: "map-numbers" }, element("caption", { class: "fine", text: `Change of ${map.code} without each block, in percentage points; rows from the top` }),
        element("tbody", {}, rows.map((row) => element("tr", {}, row.map((change) => element("td", { text: signed(change) }))))))),
  ];
}
