// Validation runs: their main figures with intervals, and the way to the whole report.

import { listRuns, runReport, runSummary } from "./api.js";
import { element, replace } from "./dom.js";
import { flagWords, percent } from "./words.js";

/** The view at `#/validation`. */
export class ValidationView {
  node = element("div", { class: "page" });

  async show() {
    replace(this.node, element("h1", { text: "Validation" }), element("p", { class: "pending", text: "Loading…" }));
    try {
      const runs = await listRuns();
      const summaries = await Promise.all(runs.map(async (run) => [run.name, await runSummary(run.name)]));
      replace(this.node, element("h1", { text: "Validation" }), summaries.length > 0 ? summaries.map(card)
        : element("p", { class: "pending", text: "There is no validation run yet: dermgemma validate all makes one." }));
    } catch (error) {
      replace(this.node, element("h1", { text: "Validation" }), element("p", { class: "problem", role: "alert", text: error.message }));
    }
  }
}

function card([name, { quality, scope }]) {
  const rate = quality.clean_rate;
  const counts = (title, pairs) => pairs.length > 0 && [element("h3", { text: title }), element(
    "dl", { class: "effort-list" }, pairs.map(([key, count]) => element("div", {}, element("dt", { text: key }), element("dd", { text: String(count) }))))];
  return element(
    "section", { class: "card", "aria-label": name }, element("h2", { text: name }),
    element("p", { class: "subtitle", text: `Scope ${scope}: ${quality.examined} examined, ${quality.failed} failed.` }),
    element("p", { text: `Clean: ${percent(rate.value)}${rate.low === null ? "" : `, 95 % interval ${percent(rate.low)} to ${percent(rate.high)}`}; `
      + `the target of ${percent(quality.target)} is ${quality.is_target_met ? "met" : "not met"}.` }),
    counts("Codes", Object.entries(quality.codes)),
    counts("Flags", Object.entries(quality.flags).map(([flag, count]) => [flagWords(flag), count])),
    element("p", {}, element("a", { href: runReport(name), target: "_blank", rel: "noopener", text: "The whole report, with its plots" })));
}
