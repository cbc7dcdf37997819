import assert from "node:assert/strict";
import { test } from "node:test";

import { CAMERA_ERRORS, END_HINTS, cameraName, frameRateText } from "../../static/js/camera/camera-text.js";
import { createResult } from "./samples.js";

test("errors and hints of the camera are full sentences", () => {
  const texts = Object.values(CAMERA_ERRORS).flatMap(({ message, advice }) => [message, advice]);
  for (const text of [...texts, END_HINTS.hidden, END_HINTS.ended]) assert.match(text, /^[A-Z].*\.$/);
});

test("the frame rate has a decimal below ten and is left out if unknown", () => {
  const result = createResult("group", "a cat");
  assert.equal(frameRateText(12.4, result), "Model 31\u00a0ms · 12 frames per second · MobileNetV2");
  assert.equal(frameRateText(0, result), "Model 31\u00a0ms · MobileNetV2");
  assert.match(frameRateText(4.25, result), /4\.3 frames per second/);
});

test("a camera is shown without its USB id, or with a number if it has no name", () => {
  assert.deepEqual([cameraName({ label: "HD Webcam (0bda:5520)" }, 0), cameraName({ label: "" }, 1)], ["HD Webcam", "Camera 2"]);
});
