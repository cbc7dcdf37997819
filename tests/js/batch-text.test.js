import assert from "node:assert/strict";
import { test } from "node:test";

import { rowWords, tally, totals } from "../../static/js/batch/batch-text.js";

const answered = (kind, display, squirrel = "no") => ({
  state: "answered",
  result: { squirrel, verdict: { kind, display, headline: `a ${display}`, score: 0.9 }, predictions: [{ display, score: 0.9 }] },
});

test("every state has words", () => {
  const said = ["waiting", "preparing", "connecting", "sending", "queued", "looking"]
    .map((state) => rowWords({ state, fraction: 0.4, position: 3 }).sentence);
  assert.deepEqual(said, [
    "Waiting its turn", "Getting ready…", "Waiting for the line…", "Sending 40\u202f%", "Waiting: number 3 in line…", "Looking…",
  ]);
});

test("what has not been told yet is not needed", () => {
  assert.deepEqual(rowWords({ state: "waiting" }), { sentence: "Waiting its turn", detail: "" });
});

test("an answer is a sentence, whether a squirrel, how sure", () => {
  assert.deepEqual(rowWords(answered("group", "cat")), { sentence: "That is a cat.", detail: "no squirrel · Sure · 90\u202f%", score: 0.9 });
  assert.equal(rowWords(answered("species", "fox squirrel", "yes")).detail, "Sure · 90\u202f%");
});

test("a refusal has the words of its code", () => {
  assert.equal(rowWords({ state: "rejected", error: { code: "image.empty" } }).sentence, "This file is empty.");
  assert.equal(rowWords({ state: "cancelled", error: { code: "job.cancelled" } }).sentence, "You cancelled this photo.");
});

test("the totals count what was found, the most frequent first", () => {
  const items = [
    answered("group", "cat"), answered("species", "cat (Egyptian cat)"), answered("species", "marmot", "yes"), answered("none", "espresso"),
    answered("unsure", "dog"), answered("animal", "animal"), { state: "rejected" }, { state: "looking" },
  ];
  assert.equal(totals(items), "6 of 8 answered");
  assert.equal(tally(items), "2 × cat · 1 × no animal · 1 × not sure · 1 × some animal · 1 other · 1 refused");
});
