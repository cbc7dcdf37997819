/** The camera: opened, looked through frame by frame, closed. Its picture is shown in `video`. */

import { encode, newCanvas } from "../photo/resize.js";
import { RequestError } from "../connection/protocol.js";

/** The long side of a frame that is sent, in pixels. */
export const FRAME_SIDE = 320;
const QUALITY = 0.85;
const FAULTS = {
  NotAllowedError: "camera.refused", SecurityError: "camera.refused",
  NotFoundError: "camera.none", OverconstrainedError: "camera.none",
};

export class Camera {
  #video; #stream = null;

  constructor(video) { this.#video = video; }

  /** Opens the rear camera, or the one with `deviceId`. Rejects with a `RequestError` `camera.*`. */
  async open(deviceId = "") {
    this.close();
    const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "environment" };
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: which, audio: false });
      this.#video.srcObject = this.#stream;
      await this.#video.play();
    } catch (error) {
      this.close();
      throw new RequestError(FAULTS[error.name] ?? "camera.busy");
    }
  }

  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = this.#video.srcObject = null;
  }

  get #track() { return this.#stream.getVideoTracks()[0]; }
  get deviceId() { return this.#track.getSettings().deviceId; }
  get isFront() { return this.#track.getSettings().facingMode === "user"; }

  /** `act` runs when somebody else ends it: unplugged, permission withdrawn. */
  onEnd(act) { this.#track.addEventListener("ended", act); }

  /** The next frame as a small JPEG. */
  async frame(signal) {
    await nextFrame(this.#video, signal);
    const { videoWidth, videoHeight } = this.#video;
    const scale = Math.min(1, FRAME_SIDE / Math.max(videoWidth, videoHeight, 1));
    const canvas = newCanvas(Math.max(1, Math.round(videoWidth * scale)), Math.max(1, Math.round(videoHeight * scale)));
    canvas.getContext("2d", { alpha: false }).drawImage(this.#video, 0, 0, canvas.width, canvas.height);
    return (await encode(canvas, QUALITY)).arrayBuffer();
  }
}

/** Every camera there is; their names are known once one was allowed. */
export async function cameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === "videoinput");
}

function nextFrame(video, signal) {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
    else requestAnimationFrame(resolve);
  });
}
