// What this server can do: a route that is not there answers 404, one that wants another method 405.

const ROUTES = {
  history: "/api/examinations?limit=1", validation: "/api/validations", model: "/api/model", classify: "/api/classify", uploads: "/api/uploads",
};

const present = new Set();

/** Whether the server has a feature: `history`, `validation`, `model`, `classify`, `uploads`. */
export const has = (feature) => present.has(feature);

/** Asks the server once. */
export async function discover() {
  await Promise.all(Object.entries(ROUTES).map(async ([feature, path]) => {
    try {
      if ((await fetch(path)).status !== 404) present.add(feature);
    } catch {
      // Without an answer nothing is promised.
    }
  }));
}
