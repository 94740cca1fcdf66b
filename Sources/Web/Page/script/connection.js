// Whether the server can be reached; retries with growing delays until it can.

import { Watched } from "./store.js";

const FIRST_PAUSE = 1; // seconds
const LONGEST_PAUSE = 15; // seconds

/** `null` while all is well; `{since, next}` (milliseconds) while the server is gone. */
export const outage = new Watched(null);

let pause = FIRST_PAUSE;
let timer = null;

/** The server did not answer. */
export function lost() {
  if (outage.value) return;
  pause = FIRST_PAUSE;
  outage.value = { since: Date.now(), next: 0 };
  plan();
}

/** The server answered. */
export function found() {
  if (!outage.value) return;
  clearTimeout(timer);
  outage.value = null;
}

/** Asks now. */
export async function tryNow() {
  clearTimeout(timer);
  try {
    const answer = await fetch("healthz", { cache: "no-store" });
    if (answer.ok) return found();
  } catch {
    // Still gone.
  }
  pause = Math.min(pause * 2, LONGEST_PAUSE);
  plan();
}

function plan() {
  if (!outage.value) return;
  outage.value = { ...outage.value, next: Date.now() + pause * 1000 };
  clearTimeout(timer);
  timer = setTimeout(tryNow, pause * 1000);
}

/** Resolves when the server can be reached. */
export function reachable() {
  if (!outage.value) return Promise.resolve();
  return new Promise((resolve) => {
    const end = outage.watch((value) => {
      if (value) return;
      end();
      resolve();
    });
  });
}
