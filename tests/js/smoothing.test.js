import assert from "node:assert/strict";
import { test } from "node:test";

import { ENDED, FAULTS, cameraName, pace } from "../../static/js/camera/camera-text.js";
import { Pace, Smoother } from "../../static/js/camera/smoothing.js";

const result = (headline, score = 0.9, { squirrel = "no", best = [[1, score]] } = {}) => ({
  squirrel, verdict: { kind: "group", headline, score },
  predictions: best.map(([index, each]) => ({ index, display: `class ${index}`, score: each })),
});

test("the first frame is the answer as it is", () => {
  const steadied = new Smoother().add(result("a cat", 0.8, { best: [[281, 0.7], [285, 0.1]] }));
  assert.deepEqual([steadied.verdict.headline, steadied.verdict.score], ["a cat", 0.8]);
  assert.deepEqual(steadied.predictions.map(({ score }) => score), [0.7, 0.1]);
});

test("one odd frame does not change the answer, a few do", () => {
  const steady = new Smoother();
  for (let frame = 0; frame < 5; frame += 1) steady.add(result("a cat"));
  assert.equal(steady.add(result("a dog")).verdict.headline, "a cat");
  const later = [1, 2, 3].map(() => steady.add(result("a dog")).verdict.headline);
  assert.equal(later.at(-1), "a dog");
});

test("scores are means over the last few frames", () => {
  const steady = new Smoother();
  steady.add(result("a cat", 1, { best: [[281, 1]] }));
  const { verdict, predictions } = steady.add(result("a cat", 0.5, { best: [[281, 0.5], [285, 0.5]] }));
  assert.ok(Math.abs(verdict.score - 0.85) < 1e-9);
  assert.deepEqual(predictions.map(({ index, score }) => [index, Math.round(score * 100)]), [[281, 85], [285, 15]]);
});

test("no more than five are shown", () => {
  const best = Array.from({ length: 10 }, (_, index) => [index, 0.1 - index / 100]);
  assert.equal(new Smoother().add(result("a cat", 0.9, { best })).predictions.length, 5);
});

test("a squirrel is one answer, whatever group it is in", () => {
  const steady = new Smoother();
  steady.add(result("a mammal", 0.8, { squirrel: "yes" }));
  steady.add(result("a cat"));
  assert.equal(steady.add(result("a rodent", 0.8, { squirrel: "yes" })).squirrel, "yes");
});

test("the pace is answers a second, once there are two", () => {
  const clock = new Pace();
  assert.equal(clock.add(1000), 0);
  assert.deepEqual([1100, 1200, 1300].map((now) => clock.add(now)), [10, 10, 10]);
});

test("the camera's words are sentences", () => {
  for (const words of [...Object.values(FAULTS).flat(), ENDED.hidden, ENDED.ended]) assert.match(words, /^[A-Z].*\.$/);
  const answer = { timings: { total_ms: 30.6 }, model: { name: "MobileNetV2" } };
  assert.equal(pace(12.4, answer), "12 frames a second · 31\u202fms to look · MobileNetV2");
  assert.equal(pace(0, answer), "31\u202fms to look · MobileNetV2");
  assert.equal(pace(4.25, answer).slice(0, 3), "4.3");
  assert.deepEqual([cameraName({ label: "HD Webcam (0bda:5520)" }, 0), cameraName({ label: "" }, 1)], ["HD Webcam", "Camera 2"]);
});
