import assert from "node:assert/strict";
import { test } from "node:test";

import { rowText, tallyText, totalsText } from "../../static/js/batch/batch-text.js";
import { RequestError } from "../../static/js/connection/protocol.js";
import { createItem, createResult } from "./samples.js";

/** @param {Parameters<typeof createResult>} fields */
const createAnswered = (...fields) => createItem({ answer: { result: createResult(...fields), roundTripMs: 48 } });

test("each state before the answer has its own text", () => {
  const states = /** @type {ItemState[]} */ (["waiting", "preparing", "connecting", "sending", "queued", "looking"]);
  const sentences = states.map((state) => rowText(createItem({ state, fraction: 0.4, position: 3 })).sentence);
  assert.deepEqual(sentences, ["Waiting", "Preparing…", "Connecting…", "Sending 40%", "Number 3 in the queue…", "Looking…"]);
});

test("an answer is a sentence with its certainty and whether it is a squirrel", () => {
  assert.deepEqual(rowText(createAnswered("group", "a cat")), { sentence: "That is a cat.", detail: "no squirrel · Sure · 90%", score: 0.9 });
  assert.equal(rowText(createAnswered("species", "a fox squirrel", { squirrel: "yes" })).detail, "Fairly sure · 41%");
});

test("a rejected or cancelled photo has the text of its error code", () => {
  assert.equal(rowText(createItem({ state: "rejected", error: new RequestError("image.empty") })).sentence, "This file is empty.");
  assert.equal(rowText(createItem({ state: "cancelled", error: new RequestError("job.cancelled") })).sentence, "You cancelled this photo.");
});

test("the tally counts the answers by their everyday name, the most frequent first", () => {
  const items = [
    createAnswered("group", "a cat"), createAnswered("species", "a cat (Egyptian cat)"), createAnswered("species", "a marmot", { squirrel: "yes" }),
    createAnswered("none", "an espresso"), createAnswered("unsure", "a dog"), createAnswered("animal", "an animal"),
    createItem({ state: "rejected" }), createItem({ state: "looking" }),
  ];
  assert.equal(totalsText(items), "6 of 8 answered");
  assert.equal(tallyText(items), "2 × cat · 1 × no animal · 1 × not sure · 1 × some animal · 1 other · 1 rejected");
});
