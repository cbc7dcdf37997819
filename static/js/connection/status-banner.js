/** The banner that reports a lost connection. */

import { connectionText } from "../i18n/messages.js";

export class StatusBanner {
  #parts; #countPending;
  /** @type {ConnectionStatus} */
  #status = { state: "idle" };

  /**
   * @param {{banner: HTMLElement, text: HTMLElement, retryButton: HTMLElement}} parts
   * @param {import("./client.js").Client} client
   * @param {() => number} countPending returns how many photos have no answer yet
   */
  constructor(parts, client, countPending) {
    this.#parts = parts;
    this.#countPending = countPending;
    client.addEventListener("state", (event) => {
      this.#status = /** @type {CustomEvent<ConnectionStatus>} */ (event).detail;
      this.update();
    });
    window.addEventListener("online", () => client.connect());
    window.addEventListener("offline", () => this.update());
    parts.retryButton.addEventListener("click", () => client.connect());
  }

  update() {
    const { banner, text, retryButton } = this.#parts;
    text.textContent = this.#text();
    banner.hidden = !text.textContent;
    retryButton.hidden = this.#status.state !== "waiting";
  }

  /** A first failed attempt without photos is not worth a message. */
  #text() {
    const { state, attempt = 0 } = this.#status;
    const [pending, isOnline] = [this.#countPending(), navigator.onLine];
    if (state === "waiting" && !pending && attempt < 2 && isOnline) return "";
    return connectionText(this.#status, { isOnline, pending });
  }
}
