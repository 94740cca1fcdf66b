// "Why?": what would the code be without an observation? Phase 3 alone, from the notes that are left.

import { classify } from "./api.js";
import { questionLabel } from "./store.js";

/** The observations that are left out of one stored examination. */
export class Why {
  #reading;
  #observations;
  #classification;
  #asking = null;
  #known = new Map();

  constructor(reading, observations, classification) {
    this.#reading = reading;
    this.#observations = observations;
    this.#classification = classification;
    observations.dropped = new Set();
    observations.onDrop = (id) => this.toggle(id);
    classification.without(null);
  }

  /** Leaves an observation out, or takes it back. */
  async toggle(id) {
    const dropped = this.#observations.dropped;
    if (!dropped.delete(id)) dropped.add(id);
    await this.#show();
    // The button was redrawn; keep the focus on it.
    const place = [...this.#reading.observations.keys()].indexOf(id);
    this.#observations.node.querySelectorAll(".drop-button")[place]?.focus();
  }

  back() {
    this.#observations.dropped.clear();
    this.#show();
    this.#observations.node.querySelector(".drop-button")?.focus();
  }

  async #show() {
    this.#asking?.abort();
    const { report } = this.#reading;
    const dropped = [...this.#observations.dropped];
    this.#observations.draw(this.#reading);
    if (dropped.length === 0) return this.#classification.without(null);
    const outcome = {
      names: dropped.map((id) => questionLabel(id).toLowerCase()), before: report.diagnosis, back: () => this.back(),
    };
    const key = [...dropped].sort().join("\n");
    if (!this.#known.has(key)) {
      this.#classification.without(outcome);
      this.#asking = new AbortController();
      const { signal } = this.#asking;
      try {
        const notes = {
          observations: Object.fromEntries(
            Object.entries(report.observations).filter(([id]) => !dropped.includes(id)).map(([id, { value }]) => [id, value])),
          description: report.description?.raw ?? null,
          seed: report.seed,
        };
        const answer = await classify(notes, signal);
        this.#known.set(key, answer.diagnosis ?? answer.examination.diagnosis);
      } catch (error) {
        if (error.name !== "AbortError") this.#classification.without({ ...outcome, error: error.message });
        return;
      }
    }
    this.#classification.without({ ...outcome, diagnosis: this.#known.get(key) });
  }
}
