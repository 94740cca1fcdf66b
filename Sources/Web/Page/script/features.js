// What this server can do: a route that is not there answers 404.

import { lost, reachable } from "./connection.js";

const ROUTES = {
  history: "api/examinations?limit=1", validation: "api/validations", audit: "api/audits", model: "api/model",
};

const present = new Set();

/** Whether the server has a feature: `history`, `validation`, `audit`, `model`, `classify`, `uploads`. */
export const has = (feature) => present.has(feature);

/** Asks the server once; waits for one that is gone. */
export async function discover() {
  try {
    await Promise.all(Object.entries(ROUTES).map(async ([feature, path]) => {
      if ((await fetch(path)).status !== 404) present.add(feature);
    }));
  } catch {
    lost();
    await reachable();
    return discover();
  }
  // A server with this route also takes notes and uploads; asking for those would log errors in the console.
  if (has("model")) present.add("classify").add("uploads");
}
