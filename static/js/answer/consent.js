/** The checkbox that lets the server keep photos, with its label and hint. */

import { CONSENT } from "../i18n/messages.js";

export class ConsentBox {
  #checkbox; #label; #hint; #initialHint;

  /** @param {{checkbox: HTMLInputElement, label: HTMLElement, hint: HTMLElement, onChange: () => void}} parts */
  constructor({ checkbox, label, hint, onChange }) {
    this.#checkbox = checkbox;
    this.#label = label;
    this.#hint = hint;
    this.#initialHint = hint.textContent ?? "";
    checkbox.addEventListener("change", onChange);
  }

  get isTicked() { return this.#checkbox.checked; }
  untick() { this.#checkbox.checked = false; }
  disable() { this.#checkbox.disabled = true; }

  /** Ask for one photo. @param {boolean} isSent consent that was sent cannot be withdrawn here */
  showForPhoto(isSent) {
    this.#setText(CONSENT.onePhoto, this.#initialHint);
    this.#checkbox.disabled = isSent;
  }

  /** Ask for all photos that a batch sends from now on. @param {boolean} isTicked */
  showForBatch(isTicked) {
    this.#setText(CONSENT.allPhotos, CONSENT.allPhotosHint);
    this.#checkbox.disabled = false;
    this.#checkbox.checked = isTicked;
  }

  /** Ask for one photo of a batch. @param {boolean} isSent */
  showForRow(isSent) {
    this.showForPhoto(isSent);
    this.#checkbox.checked = isSent;
  }

  showSaved() {
    this.disable();
    this.#hint.textContent = CONSENT.saved;
  }

  showFailed() {
    this.#checkbox.checked = this.#checkbox.disabled = false;
    this.#hint.textContent = CONSENT.failed;
  }

  /** @param {string} label @param {string} hint */
  #setText(label, hint) {
    this.#label.textContent = label;
    this.#hint.textContent = hint;
  }
}
