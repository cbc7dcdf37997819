import assert from "node:assert/strict";
import { test } from "node:test";

import { CLIENT_CODES, SERVER_CODES } from "../../static/js/connection/protocol.js";
import {
  captionText, closestMatchText, connectionText, describeCertainty, errorText, heatmapText, peakRegion, scorePercent, squirrelText, timingText,
  verdictText,
} from "../../static/js/i18n/messages.js";
import { createResult } from "./samples.js";

test("each kind of verdict has its own sentence", () => {
  assert.equal(verdictText(createResult("species", "a cat (Egyptian cat)")), "That is a cat (Egyptian cat).");
  assert.equal(verdictText(createResult("group", "a cat")), "That is a cat.");
  assert.equal(verdictText(createResult("animal", "an animal", { perhaps: "a bird" })), "That is an animal. Perhaps a bird.");
  assert.equal(verdictText(createResult("animal", "an animal")), "That is an animal.");
  assert.equal(verdictText(createResult("none", "an espresso")), "No animal here. It looks most like an espresso.");
  assert.equal(verdictText(createResult("unsure", "a dog", { perhaps: "a dog" })), "Not sure. Perhaps a dog.");
  assert.equal(verdictText(createResult("unsure", "an animal")), "Not sure. There may be an animal.");
});

test("a squirrel is the answer whatever the verdict names", () => {
  const result = createResult("group", "a mammal", { score: 0.8, squirrel: "yes", best: "fox squirrel" });
  assert.equal(verdictText(result), "Yes. That is a squirrel.");
  assert.equal(squirrelText(result), "");
  assert.deepEqual([describeCertainty(result).number, closestMatchText(result)], ["41%", "closest match: fox squirrel"]);
});

test("all other answers say above them whether it is a squirrel", () => {
  assert.equal(squirrelText(createResult("group", "a cat")), "Is this a squirrel? No.");
  assert.equal(squirrelText(createResult("group", "a rodent", { squirrel: "maybe" })), "Is this a squirrel? Maybe.");
});

test("a group is shown with its closest class", () => {
  assert.equal(closestMatchText(createResult("group", "a cat", { best: "Egyptian cat" })), "closest match: Egyptian cat");
  assert.equal(closestMatchText(createResult("none", "an espresso")), "");
});

test("a heatmap is described by the region of its maximum in the photo", () => {
  /** @param {number} peak */
  const createMap = (peak) => Array.from({ length: 49 }, (_, cell) => (cell === peak ? 1 : 0));
  const regions = [0, 3, 6, 21, 24, 48].map((peak) => peakRegion([0, 0, 1, 1], createMap(peak)));
  assert.deepEqual(regions, ["The upper left", "The upper middle", "The upper right", "The left", "The middle", "The lower right"]);
  assert.equal(peakRegion([0.5, 0, 0.5, 1], createMap(24)), "The right");
  assert.equal(heatmapText("cat", "The middle"), "The middle of the photo counted most towards “cat”.");
});

test("the word for the certainty follows its number", () => {
  const words = [0.85, 0.84, 0.65, 0.64].map((score) => describeCertainty(createResult("species", "a cat", { score })).word);
  assert.deepEqual(words, ["Sure", "Fairly sure", "Fairly sure", "A guess"]);
  assert.equal(describeCertainty(createResult("none", "an espresso", { score: 0.97 })).number, "97% for no animal");
  assert.equal(describeCertainty(createResult("unsure", "a hen", { score: 0.99 })).word, "A guess");
});

test("percentages have no decimals and are never 0% or 100%", () => {
  assert.deepEqual([0.8213, 0.004, 0.005, 0.994, 0.999, 0].map(scorePercent), ["82%", "<1%", "1%", "99%", ">99%", "<1%"]);
});

test("each error code has its own sentence and advice", () => {
  const texts = [...SERVER_CODES, ...CLIENT_CODES].map((code) => errorText({ code, message: code }));
  for (const { sentence, advice } of texts) assert.ok(/^[A-Z].*\.$/.test(sentence) && /[.]$/.test(advice), sentence);
  assert.equal(new Set(texts.map(({ sentence }) => sentence)).size, texts.length);
  assert.ok(!texts.some(({ sentence, advice }) => `${sentence}${advice}`.includes("!")));
});

test("an unknown error code keeps the server's sentence", () => {
  assert.deepEqual(errorText({ code: "moon.full", message: "The moon is full." }), { sentence: "The moon is full.", advice: "", canRetry: true });
});

test("the delay that the server asks for is rounded up to whole seconds", () => {
  assert.equal(errorText({ code: "rate.limited", retryAfterS: 2.2 }).advice, "Please wait a moment. Try again in 3\u00a0s.");
});

test("a connection is described only if it is lost or closed", () => {
  const lost = /** @type {ConnectionStatus} */ ({ state: "waiting", delayMs: 2000 });
  assert.equal(connectionText({ state: "ready" }, { isOnline: true, pending: 1 }), "");
  assert.equal(connectionText(lost, { isOnline: true, pending: 0 }), "Connection lost. Retrying in 2\u00a0s.");
  assert.equal(connectionText(lost, { isOnline: true, pending: 1 }), "Connection lost. Retrying in 2\u00a0s. Your photo will be sent then.");
  assert.equal(connectionText(lost, { isOnline: true, pending: 12 }), "Connection lost. Retrying in 2\u00a0s. Your 12 photos will be sent then.");
  assert.match(connectionText(lost, { isOnline: false, pending: 2 }), /Your 2 photos will be sent when/);
  assert.match(connectionText(lost, { isOnline: false, pending: 0 }), /^You are offline/);
  assert.match(connectionText({ state: "closed", code: "auth.origin" }, { isOnline: true, pending: 0 }), /no photos from this address/);
});

test("the caption describes what was sent", () => {
  const photo = { width: 1024, height: 683, original: { width: 3000, height: 2001 } };
  assert.equal(captionText(photo, "a.jpg"), "a.jpg: sent as 1024\u00a0×\u00a0683 pixels, without metadata.");
  assert.match(captionText({ ...photo, original: photo }, "a.jpg"), /in full size, without metadata/);
  assert.equal(captionText({}, "a.heic"), "a.heic: sent unchanged. The server removes its location.");
});

test("durations are in whole milliseconds, from one second on in seconds", () => {
  assert.equal(timingText(createResult("group", "a cat"), 1480), "Model 31\u00a0ms · total 1.5\u00a0s · MobileNetV2");
});
