/** The list of a batch with its totals and the buttons for all photos. */

import { rowText, tallyText, totalsText } from "./batch-text.js";
import { toCsv, toJson } from "./export.js";
import { BatchQueue } from "./queue.js";
import { BatchRows } from "./row.js";
import { collectParts } from "../ui/dom.js";

/** A screen reader announces the totals after each quarter of the photos. */
const ANNOUNCEMENTS = 4;
/** Some browsers read a download only after the person has chosen a folder. */
const REVOKE_DELAY_MS = 60_000;

/**
 * @typedef {Record<"totals" | "tally" | "announcer" | "rows", HTMLElement>
 *   & Record<"cancelAll" | "clear" | "csv" | "json", HTMLButtonElement> & {progress: HTMLProgressElement}} Parts
 */

/** Each change of a photo is a `change` event with the BatchItem as `detail`. */
export class BatchView extends EventTarget {
  /** @type {Parts} elements by their `data-batch` */ #parts;
  #queue; #rows; #lifetime = new AbortController(); #frameRequest = 0; #announcedQuarters = 0;

  /**
   * @param {object} options
   * @param {HTMLElement} options.root
   * @param {ResizePhoto} options.resize
   * @param {Classify} options.classify
   * @param {(item: BatchItem) => void} options.onOpen called when a row is clicked
   * @param {() => void} options.onClear called when the list is to be removed
   */
  constructor({ root, resize, classify, onOpen, onClear }) {
    super();
    this.#parts = collectParts(root, "batch");
    this.#queue = new BatchQueue({ resize, classify });
    this.#queue.addEventListener("change", (event) => this.#handleChange(/** @type {CustomEvent<BatchItem>} */ (event).detail));
    this.#rows = new BatchRows(this.#parts.rows, {
      open: onOpen, cancel: (item) => this.#queue.cancel(item), retry: (item) => this.retry(item),
    });
    this.#connectButtons(onClear);
  }

  get pending() { return this.#queue.pending; }
  get keep() { return this.#queue.keep; }
  set keep(consent) { this.#queue.keep = consent; }

  /** @param {PhotoFile[]} photos */
  add(photos) {
    this.#queue.add(photos);
    this.#drawTotals();
  }

  /** Describe the progress of `item`. @param {BatchItem} item */
  describeProgress(item) { return rowText(item).sentence; }

  /** @param {BatchItem} item */
  retry(item) { this.#queue.retry(item); }
  /** @param {BatchItem} item */
  focus(item) { this.#rows.focus(item); }
  handleLostConnection() { this.#queue.handleLostConnection(); }

  /** Cancel all photos, remove the rows and release the buttons for the next batch. */
  end() {
    this.#queue.cancelAll();
    this.#lifetime.abort();
    cancelAnimationFrame(this.#frameRequest);
    for (const name of /** @type {const} */ (["rows", "tally", "announcer"])) this.#parts[name].replaceChildren();
  }

  /** @param {() => void} onClear */
  #connectButtons(onClear) {
    const { signal } = this.#lifetime;
    const handlers = {
      cancelAll: () => this.#queue.cancelAll(),
      clear: onClear,
      csv: () => download("answers.csv", "text/csv", toCsv(this.#queue.items)),
      json: () => download("answers.json", "application/json", toJson(this.#queue.items)),
    };
    for (const name of /** @type {(keyof typeof handlers)[]} */ (Object.keys(handlers))) {
      this.#parts[name].addEventListener("click", handlers[name], { signal });
    }
    // Leaving the page would lose the photos without an answer: the browser asks first.
    window.addEventListener("beforeunload", (event) => { if (this.pending) event.preventDefault(); }, { signal });
  }

  /** @param {BatchItem} item */
  #handleChange(item) {
    this.#rows.draw(item);
    this.#frameRequest ||= requestAnimationFrame(() => this.#drawTotals());
    this.dispatchEvent(new CustomEvent("change", { detail: item }));
  }

  /** Count all items. `#handleChange` limits it to once per frame, because a batch may have a thousand photos. */
  #drawTotals() {
    cancelAnimationFrame(this.#frameRequest);
    this.#frameRequest = 0;
    const { items, pending } = this.#queue;
    const doneShare = 1 - pending / Math.max(1, items.length);
    this.#parts.totals.textContent = totalsText(items);
    this.#parts.tally.textContent = tallyText(items);
    this.#parts.progress.value = doneShare;
    this.#parts.cancelAll.disabled = !pending;
    this.#parts.csv.disabled = this.#parts.json.disabled = pending === items.length;
    this.#announce(Math.floor(ANNOUNCEMENTS * doneShare));
  }

  /** @param {number} quarters */
  #announce(quarters) {
    if (quarters > this.#announcedQuarters) this.#parts.announcer.textContent = `${this.#parts.totals.textContent}. ${this.#parts.tally.textContent}`;
    this.#announcedQuarters = quarters;
  }
}

/** @param {string} name @param {string} type @param {string} text */
function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_DELAY_MS);
}
