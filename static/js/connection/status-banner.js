/** The banner that reports a connection problem. */

import { line } from "../i18n/messages.js";

/** Says the state of `client`'s line in `words`, if it is worth a word; `waiting()`: how many photos have no answer. */
export class StatusBanner {
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
