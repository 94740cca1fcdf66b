// Builds elements without markup: text from outside only becomes text nodes.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element.
 * @param {string} tag
 * @param {object} [attributes] `class`, `text`, `on: {event: listener}`, `data: {name: value}`, `style: {"--name": value}`;
 *   a boolean sets or leaves out an attribute; `null` and `undefined` leave it out; the rest are attributes.
 * @param {...(Node|string|null|false|Array)} children
 */
export function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function graphic(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "style") for (const [key, item] of Object.entries(value)) node.style.setProperty(key, item);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
}

/** Puts other children into a node. */
export function replace(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/** Says something to those who listen to the page rather than look at it. */
export function announce(text) {
  const region = document.getElementById("announcer");
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}

/** A short message that goes by itself. */
export function toast(text, { isError = false } = {}) {
  const node = element("p", { class: isError ? "toast error" : "toast", text });
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), isError ? 9000 : 4000);
}

/** Copies a text, and says so. */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without permission, or without TLS on another machine: the old way.
    const area = element("textarea", { class: "unseen", "aria-hidden": "true" });
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast(`${what} copied`);
}

/** Gives a text to the person as a file. */
export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = element("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** A modal dialog with a heading and a way out; it goes when it is closed. */
export function dialog(title, ...children) {
  const heading = `dialog-${Math.random().toString(36).slice(2)}`;
  const close = element("button", {
    type: "button", class: "quiet icon", "aria-label": "Close", title: "Close (Esc)", text: "✕",
    on: { click: () => node.close() },
  });
  const node = element(
    "dialog", { "aria-labelledby": heading },
    element("div", { class: "dialog-head" }, element("h2", { id: heading, text: title }), close),
    element("div", { class: "dialog-body" }, children));
  node.addEventListener("close", () => node.remove());
  node.addEventListener("click", (event) => event.target === node && node.close());
  document.body.append(node);
  node.showModal();
  return node;
}
