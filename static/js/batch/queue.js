/**
 * Many photos on their way to their answers. Knows no DOM.
 *
 *   waiting → preparing → connecting → sending → queued → looking → answered
 *                   any of them → refused or cancelled → (retry) waiting
 */

import { bytesOf } from "../photo/resize.js";
import { RequestError, uuid4 } from "../connection/protocol.js";

/** Photos under way at once: what a line takes (4), and two that are being made ready. */
export const LANES = 6;
const DONE = new Set(["answered", "rejected", "cancelled"]);
const ON_THE_LINE = new Set(["sending", "queued", "looking"]);

export const isDone = ({ state }) => DONE.has(state);

/** Every change of a photo is a `change` event with `detail: {item, was}`. */
export class BatchQueue extends EventTarget {
  /** Consent for whatever is sent from now on. */
  keep = false;
  #items = []; #underWay = 0; #prepare; #classify;

  /** `prepare(file, {signal})` as in preparer.js, `classify(picture, options)` as in client.js. */
  constructor({ prepare, classify }) {
    super();
    this.#prepare = prepare;
    this.#classify = classify;
  }

  get items() { return this.#items; }
  get open() { return this.#items.filter((item) => !isDone(item)).length; }

  /** Takes `{file, path}`s. */
  add(photos) {
    const fresh = photos.map(({ file, path }) => ({ id: uuid4(), file, path, state: "waiting", kept: false }));
    this.#items = [...this.#items, ...fresh];
    for (const item of fresh) this.#tell(item);
    this.#pump();
  }

  cancel(item) {
    if (isDone(item)) return;
    this.#become(item, "cancelled", { error: new RequestError("job.cancelled") });
    item.controller?.abort(item.error);
    item.id = uuid4(); // the server may still be busy with the old one
  }

  cancelAll() {
    for (const item of this.#items) this.cancel(item);
  }

  retry(item) {
    if (item.state !== "rejected" && item.state !== "cancelled") return;
    this.#become(item, "waiting", { error: null });
    this.#pump();
  }

  /** What was on the line goes again by itself once there is a new one. */
  lineLost() {
    for (const item of this.#items) if (ON_THE_LINE.has(item.state)) this.#become(item, "connecting");
  }

  #pump() {
    for (const item of this.#items) {
      if (this.#underWay >= LANES) return;
      if (item.state === "waiting") this.#run(item);
    }
  }

  async #run(item) {
    this.#underWay += 1;
    item.controller = new AbortController();
    const { signal } = item.controller;
    try {
      await this.#ask(item, signal);
    } catch (error) {
      if (!signal.aborted) this.#refused(item, error);
    }
    this.#underWay -= 1;
    this.#pump();
  }

  async #ask(item, signal) {
    this.#become(item, "preparing");
    item.photo ??= await this.#prepare(item.file, { thumbnail: true, signal });
    const picture = await bytesOf(item.photo.blob);
    signal.throwIfAborted();
    this.#become(item, "connecting");
    const answer = await this.#classify(picture, {
      id: item.id, name: item.file.name, explain: true, signal,
      keep: () => { item.kept = this.keep; return item.kept; },
      onProgress: (progress) => { if (!signal.aborted) this.#progress(item, progress); },
    });
    signal.throwIfAborted();
    this.#become(item, "answered", answer);
  }

  #progress(item, { sent, size, position }) {
    if (position) this.#become(item, "queued", { position });
    else if (sent < size) this.#become(item, "sending", { fraction: sent / size });
    else this.#become(item, "looking");
  }

  #refused(item, error) {
    if (!(error instanceof RequestError)) console.error(error);
    this.#become(item, "rejected", { error: error instanceof RequestError ? error : new RequestError("file.unreadable") });
  }

  #become(item, state, more = {}) {
    const was = item.state;
    Object.assign(item, more, { state });
    this.#tell(item, was);
  }

  #tell(item, was = null) {
    this.dispatchEvent(new CustomEvent("change", { detail: { item, was } }));
  }
}
