/** What a list of photos says: a few words for each, and one line for all. Pure, as words.js. */

import { WORKING, confidence, refusal, verdict, wholePercent } from "./words.js";

const NAMES_SAID = 4;

/** Where a photo is: `{sentence, detail, score?, again?}`; `again`: trying again may help. */
export function rowWords(item) {
  const { state, result, position, fraction } = item;
  if (state === "answered") return answered(result);
  if (state === "refused" || state === "cancelled") return refused(item.refusal);
  const sentence = {
    waiting: "Waiting its turn",
    preparing: "Getting ready…",
    connecting: WORKING.connecting,
    sending: `Sending ${wholePercent(fraction ?? 0)}`,
    queued: WORKING.queued(position),
    looking: WORKING.looking,
  }[state];
  return { sentence, detail: "" };
}

function answered(result) {
  const { word, number, score } = confidence(result);
  const squirrel = { maybe: "perhaps a squirrel", no: "no squirrel" }[result.squirrel];
  return { sentence: verdict(result), detail: [squirrel, word, number].filter(Boolean).join(" · "), score };
}

function refused(fault) {
  const { sentence, advice, again } = refusal(fault);
  return { sentence, detail: advice, again };
}

/** "37 of 50 answered". */
export function totals(items) {
  return `${count(items, "answered")} of ${items.length} answered`;
}

/** "12 × cat · 1 × squirrel · 3 × no animal · 2 refused", the most frequent first. */
export function tally(items) {
  const names = new Map();
  for (const item of items.filter(({ state }) => state === "answered")) names.set(nameOf(item), (names.get(nameOf(item)) ?? 0) + 1);
  const sorted = [...names].sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  const rest = sorted.slice(NAMES_SAID).reduce((sum, [, number]) => sum + number, 0);
  return [
    ...sorted.slice(0, NAMES_SAID).map(([name, number]) => `${number} × ${name}`),
    ...[[rest, "others"], [count(items, "refused"), "refused"], [count(items, "cancelled"), "cancelled"]]
      .filter(([number]) => number).map(([number, name]) => `${number} ${name}`),
  ].join(" · ");
}

function count(items, state) {
  return items.filter((item) => item.state === state).length;
}

/** The everyday name: "a cat (Egyptian cat)" counts as a cat. */
function nameOf({ result: { squirrel, verdict: { kind, headline } } }) {
  if (squirrel === "yes") return "squirrel";
  const name = headline.replace(/^an? | \(.*\)$/g, "");
  return { species: name, group: name, animal: "some animal", none: "no animal" }[kind] ?? "not sure";
}
