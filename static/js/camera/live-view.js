/** The live camera: sends one frame at a time, each after the answer to the previous one. */

import { CAMERA_ERRORS, CONTROLS, END_HINTS, LIVE_CAPTION, cameraName, frameRateText } from "./camera-text.js";
import { Camera, listCameras } from "./camera.js";
import { FrameRate, Smoother } from "./smoothing.js";
import { MAX_TOP, RequestError } from "../connection/protocol.js";
import { verdictText } from "../i18n/messages.js";
import { createButton, createElement, find } from "../ui/dom.js";

/** After these errors the next frame may succeed. */
const TEMPORARY = new Set(["server.overloaded", "rate.limited", "job.timeout", "connection.lost"]);
const PAUSE_S = 1;

/** Shows the camera in `figure` and its answers in `panel` while it runs. */
export class LiveView {
  #figure; #panel; #classify; #camera; #parts = createParts();
  #smoother = new Smoother(); #frameRate = new FrameRate(); #lifetime = new AbortController();

  /**
   * @param {object} options
   * @param {HTMLElement} options.figure
   * @param {import("../answer/answer-panel.js").AnswerPanel} options.panel
   * @param {Classify} options.classify
   */
  constructor({ figure, panel, classify }) {
    this.#figure = figure;
    this.#panel = panel;
    this.#classify = classify;
    this.#camera = new Camera(this.#parts.video);
    this.#parts.stop.addEventListener("click", () => this.#end("stopped"));
    this.#parts.picker.addEventListener("change", () => this.#switchTo(this.#parts.picker.value));
    this.#parts.next.addEventListener("click", () => this.#switchTo(this.#nextDeviceId()));
  }

  /**
   * Run until the person stops the camera, the page is hidden or `signal` aborts.
   * Resolves to a hint about the reason, rejects with a RequestError.
   *
   * @param {AbortSignal} signal
   * @param {() => void} onOpen called when there is a picture
   */
  async run(signal, onOpen) {
    signal.throwIfAborted();
    const endIfHidden = () => { if (document.hidden) this.#end("hidden"); };
    signal.addEventListener("abort", () => this.#end("stopped"));
    document.addEventListener("visibilitychange", endIfHidden);
    try {
      await this.#open();
      onOpen();
      this.#panel.setMuted(true);
      this.#parts.stop.focus();
      await this.#classifyFrames();
    } catch (error) {
      if (!this.#lifetime.signal.aborted) throw withCameraText(error);
    } finally {
      document.removeEventListener("visibilitychange", endIfHidden);
      this.#camera.close();
      this.#removeElements();
    }
    const { reason } = this.#lifetime.signal;
    if (reason instanceof RequestError) throw withCameraText(reason);
    return END_HINTS[/** @type {keyof typeof END_HINTS} */ (reason)];
  }

  /** @param {keyof typeof END_HINTS | RequestError} reason */
  #end(reason) { this.#lifetime.abort(reason); }

  // --- Camera ---

  /** @param {string} [deviceId] */
  async #open(deviceId) {
    await this.#camera.open(deviceId);
    this.#lifetime.signal.throwIfAborted();
    this.#camera.onEnd(() => this.#end("ended"));
    this.#smoother = new Smoother();
    this.#showVideo();
    this.#fillPicker(await listCameras());
  }

  /** @param {string} deviceId */
  #switchTo(deviceId) {
    this.#open(deviceId).catch((error) => this.#end(error));
  }

  #nextDeviceId() {
    const { options, selectedIndex } = this.#parts.picker;
    return options[(selectedIndex + 1) % options.length].value;
  }

  /** @param {MediaDeviceInfo[]} devices */
  #fillPicker(devices) {
    const { picker, next } = this.#parts;
    picker.replaceChildren(...devices.map((device, index) => new Option(cameraName(device, index), device.deviceId)));
    picker.value = this.#camera.deviceId ?? "";
    picker.hidden = next.hidden = devices.length < 2;
  }

  // --- Frames ---

  async #classifyFrames() {
    const { signal } = this.#lifetime;
    while (!signal.aborted) {
      const answer = await this.#classifyFrame(await this.#camera.takeFrame(signal), signal);
      if (answer) this.#showAnswer(answer);
    }
  }

  /** Return null after a temporary error. @param {ArrayBuffer} bytes @param {AbortSignal} signal */
  async #classifyFrame(bytes, signal) {
    try {
      return await this.#classify(bytes, { views: "fast", top: MAX_TOP, record: false, signal });
    } catch (error) {
      if (signal.aborted || !(error instanceof RequestError && TEMPORARY.has(error.code))) throw error;
      await pause(error.retryAfterS ?? PAUSE_S, signal);
      return null;
    }
  }

  /** @param {Answer} answer */
  #showAnswer({ result, roundTripMs }) {
    const smoothed = this.#smoother.add(result);
    this.#panel.showAnswer(smoothed, roundTripMs, frameRateText(this.#frameRate.add(performance.now()), result));
    const { announcer } = this.#parts;
    const text = verdictText(smoothed);
    if (announcer.textContent !== text) announcer.textContent = text;
  }

  // --- Elements ---

  #showVideo() {
    const { video, controls } = this.#parts;
    const frame = find(".frame", HTMLElement, this.#figure);
    video.classList.toggle("is-front", this.#camera.isFront);
    frame.style.setProperty("--ratio", String(video.videoWidth / video.videoHeight || 4 / 3));
    for (const element of frame.querySelectorAll("img, p")) element.toggleAttribute("hidden", true);
    if (!video.isConnected) frame.prepend(video);
    if (!controls.isConnected) frame.after(controls);
    find("figcaption", HTMLElement, this.#figure).textContent = LIVE_CAPTION;
  }

  #removeElements() {
    this.#panel.setMuted(false);
    this.#parts.video.remove();
    this.#parts.controls.remove();
  }
}

function createParts() {
  const video = Object.assign(createElement("video"), { muted: true, playsInline: true, ariaLabel: CONTROLS.video });
  const [stop, next] = [createButton("button", CONTROLS.stop), createButton("button", CONTROLS.next)];
  const picker = Object.assign(createElement("select", "camera-picker"), { ariaLabel: CONTROLS.picker });
  picker.hidden = next.hidden = true; // until there is more than one camera
  const announcer = Object.assign(createElement("p", "visually-hidden"), { role: "status" });
  const controls = createElement("div", "camera-controls");
  controls.append(stop, next, picker, announcer);
  return { video, controls, stop, next, picker, announcer };
}

/** Add the texts for a `camera.*` error. @param {unknown} error */
function withCameraText(error) {
  const text = error instanceof RequestError && CAMERA_ERRORS[error.code];
  return text ? new RequestError(error.code, text) : error;
}

/** @param {number} seconds @param {AbortSignal} signal */
function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}
