// The server's routes, and its problems as errors. Only this file and the parts that are fetched when they are opened know addresses.

import { found, lost } from "./connection.js";

/** An answer that is no success (RFC 9457). */
export class ServerProblem extends Error {
  constructor(status, document, retryAfter) {
    super(document.detail ?? document.title ?? `The server answered ${status}.`);
    this.status = status;
    this.reason = document.reason ?? "";
    this.id = document.id ?? "";
    this.retryAfter = document.retry_after ?? retryAfter;
  }
}

/** No answer at all. */
export class ServerGone extends Error {
  constructor() {
    super("The server cannot be reached.");
  }
}

/** Called when the server wants a token; resolves to whether it is worth trying again. */
let askForToken = async () => false;
export const onTokenNeeded = (ask) => (askForToken = ask);

async function request(path, { method = "GET", json, form, headers = {}, signal } = {}) {
  const body = json === undefined ? form : JSON.stringify(json);
  let answer;
  try {
    answer = await fetch(path, {
      method, body, signal, headers: json !== undefined ? { "Content-Type": "application/json", ...headers } : headers,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    lost();
    throw new ServerGone();
  }
  found();
  if (answer.status === 401 && (await askForToken())) return request(path, { method, json, form, headers, signal });
  if (!answer.ok) throw await problem(answer);
  return answer;
}

async function problem(answer) {
  const seconds = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
  const document = await answer.json().catch(() => ({}));
  return new ServerProblem(answer.status, document, Number.isFinite(seconds) ? seconds : undefined);
}

/** What a route answers; throws `ServerProblem` and `ServerGone`. */
export const json = async (path, options) => (await request(path, options)).json();
/** A name as one segment of an address. */
export const segment = encodeURIComponent;

/** All images: `{name, url, truth, lesion, order, isUpload}`. */
export async function listImages() {
  const { images } = await json("api/images");
  return images.map((image) => ({
    name: image.name, url: image.url, truth: image.ground_truth, lesion: image.lesion, order: image.order, isUpload: Boolean(image.upload), expires: image.expires,
  }));
}

/** The address of the picture as it is decoded: the file itself where a browser shows it so. */
export const shown = (url) => `${url}?shown=1`;
/** A smaller picture's address. */
export const smaller = (url, side) => `${url}?side=${side}`;
/** The address of what the model sees. */
export const prepared = (url) => `${url}?prepared=1`;

/** Which model reads, by which protocol. */
export const describeModel = () => json("api/model");
/** A protocol's document. */
export const protocolDocument = (id) => json(`api/protocols/${segment(id)}`);

/** Asks for an examination; gives the job's id. */
export async function startExamination(filename, { seed, signal } = {}) {
  const answer = await json("api/analyze", {
    method: "POST", json: seed === undefined ? { filename } : { filename, seed }, headers: { Prefer: "respond-async" }, signal,
  });
  return answer.job_id;
}

/** Where a job stands: `{status, examination, error, reason}`. */
export const jobStatus = (job) => json(`api/status/${segment(job)}`);
/** The address of a job's events. */
export const eventsAddress = (job, after) => `api/jobs/${segment(job)}/events${after ? `?after=${after}` : ""}`;
/** Cancels a job. */
export const cancelJob = (job) => request(`api/jobs/${segment(job)}`, { method: "DELETE" });

/** Phase 3 alone, from notes. */
export const classify = (notes, signal) => json("api/classify", { method: "POST", json: notes, signal });

/**
 * The history, newest first.
 * @param {object} query `image`, `code`, `flag`, `clean`, `match`, `limit`, `cursor`; what is empty is left out
 */
export async function listExaminations(query = {}) {
  const wanted = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const { examinations, next } = await json(`api/examinations?${new URLSearchParams(wanted)}`);
  return { entries: examinations.map(entry), next };
}

/** One examination with its report. */
export const examination = async (id) => entry(await json(`api/examinations/${segment(id)}`));
/** The address of one examination in another form: `fhir`, `dicom-sr`, `dicom-sc`. */
export const examinationFile = (id, format) => `api/examinations/${segment(id)}?format=${format}`;
/** Takes an examination out of the history. */
export const deleteExamination = (id) => request(`api/examinations/${segment(id)}`, { method: "DELETE" });

function entry(item) {
  return { id: item.id, finished: item.finished, report: item.examination ?? null, failure: item.error ?? null };
}

/** Deletes an uploaded image. */
export const deleteUpload = (name) => request(`api/uploads/${segment(name)}`, { method: "DELETE" });

/** Validation runs, newest first. */
export const listRuns = async () => (await json("api/validations")).runs;
/** The figures of a validation run. */
export const runSummary = (name) => json(`api/validations/${segment(name)}/summary.json`);
/** The address of a validation run's report. */
export const runReport = (name) => `api/validations/${segment(name)}/report.html`;

/** Audits, newest first. */
export const listAudits = async () => (await json("api/audits")).audits;
/** The address of an audit's file: `audit.json`, `audit.csv`, `audit.html`. */
export const auditFile = (name, file) => `api/audits/${segment(name)}/${file}`;
/** An audit's figures. */
export const auditFigures = (name) => json(auditFile(name, "audit.json"));

/** The address of two audits' comparison: `comparison.json`, `comparison.html`. */
export const comparisonFile = (name, other, file) => `api/audits/${segment(name)}/compared/${segment(other)}/${file}`;

/** Validations and audits that were started here, newest first. */
export const startedRuns = async () => (await json("api/runs")).runs;
/** Starts one: `{kind, folder, limit, families, quick, plan}`. */
export const startRun = (order) => json("api/runs", { method: "POST", json: order });
/** One of them, by its id. */
export const runState = (id) => json(`api/runs/${segment(id)}`);
/** The address of its events. */
export const runEvents = (id) => `api/runs/${segment(id)}/events`;
/** Cancels one, or continues or deletes one that is over. */
export const cancelRun = (id) => request(`api/runs/${segment(id)}`, { method: "DELETE" });
export const resumeRun = (id) => json(`api/runs/${segment(id)}/resume`, { method: "POST" });
export const deleteRun = (id) => request(`api/runs/${segment(id)}/files`, { method: "DELETE" });
/** Adds a form's files to a folder, or makes one; gives what is in it. */
export const addToFolder = (folder, form, signal) => json(`api/folders${folder ? `/${segment(folder)}` : ""}`, { method: "POST", form, signal });
/** Deletes an uploaded folder. */
export const deleteFolder = (folder) => request(`api/folders/${segment(folder)}`, { method: "DELETE" });

/**
 * Uploads a picture. `XMLHttpRequest`, because `fetch` does not tell how far an upload has come.
 * @param {(share: number) => void} progress from 0 to 1
 * @returns `{done: Promise<{name, url}>, abort}`
 */
export function upload(file, progress) {
  const sender = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    sender.upload.addEventListener("progress", (event) => event.lengthComputable && progress(event.loaded / event.total));
    sender.addEventListener("load", () => {
      let document = {};
      try {
        document = JSON.parse(sender.responseText);
      } catch {
        // An answer from something in between; its status says enough.
      }
      if (sender.status >= 200 && sender.status < 300) resolve(document);
      else reject(new ServerProblem(sender.status, document, Number(sender.getResponseHeader("Retry-After")) || undefined));
    });
    sender.addEventListener("error", () => {
      lost();
      reject(new ServerGone());
    });
    sender.addEventListener("abort", () => reject(new DOMException("Stopped", "AbortError")));
  });
  const form = new FormData();
  form.append("image", file, file.name || "pasted");
  sender.open("POST", "api/uploads");
  sender.send(form);
  return { done, abort: () => sender.abort() };
}
