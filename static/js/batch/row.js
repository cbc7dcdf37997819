/** The rows of a batch. */

import { ROW_ACTIONS, rowText } from "./batch-text.js";
import { isDone } from "./queue.js";
import { createButton, createElement, setScore } from "../ui/dom.js";

const CROSS = "m5 5 10 10M15 5 5 15";
const ROUND_ARROW = "M15.5 10a5.5 5.5 0 1 1-1.6-3.9L16 8.2M16 4v4.2h-4.2";

/** @typedef {"open" | "cancel" | "retry"} Action */
/** @typedef {ReturnType<typeof createRow>} Row */

/** One row in `root` for each photo. */
export class BatchRows {
  #root; #handlers;
  /** @type {Map<BatchItem, Row>} */ #rows = new Map();

  /** @param {HTMLElement} root @param {Record<Action, (item: BatchItem) => void>} handlers of the buttons of a row */
  constructor(root, handlers) {
    this.#root = root;
    this.#handlers = handlers;
  }

  /** Create or update the row of `item`. @param {BatchItem} item */
  draw(item) {
    const row = this.#rows.get(item) ?? this.#add(item);
    const { sentence, detail, score, canRetry = false } = rowText(item);
    row.element.dataset.state = item.state;
    row.sentence.textContent = sentence;
    row.detail.textContent = detail;
    row.bar.hidden = score === undefined;
    setScore(row.bar, score ?? 0);
    row.open.disabled = item.state === "waiting";
    switchButtons(row, isDone(item), canRetry);
    if (item.photo?.thumbnail && row.thumbnail.hidden) showThumbnail(row.thumbnail, item.photo.thumbnail);
  }

  /** @param {BatchItem} item */
  focus(item) {
    const open = this.#rows.get(item)?.open;
    open?.focus();
    open?.scrollIntoView({ block: "center" });
  }

  /** @param {BatchItem} item */
  #add(item) {
    const row = createRow(item.path);
    for (const action of /** @type {Action[]} */ (["open", "cancel", "retry"])) {
      row[action].addEventListener("click", () => this.#handlers[action](item));
    }
    this.#rows.set(item, row);
    this.#root.append(row.element);
    return row;
  }
}

/** Create a large button with thumbnail and text, and two small ones beside it. @param {string} path */
function createRow(path) {
  const name = Object.assign(createElement("span", "row-name quiet", path), { title: path });
  const [sentence, detail] = [createElement("span", "row-sentence"), createElement("span", "row-detail quiet")];
  const bar = Object.assign(createElement("span", "bar"), { ariaHidden: "true", hidden: true });
  const text = createElement("span", "row-text");
  text.append(name, sentence, detail, bar);
  const thumbnail = Object.assign(createElement("img"), { width: 96, height: 96, alt: "", hidden: true });
  const frame = createElement("span", "row-thumbnail");
  frame.append(thumbnail);
  const open = createButton("row-open");
  open.append(frame, text);
  const cancel = createTool(ROW_ACTIONS.cancel, ROW_ACTIONS.cancelPhoto(path), CROSS);
  const retry = createTool(ROW_ACTIONS.retry, ROW_ACTIONS.retryPhoto(path), ROUND_ARROW);
  const element = createElement("li", "row");
  element.append(open, cancel, retry);
  return { element, open, cancel, retry, thumbnail, sentence, detail, bar };
}

/** @param {string} title @param {string} label @param {string} path of the icon */
function createTool(title, label, path) {
  const button = Object.assign(createButton("tool row-tool"), { title, ariaLabel: label });
  const icon = createSvg("svg", { viewBox: "0 0 20 20", width: "20", height: "20", "aria-hidden": "true" });
  icon.append(createSvg("path", { d: path, class: "stroke" }));
  button.append(icon);
  return button;
}

/** @param {string} tag @param {Record<string, string>} attributes */
function createSvg(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/**
 * Show the buttons that apply. If the focused one disappears, its neighbour gets the focus.
 *
 * @param {Row} row
 * @param {boolean} isItemDone
 * @param {boolean} canRetry
 */
function switchButtons({ cancel, retry, open }, isItemDone, canRetry) {
  const focused = document.activeElement;
  cancel.hidden = isItemDone;
  retry.hidden = !canRetry;
  if (focused === cancel && cancel.hidden) (retry.hidden ? open : retry).focus();
  if (focused === retry && retry.hidden) cancel.focus();
}

/** @param {HTMLImageElement} image @param {Blob} blob */
function showThumbnail(image, blob) {
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  image.src = URL.createObjectURL(blob);
  image.hidden = false;
}
