// Keyboard shortcuts: one table of keys and actions, which the dialog shows.

import { dialog, element } from "./dom.js";
import { singleKeys } from "./store.js";

const NAMES = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Enter: "Enter" };

/**
 * @param {{keys: string[], name: string, act: (event) => (void|false)}[]} table keys as `KeyboardEvent.key` spells them, with
 *   `Shift+` before arrows; `act` returns `false` when it does not apply
 */
export function listenForKeys(table) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const target = event.target;
    const isText = target.matches("input:not([type=checkbox], [type=radio], [type=range]), textarea, [contenteditable]");
    if (isText) {
      if (event.key === "Escape") target.blur();
      return;
    }
    const isArrow = event.key.startsWith("Arrow");
    // Controls keep the keys that they need themselves.
    if (isArrow && target.matches("input, select")) return;
    if (event.key === "Enter" && target.matches("a, button, select, summary, input")) return;
    if (target.matches("select") && event.key.length === 1) return;
    if (!singleKeys.value && event.key.length === 1) return;
    const key = event.shiftKey && isArrow ? `Shift+${event.key}` : event.key.length === 1 ? event.key.toLowerCase() : event.key;
    for (const entry of table) {
      if (!entry.keys.includes(key) || entry.act(event, entry.keys.indexOf(key)) === false) continue;
      event.preventDefault();
      return;
    }
  });
}

/** The table as a dialog. */
export function showKeys(table) {
  const toggle = element("input", { type: "checkbox", checked: singleKeys.value, on: { change: () => (singleKeys.value = toggle.checked) } });
  const spelled = (key) => element("kbd", { text: key.replace("Shift+", "Shift ").replace(/Arrow\w+/, (name) => NAMES[name]) });
  dialog(
    "Keys",
    element(
      "dl", { class: "key-list" },
      table.map(({ keys, name }) => element("div", {}, element("dt", {}, keys.map((key) => [spelled(key), " "])), element("dd", { text: name }))),
      element("div", {}, element("dt", {}, element("kbd", { text: "Esc" })), element("dd", { text: "Close what is open" }))),
    element("label", { class: "check" }, toggle, " Letters and signs do things (turn it off when speech input or a habit gets in the way)"));
}
