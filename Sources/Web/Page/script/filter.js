// Which images the filmstrip shows: by name, truth, result and flag.

import { element } from "./dom.js";
import { images, readerMode, results, Watched } from "./store.js";
import { agreement, CODES, flagNames, flagWords, lesion } from "./words.js";

/** The images that pass the filter, in the server's order. */
export const shown = new Watched([]);

const wish = { text: "", truth: "", result: "", flag: "" };

const RESULTS = [
  ["", "Any result"], ["unread", "Not read yet"], ["match", "Match"], ["mismatch", "Mismatch"], ["failed", "Failed"],
  ...CODES.map((code) => [code, `Read as ${code}`]),
];

function passes(image) {
  if (wish.text && !image.name.toLowerCase().includes(wish.text)) return false;
  // A filter must not reveal what reader mode hides.
  if (readerMode.value) return true;
  const truth = image.truth?.code?.toUpperCase() ?? "";
  if (wish.truth && (wish.truth === "unknown" ? truth : truth !== wish.truth)) return false;
  const result = results.value.get(image.name);
  if (wish.flag) {
    if (!result?.flags) return false;
    if (wish.flag === "clean" ? result.flags.length > 0 : wish.flag === "any" ? result.flags.length === 0
      : !result.flags.includes(wish.flag)) return false;
  }
  switch (wish.result) {
    case "": return true;
    case "unread": return !result;
    case "failed": return Boolean(result?.failure);
    case "match": return agreement(result?.code, image.truth) === true;
    case "mismatch": return agreement(result?.code, image.truth) === false;
    default: return result?.code === wish.result;
  }
}

export function refilter() {
  shown.value = images.value.filter(passes);
}

/** The row of filters. */
export class FilterBar {
  #search = element("input", {
    type: "search", placeholder: "Search", "aria-label": "Search images by name", title: "Search (/)", autocomplete: "off",
    on: { input: () => this.#set("text", this.#search.value.trim().toLowerCase()) },
  });
  #truth = element("select", { "aria-label": "Ground truth", on: { change: () => this.#set("truth", this.#truth.value) } });
  #result = element("select", { "aria-label": "Result", on: { change: () => this.#set("result", this.#result.value) } });
  #flag = element("select", { "aria-label": "Flag", on: { change: () => this.#set("flag", this.#flag.value) } });
  #count = element("p", { class: "count", role: "status" });
  #clear = element("button", { type: "button", class: "quiet", text: "Clear", on: { click: () => this.clear() } });

  constructor(...more) {
    options(this.#result, RESULTS);
    options(this.#flag, [
      ["", "Any flags"], ["clean", "Clean"], ["any", "Flagged"], ...flagNames.map((flag) => [flag, flagWords(flag)]),
    ]);
    this.node = element(
      "search", { class: "filters", "aria-label": "Filter images" },
      this.#search, this.#truth, this.#result, this.#flag, this.#clear, this.#count, more);
    images.watch(() => this.#truths());
    results.watch(refilter);
    readerMode.watch(() => this.#hide());
    shown.watch(() => this.#tell());
    this.#truths();
    this.#hide();
  }

  focus() {
    this.#search.focus();
    this.#search.select();
  }

  clear() {
    for (const control of [this.#search, this.#truth, this.#result, this.#flag]) control.value = "";
    Object.assign(wish, { text: "", truth: "", result: "", flag: "" });
    refilter();
  }

  #set(name, value) {
    wish[name] = value;
    refilter();
  }

  #truths() {
    const present = new Set(images.value.map((image) => image.truth?.code?.toUpperCase()).filter(Boolean));
    const others = [...present].filter((code) => !CODES.includes(code)).sort();
    options(this.#truth, [
      ["", "Any truth"], ...[...CODES, ...others].map((code) => [code, `${code} ${lesion(code)}`]), ["unknown", "Truth unknown"],
    ]);
    this.#truth.value = wish.truth;
    refilter();
  }

  #hide() {
    for (const control of [this.#truth, this.#result, this.#flag]) control.hidden = readerMode.value;
    refilter();
  }

  #tell() {
    const [some, all] = [shown.value.length, images.value.length];
    this.#count.textContent = some === all ? `${all.toLocaleString("en")} images` : `${some.toLocaleString("en")} of ${all.toLocaleString("en")}`;
    this.#clear.hidden = !Object.values(wish).some(Boolean);
  }
}

/** Puts choices into a `select`. */
export function options(select, pairs) {
  select.replaceChildren(...pairs.map(([value, name]) => element("option", { value, text: name })));
}
