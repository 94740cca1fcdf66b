// Exports an examination as text, JSON or a link.

import { examinationFile } from "./api.js";
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
  const { id, report } = reading;
  const button = (text, title, act) => element("button", { type: "button", text, title, on: { click: act } });
  const file = ([text, format, end]) => element("a", { href: examinationFile(id, format), download: `${stem(report)}.${end}`, text });
  return element(
    "div", { class: "actions" },
    id && button("Copy link", "Copy this examination’s address (L)", () => copyLink(id)),
    button("Report as text", "Download the report for people (T)", () => downloadText(report)),
    button("Report as JSON", "Download the report for programs (J)", () => downloadJSON(report)), more,
    id && [["FHIR", "fhir", "fhir.json"], ["DICOM SR", "dicom-sr", "sr.dcm"], ["DICOM page", "dicom-sc", "dcm"]].map(file));
}
