/** Many photos at once: the list, its totals and what can be done with all of them. */

import { BatchQueue } from "./queue.js";
import { BatchRows } from "./row.js";
import { rowWords, tally, totals } from "./batch-text.js";
import { toCsv, toJson } from "./export.js";

/** A screen reader hears the totals at each quarter of the way. */
const QUARTERS = 4;
/** Some browsers read a download only after they have asked where to. */
const SAVED_WITHIN_MS = 60_000;

/**
 * A `change` event whenever a photo of the list changed, `detail: {item, was}`; `onOpen(item)` when a row is
 * clicked, `onClear()` when the list is to go.
 */
export class BatchView extends EventTarget {
  #batch; #list; #parts; #ending = new AbortController(); #drawing = 0; #quarter = 0;

  /** `root` holds the parts, found by their `data-batch`. */
  constructor({ root, prepare, classify, onOpen, onClear }) {
    super();
    this.#parts = Object.fromEntries([...root.querySelectorAll("[data-batch]")].map((part) => [part.dataset.batch, part]));
    this.#batch = new BatchQueue({ prepare, classify });
    this.#batch.addEventListener("change", ({ detail }) => this.#changed(detail));
    this.#list = new BatchRows({
      root: this.#parts.rows, onOpen,
      onCancel: (item) => this.#batch.cancel(item), onRetry: (item) => this.retry(item),
    });
    this.#wire(onClear);
  }

  get open() { return this.#batch.open; }
  get keep() { return this.#batch.keep; }
  set keep(consent) { this.#batch.keep = consent; }

  add(photos) {
    this.#batch.add(photos);
    this.#total();
  }

  /** Where `item` is, in words. */
  said(item) { return rowWords(item).sentence; }

  retry(item) { this.#batch.retry(item); }
  lineLost() { this.#batch.lineLost(); }
  focus(item) { this.#list.focus(item); }

  /** Cancels what runs, takes the rows away and lets go of the buttons: the next list has its own. */
  end() {
    this.#batch.cancelAll();
    this.#ending.abort();
    cancelAnimationFrame(this.#drawing);
    for (const part of ["rows", "tally", "announcer"]) this.#parts[part].replaceChildren();
  }

  #wire(onClear) {
    const acts = {
      cancelAll: () => this.#batch.cancelAll(),
      clear: onClear,
      csv: () => download("answers.csv", "text/csv", toCsv(this.#batch.items)),
      json: () => download("answers.json", "application/json", toJson(this.#batch.items)),
    };
    for (const [part, act] of Object.entries(acts)) this.#parts[part].addEventListener("click", act, { signal: this.#ending.signal });
    // Another page, another language or a closed tab would cost the photos that still wait: the browser asks first.
    window.addEventListener("beforeunload", (event) => this.open && event.preventDefault(), { signal: this.#ending.signal });
  }

  #changed(detail) {
    this.#list.draw(detail.item);
    this.#drawing ||= requestAnimationFrame(() => this.#total());
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }

  /** Once a frame at most: a list of a thousand is counted for it. */
  #total() {
    cancelAnimationFrame(this.#drawing);
    this.#drawing = 0;
    const { items, open } = this.#batch;
    this.#parts.totals.textContent = totals(items);
    this.#parts.tally.textContent = tally(items);
    this.#parts.progress.value = 1 - open / Math.max(1, items.length);
    this.#parts.cancelAll.disabled = !open;
    this.#parts.csv.disabled = this.#parts.json.disabled = open === items.length;
    this.#announce(items, open);
  }

  #announce(items, open) {
    const quarter = Math.floor(QUARTERS * (1 - open / Math.max(1, items.length)));
    if (quarter > this.#quarter) this.#parts.announcer.textContent = `${totals(items)}. ${tally(items)}`;
    this.#quarter = quarter;
  }
}

function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), SAVED_WITHIN_MS);
}
