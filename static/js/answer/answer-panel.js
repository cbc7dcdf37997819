/** The panel beside the photo: progress, then the answer or an error. */

import { formatPercent } from "../i18n/gettext.js";
import {
  ANIMAL_SUFFIX, closestMatchText, describeCertainty, errorText, scorePercent, squirrelText, timingText, verdictText,
} from "../i18n/messages.js";
import { collectParts, createElement, find, setScore } from "../ui/dom.js";

export class AnswerPanel {
  /** @type {AnswerParts} */ #parts;
  /** @type {Prediction[]} */ #predictions = [];
  #liveRegion;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#parts = collectParts(root, "part");
    this.#liveRegion = find("[aria-live]", HTMLElement, root);
    this.#parts.threshold.addEventListener("input", () => this.#applyThreshold());
  }

  /**
   * @param {string} sentence
   * @param {number | null} fraction of the bytes that are sent, 0…1; null if the progress is unknown
   */
  showProgress(sentence, fraction = null) {
    this.#setText(sentence);
    this.#showSection("progress-panel");
    const { progress } = this.#parts;
    if (fraction === null) progress.removeAttribute("value");
    else progress.value = fraction;
  }

  /** @param {Result} result @param {number} roundTripMs */
  showAnswer(result, roundTripMs, timing = timingText(result, roundTripMs)) {
    const { word, number, score } = describeCertainty(result);
    const detail = [word, number, closestMatchText(result)].filter(Boolean).join(" · ");
    this.#setText(verdictText(result), { detail, squirrel: squirrelText(result), isWhole: result.squirrel === "yes" });
    setScore(this.#parts.certainty, score);
    this.#predictions = result.predictions;
    this.#parts["prediction-list"].replaceChildren(...result.predictions.map(createRow));
    this.#parts.timing.textContent = timing;
    this.#applyThreshold();
    this.#showSection("predictions");
  }

  /** @param {ErrorDetails} error */
  showError(error) {
    const { sentence, advice, canRetry } = errorText(error);
    this.#setText(sentence, { detail: advice });
    this.#parts.retry.hidden = !canRetry;
    this.#showSection("error");
  }

  /** Keep screen readers silent while answers change many times per second. @param {boolean} isMuted */
  setMuted(isMuted) { this.#liveRegion.ariaLive = isMuted ? "off" : "polite"; }

  clear() {
    for (const name of /** @type {const} */ (["squirrel", "verdict", "detail"])) this.#parts[name].textContent = "";
    this.#showSection(null);
  }

  /** Show `text`, its first sentence emphasised unless `isWhole`. @param {string} text */
  #setText(text, { detail = "", squirrel = "", isWhole = false } = {}) {
    const { verdict } = this.#parts;
    this.#parts.squirrel.textContent = squirrel;
    verdict.hidden = false;
    const [first, rest] = isWhole ? [text] : text.split(/^([^.]*\.)(?: |$)/).filter(Boolean);
    if (verdict.textContent !== text) {
      verdict.replaceChildren(first, ...(rest ? [" ", createElement("span", "more", rest)] : []));
    }
    this.#parts.detail.textContent = detail;
  }

  /** @param {"progress-panel" | "predictions" | "error" | null} shown */
  #showSection(shown) {
    for (const name of /** @type {const} */ (["progress-panel", "predictions", "error"])) this.#parts[name].hidden = name !== shown;
    this.#parts.certainty.hidden = shown !== "predictions";
  }

  #applyThreshold() {
    const minScore = Number(this.#parts.threshold.value) / 100;
    const isShown = this.#predictions.map(({ score }) => score >= minScore);
    [...this.#parts["prediction-list"].children].forEach((row, index) => row.toggleAttribute("hidden", !isShown[index]));
    this.#parts["threshold-value"].textContent = formatPercent(minScore);
    this.#parts.none.hidden = isShown.includes(true);
  }
}

/** @param {Prediction} prediction */
function createRow({ display, score, is_animal: isAnimal }) {
  const row = createElement("li", isAnimal ? "is-animal" : "");
  const name = createElement("span", "prediction-name");
  // Class names are English on every page: `lang` makes screen readers pronounce them so.
  name.append(Object.assign(createElement("span", "", display), { lang: "en" }));
  if (isAnimal) name.append(createElement("span", "visually-hidden", ANIMAL_SUFFIX));
  const bar = Object.assign(createElement("span", "bar"), { ariaHidden: "true" });
  setScore(bar, score);
  row.append(name, createElement("span", "prediction-score", scorePercent(score)), bar);
  return row;
}
