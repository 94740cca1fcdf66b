// Parts of the page that only some people open: their script, and their style if they have one, are fetched when they are opened.

import { element, replace } from "./dom.js";

/** The module `parts/NAME.js`. With `isStyled` among what it exports, `parts/NAME.css` is applied before it is used. */
export async function part(name) {
  try {
    const module = await import(`../parts/${name}.js`);
    if (module.isStyled) await style(`parts/${name}.css`);
    return module;
  } catch {
    throw new Error("This part of the page could not be loaded. Reload the page when the server can be reached.");
  }
}

/**
 * Opens a part in a node. Every part exports `open(root, context)`, which is called at each opening, also on a root that it has
 * filled before; what it returns is what this resolves to.
 */
export async function openPart(name, root, context) {
  if (root.childElementCount === 0) replace(root, element("p", { class: "pending", role: "status", text: "Loading…" }));
  try {
    return await (await part(name)).open(root, context);
  } catch (error) {
    replace(root, element("p", { class: "problem", role: "alert", text: error.message }));
  }
}

function style(href) {
  if (document.querySelector(`link[href="${href}"]`)) return null;
  return new Promise((resolve, reject) => {
    const link = element("link", { rel: "stylesheet", href, on: { load: resolve, error: () => reject(link.remove()) } });
    document.head.append(link);
  });
}
