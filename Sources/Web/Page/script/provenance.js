// Provenance, time and work of an examination.

import { copy, dialog, element } from "./dom.js";
import { protocolDocument } from "./api.js";
import { counted, duration, flagWords } from "./words.js";

/** The flags in plain words. */
export function flags(report) {
  if (report.flags.length === 0) return element("p", { class: "clean", text: "✓ Clean: no flags." });
  return element(
    "ul", { class: "flags" },
    report.flags.map((flag) => element("li", {}, element("span", { "aria-hidden": "true", text: "⚑ " }), flagWords(flag), " ", element("code", { text: flag }))));
}

/** Times of the phases as one bar, and the work done. */
export function effort(report) {
  const { timings, counts } = report;
  const parts = [
    ["Encoding", timings.encode_ms], ["Observations", timings.phase1_ms], ["Description", timings.phase2_ms],
    ["Classification", timings.phase3_ms],
  ].filter(([, time]) => time > 0);
  const sum = parts.reduce((total, [, time]) => total + time, 0) || 1;
  return element(
    "div", { class: "effort" },
    element(
      "div", { class: "effort-bar", "aria-hidden": "true" },
      parts.map(([, time]) => element("span", { style: { "--share": String(time / sum) } }))),
    element(
      "dl", { class: "effort-list" },
      parts.map(([name, time]) => element("div", {}, element("dt", { text: name }), element("dd", { text: duration(time) }))),
      element("div", {}, element("dt", { text: "Total" }), element("dd", { text: duration(timings.total_ms) }))),
    element("p", { class: "fine", text: [
      counts.image_encodes === 0 ? "image known, not encoded again" : counted(counts.image_encodes, "image encoding"),
      counted(counts.prompt_tokens, "prompt token"), counted(counts.generated_tokens, "generated token"),
    ].join(", ") }));
}

/** The exact protocol and weights, their digests to be copied. */
export function provenance(report) {
  const { image, model, sampling } = report;
  const protocol = report.protocol;
  const rows = [
    ["Image", `${image.name}, ${image.width} × ${image.height} pixels`],
    ["Image SHA-256", digest(image.sha256, "The image’s digest")],
    ["Protocol", [`${protocol.id} ${protocol.version} `, element("button", {
      type: "button", class: "quiet small", text: "Read it", on: { click: () => showProtocol(protocol.id) },
    })]],
    ["Protocol SHA-256", digest(protocol.digest, "The protocol’s digest")],
    ["Model", model.name],
    ...(model.adapters ?? []).map(({ name, sha256, scale }) => ["Adapter", [`${name} × ${scale} `, digest(sha256, "The adapter’s digest")]]),
    ...(model.precision ? [["Precision", `image encoded in ${model.precision}`]] : []),
    ...(model.endpoint ? [["Picture read at", model.endpoint]] : []),
    ["Weights SHA-256", digest(model.weights_sha256, "The weights’ digest")],
    ["Projector SHA-256", digest(model.projector_sha256, "The projector’s digest")],
    ["Engine", report.engine],
    ["Seed", String(report.seed)],
    ["Sampling", sampling.source === "model" ? "the model’s recommendation" : "the protocol’s"],
    ...["observation", "review", "classification"].filter((phase) => sampling[phase]).map((phase) => [
      `… ${phase}`, settings(sampling[phase])]),
  ];
  return element("dl", { class: "provenance" }, rows.map(([name, value]) =>
    element("div", {}, element("dt", { text: name }), element("dd", {}, value))));
}

const settings = (sampling) => Object.entries(sampling).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`).join(", ");

function digest(text, what) {
  if (!text) return "unknown";
  return [
    element("code", { class: "digest", title: text, text: `${text.slice(0, 12)}…` }), " ",
    element("button", { type: "button", class: "quiet small", "aria-label": `Copy ${what[0].toLowerCase()}${what.slice(1)}`, text: "Copy", on: { click: () => copy(text, what) } }),
  ];
}

async function showProtocol(id) {
  const box = element("pre", { class: "document", tabindex: 0, "aria-label": "Protocol document", text: "Loading…" });
  dialog(`Protocol ${id}`, box);
  try {
    box.textContent = JSON.stringify(await protocolDocument(id), null, 2);
  } catch (error) {
    box.textContent = error.message;
  }
}
