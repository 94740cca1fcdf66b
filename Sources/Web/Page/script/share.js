// Exports an examination as text, JSON or a link.

import { copy, download, element } from "./dom.js";

/** The address of an examination in this page. */
export const linkTo = (id) => `${location.origin}${location.pathname}#/examination/${encodeURIComponent(id)}`;

const stem = (report) => `${report.image.name.split("/").pop().replace(/\.[a-z]+$/i, "").replace(/[^\w.-]+/g, "_") || "report"}-${report.protocol.id}`;

/** Gives the report for people. */
export const downloadText = (report) => download(`${stem(report)}.txt`, "text/plain;charset=utf-8", report.report);
/** Gives the report for programs. */
export const downloadJSON = (report) => download(`${stem(report)}.json`, "application/json", `${JSON.stringify(report, null, 2)}\n`);
/** Copies the examination's address. */
export const copyLink = (id) => copy(linkTo(id), "Link");

/** The buttons of a finished examination. */
export function shareButtons(reading, more = []) {
  const button = (text, title, act) => element("button", { type: "button", text, title, on: { click: act } });
  return element(
    "div", { class: "actions" },
    reading.id && button("Copy link", "Copy this examination’s address (L)", () => copyLink(reading.id)),
    button("Report as text", "Download the report for people (T)", () => downloadText(reading.report)),
    button("Report as JSON", "Download the report for programs (J)", () => downloadJSON(reading.report)), more);
}
