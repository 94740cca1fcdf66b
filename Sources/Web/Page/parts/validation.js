// Validations: their main figures with intervals, the report with its plots, and starting another one.

import { deleteRun, listRuns, runReport, runSummary } from "../script/api.js";
import { element, replace } from "../script/dom.js";
import { part } from "../script/parts.js";
import { flagWords, percent } from "../script/words.js";

let view = null;

/** Shows the validations, the one last chosen first. */
export async function open(root) {
  if (!view) {
    const { ResultsView } = await part("results");
    view = new ResultsView({ kind: "validation", title: "Validation", list: listRuns, draw, remove: deleteRun });
  }
  if (!root.contains(view.node)) replace(root, view.node);
  return view.show();
}

async function draw({ name, report }) {
  return [card(await runSummary(name)), report && frame(name)];
}

/** The report, cut off from the page: it runs in a sandbox of its own. */
function frame(name) {
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
