/**
 * The photos of a batch and their states. Uses no DOM.
 *
 *   waiting → preparing → connecting → sending → queued → looking → answered
 *                any of them → rejected or cancelled → (retry) waiting
 */

import { RequestError, createUuid } from "../connection/protocol.js";
import { readBytes } from "../photo/resize.js";

/** Photos in progress: four that the server accepts per connection and two in preparation. */
export const MAX_CONCURRENT = 6;
const DONE = new Set(["answered", "rejected", "cancelled"]);
const SENT = new Set(["sending", "queued", "looking"]);

/** @param {BatchItem} item */
export const isDone = ({ state }) => DONE.has(state);

/** Each change of a photo is a `change` event with the BatchItem as `detail`. */
export class BatchQueue extends EventTarget {
  /** Consent for all photos that are sent from now on. */
  keep = false;
  /** @type {BatchItem[]} */ #items = [];
  #running = 0; #resize; #classify;

  /** @param {{resize: ResizePhoto, classify: Classify}} functions */
  constructor({ resize, classify }) {
    super();
    this.#resize = resize;
    this.#classify = classify;
  }

  get items() { return this.#items; }
  get pending() { return this.#items.filter((item) => !isDone(item)).length; }

  /** @param {PhotoFile[]} photos */
  add(photos) {
    const items = photos.map(({ file, path }) => ({ id: createUuid(), file, path, state: /** @type {ItemState} */ ("waiting"), isKept: false }));
    this.#items = [...this.#items, ...items];
    for (const item of items) this.#notify(item);
    this.#startNext();
  }

  /** @param {BatchItem} item */
  cancel(item) {
    if (isDone(item)) return;
    const error = new RequestError("job.cancelled");
    this.#update(item, "cancelled", { error });
    item.controller?.abort(error);
    item.id = createUuid(); // the server may still process the old id
  }

  cancelAll() {
    for (const item of this.#items) this.cancel(item);
  }

  /** @param {BatchItem} item */
  retry(item) {
    if (item.state !== "rejected" && item.state !== "cancelled") return;
    this.#update(item, "waiting", { error: null });
    this.#startNext();
  }

  /** Mark the sent photos as waiting for a connection. The client sends them again by itself. */
  handleLostConnection() {
    for (const item of this.#items) if (SENT.has(item.state)) this.#update(item, "connecting");
  }

  #startNext() {
    for (const item of this.#items) {
      if (this.#running >= MAX_CONCURRENT) return;
      if (item.state === "waiting") this.#run(item);
    }
  }

  /** @param {BatchItem} item */
  async #run(item) {
    this.#running += 1;
    item.controller = new AbortController();
    const { signal } = item.controller;
    try {
      await this.#process(item, signal);
    } catch (error) {
      if (!signal.aborted) this.#reject(item, error);
    }
    this.#running -= 1;
    this.#startNext();
  }

  /** @param {BatchItem} item @param {AbortSignal} signal */
  async #process(item, signal) {
    this.#update(item, "preparing");
    item.photo ??= await this.#resize(item.file, { thumbnail: true, signal });
    const bytes = await readBytes(item.photo.blob);
    signal.throwIfAborted();
    this.#update(item, "connecting");
    const answer = await this.#classify(bytes, {
      id: item.id, name: item.file.name, explain: true, signal,
      keep: () => { item.isKept = this.keep; return item.isKept; },
      onProgress: (progress) => { if (!signal.aborted) this.#showProgress(item, progress); },
    });
    signal.throwIfAborted();
    this.#update(item, "answered", { answer });
  }

  /** @param {BatchItem} item @param {Progress} progress */
  #showProgress(item, { sentBytes, totalBytes, position }) {
    if (position) this.#update(item, "queued", { position });
    else if (sentBytes < totalBytes) this.#update(item, "sending", { fraction: sentBytes / totalBytes });
    else this.#update(item, "looking");
  }

  /** @param {BatchItem} item @param {unknown} error */
  #reject(item, error) {
    if (!(error instanceof RequestError)) console.error(error);
    this.#update(item, "rejected", { error: error instanceof RequestError ? error : new RequestError("file.unreadable") });
  }

  /** @param {BatchItem} item @param {ItemState} state @param {Partial<BatchItem>} [changes] */
  #update(item, state, changes) {
    Object.assign(item, changes, { state });
    this.#notify(item);
  }

  /** @param {BatchItem} item */
  #notify(item) {
    this.dispatchEvent(new CustomEvent("change", { detail: item }));
  }
}
