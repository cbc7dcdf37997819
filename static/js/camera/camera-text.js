/** What is said around the camera. Pure, as words.js. */

import { duration, gettext, number } from "../i18n/gettext.js";

/** Why there is no picture, and what to do. */
export const FAULTS = Object.freeze({
  "camera.refused": [gettext("The camera was not allowed."), gettext("Allow it beside the page's address, then try again.")],
  "camera.none": [gettext("No camera was found."), gettext("Connect one, then try again.")],
  "camera.busy": [gettext("The camera gives no picture."), gettext("Another program may be using it: close that, then try again.")],
});

/** Why it ended, if the person did not end it. */
export const ENDED = Object.freeze({
  stopped: "",
  hidden: gettext("The camera stopped, because this page was out of sight."),
  ended: gettext("The camera was disconnected."),
});

export const HOW = gettext("The answer is the mean of the last few frames. Nothing of it is kept.");

/** "12 frames a second · 31 ms to look · MobileNetV2". */
export function pace(framesPerSecond, { timings, model }) {
  const frames = framesPerSecond && gettext("{rate} frames a second", { rate: rate(framesPerSecond) });
  const look = gettext("{look} to look", { look: duration(timings.total_ms) });
  return [frames, look, model.name].filter(Boolean).join(" · ");
}

function rate(framesPerSecond) {
  return number(Math.max(0.1, framesPerSecond), framesPerSecond < 10 ? 1 : 0);
}

/** A camera without a name is a number. */
export function cameraName({ label }, index) {
  return label.replace(/ \(\w{4}:\w{4}\)$/, "") || gettext("Camera {number}", { number: index + 1 });
}

/** What stands on and under the controls. */
export const CONTROLS = Object.freeze({
  stop: gettext("Stop camera"),
  next: gettext("Switch camera"),
  picker: gettext("Camera"),
  video: gettext("What the camera sees"),
});
