// The words of the field, and numbers as people read them.

export const CODES = ["MEL", "NV", "BCC", "BKL"];

const LESIONS = {
  MEL: "melanoma",
  NV: "melanocytic nevus",
  BCC: "basal cell carcinoma",
  BKL: "benign keratosis-like lesion",
  AKIEC: "actinic keratosis or intraepithelial carcinoma",
  DF: "dermatofibroma",
  VASC: "vascular lesion",
  SCC: "squamous cell carcinoma",
  OTHER: "another diagnosis",
};

const FLAGS = {
  guardrail: "The model refused to answer",
  gibberish_repeat: "An output repeats itself",
  special_token_leak: "An output has a special token in it",
  thinking_leak: "An output has thinking text in it",
  verbose_output: "The classification is longer than a code",
  multiple_codes: "The classification names more than one code",
  cleaning_emptied: "Cleaning left nothing of the description",
  invalid_code: "The classification names no valid code",
  empty: "An output is empty",
  too_short: "The description is very short",
  classification_leakage: "The description names a code",
  excessive_non_ascii: "An output has many characters that are not ASCII",
  low_alpha_ratio: "An output has few letters",
  no_lesion: "The picture does not look like a lesion under a dermatoscope",
  no_comparison: "The description compares nothing with the image",
  no_additional_findings: "The description adds nothing to the observations",
};

const REASONS = {
  thinking: "thinking text",
  special_token: "a special token",
  refusal: "a refusal",
  gibberish: "it repeats itself",
  non_ascii: "many characters that are not ASCII",
  low_alpha: "few letters",
};

/** A code's diagnosis in words; the code itself when it is not known. */
export const lesion = (code) => LESIONS[code?.toUpperCase()] ?? code ?? "unknown";
export const flagWords = (flag) => FLAGS[flag] ?? flag.replaceAll("_", " ");
export const flagNames = Object.keys(FLAGS);
export const reasonWords = (reason) => REASONS[reason] ?? reason.replaceAll("_", " ");

export function methodWords(method) {
  if (method === "model") return "chosen by the model";
  if (method === "fallback") return "the protocol’s fallback; the model named no valid code";
  if (method === "scored") return "the most probable code";
  if (method?.startsWith("rule:")) return `by the protocol’s rule “${method.slice(5)}”`;
  return method ?? "";
}

/** A share in whole percent; what is not nothing and not all is not shown as if it were. */
export function percent(share) {
  if (!Number.isFinite(share)) return "–";
  if (share === 0) return "0 %";
  if (share === 1) return "100 %";
  if (share < 0.01) return "< 1 %";
  if (share > 0.99) return "> 99 %";
  return `${Math.round(share * 100)} %`;
}

/** The change of a share in percentage points, with its sign. */
export function points(change) {
  const whole = Math.round(change * 100);
  if (whole === 0) return Math.abs(change) < 0.0005 ? "no change" : change > 0 ? "< 1 pt up" : "< 1 pt down";
  return `${whole > 0 ? "+" : "−"}${Math.abs(whole)} pt`;
}

/** Milliseconds as a person says them. */
export function duration(milliseconds) {
  if (!Number.isFinite(milliseconds)) return "–";
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 100) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Bytes as a person says them. */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A number with its noun. */
export const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** A time as the reader's own clock has it. */
export function moment(text) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text ?? "";
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday
    ? date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : date.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

/** The codes from the most to the least probable. */
export const ranked = (probabilities) => [...CODES].sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0));

/** Whether a code agrees with the truth; `null` when the truth is unknown. */
export function agreement(code, truth) {
  if (!truth?.code || !code) return null;
  return truth.code.toUpperCase() === code.toUpperCase();
}

/** A message of the server's as a sentence. */
export function sentence(text) {
  const whole = (text ?? "").trim();
  if (!whole) return "";
  return `${whole[0].toUpperCase()}${whole.slice(1)}${/[.!?]$/.test(whole) ? "" : "."}`;
}
