// Audits: the scorecard in sentences, two audits compared, the report, and starting another one.

import { auditFigures, auditFile, comparisonFile, deleteRun, json, listAudits } from "../script/api.js";
import { element, replace } from "../script/dom.js";
import { options } from "../script/filter.js";
import { part } from "../script/parts.js";
import { counted, sentence } from "../script/words.js";

let view = null;

/** Shows the audits, the one last chosen first. */
export async function open(root) {
  if (!view) {
    const { ResultsView } = await part("results");
    view = new ResultsView({ kind: "audit", title: "Audit", list: listAudits, draw, remove: deleteRun });
  }
  if (!root.contains(view.node)) replace(root, view.node);
  return view.show();
}

async function draw({ name, report }) {
  const link = (file, text, attributes) => element("a", { href: auditFile(name, file), text, ...attributes });
  const [figures, all] = await Promise.all([auditFigures(name), listAudits()]);
  return [
    scorecard(figures),
    comparing(name, all.filter((one) => one.name !== name)),
    report && element("iframe", { class: "report", title: `Report of the audit ${name}`, src: auditFile(name, "audit.html") }),
    element("p", { class: "links" },
      report && link("audit.html", "Open the report in its own window", { target: "_blank", rel: "noopener" }),
      link("audit.json", "Every figure (audit.json)", { download: `${name}.json` }),
      link("audit.csv", "Every answer (audit.csv)", { download: `${name}.csv` })),
  ];
}

/** A choice of the other audits, and how the chosen one differs. */
function comparing(name, others) {
  if (others.length === 0) return null;
  const choice = element("select", { on: { change: () => compare() } });
  options(choice, [["", "no other"], ...others.map((one) => [one.name, one.name])]);
  const result = element("div", { "aria-live": "polite" });
  const say = (text, attributes) => replace(result, element("p", { text, ...attributes }));
  const compare = async () => {
    const other = choice.value;
    if (!other) return replace(result);
    say("Comparing…", { class: "pending" });
    try {
      const found = await json(comparisonFile(name, other, "comparison.json"));
      if (choice.value === other) replace(result, compared(name, other, found));
    } catch (error) {
      if (choice.value === other) say(sentence(error.message), { class: "problem", role: "alert" });
    }
  };
  return element(
    "section", { class: "run", "aria-label": "Compared with another audit" }, element("label", {}, "Compare with ", choice), result);
}

/** The twelve numbers of both in sentences; what one of them lacks comes last. */
function compared(name, other, { scorecard: entries, summary, images, left_out: leftOut }) {
  const measured = entries.filter(({ better }) => better !== "not_measured");
  const rest = entries.filter(({ better }) => better === "not_measured");
  const mark = { a: "A is better", b: "B is better" };
  return [
    element("p", {}, "A is ", element("bdi", { text: name }), ", B is ", element("bdi", { text: other }), `, on the same ${counted(images, "image")}. ${summary}`),
    element("ol", { class: "scores" }, measured.map(({ title, sentence: text, better }) => element(
      "li", { class: "card" }, element("h2", {}, title, mark[better] && element("span", { class: "tag", text: mark[better] })), element("p", { text })))),
    rest.length > 0 && element("p", { text: `Not measured by both: ${rest.map(({ title }) => title.toLowerCase()).join(", ")}.` }),
    leftOut.length > 0 && element("p", { text: `Left out, because it does not apply to one of them: ${leftOut.join(", ")}.` }),
    element("p", { class: "links" }, element("a", {
      href: comparisonFile(name, other, "comparison.html"), target: "_blank", rel: "noopener", text: "Open the comparison in its own window" })),
  ];
}

/** The twelve numbers as sentences; those that nothing was asked for come last. */
function scorecard({ scorecard: entries, images, lesions, provenance }) {
  const isMeasured = ({ figures }) => figures[0]?.estimate?.value !== null && figures.length > 0;
  const measured = entries.filter(isMeasured);
  const rest = entries.filter((entry) => !isMeasured(entry));
  return element(
    "section", { class: "run", "aria-label": "Scorecard" },
    element("p", { class: "subtitle", text: `${counted(images, "image")} of ${counted(lesions, "lesion")}; ${provenance.model}, protocol ${provenance.protocol}.` }),
    element("ol", { class: "scores" }, measured.map(({ title, sentence }) => element("li", { class: "card" }, element("h2", { text: title }), element("p", { text: sentence })))),
    rest.length > 0 && element("details", {}, element("summary", { text: `Not measured here: ${rest.map(({ title }) => title.toLowerCase()).join(", ")}` }),
      element("ul", {}, rest.map(({ title, sentence }) => element("li", {}, element("b", { text: title }), `: ${sentence}`)))));
}
