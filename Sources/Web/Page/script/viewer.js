// The image: zoomed, panned, and beside what the model sees of it.

import { prepared, shown, smaller } from "./api.js";
import { element, replace } from "./dom.js";
import { listen, Placement } from "./gestures.js";

const MODES = [
  ["original", "Original", "The image as it is"],
  ["compare", "Before | after", "The image left of the line, what the model sees right of it"],
  ["prepared", "Model’s view", "What the model sees"],
];
const LARGEST_SIDE = 2048; // pixels of the picture that stands in for one that the browser cannot show

/** The left half's picture. */
export class Viewer {
  #mode = "original";
  #image = null;
  #split = 50; // per cent of the picture's width
  #original = element("img", { class: "original", alt: "", draggable: "false" });
  #prepared = element("img", { class: "prepared", alt: "", draggable: "false" });
  #divider = element("div", { class: "divider", "aria-hidden": "true" }, element("span", { text: "◂▸" }));
  #picture = element("div", { class: "picture" }, this.#original, this.#prepared, this.#divider);
  #message = element("p", { class: "stage-message", role: "status" });
  #caption = element("p", { class: "caption" });
  #zoom = element("output", { class: "zoom", "aria-label": "Zoom" });
  #slider = element("input", {
    type: "range", min: 0, max: 100, value: 50, class: "split", "aria-label": "Position of the line between before and after",
    on: { input: () => this.split(Number(this.#slider.value)) },
  });
  #stage = element(
    "div", { class: "stage", tabindex: 0, role: "group", "aria-label": "Image" }, this.#picture, this.#message);
  #modes = MODES.map(([mode, name, title]) => element("button", {
    type: "button", title, text: name, "aria-pressed": "false", data: { mode }, on: { click: () => this.show(mode) },
  }));
  #placement = new Placement(this.#stage, (placement) => this.#draw(placement));

  constructor() {
    listen(this.#stage, this.#placement);
    this.#original.addEventListener("load", () => this.#loaded());
    this.#original.addEventListener("error", () => this.#failed());
    this.#prepared.addEventListener("load", () => this.#describe());
    this.#prepared.addEventListener("error", () => this.#preparedFailed());
    this.#divider.addEventListener("pointerdown", (event) => this.#divider.setPointerCapture(event.pointerId));
    this.#divider.addEventListener("pointermove", (event) => {
      if (!this.#divider.hasPointerCapture(event.pointerId)) return;
      const box = this.#picture.getBoundingClientRect();
      this.split(((event.clientX - box.left) / box.width) * 100);
    });
    const button = (name, title, key, act) =>
      element("button", { type: "button", class: "icon", "aria-label": title, title: `${title} (${key})`, text: name, on: { click: act } });
    this.node = element(
      "section", { class: "viewer", "aria-label": "Image" },
      element(
        "div", { class: "viewer-bar" },
        element("div", { class: "segments", role: "group", "aria-label": "What is shown" }, this.#modes),
        element(
          "div", { class: "zooming", role: "group", "aria-label": "Zoom" },
          button("−", "Zoom out", "−", () => this.#placement.out()), this.#zoom,
          button("+", "Zoom in", "+", () => this.#placement.in()),
          button("⤢", "Fit", "0", () => this.#placement.fit()))),
      this.#stage, this.#slider, this.#caption);
    this.show("original");
  }

  get placement() { return this.#placement; }
  get mode() { return this.#mode; }

  /** Shows an image of the server; `null` shows none, and says why. */
  open(image, words = "No image is chosen.") {
    if (image && image.url === this.#image?.url) return;
    this.#image = image;
    this.#original.dataset.tried = "";
    this.#prepared.removeAttribute("src");
    this.#picture.classList.remove("shown");
    replace(this.#message, image ? "Loading the image…" : words);
    if (!image) {
      this.#original.removeAttribute("src");
      this.#zoom.textContent = "";
      return this.#describe();
    }
    this.#original.src = shown(image.url);
    this.#original.alt = `Dermoscopic image ${image.name}`;
    this.#prepared.alt = `${image.name} as the model sees it`;
    if (this.#mode !== "original") this.#prepared.src = prepared(image.url);
    this.#describe();
  }

  /** Shows the original, both, or what the model sees. */
  show(mode) {
    this.#mode = mode;
    this.node.dataset.mode = mode;
    for (const button of this.#modes) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    this.#slider.hidden = mode !== "compare";
    if (mode !== "original" && this.#image && !this.#prepared.hasAttribute("src")) {
      this.#prepared.src = prepared(this.#image.url);
    }
    this.split(mode === "compare" ? this.#split : mode === "prepared" ? 0 : 100, false);
    this.#describe();
  }

  /** The next of the three. */
  nextMode() {
    const index = MODES.findIndex(([mode]) => mode === this.#mode);
    this.show(MODES[(index + 1) % MODES.length][0]);
  }

  /** Puts the line between before and after. */
  split(percentage, isKept = true) {
    const place = Math.min(Math.max(percentage, 0), 100);
    if (isKept) {
      this.#split = place;
      this.#slider.value = String(place);
    }
    this.#picture.style.setProperty("--split", `${place}%`);
  }

  #loaded() {
    const { naturalWidth, naturalHeight } = this.#original;
    this.#picture.style.setProperty("--width", `${naturalWidth}px`);
    this.#picture.style.setProperty("--height", `${naturalHeight}px`);
    this.#placement.show(naturalWidth, naturalHeight);
    this.#picture.classList.add("shown");
    replace(this.#message);
    this.#describe();
  }

  #failed() {
    if (!this.#image) return;
    // A browser of few formats; the server makes a picture.
    if (!this.#original.dataset.tried) {
      this.#original.dataset.tried = "smaller";
      this.#original.src = smaller(this.#image.url, LARGEST_SIDE);
      return;
    }
    this.#picture.classList.remove("shown");
    replace(this.#message, "This picture cannot be shown. It may have been deleted, or it is not a readable image.");
  }

  #preparedFailed() {
    if (this.#mode === "original") return;
    this.#caption.textContent = "What the model sees cannot be shown now: no model is loaded, or the image cannot be read.";
  }

  #describe() {
    if (!this.#image) return (this.#caption.textContent = "");
    const size = (image) => `${image.naturalWidth} × ${image.naturalHeight} pixels`;
    const original = this.#original.naturalWidth ? `${this.#image.name}, ${size(this.#original)}` : this.#image.name;
    const seen = this.#prepared.naturalWidth ? `${size(this.#prepared)}, drawn over the image’s own frame` : "loading…";
    this.#caption.textContent = this.#mode === "original" ? original : `${original} · The model sees ${seen}`;
  }

  #draw({ scale, x, y, isFitted }) {
    const style = this.#picture.style;
    style.setProperty("transform", `translate(${x}px, ${y}px) scale(${scale})`);
    style.setProperty("--scale", String(scale));
    this.#picture.classList.toggle("magnified", scale > 3);
    this.#stage.classList.toggle("movable", !isFitted);
    if (this.#image) this.#zoom.textContent = `${Math.round(scale * 100)} %`;
  }
}
