// Validation runs: their main figures with intervals, and the report with its plots.

import { listRuns, runReport, runSummary } from "../script/api.js";
import { element, replace } from "../script/dom.js";
import { options } from "../script/filter.js";
import { flagWords, moment, percent } from "../script/words.js";

/** The view at `#/validation`. */
class ValidationView {
  #run = element("select", { "aria-label": "Run", on: { change: () => this.#open() } });
  #content = element("div", { class: "run" });
  #runs = [];
  node = element(
    "div", { class: "page" },
    element("div", { class: "page-head" }, element("h1", { text: "Validation" }), this.#run), this.#content);

  focus() { this.#run.focus(); }

  async show() {
    this.#tell("Loading…");
    this.#run.hidden = true;
    try {
      const before = this.#run.value;
      this.#runs = await listRuns();
      if (this.#runs.length === 0) return this.#tell("There is no validation run yet. To make one, run dermgemma validate all.");
      options(this.#run, this.#runs.map(({ name, modified }) => [name, `${name}, ${moment(modified)}`]));
      if (this.#runs.some(({ name }) => name === before)) this.#run.value = before;
      this.#run.hidden = false;
      await this.#open();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #open() {
    const run = this.#runs.find(({ name }) => name === this.#run.value);
    try {
      replace(this.#content, card(await runSummary(run.name)), run.report && report(run.name));
    } catch (error) {
      this.#fail(error);
    }
  }

  #tell(words) { replace(this.#content, element("p", { class: "pending", role: "status", text: words })); }
  #fail(error) { replace(this.#content, element("p", { class: "problem", role: "alert", text: error.message })); }
}

const view = new ValidationView();

/** Shows the runs, the one last chosen first. */
export function open(root) {
  if (!root.contains(view.node)) replace(root, view.node);
  return view.show();
}

/** The report, cut off from the page: it runs in a sandbox of its own. */
function report(name) {
  return [
    element("iframe", { class: "report", title: `Report of the run ${name}`, src: runReport(name) }),
    element("p", {}, element("a", { href: runReport(name), target: "_blank", rel: "noopener", text: "Open the report in its own window" })),
  ];
}

function card({ quality, scope }) {
  const rate = quality.clean_rate;
  const counts = (title, pairs) => pairs.length > 0 && [element("h2", { text: title }), element(
    "dl", { class: "effort-list" }, pairs.map(([key, count]) => element("div", {}, element("dt", { text: key }), element("dd", { text: String(count) }))))];
  return element(
    "section", { class: "card", "aria-label": "Figures" },
    element("p", { class: "subtitle", text: `Scope ${scope}: ${quality.examined} examined, ${quality.failed} failed.` }),
    element("p", { text: `Clean: ${percent(rate.value)}${rate.low === null ? "" : `, 95 % interval ${percent(rate.low)} to ${percent(rate.high)}`}; `
      + `the target of ${percent(quality.target)} is ${quality.is_target_met ? "met" : "not met"}.` }),
    counts("Codes", Object.entries(quality.codes)),
    counts("Flags", Object.entries(quality.flags).map(([flag, count]) => [flagWords(flag), count])));
}
