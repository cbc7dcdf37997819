/** The panel below an answer: feedback and a link to share. The server may still be storing the record. */

import { attachNameSuggestions } from "./name-suggestions.js";
import { gettext, ngettext } from "../i18n/gettext.js";
import { collectParts, find } from "../ui/dom.js";

/** Maximum number of requests for a record that is not stored yet. */
const MAX_ATTEMPTS = 15;
const RETRY_DELAY_MS = 1_000;

const STATUS = {
  thanks: gettext("Thank you for your feedback."),
  repeated: gettext("You already gave feedback on this answer. The first one counts."),
  deleted: gettext("This answer was deleted."),
  notStored: gettext("This answer is not in the history yet. Please try again later."),
  failed: gettext("The server did not respond. Please try again."),
};

class FeedbackPanel {
  #root; #form; #shareForm; #record = "";
  /** @type {{"feedback-status": HTMLElement, link: HTMLElement}} */ #parts;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#parts = collectParts(root, "part");
    this.#form = find(".feedback-form", HTMLFormElement, root);
    this.#shareForm = find(".share", HTMLFormElement, root);
    this.#form.addEventListener("submit", (event) => this.#submit(event, "judge", ({ first }) => this.#showThanks(first)));
    this.#shareForm.addEventListener("submit", (event) => this.#submit(event, "share", (reply) => this.#showLink(reply)));
    attachNameSuggestions(this.#form);
  }

  /** @param {Pick<Result, "record">} result */
  showFor({ record }) {
    this.#record = record;
    this.#form.reset();
    find("details", HTMLDetailsElement, this.#form).open = false;
    this.#form.hidden = this.#shareForm.hidden = this.#root.hidden = false;
    this.#parts.link.hidden = true;
    this.#setStatus("");
  }

  /** @param {SubmitEvent} event @param {"judge" | "share"} action @param {(reply: any) => void} onSuccess */
  async #submit(event, action, onSuccess) {
    event.preventDefault();
    const record = this.#record;
    const fields = new FormData(/** @type {HTMLFormElement} */ (event.target), event.submitter);
    const reply = await post(`${this.#root.dataset.historyUrl}/${record}/${action}`, fields);
    if (record !== this.#record) return;
    if (typeof reply === "string") this.#setStatus(reply);
    else onSuccess(reply);
  }

  /** @param {boolean} isFirst */
  #showThanks(isFirst) {
    this.#form.hidden = true;
    this.#setStatus(isFirst ? STATUS.thanks : STATUS.repeated);
  }

  /** @param {{link: string, days: number}} reply */
  #showLink({ link, days }) {
    this.#shareForm.hidden = true;
    this.#parts.link.hidden = false;
    const field = find("input", HTMLInputElement, this.#parts.link);
    field.value = link;
    find("label", HTMLLabelElement, this.#parts.link).textContent = ngettext(
      "Anyone with this link can see the answer for {count} day, and the photo if you kept it:",
      "Anyone with this link can see the answer for {count} days, and the photo if you kept it:", days,
    );
    field.focus();
    field.select();
  }

  /** @param {string} text */
  #setStatus(text) {
    this.#parts["feedback-status"].textContent = text;
  }
}

/**
 * Post a form. Resolves to the server's JSON, or to a sentence about the failure.
 *
 * @param {string} url
 * @param {FormData} body
 */
async function post(url, body) {
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const response = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
      if (response.status === 410) return STATUS.deleted;
      if (response.status === 400) return (await response.json()).message;
      if (response.status !== 202) return response.ok ? await response.json() : STATUS.failed;
      await new Promise((resolve) => { setTimeout(resolve, RETRY_DELAY_MS); });
    }
    return STATUS.notStored;
  } catch {
    return STATUS.failed;
  }
}

export const feedbackPanel = new FeedbackPanel(find("#follow-up", HTMLElement));
