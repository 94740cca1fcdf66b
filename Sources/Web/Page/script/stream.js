// A job's events, each once and in order, whatever happens to the connection.

import { eventsAddress, jobStatus, ServerGone } from "./api.js";
import { lost, found, reachable } from "./connection.js";

const NAMES = [
  "phase_started", "observation", "description_text", "description_cleaned", "diagnosis", "finished", "failed",
];
const FRUITLESS_STREAMS = 3; // streams that end without an event before the job is polled instead
const POLL_PAUSE = 1000; // milliseconds

/**
 * Follows a job to its end.
 * @param {string} job
 * @param {object} listener `event(event)`, `interrupted(isInterrupted)`, `polling()`, `missing(error)`
 * @returns a function that ends the following
 */
export function follow(job, listener) {
  let last = 0;
  let source = null;
  let isOver = false;
  let fruitless = 0;

  function take(event) {
    if (isOver || !(event.number > last)) return;
    last = event.number;
    fruitless = 0;
    listener.interrupted?.(false);
    listener.event(event);
    if (event.event === "finished" || event.event === "failed") stop();
  }

  function open() {
    if (isOver) return;
    source = new EventSource(eventsAddress(job, last));
    source.addEventListener("open", () => {
      found();
      listener.interrupted?.(false);
    });
    for (const name of NAMES) source.addEventListener(name, (message) => take(parse(message.data)));
    source.addEventListener("error", interrupted);
  }

  // The browser reconnects by itself and tells the last event's number; where it gives up, we do it.
  async function interrupted() {
    if (isOver) return;
    listener.interrupted?.(true);
    fruitless += 1;
    if (source.readyState !== EventSource.CLOSED && fruitless < FRUITLESS_STREAMS) return;
    source.close();
    try {
      const status = await jobStatus(job);
      if (isOver || settle(status)) return;
    } catch (error) {
      if (!(error instanceof ServerGone)) return fail(error);
      await reachable();
      if (!isOver) open();
      return;
    }
    if (fruitless >= FRUITLESS_STREAMS) poll();
    else setTimeout(open, POLL_PAUSE);
  }

  async function poll() {
    listener.interrupted?.(false);
    listener.polling?.();
    while (!isOver) {
      try {
        if (settle(await jobStatus(job))) return;
      } catch (error) {
        if (!(error instanceof ServerGone)) return fail(error);
        listener.interrupted?.(true);
        await reachable();
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_PAUSE));
    }
  }

  /** Whether a status says that the job is over; then its end is told as if it had come as an event. */
  function settle(status) {
    if (status.status === "done" && status.examination) {
      take({ number: Number.MAX_SAFE_INTEGER, event: "finished", report: status.examination });
    } else if (status.status === "error") {
      const failure = { message: status.error, reason: status.reason };
      take({ number: Number.MAX_SAFE_INTEGER, event: "failed", failure });
    }
    return isOver;
  }

  function fail(error) {
    if (isOver) return;
    stop();
    listener.missing?.(error);
  }

  function stop() {
    isOver = true;
    source?.close();
  }

  open();
  return stop;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    lost();
    return {};
  }
}
