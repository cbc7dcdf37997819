/** The checkbox that lets the server keep photos, with its label and hint. */

import { CONSENT } from "../i18n/messages.js";
import { find } from "../ui/dom.js";

export class ConsentBox {
  #checkbox; #label; #hint; #initialHint;

  /** @param {HTMLElement} root @param {() => void} onChange */
  constructor(root, onChange) {
    this.#checkbox = find("input", HTMLInputElement, root);
    this.#label = find("label", HTMLElement, root);
    this.#hint = find(".consent-hint", HTMLElement, root);
    this.#initialHint = this.#hint.textContent ?? "";
    this.#checkbox.addEventListener("change", onChange);
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
