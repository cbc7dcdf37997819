/** What may be said and done after an answer: right or not, share. The record may still be on its way. */

import { offerNames } from "./name-suggestions.js";
import { gettext, ngettext } from "../i18n/gettext.js";

/** How often a record that is not there yet is asked for. */
const TRIES = 15;
const WAIT_MS = 1_000;

const SAID = {
  right: () => gettext("Thank you. Noted."),
  again: () => gettext("You had said so before. The first time counts."),
  gone: () => gettext("This answer was deleted."),
  late: () => gettext("This answer is not in the history yet. Please try again later."),
  lost: () => gettext("That did not get through. Please try again."),
};

/** The buttons below an answer; the page's style hides them in every other state. */
class FeedbackPanel {
  #root; #opinion; #share; #said; #link; #record = null;

  constructor(root) {
    this.#root = root;
    this.#opinion = root.querySelector(".feedback-form");
    this.#share = root.querySelector(".share");
    this.#said = root.querySelector("[data-part=feedback-status]");
    this.#link = root.querySelector("[data-part=link]");
    this.#opinion.addEventListener("submit", (event) => this.#submitted(event, "judge", ({ first }) => this.#judged(first)));
    this.#share.addEventListener("submit", (event) => this.#submitted(event, "share", (shared) => this.#shared(shared)));
    offerNames(this.#opinion);
  }

  take({ record }) {
    this.#record = record;
    this.#opinion.reset();
    this.#opinion.querySelector("details").open = false;
    this.#opinion.hidden = this.#share.hidden = this.#root.hidden = false;
    this.#link.hidden = true;
    this.#say("");
  }

  async #submitted(event, what, done) {
    event.preventDefault();
    const [record, form] = [this.#record, event.target];
    const answer = await this.#post(`${this.#root.dataset.history}/${record}/${what}`, new FormData(form, event.submitter));
    if (record !== this.#record) return;
    if (typeof answer === "string") this.#say(answer);
    else done(answer);
  }

  /** The answer, or why there is none in words. */
  async #post(url, body) {
    try {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const response = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
        if (response.status === 410) return SAID.gone();
        if (response.status === 400) return (await response.json()).message;
        if (response.status !== 202) return response.ok ? await response.json() : SAID.lost();
        await new Promise((resolve) => { setTimeout(resolve, WAIT_MS); });
      }
      return SAID.late();
    } catch {
      return SAID.lost();
    }
  }

  #judged(first) {
    this.#opinion.hidden = true;
    this.#say(first ? SAID.right() : SAID.again());
  }

  #shared({ link, days }) {
    this.#share.hidden = true;
    this.#link.hidden = false;
    const field = this.#link.querySelector("input");
    field.value = link;
    this.#link.querySelector("label").textContent = ngettext(
      "Whoever has this link sees the answer, and the photo if you kept it, for {count} day:",
      "Whoever has this link sees the answer, and the photo if you kept it, for {count} days:", days,
    );
    field.focus();
    field.select();
  }

  #say(text) {
    this.#said.textContent = text;
  }
}

export const feedbackPanel = new FeedbackPanel(document.getElementById("follow-up"));
