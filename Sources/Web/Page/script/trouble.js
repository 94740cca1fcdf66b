// Error messages with hints.

import { element } from "./dom.js";
import { sentence } from "./words.js";

const HINTS = {
  no_weights: ["No model is loaded", "On the server’s machine, dermgemma doctor says what is missing, "
    + "and dermgemma models pull fetches weights. Images, history and validation runs still work."],
  failed: ["No model is loaded", "The weights could not be loaded. On the server’s machine, dermgemma doctor says why."],
  loading: ["The model is still loading", "It takes a moment after the server starts."],
  queue_full: ["The queue is full", null],
  too_many_requests: ["Too many requests", "The server limits the requests of one address."],
  gone: ["The server cannot be reached", "The page continues as soon as it is back."],
  not_found: ["No longer there", null],
  unusable_image: ["This image cannot be read", null],
};

/** A box about a failure; `retry` and `giveUp` are what its buttons do. */
export function trouble(failure, { retry, giveUp } = {}) {
  const [title, hint] = HINTS[failure.reason] ?? (failure.status === 429 ? HINTS.queue_full : ["Something went wrong", null]);
  const countdown = failure.retryAt ? element("span", { class: "countdown" }) : null;
  if (countdown) count(countdown, failure.retryAt);
  return element(
    "div", { class: failure.retryAt ? "trouble waiting" : "trouble", role: "alert" },
    element("h3", { text: title }),
    element("p", {}, failure.reason === "gone" ? hint : [sentence(failure.message), hint && ` ${hint}`]),
    countdown && element("p", {}, countdown),
    failure.id && element("p", { class: "fine" }, "The server’s log has it under ", element("code", { text: failure.id }), "."),
    element(
      "div", { class: "actions" },
      retry && element("button", { type: "button", text: "Try now", on: { click: retry } }),
      giveUp && failure.retryAt && element("button", { type: "button", class: "quiet", text: "Stop trying", on: { click: giveUp } })));
}

/** Counts the seconds down, as long as the text is on the page. */
function count(node, until) {
  const draw = () => {
    const seconds = Math.max(Math.ceil((until - Date.now()) / 1000), 0);
    node.textContent = seconds > 0 ? `Trying again in ${seconds} s` : "Trying again…";
  };
  draw();
  const timer = setInterval(() => (node.isConnected ? draw() : clearInterval(timer)), 500);
}
