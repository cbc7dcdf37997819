/** The tick that lets photos be kept, and what is said beside it. */

import { HINTS } from "../i18n/messages.js";

export class ConsentBox {
  #box; #label; #hint; #unticked;

  constructor({ box, label, hint, onTick }) {
    this.#box = box;
    this.#label = label;
    this.#hint = hint;
    this.#unticked = hint.textContent;
    box.addEventListener("change", onTick);
  }

  get ticked() { return this.#box.checked; }
  untick() { this.#box.checked = false; }

  /** Consent for one photo; `given`: it has gone with it, and cannot be called back. */
  forOne(given) {
    this.#say(HINTS.keepOne, this.#unticked);
    this.#box.disabled = given;
  }

  /** Consent for whatever a list sends from now on. */
  forMany(ticked) {
    this.#say(HINTS.keepMany, HINTS.keepManyHow);
    this.#box.disabled = false;
    this.#box.checked = ticked;
  }

  /** The answer of a row stands on the page: its own consent, not that of the list. */
  forRow(given) {
    this.forOne(given);
    this.#box.checked = given;
  }

  wait() { this.#box.disabled = true; }

  kept() {
    this.#box.disabled = true;
    this.#hint.textContent = HINTS.kept;
  }

  notKept() {
    this.#box.checked = this.#box.disabled = false;
    this.#hint.textContent = HINTS.notKept;
  }

  #say(label, hint) {
    this.#label.textContent = label;
    this.#hint.textContent = hint;
  }
}
