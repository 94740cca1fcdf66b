// Start: the server's features and images, and the view that the address names.

import { describeModel, onTokenNeeded, protocolDocument, ServerGone } from "./api.js";
import { askForToken } from "./token.js";
import { outage, reachable, tryNow } from "./connection.js";
import { element, replace } from "./dom.js";
import { discover, has } from "./features.js";
import { HistoryView } from "./history.js";
import { listenForKeys, showKeys } from "./keys.js";
import { openPart } from "./parts.js";
import { ReadView } from "./read.js";
import { model, readerMode, readingProtocol } from "./store.js";
import { acceptEverywhere } from "./upload.js";
import { size } from "./words.js";

const LOADING_PAUSE = 2000; // milliseconds between two looks whether the model has been loaded
const main = document.getElementById("main");
const byId = (id) => document.getElementById(id);

// MARK: Theme

const system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
function drawTheme() {
  const name = `Use the ${isDark() ? "light" : "dark"} theme`;
  Object.assign(byId("theme-button"), { textContent: isDark() ? "☀" : "☾", title: `${name} (D)` });
  byId("theme-button").setAttribute("aria-label", name);
}
function toggleTheme() {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // It holds for this visit.
  }
  drawTheme();
}
byId("theme-button").addEventListener("click", toggleTheme);
system.addEventListener("change", drawTheme);
drawTheme();

// MARK: Reader mode

const drawReader = () => byId("reader-switch").setAttribute("aria-checked", String(readerMode.value));
const toggleReader = () => (readerMode.value = !readerMode.value);
byId("reader-switch").addEventListener("click", toggleReader);
readerMode.watch(drawReader);
drawReader();

// MARK: The server

outage.watch((gone) => {
  const box = byId("connection");
  box.hidden = !gone;
  if (gone && !box.firstChild) {
    box.append("The server cannot be reached. The page keeps trying. ", element("button", { type: "button", text: "Try now", on: { click: tryNow } }));
  }
  if (gone || box.childElementCount === 0) return;
  replace(box);
  describe();
});

onTokenNeeded(askForToken);

async function describe() {
  try {
    if (has("model")) model.value = await describeModel();
    else {
      const { status } = await (await fetch("readyz")).json();
      byId("model-chip").textContent = status === "ready" ? "" : status === "loading" ? "The model is loading" : "No model is loaded";
    }
    const told = model.value;
    if (told?.status === "ready") byId("model-chip").textContent = `${told.name}${told.endpoint ? ` at ${told.endpoint}` : ""} · ${told.protocol.id}`;
    else if (told) byId("model-chip").textContent = told.status === "loading" ? "The model is loading" : "No model is loaded";
    if (told?.status === "loading") setTimeout(describe, LOADING_PAUSE);
    if (told?.upload_bytes) {
      byId("drop-words").textContent = `Drop images or a folder to add them: up to ${size(told.upload_bytes)} each, `
        + `kept for ${Math.round(told.upload_kept_seconds / 3600)} hours without name and metadata`;
    }
    if (told?.protocol) readingProtocol.value = await protocolDocument(told.protocol.id);
  } catch {
    // Reading goes on without it; an examination names its model and protocol itself.
  }
}

// MARK: Views

await discover();
const read = new ReadView();
const history = new HistoryView();
// Views that are fetched when they are opened: what the address names, and the link in the bar that it belongs to.
const fetched = { validation: "validation", audit: "audit", compare: "history" };
const kept = {};
let view = null;

function open(next, name) {
  view = next;
  if (!main.contains(next.node)) replace(main, next.node);
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    link.hidden = link.dataset.view !== "read" && !has(link.dataset.view);
  }
}

function route() {
  const parts = location.hash.replace(/^#\/?/, "").split("/").map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  const [place, first] = parts;
  if (place === "history") return open(history, "history"), history.show();
  if (Object.hasOwn(fetched, place)) {
    const node = (kept[place] ??= { node: element("div"), focus: () => node.querySelector("select, input")?.focus() }).node;
    return open(kept[place], fetched[place]), openPart(place, node, parts.slice(1));
  }
  open(read, "read");
  if (place === "examination") return read.showExamination(first);
  return read.showImage(place === "image" ? first : undefined);
}

const reading = (act) => (event, index) => (view === read ? act(event, index) : false);
const table = [
  { keys: ["ArrowLeft", "ArrowRight"], name: "Previous image, next image", act: reading((_, index) => read.strip.step(index === 0 ? -1 : 1)) },
  { keys: ["Enter"], name: "Run", act: reading(() => read.run()) },
  { keys: ["c"], name: "Cancel", act: reading(() => read.cancel()) },
  { keys: ["/"], name: "Filter", act: () => (view.filter ?? view).focus?.() },
  { keys: ["u"], name: "Add images", act: reading(() => has("uploads") && byId("add").click()) },
  { keys: ["p"], name: "Original, before and after, model’s view", act: reading(() => read.viewer.nextMode()) },
  { keys: ["+", "="], name: "Zoom in", act: reading(() => read.viewer.placement.in()) },
  { keys: ["-"], name: "Zoom out", act: reading(() => read.viewer.placement.out()) },
  { keys: ["0"], name: "Fit", act: reading(() => read.viewer.placement.fit()) },
  {
    keys: ["Shift+ArrowLeft", "Shift+ArrowRight", "Shift+ArrowUp", "Shift+ArrowDown"], name: "Pan",
    act: reading((_, index) => read.viewer.placement.panBy(...[[-1, 0], [1, 0], [0, -1], [0, 1]][index])),
  },
  { keys: ["1", "2", "3", "4"], name: "Guess MEL, NV, BCC, BKL (reader mode)", act: reading((_, index) => readerMode.value && read.panel.guess.choose(index)) },
  { keys: ["r"], name: "Reader mode", act: toggleReader },
  { keys: ["l"], name: "Copy link", act: reading(() => read.copyLink()) },
  { keys: ["t"], name: "Report as text", act: reading(() => read.text()) },
  { keys: ["j"], name: "Report as JSON", act: reading(() => read.json()) },
  { keys: ["d"], name: "Light or dark", act: toggleTheme },
  { keys: ["?"], name: "These keys", act: () => showKeys(table) },
];
listenForKeys(table);
byId("keys-button").addEventListener("click", () => showKeys(table));
if (has("uploads")) acceptEverywhere((document, isLast) => read.added(document, isLast));

async function load() {
  try {
    await read.load();
  } catch (error) {
    read.viewer.open(null, `The images cannot be listed. ${error.message}`);
    if (!(error instanceof ServerGone)) return false;
    await reachable();
    return load();
  }
  return true;
}

open(read, "read");
read.viewer.open(null, "Loading the images…");
describe();
const isLoaded = await load();
addEventListener("hashchange", route);
if (isLoaded || !/^#?\/?$/.test(location.hash)) route();
document.body.dataset.ready = "yes";
