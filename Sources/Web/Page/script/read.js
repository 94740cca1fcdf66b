// The main view: image and filmstrip on the left, the examination on the right.

import { deleteExamination, deleteUpload, examination, listExaminations, listImages } from "./api.js";
import { element, toast } from "./dom.js";
import { has } from "./features.js";
import { FilterBar, refilter } from "./filter.js";
import { Filmstrip } from "./filmstrip.js";
import { Panel } from "./panel.js";
import { Reading, summary } from "./reading.js";
import { copyLink, downloadJSON, downloadText } from "./share.js";
import { part } from "./parts.js";
import { current, images, readerMode, results } from "./store.js";
import { addButtons } from "./upload.js";
import { Viewer } from "./viewer.js";

const NO_IMAGES = "There are no images yet. Drop some anywhere on the page, paste one, or add them with the buttons below.";
const REMEMBERED_RESULTS = 200; // examinations of the history whose results the filmstrip shows

/** The view at `#/`, `#/image/NAME` and `#/examination/ID`. */
export class ReadView {
  viewer = new Viewer();
  strip = new Filmstrip((name) => (location.hash = `#/image/${encodeURIComponent(name)}`));
  #readings = new Map();
  #turn = 0;
  panel = new Panel({
    run: () => this.run(), cancel: () => this.cancel(), retry: () => this.panel.reading?.start(), giveUp: () => this.panel.reading?.giveUp(),
    compare: has("history") ? (reading) => this.#compare(reading) : null,
    remove: has("history") ? (reading) => this.#remove(reading) : null, removeUpload: (image) => this.#removeUpload(image),
  });

  constructor() {
    this.filter = new FilterBar(has("uploads") ? addButtons((document, isLast) => this.added(document, isLast)) : []);
    this.node = element(
      "div", { class: "read" }, element("h1", { class: "unseen", text: "Read an image" }),
      element("div", { class: "left" }, this.viewer.node, this.filter.node, this.strip.node), this.panel.node);
  }

  /** Fetches the images and what is known of them. */
  async load() {
    images.value = await listImages();
    refilter();
    if (has("history")) {
      const { entries } = await listExaminations({ limit: REMEMBERED_RESULTS });
      for (const { id, report } of entries.reverse()) if (report) results.value.set(report.image.name, summary(id, report));
      results.value = results.value;
    }
    const resumed = Reading.resumed();
    if (resumed) this.#readings.set(resumed.name, resumed);
  }

  /** Shows an image, with its examination of this visit or the last one of the history. */
  async showImage(name = images.value[0]?.name) {
    const image = images.value.find((image) => image.name === name);
    const turn = (this.#turn += 1);
    current.value = image ? name : null;
    this.viewer.open(image ?? null);
    if (!image) {
      this.viewer.open(null, images.value.length > 0 ? undefined : NO_IMAGES);
      return this.panel.show(null, null);
    }
    if (!this.#readings.has(name)) this.#readings.set(name, new Reading(name));
    this.panel.show(this.#readings.get(name), image);
    const last = results.value.get(name);
    if (this.#readings.get(name).state !== "idle" || !last?.id || !has("history")) return;
    try {
      const stored = Reading.stored(await examination(last.id));
      if (turn !== this.#turn || this.#readings.get(name).state !== "idle") return;
      this.#readings.set(name, stored);
      this.panel.show(stored, image);
    } catch {
      // It was deleted meanwhile; the image stands as not read.
    }
  }

  /** Shows a stored examination. */
  async showExamination(id) {
    const turn = (this.#turn += 1);
    const live = [...this.#readings.values()].find((reading) => reading.id === id);
    let reading = live;
    try {
      reading ??= Reading.stored(await examination(id));
    } catch (error) {
      toast(error.message, { isError: true });
      return this.showImage();
    }
    if (turn !== this.#turn) return;
    const image = images.value.find((image) => image.name === reading.name) ?? null;
    current.value = image?.name ?? null;
    this.viewer.open(image);
    this.panel.show(reading, image);
  }

  /** Reads the shown image, again if need be. */
  run() {
    const image = images.value.find((image) => image.name === current.value);
    const shown = this.panel.reading;
    if (!image || shown?.isUnderWay) return false;
    let reading = shown;
    if (shown.state !== "idle" && shown.state !== "failed") reading = new Reading(image.name);
    this.#readings.set(image.name, reading);
    this.panel.show(reading, image);
    reading.start();
  }

  async cancel() {
    if (!this.panel.reading?.isUnderWay) return false;
    try {
      await this.panel.reading.cancel();
    } catch (error) {
      toast(error.message, { isError: true });
    }
  }

  /** Does something with the finished examination on the right; `false` when there is none to be seen. */
  #withReport(act) {
    const reading = this.panel.reading;
    if (!reading?.report || (readerMode.value && this.panel.node.querySelector(".guess form"))) return false;
    act(reading);
  }

  copyLink() { return this.#withReport((reading) => reading.id && copyLink(reading.id)); }
  text() { return this.#withReport((reading) => downloadText(reading.report)); }
  json() { return this.#withReport((reading) => downloadJSON(reading.report)); }

  async added(document, isLast) {
    if (!isLast) return;
    images.value = await listImages();
    location.hash = `#/image/${encodeURIComponent(document.name)}`;
  }

  async #compare(reading) {
    try {
      (await part("compare")).chooseOther(reading);
    } catch (error) {
      toast(error.message, { isError: true });
    }
  }

  async #remove(reading) {
    try {
      await deleteExamination(reading.id);
      this.#readings.delete(reading.name);
      results.value.delete(reading.name);
      results.value = results.value;
      toast("Deleted from the history");
      this.showImage(reading.name);
    } catch (error) {
      toast(error.message, { isError: true });
    }
  }

  async #removeUpload(image) {
    try {
      await deleteUpload(image.name);
      this.#readings.delete(image.name);
      images.value = images.value.filter((other) => other !== image);
      toast("Upload deleted");
      this.showImage();
    } catch (error) {
      toast(error.message, { isError: true });
    }
  }
}
