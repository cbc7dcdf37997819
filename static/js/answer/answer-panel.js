/** The panel beside the photo: what is going on, then the answer, or why there is none. */

import { wholePercent } from "../i18n/gettext.js";
import { AN_ANIMAL, closest, confidence, percent, refusal, squirrel, timing, verdict } from "../i18n/messages.js";

/** Draws into the elements that `root` holds, found by their `data-part`. */
export class AnswerPanel {
  #parts; #said; #predictions = [];

  constructor(root) {
    const parts = [...root.querySelectorAll("[data-part]")].map((element) => [element.dataset.part, element]);
    this.#parts = Object.fromEntries(parts);
    this.#said = root.querySelector("[aria-live]");
    this.#parts.threshold.addEventListener("input", () => this.#filter());
  }

  /** `fraction` 0…1 of the bytes are away; `null`: nobody knows how long. */
  working(sentence, fraction = null) {
    this.#say(sentence);
    this.#show("progress-panel");
    const { progress } = this.#parts;
    if (fraction === null) progress.removeAttribute("value");
    else progress.value = fraction;
  }

  answered(result, roundTripMs, took = timing(result, roundTripMs)) {
    const sure = confidence(result);
    const line = [sure.word, sure.number, closest(result)].filter(Boolean).join(" · ");
    this.#say(verdict(result), { detail: line, squirrel: squirrel(result), whole: result.squirrel === "yes" });
    fill(this.#parts.certainty, sure.score);
    this.#predictions = result.predictions;
    this.#parts["prediction-list"].replaceChildren(...result.predictions.map(row));
    this.#parts.timing.textContent = took;
    this.#filter();
    this.#show("predictions");
  }

  rejected(error) {
    const { sentence, advice, again } = refusal(error);
    this.#say(sentence, { detail: advice });
    this.#parts.retry.hidden = !again;
    this.#show("error");
  }

  /** While answers come many times a second, somebody else says them. */
  hush(silent) { this.#said.ariaLive = silent ? "off" : "polite"; }

  clear() {
    for (const name of ["squirrel", "verdict", "detail"]) this.#parts[name].textContent = "";
    this.#show("nothing");
  }

  /** The first sentence stands out, unless it takes the `whole`; what follows it is the same size, and quieter. */
  #say(text, { detail = "", squirrel = "", whole = false } = {}) {
    this.#parts.squirrel.textContent = squirrel;
    this.#parts.verdict.hidden = false;
    const [first, more] = whole ? [text] : text.split(/^([^.]*\.)(?: |$)/).filter(Boolean);
    if (this.#parts.verdict.textContent !== text) {
      this.#parts.verdict.replaceChildren(first, ...(more ? [" ", part("span", "more", more)] : []));
    }
    this.#parts.detail.textContent = detail;
  }

  #show(shown) {
    for (const name of ["progress-panel", "predictions", "error"]) this.#parts[name].hidden = name !== shown;
    this.#parts.certainty.hidden = shown !== "predictions";
  }

  #filter() {
    const least = Number(this.#parts.threshold.value) / 100;
    const above = this.#predictions.map(({ score }) => score >= least);
    [...this.#parts["prediction-list"].children].forEach((item, index) => { item.hidden = !above[index]; });
    this.#parts["threshold-value"].textContent = wholePercent(least);
    this.#parts.none.hidden = above.includes(true);
  }
}

function row({ display, score, is_animal: isAnimal }) {
  const item = document.createElement("li");
  item.classList.toggle("is-animal", isAnimal);
  const name = part("span", "prediction-name");
  name.append(english(display));
  if (isAnimal) name.append(part("span", "visually-hidden", AN_ANIMAL));
  const bar = part("span", "bar");
  bar.setAttribute("aria-hidden", "true");
  fill(bar, score);
  item.append(name, part("span", "prediction-score", percent(score)), bar);
  return item;
}

/** The names of the classes are English in every language, and are to be read aloud so. */
function english(name) {
  return Object.assign(part("span", "", name), { lang: "en" });
}

function part(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** Through the CSSOM: the page's policy refuses style attributes. */
function fill(bar, score) {
  bar.style.setProperty("--score", String(score));
}
