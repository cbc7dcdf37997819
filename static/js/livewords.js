/** What is said around the camera. Pure, as words.js. */

const THIN = "\u202f";

/** Why there is no picture, and what to do. */
export const FAULTS = Object.freeze({
  "camera.refused": "The camera was not allowed. Allow it beside the page's address, then try again.",
  "camera.none": "No camera was found. Connect one, then try again.",
  "camera.busy": "The camera gives no picture. Another program may be using it: close that, then try again.",
});

/** Why it ended, if the person did not end it. */
export const ENDED = Object.freeze({
  stopped: "",
  hidden: "The camera stopped, because this page was out of sight.",
  ended: "The camera was disconnected.",
});

export const HOW = "The answer is the mean of the last few frames. Nothing of it is kept.";

/** "12 frames a second · 31 ms to look · MobileNetV2". */
export function pace(framesPerSecond, { timings, model }) {
  const frames = framesPerSecond ? `${Math.max(0.1, framesPerSecond).toFixed(framesPerSecond < 10 ? 1 : 0)} frames a second` : "";
  const look = `${Math.max(1, Math.round(timings.total_ms))}${THIN}ms to look`;
  return [frames, look, model.name].filter(Boolean).join(" · ");
}

/** A camera without a name is a number. */
export function cameraName({ label }, index) {
  return label.replace(/ \(\w{4}:\w{4}\)$/, "") || `Camera ${index + 1}`;
}
