// What the page knows, and what it remembers in this browser.

/** A value that others can watch. */
export class Watched {
  #value;
  #watchers = new Set();

  constructor(value) {
    this.#value = value;
  }

  get value() {
    return this.#value;
  }

  set value(value) {
    this.#value = value;
    for (const watcher of [...this.#watchers]) watcher(value);
  }

  /** Calls back at every change; returns what ends that. */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

/** Reads what this browser remembers under a name. */
export function remembered(name, otherwise) {
  try {
    const text = localStorage.getItem(name);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

/** Remembers a value; `null` forgets it. */
export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Nothing is remembered where storage is forbidden.
  }
}

/** The images that can be read: `{name, url, truth, isUpload}`. */
export const images = new Watched([]);
/** The last known examination of each image: name → `{id, code, probabilities, flags, error}`. */
export const results = new Watched(new Map());
/** The name of the image that is shown. */
export const current = new Watched(null);
/** What the server says about its model, or `null`. */
export const model = new Watched(null);
/** The protocol's document, or `null`. */
export const readingProtocol = new Watched(null);
/** Whether truth and answer are hidden until the person has guessed. */
export const readerMode = new Watched(remembered("reader-mode", false));
/** Whether single keys do things. */
export const singleKeys = new Watched(remembered("single-keys", true));

readerMode.watch((value) => remember("reader-mode", value));
singleKeys.watch((value) => remember("single-keys", value));

/** Notes the last examination of an image. */
export function noteResult(name, result) {
  results.value.set(name, result);
  results.value = results.value;
}

/** What the protocol calls a question. */
export function questionLabel(id) {
  return readingProtocol.value?.questions?.find((question) => question.id === id)?.label ?? id;
}
