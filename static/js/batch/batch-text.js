/** Texts of a batch: one for each photo and the totals. Uses no DOM. */

import { formatNumber, formatPercent, gettext, ngettext } from "../i18n/gettext.js";
import { PROGRESS, describeCertainty, errorText, verdictText } from "../i18n/messages.js";

/** Maximum number of answers that the tally names; it adds up the rest. */
const MAX_NAMES = 4;

/** Labels of the buttons of a row. */
export const ROW_ACTIONS = Object.freeze({
  cancel: gettext("Cancel"),
  /** @param {string} path */
  cancelPhoto: (path) => gettext("Cancel {path}", { path }),
  retry: gettext("Try again"),
  /** @param {string} path */
  retryPhoto: (path) => gettext("Try {path} again", { path }),
});

/**
 * @typedef {object} RowText
 * @property {string} sentence
 * @property {string} detail
 * @property {number} [score] of the answer, 0…1
 * @property {boolean} [canRetry] another try may help
 */

/** @param {BatchItem} item @returns {RowText} */
export function rowText(item) {
  if (item.answer) return answerText(item.answer.result);
  if (item.state === "rejected" || item.state === "cancelled") {
    const { sentence, advice, canRetry } = errorText(item.error ?? {});
    return { sentence, detail: advice, canRetry };
  }
  return { sentence: progressText(item), detail: "" };
}

/** @param {BatchItem} item */
function progressText({ state, position = 1, fraction = 0 }) {
  if (state === "preparing") return gettext("Preparing…");
  if (state === "connecting" || state === "looking") return PROGRESS[state];
  if (state === "sending") return gettext("Sending {share}", { share: formatPercent(fraction) });
  return state === "queued" ? PROGRESS.queued(position) : gettext("Waiting");
}

/** @param {Result} result */
function answerText(result) {
  const { word, number, score } = describeCertainty(result);
  const squirrel = { yes: "", maybe: gettext("perhaps a squirrel"), no: gettext("no squirrel") }[result.squirrel];
  return { sentence: verdictText(result), detail: [squirrel, word, number].filter(Boolean).join(" · "), score };
}

/** Return "37 of 50 answered". @param {BatchItem[]} items */
export function totalsText(items) {
  return gettext("{done} of {all} answered", { done: formatNumber(countState(items, "answered")), all: formatNumber(items.length) });
}

/** Return "12 × cat · 1 × squirrel · 3 × no animal · 2 rejected", the most frequent answer first. @param {BatchItem[]} items */
export function tallyText(items) {
  const counts = [...countNames(items)].sort(([nameA, countA], [nameB, countB]) => countB - countA || nameA.localeCompare(nameB));
  const otherCount = counts.slice(MAX_NAMES).reduce((sum, [, count]) => sum + count, 0);
  const [rejected, cancelled] = [countState(items, "rejected"), countState(items, "cancelled")];
  return [
    ...counts.slice(0, MAX_NAMES).map(([name, count]) => `${formatNumber(count)} × ${name}`),
    otherCount && ngettext("{count} other", "{count} others", otherCount),
    rejected && gettext("{count} rejected", { count: formatNumber(rejected) }),
    cancelled && gettext("{count} cancelled", { count: formatNumber(cancelled) }),
  ].filter(Boolean).join(" · ");
}

/** @param {BatchItem[]} items @param {ItemState} state */
function countState(items, state) {
  return items.filter((item) => item.state === state).length;
}

/** @param {BatchItem[]} items */
function countNames(items) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { answer } of items) {
    if (!answer) continue;
    const name = everydayName(answer.result);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** Return the name without article and class: "a cat (Egyptian cat)" counts as "cat". @param {Result} result */
function everydayName({ squirrel, verdict: { kind, headline } }) {
  if (squirrel === "yes") return gettext("squirrel");
  const name = headline.replace(/^an? | \(.*\)$/g, "");
  return { species: name, group: name, animal: gettext("some animal"), none: gettext("no animal"), unsure: gettext("not sure") }[kind];
}
