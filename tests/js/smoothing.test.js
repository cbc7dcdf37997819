import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameRate, Smoother } from "../../static/js/camera/smoothing.js";
import { createResult } from "./samples.js";

/**
 * @param {string} headline
 * @param {number} [score]
 * @param {{squirrel?: Result["squirrel"], scores?: [number, number][]}} [fields] `scores` by class index
 */
function createFrame(headline, score = 0.9, { squirrel, scores = [[1, score]] } = {}) {
  const predictions = scores.map(([index, classScore]) => ({ index, display: `class ${index}`, score: classScore, is_animal: true }));
  return { ...createResult("group", headline, { score, squirrel }), predictions };
}

test("the first frame is returned unchanged", () => {
  const { verdict, predictions } = new Smoother().add(createFrame("a cat", 0.8, { scores: [[281, 0.7], [285, 0.1]] }));
  assert.deepEqual([verdict.headline, verdict.score], ["a cat", 0.8]);
  assert.deepEqual(predictions.map(({ score }) => score), [0.7, 0.1]);
});

test("a single different frame does not change the answer, but several do", () => {
  const smoother = new Smoother();
  for (let count = 0; count < 5; count += 1) smoother.add(createFrame("a cat"));
  assert.equal(smoother.add(createFrame("a dog")).verdict.headline, "a cat");
  const headlines = [1, 2, 3].map(() => smoother.add(createFrame("a dog")).verdict.headline);
  assert.equal(headlines[2], "a dog");
});

test("scores are averages over the last frames", () => {
  const smoother = new Smoother();
  smoother.add(createFrame("a cat", 1, { scores: [[281, 1]] }));
  const { verdict, predictions } = smoother.add(createFrame("a cat", 0.5, { scores: [[281, 0.5], [285, 0.5]] }));
  assert.ok(Math.abs(verdict.score - 0.85) < 1e-9);
  assert.deepEqual(predictions.map(({ index, score }) => [index, Math.round(score * 100)]), [[281, 85], [285, 15]]);
});

test("at most five predictions are returned", () => {
  const scores = Array.from({ length: 10 }, (_, index) => /** @type {[number, number]} */ ([index, 0.1 - index / 100]));
  assert.equal(new Smoother().add(createFrame("a cat", 0.9, { scores })).predictions.length, 5);
});

test("a squirrel is one answer whatever group the frames name", () => {
  const smoother = new Smoother();
  smoother.add(createFrame("a mammal", 0.8, { squirrel: "yes" }));
  smoother.add(createFrame("a cat"));
  assert.equal(smoother.add(createFrame("a rodent", 0.8, { squirrel: "yes" })).squirrel, "yes");
});

test("the frame rate is answers per second and 0 after the first answer", () => {
  const frameRate = new FrameRate();
  assert.equal(frameRate.add(1000), 0);
  assert.deepEqual([1100, 1200, 1300].map((now) => frameRate.add(now)), [10, 10, 10]);
});
