/** Resizes one or two photos at a time, in a worker if the browser can draw there, otherwise on the page. */

import { resizePhoto } from "./resize.js";
import { RequestError } from "../connection/protocol.js";

/** Limit for memory: a decoded photo of 48 megapixels takes 192 MB. */
export const MAX_CONCURRENT = 2;

export class Resizer {
  #createWorker; #maxConcurrent; #running = 0; #lastId = 0;
  /** @type {Worker | null | undefined} undefined until the first photo */ #worker;
  /** @type {Map<number, ResizeTask>} */ #tasks = new Map();
  /** @type {(() => void)[]} */ #queue = [];

  /**
   * @param {() => Worker | null} createWorker called for the first photo
   * @param {number} [cores] of the processor; one is left to the page
   */
  constructor(createWorker, cores = MAX_CONCURRENT + 1) {
    this.#createWorker = createWorker;
    this.#maxConcurrent = Math.max(1, Math.min(MAX_CONCURRENT, cores - 1));
  }

  /** Do what `resizePhoto` does. An aborted signal removes the photo from the queue. @type {ResizePhoto} */
  async resize(file, { signal, ...options }) {
    await this.#acquireSlot();
    try {
      signal?.throwIfAborted();
      if (this.#worker === undefined) this.#startWorker();
      return await (this.#worker ? this.#resizeInWorker(this.#worker, file, options) : resizePhoto(file, options));
    } finally {
      this.#releaseSlot();
    }
  }

  #startWorker() {
    this.#worker = this.#createWorker();
    this.#worker?.addEventListener("message", ({ data }) => this.#handleReply(data));
    this.#worker?.addEventListener("error", () => this.#replaceWorker());
  }

  async #acquireSlot() {
    if (this.#running < this.#maxConcurrent) this.#running += 1;
    else await new Promise((/** @type {(value: void) => void} */ resolve) => { this.#queue.push(resolve); });
  }

  #releaseSlot() {
    const startNext = this.#queue.shift();
    if (startNext) startNext();
    else this.#running -= 1;
  }

  /** @param {Worker} worker @param {File} file @param {ResizeOptions} options @returns {Promise<ResizedPhoto>} */
  #resizeInWorker(worker, file, options) {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#tasks.set(id, { file, options, resolve, reject });
      worker.postMessage({ id, file, options });
    });
  }

  /** @param {{id: number, photo: ResizedPhoto, code?: string}} reply */
  #handleReply({ id, photo, code }) {
    const task = this.#tasks.get(id);
    this.#tasks.delete(id);
    if (code) task?.reject(new RequestError(code));
    else task?.resolve(photo);
  }

  /** Resize on the page if the worker could not be loaded. */
  #replaceWorker() {
    this.#worker = null;
    for (const { file, options, resolve, reject } of this.#tasks.values()) resizePhoto(file, options).then(resolve, reject);
    this.#tasks.clear();
  }
}

/** Start the worker at `url`. Returns null if the browser cannot draw in a worker. @param {string} url */
export function createResizeWorker(url) {
  return globalThis.Worker && globalThis.OffscreenCanvas ? new Worker(url, { type: "module" }) : null;
}
