// One examination as the page sees it: asked for, followed, over. Sections of the panel draw it.

import { cancelJob, listExaminations, ServerGone, ServerProblem, startExamination } from "./api.js";
import { reachable } from "./connection.js";
import { has } from "./features.js";
import { follow } from "./stream.js";
import { noteResult, remember, remembered } from "./store.js";

const LAST_JOB = "last-job";
const LOOKS = [50, 300, 1000, 3000]; // milliseconds before each look into the history

/** What is known of an examination, live or stored. `watch` tells of every change. */
export class Reading {
  /** `idle`, `asking`, `queued`, `running`, `done`, `failed`, `cancelled` */
  state = "idle";
  /** The server's id of the running job. */
  job = null;
  /** The id in the history; `null` until it is kept there. */
  id = null;
  finished = null;
  phase = null;
  phasesDone = new Set();
  observations = new Map();
  /** The description as it has been written so far. */
  text = "";
  description = null;
  diagnosis = null;
  report = null;
  /** `{message, reason, status, id, retryAt}` */
  failure = null;
  isInterrupted = false;
  isPolled = false;
  /** It was cancelled before the server's word on it was there. */
  isUnwanted = false;
  #stop = null;
  #asking = null;
  #answer = null;
  #retry = null;
  #watchers = new Set();

  constructor(name) {
    this.name = name;
  }

  /** A stored examination. */
  static stored(entry) {
    const reading = new Reading(entry.report?.image.name ?? "");
    reading.id = entry.id;
    reading.finished = entry.finished;
    if (entry.report) reading.#take(entry.report, false);
    else Object.assign(reading, { state: "failed", failure: entry.failure ?? { message: "The examination failed." } });
    return reading;
  }

  /** The examination that was under way when the page was loaded anew, if it was this image's; `null` otherwise. */
  static resumed() {
    const last = remembered(LAST_JOB, null);
    if (!last?.job || !last?.name) return null;
    const reading = new Reading(last.name);
    reading.#followJob(last.job);
    return reading;
  }

  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #tell(event = null) {
    for (const watcher of [...this.#watchers]) watcher(this, event);
  }

  get isUnderWay() {
    return this.state === "asking" || this.state === "queued" || this.state === "running";
  }

  /** Asks the server to read the image. */
  async start() {
    clearTimeout(this.#retry);
    this.#asking = new AbortController();
    Object.assign(this, { state: "asking", failure: null, isUnwanted: false });
    this.#tell();
    this.#answer = startExamination(this.name, { signal: this.#asking.signal });
    try {
      this.#followJob(await this.#answer);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#refused(error);
    }
  }

  #refused(error) {
    if (this.isUnwanted) return this.giveUp();
    if (error instanceof ServerGone) {
      this.failure = { message: error.message, reason: "gone" };
      reachable().then(() => this.failure?.reason === "gone" && this.state === "failed" && this.start());
    } else if (error instanceof ServerProblem) {
      this.failure = { message: error.message, reason: error.reason, status: error.status, id: error.id };
      if (error.retryAfter && (error.status === 429 || error.status === 503)) {
        this.failure.retryAt = Date.now() + error.retryAfter * 1000;
        this.#retry = setTimeout(() => this.start(), error.retryAfter * 1000);
      }
    } else {
      this.failure = { message: "The page could not understand the server’s answer.", reason: "page" };
    }
    this.state = "failed";
    this.#tell();
  }

  /** Gives up waiting for a full queue, or for an answer to what is not wanted any more. */
  giveUp() {
    clearTimeout(this.#retry);
    this.state = "idle";
    this.failure = null;
    this.#tell();
  }

  #followJob(job) {
    this.job = job;
    this.state = "queued";
    remember(LAST_JOB, { job, name: this.name });
    this.#tell();
    this.#stop = follow(job, {
      event: (event) => this.#hear(event),
      interrupted: (isInterrupted) => {
        if (this.isInterrupted === isInterrupted) return;
        this.isInterrupted = isInterrupted;
        this.#tell();
      },
      polling: () => {
        this.isPolled = true;
        this.#tell();
      },
      missing: (error) => {
        remember(LAST_JOB, null);
        Object.assign(this, { state: "failed", failure: { message: error.message, reason: error.reason, id: error.id } });
        this.#tell();
      },
    });
  }

  #hear(event) {
    switch (event.event) {
      case "phase_started":
        if (this.phase) this.phasesDone.add(this.phase);
        Object.assign(this, { state: "running", phase: event.phase });
        break;
      case "observation":
        this.observations.set(event.question, event.observation);
        break;
      case "description_text":
        this.text += event.text;
        break;
      case "description_cleaned":
        this.description = event.description;
        break;
      case "diagnosis":
        this.diagnosis = event.diagnosis;
        break;
      case "finished":
        this.#take(event.report);
        this.finished = new Date().toISOString();
        this.#findInHistory();
        break;
      case "failed":
        this.state = event.failure.reason === "cancelled" || event.failure.message === "cancelled" ? "cancelled" : "failed";
        this.failure = event.failure;
        noteResult(this.name, { failure: event.failure });
        break;
    }
    if (!this.isUnderWay) remember(LAST_JOB, null);
    this.#tell(event);
  }

  #take(report, isNew = true) {
    Object.assign(this, {
      state: "done", report, phase: null, diagnosis: report.diagnosis, description: report.description,
      observations: new Map(Object.entries(report.observations)), isInterrupted: false,
    });
    this.phasesDone = new Set(["looking", "observation", "review", "classification"]);
    if (isNew) noteResult(this.name, summary(this.id, report));
  }

  /** The history keeps an examination a moment after its last event, under an id of its own. */
  async #findInHistory() {
    if (!has("history")) return;
    const { image, timings } = this.report;
    for (const pause of LOOKS) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      const page = await listExaminations({ image: image.name, limit: 10 }).catch(() => ({ entries: [] }));
      const own = page.entries.find(({ report }) => report?.image.sha256 === image.sha256 && report.timings.total_ms === timings.total_ms);
      if (!own) continue;
      this.id = own.id;
      noteResult(this.name, summary(this.id, this.report));
      return this.#tell();
    }
  }

  /**
   * Asks the server to stop. While its answer to the examination is still to come there is no job to name yet, and to break off
   * would leave one behind that nobody watches; so the answer is waited for. Asked once more, it is waited for no longer.
   */
  async cancel() {
    if (this.state === "asking") {
      if (this.isUnwanted) {
        this.#asking.abort();
        return this.giveUp();
      }
      this.isUnwanted = true;
      this.#tell();
      await this.#answer.catch(() => {}); // `start` tells of it
    }
    if (this.state === "queued" || this.state === "running") await cancelJob(this.job);
  }

  /** Stops listening; the examination itself goes on. */
  leave() {
    clearTimeout(this.#retry);
    this.#stop?.();
    this.#watchers.clear();
  }
}

/** What the filmstrip and the history show of an examination. */
export const summary = (id, report) => ({
  id, code: report.diagnosis?.code ?? null, flags: report.flags, truth: report.ground_truth,
});
