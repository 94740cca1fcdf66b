// Questions about one picture, which the server answers in its queue of examinations.

import { cancelJob, json, jobStatus, ServerProblem } from "../script/api.js";
import { element } from "../script/dom.js";
import { model } from "../script/store.js";
import { counted } from "../script/words.js";

const PAUSE = 700; // milliseconds between two looks at a job that takes long

/** Asks, and waits for the answer; a signal that is aborted cancels the job. */
export async function ask(path, question, signal) {
  const asked = await json(path, { method: "POST", json: question, signal });
  if (asked.status === "done") return asked.answer;
  const cancel = () => cancelJob(asked.job_id).catch(() => {}); // It may be over.
  signal.addEventListener("abort", cancel);
  try {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      signal.throwIfAborted();
      const status = await jobStatus(asked.job_id);
      if (status.status === "done") return status.answer;
      if (status.status === "error") throw new ServerProblem(422, { detail: status.error, reason: status.reason });
    }
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/** A form's question at a time: another one cancels the one before. */
export class Asker {
  #asking = null;
  #context;

  /** @param {{signal: AbortSignal}} context what ends all asking */
  constructor(context) {
    this.#context = context;
    context.signal.addEventListener("abort", () => this.stop());
  }

  stop() { this.#asking?.abort(); }

  /** Asks; resolves to `null` when another question or `stop` came between. */
  async ask(path, question) {
    this.stop();
    const asking = (this.#asking = new AbortController());
    const { reading } = this.#context;
    try {
      const answer = await ask(path, { filename: reading.name, seed: reading.report.seed, ...question }, asking.signal);
      return asking.signal.aborted ? null : answer;
    } catch (error) {
      if (asking.signal.aborted) return null;
      throw error;
    }
  }
}

/** What was computed, in words. */
export const work = ({ prompts, counts }) => `${counted(counts.image_encodes, "encode")}, ${counted(prompts, "prompt")}`;

/** What makes an answer another than that of the examination above it; a list of paragraphs. */
export function reservations({ report }, answer) {
  const words = [];
  if (answer.image.sha256 !== report.image.sha256) words.push("The picture under this name has changed since the examination.");
  const own = report.model.weights_sha256;
  if (model.value?.weights_sha256 && own && model.value.weights_sha256 !== own) {
    words.push(`${model.value.name}, which is loaded now, answers here; the examination is ${report.model.name}’s.`);
  }
  return words.map((text) => element("p", { class: "fine", text }));
}
