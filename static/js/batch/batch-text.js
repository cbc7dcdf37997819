/** What a list of photos says: a few words for each, and one line for all. Pure, as words.js. */

import { gettext, ngettext, number, wholePercent } from "../i18n/gettext.js";
import { WORKING, confidence, refusal, verdict } from "../i18n/messages.js";

const NAMES_SAID = 4;

/** The buttons of a row. */
export const TOOLS = Object.freeze({
  cancel: gettext("Cancel"),
  cancelThis: (path) => gettext("Cancel {path}", { path }),
  retry: gettext("Try again"),
  retryThis: (path) => gettext("Try {path} again", { path }),
});

/** Where a photo is: `{sentence, detail, score?, again?}`; `again`: trying again may help. */
export function rowWords(item) {
  const { state, result, position, fraction } = item;
  if (state === "answered") return answered(result);
  if (state === "rejected" || state === "cancelled") return withoutAnswer(item.error);
  const sentence = {
    waiting: gettext("Waiting its turn"),
    preparing: gettext("Getting ready…"),
    connecting: WORKING.connecting,
    sending: gettext("Sending {share}", { share: wholePercent(fraction ?? 0) }),
    queued: WORKING.queued(position ?? 1),
    looking: WORKING.looking,
  }[state];
  return { sentence, detail: "" };
}

function answered(result) {
  const { word, number, score } = confidence(result);
  const squirrel = { maybe: gettext("perhaps a squirrel"), no: gettext("no squirrel") }[result.squirrel];
  return { sentence: verdict(result), detail: [squirrel, word, number].filter(Boolean).join(" · "), score };
}

function withoutAnswer(fault) {
  const { sentence, advice, again } = refusal(fault);
  return { sentence, detail: advice, again };
}

/** "37 of 50 answered". */
export function totals(items) {
  return gettext("{done} of {all} answered", { done: number(count(items, "answered")), all: number(items.length) });
}

/** "12 × cat · 1 × squirrel · 3 × no animal · 2 refused", the most frequent first. */
export function tally(items) {
  const names = new Map();
  for (const item of items.filter(({ state }) => state === "answered")) names.set(nameOf(item), (names.get(nameOf(item)) ?? 0) + 1);
  const sorted = [...names].sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  const rest = sorted.slice(NAMES_SAID).reduce((sum, [, times]) => sum + times, 0);
  const [refused, cancelled] = [count(items, "rejected"), count(items, "cancelled")];
  return [
    ...sorted.slice(0, NAMES_SAID).map(([name, times]) => `${number(times)} × ${name}`),
    rest && ngettext("{count} other", "{count} others", rest),
    refused && gettext("{count} refused", { count: number(refused) }),
    cancelled && gettext("{count} cancelled", { count: number(cancelled) }),
  ].filter(Boolean).join(" · ");
}

function count(items, state) {
  return items.filter((item) => item.state === state).length;
}

/** The everyday name: "a cat (Egyptian cat)" counts as a cat. */
function nameOf({ result: { squirrel, verdict: { kind, headline } } }) {
  if (squirrel === "yes") return gettext("squirrel");
  const name = headline.replace(/^an? | \(.*\)$/g, "");
  return { species: name, group: name, animal: gettext("some animal"), none: gettext("no animal") }[kind] ?? gettext("not sure");
}
