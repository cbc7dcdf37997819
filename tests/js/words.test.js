import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { CODES, OWN_CODES } from "../../static/js/protocol.js";
import { confidence, line, percent, plain, preparation, refusal, timing, verdict, withArticle } from "../../static/js/words.js";

const labels = readFileSync(new URL("../../classifier/data/imagenet.csv", import.meta.url), "utf8")
  .trim().split("\n").slice(1).map((row) => plain(row.split(",")[2]));

const result = (kind, display, score, ...guesses) => ({
  verdict: { kind, display, score },
  predictions: guesses.map(([label, probability]) => ({ label, score: probability })),
});

test("an article goes by sound", () => {
  const said = ["Egyptian cat", "fox squirrel", "hourglass", "unicycle", "European gallinule", "umbrella", "unicorn", "ox", "hen"];
  assert.deepEqual(said.map(withArticle), [
    "an Egyptian cat", "a fox squirrel", "an hourglass", "a unicycle", "a European gallinule", "an umbrella", "a unicorn", "an ox", "a hen",
  ]);
});

test("all thousand labels can be said", () => {
  assert.equal(labels.length, 1000);
  for (const label of labels) assert.match(withArticle(label), /^(an? )?[\p{L}\d'. -]+$/u);
});

test("what cannot be counted takes no article", () => {
  for (const label of ["sunglasses", "corn", "swimming trunks"]) assert.equal(withArticle(label), label);
});

test("each kind of verdict is a sentence of its own", () => {
  const guesses = [["fox_squirrel", 0.41], ["marmot", 0.12]];
  assert.equal(verdict(result("species", "Egyptian cat", 0.9, ...guesses)), "That is an Egyptian cat.");
  assert.equal(verdict(result("group", "cat", 0.9, ...guesses)), "That is a cat.");
  assert.equal(verdict(result("animal", "ruffed grouse", 0.7, ...guesses)), "That is an animal. Perhaps a ruffed grouse.");
  assert.equal(verdict(result("none", "espresso", 0.9, ["espresso", 0.9])), "No animal here. It looks most like an espresso.");
  assert.equal(
    verdict(result("unsure", "fox squirrel", 0.5, ...guesses)),
    "Not sure. Perhaps a fox squirrel (41\u202f%) or a marmot (12\u202f%).",
  );
});

test("confidence is a word and a number that agree", () => {
  const words = [0.85, 0.84, 0.65, 0.64].map((score) => confidence(result("species", "cat", score)).word);
  assert.deepEqual(words, ["Sure", "Fairly sure", "Fairly sure", "Guessing"]);
  assert.equal(confidence(result("none", "espresso", 0.97)).number, "97\u202f% for no animal");
  assert.equal(confidence(result("unsure", "hen", 0.99)).word, "Guessing");
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
  assert.equal(line({ state: "ready" }, { online: true, busy: true }), "");
  assert.equal(line(waiting, { online: true, busy: true }), "The line dropped; your photo is safe and will go on in 2\u202fs.");
  assert.match(line(waiting, { online: false, busy: false }), /^You are offline/);
  assert.match(line({ state: "closed", code: "auth.origin" }, { online: true, busy: false }), /no photos from this address/);
});

test("the photo's caption says what was sent", () => {
  const photo = { width: 1024, height: 683, from: { width: 3000, height: 2001 } };
  assert.equal(preparation(photo, "a.jpg"), "a.jpg: sent as 1024\u202f×\u202f683 pixels, without its metadata.");
  assert.match(preparation({ ...photo, from: photo }, "a.jpg"), /in full size, without its metadata/);
  assert.match(preparation({}, "a.heic"), /sent as it is/);
});

test("times are whole milliseconds, or seconds when long", () => {
  const said = timing({ timings: { total_ms: 30.6 }, model: { name: "MobileNetV2" } }, 1480);
  assert.equal(said, "31\u202fms to look, 1.5\u202fs with the way there and back · MobileNetV2");
});
