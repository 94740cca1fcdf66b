// The right half: one examination, phase by phase, live or stored.

import { ClassificationSection } from "./classification.js";
import { DescriptionSection } from "./description.js";
import { announce, element, replace } from "./dom.js";
import { has } from "./features.js";
import { Further } from "./further.js";
import { GuessForm, guessOf } from "./guess.js";
import { ObservationsSection } from "./observations.js";
import { effort, flags, provenance } from "./provenance.js";
import { shareButtons } from "./share.js";
import { model, readerMode, readingProtocol } from "./store.js";
import { trouble } from "./trouble.js";
import { Why } from "./why.js";
import { agreement, duration, lesion, moment } from "./words.js";

const PHASES = [
  ["observation", "Observations", "phase1_ms"], ["review", "Description", "phase2_ms"], ["classification", "Classification", "phase3_ms"],
];

/** Draws readings; the actions belong to the view that owns it. */
export class Panel {
  #actions;
  #reading = null;
  #image = null;
  #end = null;
  #observations = new ObservationsSection();
  #description = new DescriptionSection();
  #classification = new ClassificationSection();
  #guess = new GuessForm(() => this.#committed());
  #head = element("div", { class: "panel-head" });
  #status = element("div", { class: "panel-status" });
  #phases = element("ol", { class: "phases" });
  #after = element("div", { class: "after" });
  #further = new Further();
  #steps = new Map();

