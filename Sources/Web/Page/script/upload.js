// Uploads: images that were dropped, pasted or chosen, one after the other.

import { ServerGone, upload } from "./api.js";
import { element } from "./dom.js";
import { sentence, size } from "./words.js";

// Unsupported picture formats are sent too: the server says what to do.
const KINDS = /\.(jpe?g?|jfif|png|webp|tiff?|bmp|hei[cf]|avif|jxl|jp2|gif|dcm|dicom|dng|cr2|nef|arw)$/i;
const WORDS = {
  413: "It is too large for this server.",
  422: "It looks like an image, but cannot be read.",
  429: "The server is busy. Try again in a moment.",
};

const waiting = [];
let isBusy = false;

/** Uploads files; `added` is told of each that arrived, with what the server calls it. */
export function sendFiles(files, added) {
  const images = files.filter((file) => file.type.startsWith("image/") || KINDS.test(file.name));
  const others = files.length - images.length;
  if (images.length === 0) images.push(...files.slice(0, 1)); // the server says why not
  else if (others > 0) row(`${others === 1 ? "1 file is" : `${others} files are`} not an image; left out.`).end("", true);
  for (const file of images) waiting.push({ file, line: row(file.name || "Pasted image", file.size), added });
  next();
}

async function next() {
  if (isBusy) return;
  const item = waiting.shift();
  if (!item) return;
  isBusy = true;
  const { file, line, added } = item;
  if (!line.isStopped) {
    const sending = upload(file, (share) => line.progress(share));
    line.onStop = sending.abort;
    try {
      const document = await sending.done;
      line.end("added", true);
      added(document, waiting.length === 0);
    } catch (error) {
      if (error.name === "AbortError") line.end("stopped", true);
      else if (error instanceof ServerGone) line.end(`${error.message} Nothing was added.`);
      else line.end([WORDS[error.status], sentence(error.message)].filter(Boolean).join(" "));
    }
  }
  isBusy = false;
  next();
}

/** A line of the tray. */
function row(name, bytes) {
  const tray = document.getElementById("tray");
  const bar = element("progress", { max: 1, value: 0, "aria-label": `Upload of ${name}`, hidden: bytes === undefined });
  const state = element("span", { class: "tray-state", role: "status", text: bytes === undefined ? "" : size(bytes) });
  const stop = element("button", { type: "button", class: "quiet icon small", "aria-label": `Stop or dismiss ${name}`, text: "✕" });
  const node = element("div", { class: "tray-row" }, element("span", { class: "tray-name", text: name }), bar, state, stop);
  const line = {
    isStopped: false, isOver: false, onStop: null,
    progress(share) {
      bar.value = share;
      state.textContent = share < 1 ? `${Math.round(share * 100)} %` : "checking…";
    },
    end(words, isWell = false) {
      line.isOver = true;
      bar.hidden = true;
      state.textContent = words;
      node.classList.toggle("bad", !isWell);
      if (isWell) setTimeout(drop, 4000);
    },
  };
  function drop() {
    node.remove();
    tray.hidden = tray.children.length === 0;
  }
  stop.addEventListener("click", () => {
    if (line.isOver) return drop();
    line.isStopped = true;
    if (line.onStop) line.onStop();
    else drop();
  });
  tray.append(node);
  tray.hidden = false;
  return line;
}

/** Takes what is dropped on the page or pasted into it. */
export function acceptEverywhere(added) {
  const curtain = document.getElementById("drop");
  let depth = 0;
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth += 1;
    curtain.hidden = false;
  });
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(depth - 1, 0);
    curtain.hidden = depth === 0;
  });
  addEventListener("drop", async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    curtain.hidden = true;
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const files = entries.length > 0 ? (await Promise.all(entries.map(filesBelow))).flat() : [...event.dataTransfer.files];
    if (files.length > 0) sendFiles(files, added);
  });
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    sendFiles(files, added);
  });
}

/** A dropped file, or all files in a dropped folder. */
async function filesBelow(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const files = [];
  while (true) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return files;
    for (const child of some) files.push(...(await filesBelow(child)));
  }
}

/** Buttons that open the browser's own choosers of files and folders. */
export function addButtons(added) {
  const chooser = (attributes, text, title, id) => {
    const input = element("input", {
      type: "file", class: "unseen", tabindex: -1, "aria-hidden": "true", multiple: true, ...attributes,
      on: { change: () => {
        sendFiles([...input.files], added);
        input.value = "";
      } },
    });
    return [input, element("button", { type: "button", id, text, title, on: { click: () => input.click() } })];
  };
  return [
    chooser({ accept: "image/jpeg,image/png,image/webp,image/tiff,image/bmp,image/heic,image/avif,image/jp2,image/jxl,application/dicom,.dcm" }, "Add images", "Add images from this machine (U); drop and paste work too", "add"),
    chooser({ webkitdirectory: true }, "Add folder", "Add all images of a folder"),
  ];
}
