/** The line as the page knows it: where new tickets come from, and what is said when it is away. */

import { Refusal } from "./protocol.js";
import { line } from "./words.js";

const TICKET_WITHIN_MS = 10_000;

/** Gives a `fetchTicket` for the client. */
export function ticketOffice(url, csrfToken) {
  return async () => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "X-CSRFToken": csrfToken },
      signal: AbortSignal.timeout(TICKET_WITHIN_MS),
    });
    if (response.status === 403) throw new Refusal("auth.invalid");
    if (!response.ok) throw new Error(`ticket: ${response.status}`);
    return response.json();
  };
}

/** Says the state of `client`'s line in `words`, if it is worth a word; `waiting()`: how many photos have no answer. */
export class LineNote {
  #parts; #waiting; #state = { state: "idle" };

  constructor({ note, words, retry, client, waiting }) {
    this.#parts = { note, words, retry };
    this.#waiting = waiting;
    client.addEventListener("state", ({ detail }) => { this.#state = detail; this.say(); });
    window.addEventListener("online", () => client.connect());
    window.addEventListener("offline", () => this.say());
    retry.addEventListener("click", () => client.connect());
  }

  say() {
    const [waiting, online, { state, attempt }] = [this.#waiting(), navigator.onLine, this.#state];
    const quiet = state === "waiting" && !waiting && attempt < 2 && online;
    const text = quiet ? "" : line(this.#state, { online, waiting });
    this.#parts.words.textContent = text;
    this.#parts.note.hidden = !text;
    this.#parts.retry.hidden = state !== "waiting";
  }
}
