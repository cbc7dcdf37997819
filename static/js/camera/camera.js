/** The camera: opens it, shows it in a `<video>` and takes single frames. */

import { RequestError } from "../connection/protocol.js";
import { createCanvas, encodeJpeg, getContext } from "../photo/resize.js";

/** Longer side of a frame that is sent, in pixels. */
export const FRAME_SIDE = 320;
const QUALITY = 0.85;
/** @type {Record<string, string>} */
const ERROR_CODES = {
  NotAllowedError: "camera.refused", SecurityError: "camera.refused",
  NotFoundError: "camera.none", OverconstrainedError: "camera.none",
};

export class Camera {
  #video;
  /** @type {MediaStream | null} */ #stream = null;

  /** @param {HTMLVideoElement} video */
  constructor(video) { this.#video = video; }

  /** Open the camera with `deviceId`, by default the rear one. Rejects with a RequestError `camera.*`. */
  async open(deviceId = "") {
    this.close();
    const constraints = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "environment" };
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: constraints, audio: false });
      this.#video.srcObject = this.#stream;
      await this.#video.play();
    } catch (error) {
      this.close();
      throw new RequestError(ERROR_CODES[/** @type {Error} */ (error).name] ?? "camera.busy");
    }
  }

  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = this.#video.srcObject = null;
  }

  get #track() { return this.#stream?.getVideoTracks()[0]; }
  get deviceId() { return this.#track?.getSettings().deviceId; }
  get isFront() { return this.#track?.getSettings().facingMode === "user"; }

  /** Call `handle` if the camera ends by itself: it was unplugged or its permission withdrawn. @param {() => void} handle */
  onEnd(handle) { this.#track?.addEventListener("ended", handle); }

  /** Wait for the next frame and return it as a small JPEG. @param {AbortSignal} signal */
  async takeFrame(signal) {
    await nextFrame(this.#video, signal);
    const { videoWidth, videoHeight } = this.#video;
    const scale = Math.min(1, FRAME_SIDE / Math.max(videoWidth, videoHeight, 1));
    const canvas = createCanvas(Math.max(1, Math.round(videoWidth * scale)), Math.max(1, Math.round(videoHeight * scale)));
    getContext(canvas, { alpha: false }).drawImage(this.#video, 0, 0, canvas.width, canvas.height);
    return (await encodeJpeg(canvas, QUALITY)).arrayBuffer();
  }
}

/** List all cameras. Their names are empty until the person has allowed one. */
export async function listCameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === "videoinput");
}

/** @param {HTMLVideoElement} video @param {AbortSignal} signal */
function nextFrame(video, signal) {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
    else requestAnimationFrame(resolve);
  });
}
