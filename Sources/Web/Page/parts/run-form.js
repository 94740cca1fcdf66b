// What a validation or an audit is to read, and of an audit what it is to ask.

import { addToFolder, deleteFolder, listImages } from "../script/api.js";
import { element, replace } from "../script/dom.js";
import { counted, sentence } from "../script/words.js";

const PICTURES = /\.(jpe?g?|jfif|png|webp|tiff?|bmp|hei[cf]|avif|jp2|jxl|dcm|dicom)$/i;
const TABLES = /\.(csv|tsv|txt)$/i;
const FAMILIES = {
  camera: "Would another camera or another photograph have changed the answer?",
  looking: "Does it look at the lesion?",
  words: "Can a printed word, an opinion or other wording decide?",
  chance: "Does it know when it errs?",
  chain: "Do its conclusions come from its notes?",
  groups: "For whom does it err more?",
};

/** Seconds as a person says them. */
export function timeWords(seconds) {
  if (seconds < 90) return `${Math.max(Math.round(seconds), 1)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

/** The form of a kind of run. */
export class RunForm {
  #kind;
  #start;
  #folder = null; // an uploaded folder, with what it was made of
  #uploading = null;
  #message = element("p", { role: "alert", class: "problem", hidden: true });
  #state = element("p", { role: "status", class: "fine" });
  #plan = element("div", { class: "plan" });
  #served = choice("source", "served", true);
  #own = choice("source", "own", false);
  #servedWords = element("span", { text: "The server’s images" });
  #pictures = element("input", { type: "file", webkitdirectory: true, multiple: true, "aria-label": "Folder of images" });
  #labels = element("input", { type: "file", accept: ".csv,.tsv,.txt,text/csv", "aria-label": "Label file" });
  #files = element("div", { class: "run-files", hidden: true });
  #limit = element("input", { type: "number", min: 1, max: 1000000, inputmode: "numeric", placeholder: "all", "aria-label": "At most, images" });
  #quick = element("input", { type: "checkbox", checked: true });
  #families = Object.keys(FAMILIES).map((name) => element("input", { type: "checkbox", checked: true, value: name }));
  #go = element("button", { type: "submit", class: "primary" });
  #close = element("button", { type: "button", text: "Close" });

  /**
   * @param {(order: object) => Promise} start starts a run; a plan resolves to the run with its plan
   * @param {() => void} closed the form is done with
   */
  constructor(kind, start, closed) {
    this.#kind = kind;
    this.#start = start;
    const isAudit = kind === "audit";
    this.#go.textContent = isAudit ? "Show the plan" : "Start";
    for (const radio of [this.#served, this.#own]) radio.addEventListener("change", () => this.#changed());
    for (const input of [this.#pictures, this.#labels, this.#limit, this.#quick, ...this.#families]) input.addEventListener("change", () => this.#changed(input));
    this.#close.addEventListener("click", () => (this.#uploading ? this.#uploading.abort() : closed()));
    replace(this.#files,
      element("label", {}, "Folder of images ", this.#pictures),
      element("label", {}, isAudit ? "Label file, if there is one " : "Label file ", this.#labels),
      element("p", { class: "fine", text: "The server keeps the pixels and the files’ names, which the label file needs, for a limited time. Rename files whose names identify a patient." }));
    this.node = element(
      "form", { class: "card run-form", "aria-label": isAudit ? "New audit" : "New validation", on: { submit: (event) => this.#submit(event) } },
      element("h2", { text: isAudit ? "New audit" : "New validation" }),
      element("p", { text: isAudit
        ? "Asks the model again with one thing changed, and reports what it really looks at and whether it knows when it errs."
        : "Reads labelled images and reports how often the answers are right." }),
      element("fieldset", {}, element("legend", { text: "Images" }),
        element("label", { class: "choice" }, this.#served, this.#servedWords),
        element("label", { class: "choice" }, this.#own, "A folder of this machine"), this.#files,
        element("label", {}, "At most ", this.#limit, " images")),
      isAudit && element("fieldset", {}, element("legend", { text: "Questions" }),
        this.#families.map((box) => element("label", { class: "choice" }, box, element("span", {}, element("b", { text: box.value }), ` – ${FAMILIES[box.value]}`))),
        element("label", { class: "choice" }, this.#quick, "Quick: the most important doses, of at most 200 images")),
      this.#plan, this.#message, this.#state,
      element("div", { class: "actions" }, this.#go, this.#close));
  }

  /** Looks at what the server has. */
  async show() {
    this.#tell("");
    try {
      const images = (await listImages()).filter(({ isUpload }) => !isUpload);
      const labelled = images.filter(({ truth }) => truth?.code).length;
      const isUsable = images.length > 0 && (labelled > 0 || this.#kind === "audit");
      this.#servedWords.textContent = `The server’s images: ${images.length === 0 ? "none" : `${images.length}, ${labelled} with a label`}`;
      this.#served.disabled = !isUsable;
      if (!isUsable) this.#own.checked = true;
      this.#changed();
      (isUsable ? this.#served : this.#own).focus();
    } catch (error) {
      this.#tell(sentence(error.message));
    }
  }

  #changed(input) {
    this.#files.hidden = !this.#own.checked;
    if (input === this.#pictures || input === this.#labels) {
      this.#dropFolder();
      const { images, tables } = this.#chosen();
      this.#state.textContent = images.length === 0 ? "No image is chosen yet." : `${counted(images.length, "image")}, ${tables ? `labels in ${tables.name}` : "no label file yet"}.`;
    }
    if (this.#kind !== "audit") return;
    // A plan holds for what was asked.
    replace(this.#plan);
    this.#go.textContent = "Show the plan";
  }

  /** The chosen images, and the label file: the one chosen, or the only table in the folder. */
  #chosen() {
    const files = [...this.#pictures.files];
    const tables = files.filter(({ name }) => TABLES.test(name));
    return { images: files.filter(({ name }) => PICTURES.test(name)), tables: this.#labels.files[0] ?? (tables.length === 1 ? tables[0] : null) };
  }

  #dropFolder() {
    if (this.#folder) deleteFolder(this.#folder).catch(() => {});
    this.#folder = null;
  }

  #tell(words) {
    this.#message.textContent = words;
    this.#message.hidden = words === "";
  }

  async #submit(event) {
    event.preventDefault();
    if (this.#go.disabled) return;
    this.#tell("");
    this.#go.disabled = true;
    try {
      const order = { kind: this.#kind, folder: this.#own.checked ? await this.#upload() : null, limit: this.#limit.value ? Number(this.#limit.value) : null };
      if (this.#kind === "audit") {
        order.families = this.#families.filter(({ checked }) => checked).map(({ value }) => value);
        order.quick = this.#quick.checked;
        if (order.families.length === 0) throw new Error("Choose at least one question.");
        if (this.#plan.childElementCount === 0) {
          const run = await this.#start({ ...order, plan: true });
          if (run) this.#showPlan(run.plan);
          return;
        }
      }
      await this.#start(order);
      replace(this.#plan);
      this.#state.textContent = "";
    } catch (error) {
      this.#tell(error.name === "AbortError" ? "The upload was stopped." : sentence(error.message));
    } finally {
      this.#go.disabled = false;
      if (this.#plan.childElementCount > 0) this.#go.focus();
    }
  }

  /** Uploads the chosen folder once, one file after the other; gives its name. */
  async #upload() {
    if (this.#folder) return this.#folder;
    const { images, tables } = this.#chosen();
    if (images.length === 0) throw new Error("Choose a folder with images.");
    if (!tables && this.#kind === "validation") throw new Error("Choose the label file: a validation compares answers with labels.");
    this.#uploading = new AbortController();
    this.#close.textContent = "Stop the upload";
    const left = [];
    let folder = null;
    const send = async (name, file) => {
      const form = new FormData();
      form.append(name, file, file.name);
      folder = (await addToFolder(folder, form, this.#uploading.signal)).folder;
    };
    try {
      if (tables) await send("labels", tables);
      for (const [index, image] of images.entries()) {
        this.#state.textContent = `Uploading ${index + 1} of ${counted(images.length, "image")}…`;
        try {
          await send("image", image);
        } catch (error) {
          // What is no image, or a broken one, does not keep the others.
          if (![415, 422].includes(error.status)) throw error;
          left.push(`${image.name}: ${sentence(error.message)}`);
        }
      }
      if (left.length === images.length) throw new Error(`None of the images can be used. ${left[0]}`);
      this.#state.textContent = `${counted(images.length - left.length, "image")} uploaded.${left.length > 0 ? ` Left out: ${left.slice(0, 5).join(" ")}${left.length > 5 ? ` And ${left.length - 5} more.` : ""}` : ""}`;
      return (this.#folder = folder);
    } catch (error) {
      if (folder) deleteFolder(folder).catch(() => {});
      this.#state.textContent = "";
      throw error;
    } finally {
      this.#uploading = null;
      this.#close.textContent = "Close";
    }
  }

  #showPlan(plan) {
    const number = (count) => element("td", { text: count.toLocaleString("en") });
    const left = plan.families.flatMap(({ left_out: arms }) => arms);
    replace(this.#plan,
      element("h3", { text: "The plan" }),
      element("p", { text: `${plan.images} of ${counted(plan.available, "image")}${plan.seconds ? `, in about ${timeWords(plan.seconds)}` : ""}. Examinations go first, so it takes longer while the page is used.` }),
      element("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": "The plan’s cost" }, element("table", { class: "listing plan-table" },
        element("thead", {}, element("tr", {}, ["Questions", "Arms", "Examinations", "Encodes", "Prompts"].map((text) => element("th", { scope: "col", text })))),
        element("tbody", {},
          plan.families.map(({ name, arms, examinations, encodes, prompts }) => element("tr", {}, element("th", { scope: "row", text: name }), [arms, examinations, encodes, prompts].map(number))),
          element("tr", {}, element("th", { scope: "row", text: "All, with the originals" }), number(plan.families.reduce((sum, { arms }) => sum + arms, 0)), [plan.examinations, plan.encodes, plan.prompts].map(number))))),
      left.length > 0 && element("details", {}, element("summary", { text: `Left out, at least in part: ${counted(left.length, "arm")}` }),
        element("ul", { class: "fine" }, left.map(({ arm, reason }) => element("li", { text: `${arm}: ${reason}` })))));
    this.#go.textContent = "Start the audit";
  }
}

const choice = (name, value, checked) => element("input", { type: "radio", name, value, checked });
