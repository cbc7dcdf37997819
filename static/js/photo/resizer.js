/** Photos made ready a few at a time, in a worker where the browser can draw there, else on the page itself. */

import { prepare } from "./resize.js";
import { RequestError } from "../connection/protocol.js";

/** At most: a decoded photo of 48 megapixels takes 192 MB. One core is left to the page. */
export const AT_ONCE = 2;

export class Resizer {
  #makeWorker; #worker; #orders = new Map(); #waiting = []; #working = 0; #count = 0; #atOnce;

  /** `makeWorker()` gives the worker of photo-worker.js, or nothing. It is called for the first photo. */
  constructor(makeWorker = () => null, cores = AT_ONCE + 1) {
    this.#makeWorker = makeWorker;
    this.#atOnce = Math.max(1, Math.min(AT_ONCE, cores - 1));
  }

  /** As `prepare` of photo.js. An aborted `signal` takes it out of the line. */
  async prepare(file, { signal, ...options } = {}) {
    await this.#place();
    try {
      signal?.throwIfAborted();
      if (this.#worker === undefined) this.#start();
      return await (this.#worker ? this.#order(file, options) : prepare(file, options));
    } finally {
      this.#leave();
    }
  }

  #start() {
    this.#worker = this.#makeWorker();
    this.#worker?.addEventListener("message", ({ data }) => this.#delivered(data));
    this.#worker?.addEventListener("error", () => this.#withoutWorker());
  }

  async #place() {
    if (this.#working < this.#atOnce) this.#working += 1;
    else await new Promise((resolve) => { this.#waiting.push(resolve); });
  }

  #leave() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#working -= 1;
  }

  #order(file, options) {
    return new Promise((resolve, reject) => {
      const number = this.#count++;
      this.#orders.set(number, { file, options, resolve, reject });
      this.#worker.postMessage({ number, file, options });
    });
  }

  #delivered({ number, photo, code }) {
    const { resolve, reject } = this.#orders.get(number);
    this.#orders.delete(number);
    if (code) reject(new RequestError(code));
    else resolve(photo);
  }

  /** It could not be loaded: what it was to do is done here. */
  #withoutWorker() {
    this.#worker = null;
    for (const { file, options, resolve, reject } of this.#orders.values()) prepare(file, options).then(resolve, reject);
    this.#orders.clear();
  }
}

/** The worker at `url`, where it could draw. */
export function photoWorker(url) {
  return globalThis.Worker && globalThis.OffscreenCanvas ? new Worker(url, { type: "module" }) : null;
}
