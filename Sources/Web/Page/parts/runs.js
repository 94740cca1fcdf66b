// Validations and audits that are started here: the button, what is under way, and what was stopped.

import { cancelRun, deleteRun, resumeRun, runEvents, runState, startedRuns, startRun } from "../script/api.js";
import { announce, element, replace } from "../script/dom.js";
import { counted, moment, sentence } from "../script/words.js";
import { RunForm, timeWords } from "./run-form.js";

export const isStyled = true;

const RETRY = 2000; // milliseconds until a lost connection is tried again
const STAGES = {
  starting: "Starting", looking_through: "Looking through the images", measuring: "Measuring the time on three images",
  reading: "Reading", writing: "Writing the report",
};

/** What stands above the results of a kind of run. */
export class Runs {
  #kind;
  #finished;
  #following = new Map();
  #form;
  #place = element("div", { class: "run-list" });
  #message = element("p", { class: "problem", role: "alert", hidden: true });
  button = element("button", { type: "button", class: "primary", on: { click: () => this.#open() } });
  node = element("div", { class: "run" });

  /**
   * @param {string} kind `validation` or `audit`
   * @param {(id: string) => void} finished told of each run that is done while the page looks on
   */
  constructor(kind, finished) {
    this.#kind = kind;
    this.#finished = finished;
    this.button.textContent = kind === "audit" ? "New audit" : "New validation";
    this.#form = new RunForm(kind, (order) => this.#start(order), () => this.#close());
    this.#form.node.hidden = true;
    replace(this.node, this.#form.node, this.#message, this.#place);
  }

  /** Shows what is under way and what was stopped; gives the runs that have results. */
  async show() {
    const runs = (await startedRuns()).filter(({ order }) => order.kind === this.#kind);
    const open = runs.filter((run) => run.status !== "done" && !(run.order.plan && run.status !== "running"));
    for (const [id, { node, stop }] of this.#following) {
      if (!open.some((run) => run.id === id)) stop(), node.remove(), this.#following.delete(id);
    }
    for (const run of open) this.#draw(run);
    return runs.filter(({ status, order }) => status === "done" && !order.plan);
  }

  async #open() {
    this.#tell("");
    this.#form.node.hidden = false;
    await this.#form.show();
  }

  #close() {
    this.#form.node.hidden = true;
    this.button.focus();
  }

  #tell(words) {
    this.#message.textContent = words;
    this.#message.hidden = words === "";
  }

  /** Starts a run. A plan is waited for; it resolves to the run with its plan, or to nothing if it was stopped. */
  async #start(order) {
    this.#tell("");
    const run = await startRun(order);
    if (!order.plan) this.#close();
    return new Promise((resolve, reject) => {
      this.#draw(run, (end) => {
        if (order.plan && end.error) reject(new Error(end.error.message));
        else resolve(end.status === "done" ? end : null);
      });
      if (!order.plan) resolve(run);
    });
  }

  async #act(action, id) {
    this.#tell("");
    try {
      await action(id);
      await this.show();
    } catch (error) {
      this.#tell(sentence(error.message));
    }
  }

  #draw(run, ended = () => {}) {
    const known = this.#following.get(run.id);
    if (known?.isRunning && run.status === "running") return known.draw(run);
    known?.stop();
    known?.node.remove();
    const card = runCard(run, { cancel: () => this.#act(cancelRun, run.id), resume: () => this.#act(resumeRun, run.id), remove: () => this.#act(deleteRun, run.id) });
    const entry = { node: card.node, draw: card.draw, isRunning: run.status === "running", stop: () => {} };
    this.#following.set(run.id, entry);
    this.#place.prepend(card.node);
    if (run.status !== "running") return;
    entry.stop = follow(run.id, (now) => {
      if (now.status === "running") return card.draw(now);
      entry.stop();
      this.#following.delete(run.id);
      card.node.remove();
      if (now.status !== "done" && !now.order.plan) this.#draw(now);
      announce(`${now.order.plan ? "The plan" : `The ${this.#kind}`} is ${now.status === "done" ? "done" : "stopped"}`);
      ended(now);
      if (now.status === "done" && !now.order.plan) this.#finished(now.id);
    });
  }
}

/** A run that is under way, or was stopped. */
function runCard(run, { cancel, resume, remove }) {
  const button = (text, act) => element("button", { type: "button", text, on: { click: act } });
  const name = `${run.order.plan ? "Plan of an audit" : run.order.kind === "audit" ? "Audit" : "Validation"}, started ${moment(run.created)}`;
  const id = !run.order.plan && element("p", { class: "fine", text: run.id });
  if (run.status !== "running") {
    const why = { cancelled: "Cancelled.", interrupted: "The server ended before it was done.", error: sentence(run.error?.message) }[run.status];
    return { draw() {}, node: element(
      "section", { class: "card", "aria-label": name },
      element("h2", { text: name }), id,
      element("p", { class: run.status === "error" ? "problem" : "", text: `${why} ${run.progress.done} of ${counted(run.progress.total, "image")} had been read.` }),
      element("div", { class: "actions" }, run.can_resume && button("Continue", resume), button("Delete", remove))) };
  }
  const bar = element("progress", { max: 1, "aria-label": name });
  const stage = element("p", { role: "status" });
  const pace = element("p", { class: "fine" });
  const remarks = element("ul", { class: "fine" });
  function draw({ progress, order, remarks: told }) {
    const { done, total, failed, rate, seconds_left: left } = progress;
    if (progress.share > 0) bar.value = progress.share;
    else bar.removeAttribute("value");
    stage.textContent = STAGES[progress.stage] + (progress.stage === "reading" && total > 0 ? `: ${done} of ${counted(total, "image")}` : "…");
    const speed = rate && (rate >= 1 ? `${rate.toFixed(1)} ${order.kind === "audit" ? "questions" : "images"} per second` : `${(1 / rate).toFixed(1)} s for each ${order.kind === "audit" ? "question" : "image"}`);
    pace.textContent = [speed, left > 0 && `${timeWords(left)} left`, failed > 0 && `${counted(failed, "image")} could not be read`].filter(Boolean).join("; ");
    if (remarks.childElementCount !== told.length) replace(remarks, told.map((text) => element("li", { text })));
  }
  draw(run);
  return { draw, node: element(
    "section", { class: "card running", "aria-label": name },
    element("h2", { text: name }), id, stage, bar, pace, remarks,
    element("div", { class: "actions" }, button("Cancel", cancel))) };
}

/** Tells a run's states to its end; gives a function that ends that. */
function follow(id, told) {
  let source = null;
  let isOver = false;
  function take({ run }) {
    if (isOver) return;
    if (run.status !== "running") stop();
    told(run);
  }
  function open() {
    if (isOver) return;
    source = new EventSource(runEvents(id));
    for (const name of ["progress", "finished"]) source.addEventListener(name, (message) => take(JSON.parse(message.data)));
    source.addEventListener("error", async () => {
      source.close();
      try {
        take({ run: await runState(id) });
      } catch {
        // It is tried again.
      }
      setTimeout(open, RETRY);
    });
  }
  function stop() {
    isOver = true;
    source?.close();
  }
  open();
  return stop;
}
