/** The live camera: one frame after another, each after the answer to the one before. */

import { Camera, cameras } from "./camera.js";
import { CONTROLS, ENDED, FAULTS, HOW, cameraName, pace } from "./camera-text.js";
import { RequestError } from "../connection/protocol.js";
import { Pace, Smoother } from "./smoothing.js";
import { verdict } from "../i18n/messages.js";

/** After these the next frame may well be answered. */
const PASSING = new Set(["server.overloaded", "rate.limited", "job.timeout", "line.lost"]);
const PAUSE_S = 1;

/** Draws into `figure` and `panel`, for as long as it runs. */
export class LiveView {
  #figure; #panel; #classify; #camera; #parts; #steady = new Smoother(); #pace = new Pace(); #ending = new AbortController();

  constructor({ figure, panel, classify }) {
    this.#figure = figure;
    this.#panel = panel;
    this.#classify = classify;
    this.#parts = build();
    this.#camera = new Camera(this.#parts.video);
    this.#parts.stop.addEventListener("click", () => this.#end("stopped"));
    this.#parts.picker.addEventListener("change", () => this.#switchTo(this.#parts.picker.value));
    this.#parts.next.addEventListener("click", () => this.#switchTo(this.#following()));
  }

  /**
   * Until the person stops it, the page is hidden or `signal` aborts; `onSeen()` once there is a picture. Resolves to words
   * about its end, rejects with a `RequestError`.
   */
  async run(signal, onSeen) {
    signal.throwIfAborted();
    const hidden = () => { if (document.hidden) this.#end("hidden"); };
    signal.addEventListener("abort", () => this.#end("stopped"));
    document.addEventListener("visibilitychange", hidden);
    try {
      await this.#open();
      onSeen();
      this.#panel.hush(true);
      this.#parts.stop.focus();
      await this.#watch();
    } catch (error) {
      if (!this.#ending.signal.aborted) throw inWords(error);
    } finally {
      document.removeEventListener("visibilitychange", hidden);
      this.#camera.close();
      this.#takeAway();
    }
    const why = this.#ending.signal.reason;
    if (why instanceof RequestError) throw inWords(why);
    return ENDED[why];
  }

  #end(why) { this.#ending.abort(why); }

  // --- The camera ----------------------------------------------------------------------------

  async #open(deviceId) {
    await this.#camera.open(deviceId);
    this.#ending.signal.throwIfAborted();
    this.#camera.onEnd(() => this.#end("ended"));
    this.#steady = new Smoother();
    this.#show();
    this.#list(await cameras());
  }

  #switchTo(deviceId) {
    this.#open(deviceId).catch((error) => this.#end(error));
  }

  #following() {
    const { options, selectedIndex } = this.#parts.picker;
    return options[(selectedIndex + 1) % options.length].value;
  }

  #list(found) {
    const { picker, next } = this.#parts;
    picker.replaceChildren(...found.map((one, index) => new Option(cameraName(one, index), one.deviceId)));
    picker.value = this.#camera.deviceId;
    picker.hidden = next.hidden = found.length < 2;
  }

  // --- Frame by frame ------------------------------------------------------------------------

  async #watch() {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const picture = await this.#camera.frame(signal);
      const answer = await this.#ask(picture, signal);
      if (answer) this.#say(answer);
    }
  }

  async #ask(picture, signal) {
    try {
      return await this.#classify(picture, { views: "fast", top: 10, record: false, signal });
    } catch (error) {
      if (signal.aborted || !PASSING.has(error.code)) throw error;
      await pause(error.retryAfter ?? PAUSE_S, signal);
      return null;
    }
  }

  #say({ result, roundTripMs }) {
    const steadied = this.#steady.add(result);
    this.#panel.answered(steadied, roundTripMs, pace(this.#pace.add(performance.now()), result));
    const { heard } = this.#parts;
    if (heard.textContent !== verdict(steadied)) heard.textContent = verdict(steadied);
  }

  // --- What is seen --------------------------------------------------------------------------

  #show() {
    const { video, controls } = this.#parts;
    const frame = this.#figure.querySelector(".frame");
    video.classList.toggle("is-front", this.#camera.isFront);
    frame.style.setProperty("--ratio", String(video.videoWidth / video.videoHeight || 4 / 3));
    for (const still of frame.querySelectorAll("img, p")) still.hidden = true;
    if (!video.isConnected) frame.prepend(video);
    if (!controls.isConnected) frame.after(controls);
    this.#figure.querySelector("figcaption").textContent = HOW;
  }

  #takeAway() {
    this.#panel.hush(false);
    this.#parts.video.remove();
    this.#parts.controls.remove();
  }
}

function build() {
  const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, ariaLabel: CONTROLS.video });
  const button = (textContent) => Object.assign(document.createElement("button"), { type: "button", className: "button", textContent });
  const [stop, next] = [button(CONTROLS.stop), button(CONTROLS.next)];
  const picker = Object.assign(document.createElement("select"), { className: "picker", ariaLabel: CONTROLS.picker });
  picker.hidden = next.hidden = true; // until it is known that there is more than one
  const heard = Object.assign(document.createElement("p"), { className: "visually-hidden", role: "status" });
  const controls = Object.assign(document.createElement("div"), { className: "camera-controls" });
  controls.append(stop, next, picker, heard);
  return { video, controls, stop, next, picker, heard };
}

function inWords(error) {
  const [sentence, advice] = FAULTS[error.code] ?? [];
  return sentence ? Object.assign(new RequestError(error.code, sentence), { advice }) : error;
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}
