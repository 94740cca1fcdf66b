// The images in a row. Only those in sight exist as elements, so that thousands cost no more than twenty.

import { smaller } from "./api.js";
import { element } from "./dom.js";
import { refilter, shown } from "./filter.js";
import { current, images, readerMode, results } from "./store.js";
import { agreement, counted, lesion } from "./words.js";

const PITCH = 92; // pixels from one image to the next
const SIDE = 160; // pixels of a thumbnail
const SPARE = 4; // images that exist beyond either edge

/** A list box of images, one of them chosen. */
export class Filmstrip {
  #choose;
  #cells = new Map();
  #content = element("div", { class: "film-content", role: "presentation" });
  #empty = element("p", { class: "film-empty", hidden: true });

  /** @param {(name: string) => void} choose */
  constructor(choose) {
    this.#choose = choose;
    this.list = element(
      "div", { class: "film", role: "listbox", tabindex: 0, "aria-label": "Images", "aria-orientation": "horizontal" },
      this.#content);
    this.node = element("div", { class: "filmstrip" }, this.list, this.#empty);
    this.list.addEventListener("scroll", () => this.#draw(), { passive: true });
    this.list.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.list.addEventListener("click", (event) => {
      const cell = event.target.closest("[role=option]");
      if (cell) choose(cell.dataset.name);
    });
    this.list.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#draw()).observe(this.list);
    const redraw = () => {
      this.#forget();
      this.#draw();
    };
    shown.watch(redraw);
    results.watch(redraw);
    readerMode.watch(redraw);
    current.watch(() => this.#follow());
  }

  /** Chooses an image N places on. */
  step(places) {
    const list = shown.value;
    if (list.length === 0) return;
    const at = list.findIndex((image) => image.name === current.value);
    const next = at < 0 ? 0 : Math.min(Math.max(at + places, 0), list.length - 1);
    if (list[next].name !== current.value) this.#choose(list[next].name);
  }

  #wheel(event) {
    if (event.deltaX !== 0 || event.shiftKey) return;
    event.preventDefault();
    this.list.scrollLeft += event.deltaY;
  }

  #key(event) {
    const page = Math.max(Math.floor(this.list.clientWidth / PITCH) - 1, 1);
    const steps = { Home: -shown.value.length, End: shown.value.length, PageUp: -page, PageDown: page };
    if (!(event.key in steps)) return;
    event.preventDefault();
    this.step(steps[event.key]);
  }

  #follow() {
    const at = shown.value.findIndex((image) => image.name === current.value);
    if (at >= 0) {
      const [left, right] = [at * PITCH, (at + 1) * PITCH];
      const { scrollLeft, clientWidth } = this.list;
      if (left < scrollLeft + PITCH) this.list.scrollLeft = left - PITCH;
      else if (right > scrollLeft + clientWidth - PITCH) this.list.scrollLeft = right - clientWidth + PITCH;
    }
    this.#draw();
    for (const [index, cell] of this.#cells) this.#select(cell, shown.value[index]);
  }

  #forget() {
    for (const cell of this.#cells.values()) cell.remove();
    this.#cells.clear();
  }

  #draw() {
    const list = shown.value;
    this.#content.style.setProperty("width", `${list.length * PITCH}px`);
    this.#empty.hidden = list.length > 0;
    this.#empty.textContent = images.value.length > 0 ? "No image matches the filter." : "";
    const first = Math.max(Math.floor(this.list.scrollLeft / PITCH) - SPARE, 0);
    const last = Math.min(Math.ceil((this.list.scrollLeft + this.list.clientWidth) / PITCH) + SPARE, list.length);
    for (const [index, cell] of this.#cells) {
      if (index >= first && index < last) continue;
      cell.remove();
      this.#cells.delete(index);
    }
    for (let index = first; index < last; index += 1) {
      if (this.#cells.has(index)) continue;
      const cell = this.#cell(list[index], index, list.length);
      this.#cells.set(index, cell);
      this.#content.append(cell);
    }
    const chosen = list.findIndex((image) => image.name === current.value);
    if (this.#cells.has(chosen)) this.list.setAttribute("aria-activedescendant", `film-${chosen}`);
    else this.list.removeAttribute("aria-activedescendant");
  }

  #cell(image, index, count) {
    const result = results.value.get(image.name);
    const [mark, words] = resultMark(image, result);
    const parts = [image.name];
    if (!readerMode.value && image.truth) parts.push(`ground truth ${lesion(image.truth.code)}`);
    if (words) parts.push(words);
    if (!readerMode.value && result?.flags?.length) parts.push(counted(result.flags.length, "flag"));
    if (image.isUpload) parts.push("uploaded");
    const picture = element("img", { src: smaller(image.url, SIDE), alt: "", loading: "lazy", decoding: "async", draggable: "false" });
    picture.addEventListener("error", () => picture.replaceWith(element("span", { class: "no-picture", text: "no picture" })));
    const cell = element(
      "div",
      {
        class: "cell", role: "option", id: `film-${index}`, "aria-setsize": count, "aria-posinset": index + 1,
        "aria-label": parts.join(", "), title: parts.join(", "), data: { name: image.name }, style: { left: `${index * PITCH}px` },
      },
      picture, element("span", { class: "cell-name" }, bare(image.name)), mark,
      image.isUpload && element("span", { class: "cell-corner", text: "↑" }),
      !readerMode.value && result?.flags?.length > 0 && element("span", { class: "cell-flag", text: "⚑" }));
    this.#select(cell, image);
    return cell;
  }

  #select(cell, image) {
    cell.setAttribute("aria-selected", String(image?.name === current.value));
  }
}

/** What a name ends in tells images apart; the strip shows the end. */
const bare = (name) => name.split("/").pop().replace(/\.[a-z]+$/i, "");

/** The result's mark, and the same in words. */
function resultMark(image, result) {
  if (!result) return [null, readerMode.value ? "" : "not read yet"];
  if (readerMode.value) return [null, ""];
  if (result.failure) return [element("span", { class: "cell-mark bad", text: "failed" }), "failed"];
  const agrees = agreement(result.code, image.truth);
  const sign = agrees === null ? "" : agrees ? " ✓" : " ✗";
  const kind = agrees === null ? "" : agrees ? " good" : " bad";
  const words = `read as ${lesion(result.code)}${agrees === null ? "" : agrees ? ", match" : ", mismatch"}`;
  return [element("span", { class: `cell-mark${kind}`, text: `${result.code ?? "–"}${sign}` }), words];
}

images.watch(refilter);
