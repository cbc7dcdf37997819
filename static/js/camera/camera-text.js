/** Texts of the live camera. Uses no DOM. */

import { formatDuration, formatNumber, gettext } from "../i18n/gettext.js";

/** @type {Record<string, {message: string, advice: string}>} by error code: why there is no picture, and what to do */
export const CAMERA_ERRORS = Object.freeze({
  "camera.refused": {
    message: gettext("This page may not use the camera."),
    advice: gettext("Allow it next to the page's address, then try again."),
  },
  "camera.none": {
    message: gettext("No camera was found."),
    advice: gettext("Connect a camera, then try again."),
  },
  "camera.busy": {
    message: gettext("The camera sends no picture."),
    advice: gettext("Another program may be using it. Close that program, then try again."),
  },
});

/** Why the camera ended; empty if the person stopped it. */
export const END_HINTS = Object.freeze({
  stopped: "",
  hidden: gettext("The camera stopped because this page was hidden."),
  ended: gettext("The camera was disconnected."),
});

export const LIVE_CAPTION = gettext("The answer is the average of the last few frames. No frame is kept.");

/** Return "Model 31 ms · 12 frames per second · MobileNetV2". @param {number} framesPerSecond 0 if unknown @param {Result} result */
export function frameRateText(framesPerSecond, { timings, model }) {
  const time = gettext("Model {time}", { time: formatDuration(timings.total_ms) });
  const rate = framesPerSecond && gettext("{rate} frames per second", { rate: formatRate(framesPerSecond) });
  return [time, rate, model.name].filter(Boolean).join(" · ");
}

/** @param {number} framesPerSecond */
function formatRate(framesPerSecond) {
  return formatNumber(Math.max(0.1, framesPerSecond), framesPerSecond < 10 ? 1 : 0);
}

/** Return the camera's name without its USB id, or "Camera 2". @param {{label: string}} device @param {number} index */
export function cameraName({ label }, index) {
  return label.replace(/ \(\w{4}:\w{4}\)$/, "") || gettext("Camera {number}", { number: index + 1 });
}

/** Labels of the controls. */
export const CONTROLS = Object.freeze({
  stop: gettext("Stop camera"),
  next: gettext("Switch camera"),
  picker: gettext("Camera"),
  video: gettext("Live picture of the camera"),
});
