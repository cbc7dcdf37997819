import assert from "node:assert/strict";
import { test } from "node:test";

import { CODES, OWN_CODES } from "../../static/js/connection/protocol.js";
import { closest, confidence, line, percent, preparation, refusal, spoke, squirrel, timing, verdict, wherePeak } from "../../static/js/i18n/messages.js";

const result = (kind, headline, score = 0.9, { squirrel: answer = "no", perhaps = "", best = "hen" } = {}) => ({
  squirrel: answer,
  verdict: { kind, headline, perhaps, score },
  predictions: [{ display: best, score: 0.41 }],
});

test("each kind of verdict is a sentence of its own", () => {
  assert.equal(verdict(result("species", "a cat (Egyptian cat)")), "That is a cat (Egyptian cat).");
  assert.equal(verdict(result("group", "a cat")), "That is a cat.");
  assert.equal(verdict(result("animal", "an animal", 0.7, { perhaps: "a bird" })), "That is an animal. Perhaps a bird.");
  assert.equal(verdict(result("animal", "an animal")), "That is an animal.");
  assert.equal(verdict(result("none", "an espresso")), "No animal here. It looks most like an espresso.");
  assert.equal(verdict(result("unsure", "a dog", 0.5, { perhaps: "a dog" })), "Not sure. Perhaps a dog.");
  assert.equal(verdict(result("unsure", "an animal", 0.5)), "Not sure. There may be an animal.");
});

test("a squirrel is the answer, whatever else the verdict names", () => {
  const yes = result("group", "a mammal", 0.8, { squirrel: "yes", best: "fox squirrel" });
  assert.equal(verdict(yes), "Yes. That is a squirrel.");
  assert.equal(squirrel(yes), "");
  assert.deepEqual([confidence(yes).number, closest(yes)], ["41\u202f%", "closest match: fox squirrel"]);
});

test("every other answer is headed by what it says of squirrels", () => {
  assert.equal(squirrel(result("group", "a cat")), "Is this a squirrel? No.");
  assert.equal(squirrel(result("group", "a rodent", 0.8, { squirrel: "maybe" })), "Is this a squirrel? Maybe.");
});

test("a group says which of it came closest", () => {
  assert.equal(closest(result("group", "a cat", 0.9, { best: "Egyptian cat" })), "closest match: Egyptian cat");
  assert.equal(closest(result("none", "an espresso")), "");
});

test("a map is told by where it is strongest on the photo", () => {
  const map = (cell) => Array.from({ length: 49 }, (_, index) => (index === cell ? 1 : 0));
  const said = [0, 3, 6, 21, 24, 48].map((cell) => wherePeak([0, 0, 1, 1], map(cell)));
  assert.deepEqual(said, ["the upper left", "the upper middle", "the upper right", "the left", "the middle", "the lower right"]);
  assert.equal(wherePeak([0.5, 0, 0.5, 1], map(24)), "the right");
  assert.equal(spoke("cat", "the middle"), "What spoke most for “cat” is in the middle of the photo.");
});

test("confidence is a word and a number that agree", () => {
  const words = [0.85, 0.84, 0.65, 0.64].map((score) => confidence(result("species", "a cat", score)).word);
  assert.deepEqual(words, ["Sure", "Fairly sure", "Fairly sure", "Guessing"]);
  assert.equal(confidence(result("none", "an espresso", 0.97)).number, "97\u202f% for no animal");
  assert.equal(confidence(result("unsure", "a hen", 0.99)).word, "Guessing");
});

test("percentages have no decimals, and are never a certain 0 or 100", () => {
  assert.deepEqual([0.8213, 0.004, 0.999, 0].map(percent), ["82\u202f%", "<\u202f1\u202f%", ">\u202f99\u202f%", "<\u202f1\u202f%"]);
});

test("every code has words of its own, and says what to do", () => {
  const all = [...CODES, ...OWN_CODES].map((code) => refusal({ code, message: code }));
  for (const { sentence, advice } of all) assert.ok(/^[A-Z].*\.$/.test(sentence) && /[.]$/.test(advice), sentence);
  assert.equal(new Set(all.map(({ sentence }) => sentence)).size, all.length);
  assert.ok(!all.some(({ sentence, advice }) => `${sentence}${advice}`.includes("!")));
});

test("an unknown code keeps the server's sentence", () => {
  assert.deepEqual(refusal({ code: "moon.full", message: "The moon is full." }), { sentence: "The moon is full.", advice: "", again: true });
});

test("a wait that the server asks for is said in whole seconds", () => {
  assert.equal(refusal({ code: "rate.limited", retryAfter: 2.2 }).advice, "Please wait a moment. Try again in 3\u202fs.");
});

test("the line is spoken of only when it is away", () => {
  const waiting = { state: "waiting", delayMs: 2000 };
  assert.equal(line({ state: "ready" }, { online: true, waiting: 1 }), "");
  assert.equal(line(waiting, { online: true, waiting: 1 }), "The line dropped; your photo is safe and will go on in 2\u202fs.");
  assert.equal(line(waiting, { online: true, waiting: 12 }), "The line dropped; your 12 waiting photos are safe and will go on in 2\u202fs.");
  assert.match(line(waiting, { online: false, waiting: 2 }), /Your 2 waiting photos are safe and go on when/);
  assert.match(line(waiting, { online: false, waiting: 0 }), /^You are offline/);
  assert.match(line({ state: "closed", code: "auth.origin" }, { online: true, waiting: 0 }), /no photos from this address/);
});

test("the photo's caption says what was sent", () => {
  const photo = { width: 1024, height: 683, from: { width: 3000, height: 2001 } };
  assert.equal(preparation(photo, "a.jpg"), "a.jpg: sent as 1024\u202f×\u202f683 pixels, without its metadata.");
  assert.match(preparation({ ...photo, from: photo }, "a.jpg"), /in full size, without its metadata/);
  assert.equal(preparation({}, "a.heic"), "a.heic: this file goes as it is; its location is dropped on arrival.");
});

test("times are whole milliseconds, or seconds when long", () => {
  const said = timing({ timings: { total_ms: 30.6 }, model: { name: "MobileNetV2" } }, 1480);
  assert.equal(said, "31\u202fms to look, 1.5\u202fs with the way there and back · MobileNetV2");
});
