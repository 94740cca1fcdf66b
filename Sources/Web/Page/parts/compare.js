// Two runs of one image (or of two) side by side, with what differs marked.

import { examination, listExaminations } from "../script/api.js";
import { bars } from "../script/bars.js";
import { dialog, element, replace } from "../script/dom.js";
import { flags } from "../script/provenance.js";
import { questionLabel } from "../script/store.js";
import { duration, lesion, methodWords, moment, percent } from "../script/words.js";

const node = element("div", { class: "page compare-page" });

/** The view at `#/compare/A/B`; the context is the two ids. */
export async function open(root, [first, second]) {
  const show = (...content) => replace(node, element("h1", { text: "Two runs side by side" }), content);
  const fail = (text) => show(element("p", { class: "problem", role: "alert", text }));
  show(element("p", { class: "pending", text: "Loading…" }));
  replace(root, node);
  let entries;
  try {
    entries = await Promise.all([examination(first), examination(second)]);
  } catch (error) {
    return fail(error.message);
  }
  const reports = entries.map((entry) => entry.report);
  if (reports.some((report) => !report)) return fail("One of the two failed; there is nothing to compare.");
  show(sameness(reports), table(entries, reports));
}

function sameness([a, b]) {
  const sentences = [];
  sentences.push(a.image.sha256 === b.image.sha256 ? `Both read the same image, ${a.image.name}.` : "These are two different images.");
  const differing = [
    a.protocol.digest !== b.protocol.digest && "protocol", a.model.weights_sha256 !== b.model.weights_sha256 && "weights",
    a.model.projector_sha256 !== b.model.projector_sha256 && "projector", a.model.precision !== b.model.precision && "precision",
    a.engine !== b.engine && "engine", a.seed !== b.seed && "seed",
  ].filter(Boolean);
  sentences.push(differing.length === 0 ? "Protocol, weights, engine and seed are the same." : `They differ in ${differing.join(", ")}.`);
  return element("p", { class: "subtitle", text: sentences.join(" ") });
}

function table(entries, [a, b]) {
  const row = (name, left, right, differs = false) => element(
    "tr", { class: differs ? "differs" : null },
    element("th", { scope: "row" }, name, differs && element("span", { class: "tag", text: "differs" })),
    element("td", {}, left), element("td", {}, right));
  const both = (name, get, show = (value) => value ?? "–") => row(name, show(get(a)), show(get(b)), get(a) !== get(b));
  const questions = [...new Set([...Object.keys(a.observations), ...Object.keys(b.observations)])];
  const code = (report) => report.diagnosis && element(
    "span", {}, element("strong", { text: report.diagnosis.code }), ` ${lesion(report.diagnosis.code)}, ${methodWords(report.diagnosis.method)}`);
  const links = entries.map((entry, index) => element(
    "th", { scope: "col" }, element("a", { href: `#/examination/${encodeURIComponent(entry.id)}`, text: `Run ${index === 0 ? "A" : "B"}` }),
    element("span", { class: "fine", text: ` ${moment(entry.finished)}` })));
  return element(
    "div", { class: "scroller", tabindex: 0, role: "region", "aria-label": "Comparison" },
    element(
      "table", { class: "side-by-side" },
      element("thead", {}, element("tr", {}, element("td"), links)),
      element(
        "tbody", {},
        row("Code", code(a) ?? "–", code(b) ?? "–", a.diagnosis?.code !== b.diagnosis?.code),
        row("Probabilities", a.diagnosis ? bars(a.diagnosis, { chosen: a.diagnosis.code }) : "–",
          b.diagnosis ? bars(b.diagnosis, { chosen: b.diagnosis.code }) : "–", largestShift(a, b) >= 0.005),
        questions.map((id) => both(questionLabel(id), (report) => report.observations[id]?.value)),
        both("Description", (report) => report.description?.cleaned),
        row("Flags", flags(a), flags(b), a.flags.join() !== b.flags.join()),
        both("Image", (report) => report.image.name),
        both("Protocol", (report) => `${report.protocol.id} ${report.protocol.version}`),
        both("Weights", (report) => report.model.weights_sha256, (value) => element("code", { title: value, text: value ? `${value.slice(0, 12)}…` : "unknown" })),
        both("Engine", (report) => report.engine), both("Seed", (report) => String(report.seed)),
        row("Time", duration(a.timings.total_ms), duration(b.timings.total_ms)))));
}

function largestShift(...reports) {
  const [a, b] = reports.map((report) => report.diagnosis?.probabilities);
  if (!a || !b) return !a && !b ? 0 : 1;
  return Math.max(...Object.keys(a).map((code) => Math.abs(a[code] - b[code])));
}

/** Lets the person choose another run of the same image. */
export async function chooseOther(reading) {
  const list = element("ul", { class: "choices" }, element("li", { class: "pending", text: "Loading…" }));
  const box = dialog("Compare with another run", list);
  try {
    const { entries } = await listExaminations({ image: reading.name, limit: 50 });
    const others = entries.filter((entry) => entry.id !== reading.id && entry.report?.image.name === reading.name);
    if (others.length === 0) {
      return replace(list, element("li", { class: "pending", text: "This image has no other run yet. Run it again, then compare." }));
    }
    replace(list, others.map((entry) => element("li", {}, element("a", {
      href: `#/compare/${encodeURIComponent(reading.id)}/${encodeURIComponent(entry.id)}`, on: { click: () => box.close() },
      text: `${moment(entry.finished)}: ${entry.report.diagnosis?.code ?? "–"}${shareOf(entry.report)}, ${entry.report.protocol.id}, seed ${entry.report.seed}`,
    }))));
  } catch (error) {
    replace(list, element("li", { class: "problem", text: error.message }));
  }
}

const shareOf = ({ diagnosis }) => (diagnosis?.probabilities ? ` (${percent(diagnosis.probabilities[diagnosis.code])})` : "");
