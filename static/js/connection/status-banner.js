/** The banner that reports a lost connection. */

import { connectionText } from "../i18n/messages.js";
import { find } from "../ui/dom.js";

export class StatusBanner {
  #banner; #text; #retryButton; #countPending;
  /** @type {ConnectionStatus} */
  #status = { state: "idle" };

  /**
   * @param {HTMLElement} banner
   * @param {import("./client.js").Client} client
   * @param {() => number} countPending returns how many photos have no answer yet
   */
  constructor(banner, client, countPending) {
    this.#banner = banner;
    this.#text = find("p", HTMLElement, banner);
    this.#retryButton = find("button", HTMLElement, banner);
    this.#countPending = countPending;
    client.addEventListener("state", (event) => {
      this.#status = /** @type {CustomEvent<ConnectionStatus>} */ (event).detail;
      this.update();
    });
    window.addEventListener("online", () => client.connect());
    window.addEventListener("offline", () => this.update());
    this.#retryButton.addEventListener("click", () => client.connect());
  }

  update() {
    const text = this.#describe();
    this.#text.textContent = text;
    this.#banner.hidden = !text;
    this.#retryButton.hidden = this.#status.state !== "waiting";
  }

  /** Return the text of the banner. It is empty after the first failed attempt if no photo waits. */
  #describe() {
    const { state, attempt = 0 } = this.#status;
    const [pending, isOnline] = [this.#countPending(), navigator.onLine];
    if (state === "waiting" && !pending && attempt < 2 && isOnline) return "";
    return connectionText(this.#status, { isOnline, pending });
  }
}
