// Audits: the scorecard in sentences, the report, and starting another one.

import { auditFigures, auditFile, deleteRun, listAudits } from "../script/api.js";
import { element, replace } from "../script/dom.js";
import { part } from "../script/parts.js";
import { counted } from "../script/words.js";

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
  return [
    scorecard(await auditFigures(name)),
    report && element("iframe", { class: "report", title: `Report of the audit ${name}`, src: auditFile(name, "audit.html") }),
    element("p", { class: "links" },
      report && link("audit.html", "Open the report in its own window", { target: "_blank", rel: "noopener" }),
      link("audit.json", "Every figure (audit.json)", { download: `${name}.json` }),
      link("audit.csv", "Every answer (audit.csv)", { download: `${name}.csv` })),
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
