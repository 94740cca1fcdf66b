// Login: exchanges the server's token for a cookie that no script can read.

import { dialog, element } from "./dom.js";

let asking = null;

/** Asks the person for the token; resolves to whether the server took it. One dialog, however many requests wait. */
export function askForToken() {
  asking ??= new Promise((resolve) => {
    const field = element("input", { type: "password", name: "token", required: true, autocomplete: "current-password", "aria-label": "Token" });
    const message = element("p", { class: "problem", role: "alert" });
    let isTaken = false;
    const send = async (event) => {
      event.preventDefault();
      try {
        const answer = await fetch("api/session", {
          method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token: field.value }),
        });
        isTaken = answer.ok;
        if (isTaken) box.close();
        else message.textContent = "This is not the server’s token.";
      } catch {
        message.textContent = "The server cannot be reached.";
      }
    };
    const form = element(
      "form", { on: { submit: send } }, field, " ", element("button", { type: "submit", class: "primary", text: "Enter" }), message);
    const box = dialog("This server requires a token", form);
    box.addEventListener("close", () => {
      asking = null;
      resolve(isTaken);
    });
  });
  return asking;
}