  /** @param {{run, cancel, retry, giveUp, compare, remove, removeUpload}} actions */
  constructor(actions) {
    this.#actions = actions;
    const content = { observation: this.#observations, review: this.#description, classification: this.#classification };
    for (const [phase, name] of PHASES) {
      const mark = element("span", { class: "phase-mark", "aria-hidden": "true" });
      const time = element("span", { class: "phase-time" });
      const state = element("span", { class: "unseen" });
      const item = element(
        "li", { class: "phase", data: { phase } },
        element("div", { class: "phase-head" }, mark, element("h3", {}, name, state), time), content[phase].node);
      this.#steps.set(phase, { item, time, state });
      this.#phases.append(item);
    }
    this.node = element(
      "section", { class: "panel", "aria-label": "Examination", tabindex: -1 },
      this.#head, this.#status, this.#guess.node, this.#phases, this.#further.node, this.#after);
    for (const watched of [readerMode, readingProtocol, model]) watched.watch(() => this.#draw());
  }

  get reading() { return this.#reading; }
  get guess() { return this.#guess; }

  /** Shows a reading of an image. */
  show(reading, image) {
    this.#end?.();
    this.#reading = reading;
    this.#image = image;
    this.#observations.onDrop = null;
    this.#observations.dropped = new Set();
    this.#classification.without(null);
    this.#end = reading?.watch((_, event) => this.#heard(event)) ?? null;
    if (reading?.state === "done") this.#ask();
    this.#askGuess();
    this.#draw();
    this.node.scrollTop = 0;
  }

  get #isHidden() {
    return readerMode.value && Boolean(this.#reading) && !guessOf(this.#reading.name);
  }

  #ask() {
    const { report } = this.#reading;
    if (has("classify") && report.diagnosis && report.diagnosis.method !== "scored" && Object.keys(report.observations).length > 0) {
      new Why(this.#reading, this.#observations, this.#classification);
    }
  }

  #askGuess() {
    if (this.#reading) this.#guess.ask(this.#reading.name);
  }

  #committed() {
    if (this.#reading.state === "idle") this.#actions.run();
    this.#draw();
    announce("Committed.");
    this.node.scrollTop = 0;
  }

  #heard(event) {
    if (event?.event === "description_text" && !this.#isHidden && !this.#reading.description) {
      return this.#description.grow(event.text);
    }
    if (event?.event === "finished") {
      this.#ask();
      if (!this.#isHidden) this.#announceEnd();
    }
    if (event?.event === "failed") announce(this.#reading.state === "cancelled" ? "Cancelled." : "The examination failed.");
    this.#draw();
  }

  #announceEnd() {
    const { diagnosis, ground_truth: truth } = this.#reading.report;
    if (!diagnosis) return announce("Done, without a classification.");
    const agrees = agreement(diagnosis.code, truth ?? this.#image?.truth);
    announce(`Classification: ${lesion(diagnosis.code)}${agrees === null ? "" : agrees ? ", match" : ", mismatch"}.`);
  }

  #draw() {
    const reading = this.#reading;
    this.node.classList.toggle("empty", !reading);
    if (!reading) {
      replace(this.#head, element("p", { class: "pending", text: "Choose an image to read it." }));
      for (const part of [this.#status, this.#after]) replace(part);
      this.#guess.node.hidden = true;
      this.#phases.hidden = true;
      this.#further.draw(null);
      return;
    }
    const isHidden = this.#isHidden;
    const guess = readerMode.value ? guessOf(reading.name) : null;
    this.#drawHead(reading, isHidden);
    this.#drawStatus(reading, isHidden);
    this.#guess.node.hidden = !readerMode.value;
    if (guess) this.#guess.compare(reading.name, guess, reading, this.#image?.truth);
    this.#phases.hidden = isHidden;
    this.#after.hidden = isHidden;
    this.#further.draw(isHidden ? null : reading, this.#image);
    if (isHidden) return;
    this.#drawPhases(reading);
    this.#observations.draw(reading);
    this.#description.draw(reading);
    this.#classification.draw(reading, this.#image?.truth);
    this.#drawAfter(reading);
  }

  #drawHead(reading, isHidden) {
    const { run, cancel } = this.#actions;
    const isFresh = reading.state === "idle";
    const truth = this.#image?.truth;
    replace(
      this.#head,
      element("h2", { text: reading.name || "Examination" }),
      element("p", { class: "subtitle" }, this.#subtitle(reading), !isHidden && isFresh && truth
        ? ` Ground truth: ${truth.code.toUpperCase()} ${lesion(truth.code)}.` : ""),
      element(
        "div", { class: "run-row" },
        reading.isUnderWay
          ? element("button", { type: "button", class: "primary stop", text: "Cancel", title: "Cancel (C)", on: { click: cancel } })
          : this.#image && element("button", {
            type: "button", class: "primary", title: "Run (Enter)", on: { click: run },
          }, isFresh ? "Run" : "Run again", element("kbd", { "aria-hidden": "true", text: "⏎" })),
        this.#image?.isUpload && element("button", {
          type: "button", class: "quiet", text: "Delete upload", on: { click: () => this.#actions.removeUpload(this.#image) },
        })));
  }

  #subtitle(reading) {
    switch (reading.state) {
      case "idle": return "Not read yet.";
      case "asking": return reading.isUnwanted ? "Cancelling…" : "Asking the server…";
      case "queued": return "Waiting in the queue…";
      case "running": return reading.phase === "looking" ? "Looking at the image…" : "Reading…";
      case "cancelled": return "Cancelled. What had arrived by then is shown below.";
      case "failed": return reading.failure?.retryAt ? "Not started yet." : "The examination failed.";
      default: return reading.finished ? `Read ${moment(reading.finished)}.` : "Read.";
    }
  }

  #drawStatus(reading, isHidden) {
    const { retry, giveUp } = this.#actions;
    replace(
      this.#status,
      reading.isInterrupted && reading.isUnderWay && element(
        "p", { class: "note", text: "The connection broke; the examination continues. Reconnecting…" }),
      reading.isPolled && reading.isUnderWay && element(
        "p", { class: "note", text: "Live events are blocked. The result will appear when it is ready." }),
      reading.state === "failed" && reading.failure && trouble(reading.failure, { retry: this.#image && retry, giveUp }),
      reading.state === "idle" && ["no_weights", "failed"].includes(model.value?.status) && trouble(
        { reason: "no_weights", message: "The server runs without weights; nothing can be read." }),
      isHidden && reading.isUnderWay && element("p", { class: "note", text: "The model is reading; its answer stays hidden." }));
  }

  #drawPhases(reading) {
    const hasReview = !readingProtocol.value || readingProtocol.value.review || reading.description || reading.text;
    for (const [phase, , key] of PHASES) {
      const { item, time, state } = this.#steps.get(phase);
      const isDone = reading.phasesDone.has(phase);
      const isNow = reading.isUnderWay && reading.phase === phase;
      item.dataset.state = isNow ? "now" : isDone ? "done" : "waiting";
      item.setAttribute("aria-busy", String(isNow));
      state.textContent = isNow ? ", under way" : isDone ? "" : reading.isUnderWay ? ", to come" : "";
      const spent = reading.report?.timings[key];
      time.textContent = spent > 0 ? duration(spent) : "";
      const isAsked = phase === "classification" || (phase === "observation"
        ? reading.observations.size > 0 || !readingProtocol.value || readingProtocol.value.questions.length > 0
        : hasReview);
      item.hidden = reading.state === "done" && phase !== "classification"
        ? (phase === "observation" ? reading.observations.size === 0 : !reading.description) : !isAsked;
    }
    this.#phases.hidden = reading.state === "failed" && reading.observations.size === 0 && !reading.text;
  }

  #drawAfter(reading) {
    if (reading.state !== "done") return replace(this.#after);
    const { report } = reading;
    const { compare, remove } = this.#actions;
    const section = (name, content) => element("section", { "aria-label": name }, element("h3", { text: name }), content);
    const kept = this.#after.querySelector("details.provenance-box")?.open;
    replace(
      this.#after, section("Quality", flags(report)), section("Time and work", effort(report)),
      element(
        "details", { class: "provenance-box", open: Boolean(kept) },
        element("summary", { text: `Provenance: ${report.protocol.id} ${report.protocol.version}, ${report.model.name}` }), provenance(report)),
      shareButtons(reading, [
        compare && reading.id && element("button", { type: "button", text: "Compare…", title: "Compare with another run of this image", on: { click: () => compare(reading) } }),
        remove && reading.id && element("button", { type: "button", class: "quiet", text: "Delete", title: "Delete it from the history", on: { click: () => remove(reading) } }),
      ]));
  }
}
