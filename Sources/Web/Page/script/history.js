// Past examinations, newest first, page by page.

import { deleteExamination, listExaminations } from "./api.js";
import { announce, element, replace, toast } from "./dom.js";
import { options } from "./filter.js";
import { readerMode } from "./store.js";
import { agreement, CODES, counted, flagNames, flagWords, lesion, moment, percent } from "./words.js";

const PAGE = 50; // examinations fetched at a time

/** The view at `#/history`. */
export class HistoryView {
  #search = element("input", { type: "search", placeholder: "Image name", "aria-label": "Search history by image name", title: "Search (/)" });
  #code = element("select", { "aria-label": "Code" });
  #flag = element("select", { "aria-label": "Flag" });
  #rows = element("tbody");
  #message = element("p", { class: "pending", role: "status" });
  #more = element("button", { type: "button", text: "Load more", hidden: true, on: { click: () => this.#load() } });
  #compare = element("a", { class: "button", text: "Compare the two chosen", hidden: true });
  #cursor = null;
  #chosen = [];
  #turn = 0;
  #timer = null;

  constructor() {
    options(this.#code, [["", "Any code"], ...CODES.map((code) => [code, `${code} ${lesion(code)}`])]);
    options(this.#flag, [["", "Any flags"], ["clean", "Clean"], ...flagNames.map((flag) => [flag, flagWords(flag)])]);
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.show(), 250);
    });
    for (const select of [this.#code, this.#flag]) select.addEventListener("change", () => this.show());
    readerMode.watch(() => this.node.isConnected && this.show());
    this.node = element(
      "div", { class: "page history-page" },
      element("div", { class: "page-head" }, element("h1", { text: "History" }),
        element("search", { class: "filters", "aria-label": "Filter history" }, this.#search, this.#code, this.#flag, this.#compare)),
      element(
        "div", { class: "scroller", tabindex: 0, role: "region", "aria-label": "Examinations" },
        element(
          "table", { class: "listing" },
          element("thead", {}, element("tr", {}, ["", "Image", "Code", "Ground truth", "Flags", "Read", ""].map((name) =>
            name ? element("th", { scope: "col", text: name }) : element("td")))),
          this.#rows)),
      this.#message, this.#more);
  }

  focus() { this.#search.focus(); }

  /** Begins again at the newest. */
  async show() {
    this.#cursor = null;
    this.#choose([]);
    replace(this.#rows);
    await this.#load();
  }

  async #load() {
    const turn = (this.#turn += 1);
    this.#message.textContent = "Loading…";
    this.#more.disabled = true;
    try {
      const flag = this.#flag.value;
      const { entries, next } = await listExaminations({
        image: this.#search.value.trim(), code: this.#code.value, flag: flag === "clean" ? "" : flag,
        clean: flag === "clean" ? "true" : "", limit: PAGE, cursor: this.#cursor,
      });
      if (turn !== this.#turn) return;
      this.#cursor = next;
      this.#rows.append(...entries.map((entry) => this.#row(entry)));
      const count = this.#rows.children.length;
      const isFiltered = this.#search.value || this.#code.value || flag;
      this.#message.textContent = count > 0 ? `${counted(count, "examination")}${next ? ", and more" : ""}`
        : isFiltered ? "No examination passes the filter." : "Nothing has been examined yet. Choose an image and press Enter.";
      if (count > 0) announce(this.#message.textContent);
    } catch (error) {
      if (turn === this.#turn) this.#message.textContent = error.message;
    }
    this.#more.disabled = false;
    this.#more.hidden = !this.#cursor;
  }

  #row({ id, finished, report, failure }) {
    const name = report?.image.name ?? failure?.name ?? "unknown image";
    const isHidden = readerMode.value;
    const agrees = report ? agreement(report.diagnosis?.code, report.ground_truth) : null;
    const box = element("input", { type: "checkbox", "aria-label": `Choose ${name} to compare`, disabled: !report, on: { change: () => this.#toggle(id, box) } });
    const row = element(
      "tr", {}, element("td", {}, box),
      element("th", { scope: "row" }, element("a", { href: `#/examination/${encodeURIComponent(id)}`, text: name })),
      element("td", { data: { label: "Code" } }, isHidden ? "hidden" : report?.diagnosis
        ? [element("abbr", { title: lesion(report.diagnosis.code), text: report.diagnosis.code }), report.diagnosis.probabilities && ` ${percent(report.diagnosis.probabilities[report.diagnosis.code])}`]
        : failure ? element("span", { class: "bad", text: "failed" }) : "–"),
      element("td", { data: { label: "Ground truth" } }, isHidden ? "hidden" : report?.ground_truth
        ? [report.ground_truth.code.toUpperCase(), " ", agrees !== null && element("span", { class: agrees ? "good" : "bad", text: agrees ? "✓ match" : "✗ mismatch" })]
        : "unknown"),
      element("td", { data: { label: "Flags" } }, isHidden ? "hidden" : failure ? failure.message : report.flags.length === 0 ? "clean" : report.flags.map(flagWords).join("; ")),
      element("td", { data: { label: "Read" } }, moment(finished)),
      element("td", {}, element("button", {
        type: "button", class: "quiet small", text: "Delete", "aria-label": `Delete the examination of ${name}`,
        on: { click: async () => {
          try {
            await deleteExamination(id);
            row.remove();
            toast("Deleted from the history");
          } catch (error) {
            toast(error.message, { isError: true });
          }
        } },
      })));
    return row;
  }

  #toggle(id, box) {
    const others = this.#chosen.filter((chosen) => chosen.id !== id);
    if (box.checked && others.length === 2) others.shift().box.checked = false;
    this.#choose(box.checked ? [...others, { id, box }] : others);
  }

  #choose(chosen) {
    this.#chosen = chosen;
    this.#compare.hidden = chosen.length !== 2;
    if (chosen.length === 2) this.#compare.href = `#/compare/${chosen.map(({ id }) => encodeURIComponent(id)).join("/")}`;
  }
}
