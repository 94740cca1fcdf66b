// All pictures of a lesion side by side, in the order in which they were taken where the label file says it, and otherwise in the order
// in which they were first examined. Those of which it is not known come last.

import { listExaminations, listImages, smaller } from "../script/api.js";
import { element, replace } from "../script/dom.js";
import { lesion, percent } from "../script/words.js";

export const isStyled = true;
/** Pictures at most, and examinations that are looked through for each. */
const [MOST, LOOKED] = [12, 50];

/** Draws the pictures. */
export async function open(root, { image, signal }) {
  const all = (await listImages()).filter((one) => one.lesion === image.lesion).sort((a, b) => (a.order ?? Infinity) - (b.order ?? Infinity) || 0);
  const views = await Promise.all(all.slice(0, MOST).map(async (one) => {
    const { entries } = await listExaminations({ image: one.name, limit: LOOKED });
    const own = entries.filter(({ report }) => report?.image.name === one.name);
    return { ...one, latest: own[0], first: own.at(-1)?.finished ?? "" };
  }));
  if (signal.aborted) return;
  const isTaken = views.some(({ order }) => order);
  // Times of ISO 8601 compare as texts; a picture without one comes after every year.
  const key = ({ order, first, name }) => `${String((isTaken && order) || 1e9).padStart(10, "0")} ${first || "9999"} ${name}`;
  views.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const order = isTaken ? "in the order in which they were taken, by the label file" : "in the order in which they were first examined, not taken";
  replace(
    root, element("h3", { text: "This lesion" }),
    element("p", { class: "fine", text: views.length > 1
      ? `${all.length} pictures${all.length > MOST ? `, ${MOST} of them shown` : ""}, ${order}.`
      : "There is no other picture of this lesion." }),
    element("ol", { class: "views" }, views.map((view) => drawn(view, view.name === image.name))));
}

function drawn({ name, url, latest, first, order }, isHere) {
  const diagnosis = latest?.report.diagnosis;
  const share = diagnosis?.probabilities?.[diagnosis.code];
  return element(
    "li", { "aria-current": isHere ? "true" : null },
    element("a", { href: `#/image/${encodeURIComponent(name)}` }, element("img", { src: smaller(url, 240), alt: "", loading: "lazy" }),
      element("span", { class: "view-name", text: name })),
    element("p", { class: "fine", text: `${order ? `${order}. ` : ""}${first ? `examined ${new Date(first).toLocaleDateString()}` : "not examined yet"}` }),
    diagnosis && element("p", {}, element("abbr", { title: lesion(diagnosis.code), text: diagnosis.code }), share === undefined ? "" : ` ${percent(share)}`));
}
