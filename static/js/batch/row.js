/** The rows of many photos, and what happens when one is clicked. */

import { isDone } from "./queue.js";
import { TOOLS, rowWords } from "./batch-text.js";

const CROSS = "m5 5 10 10M15 5 5 15";
const ROUND_ARROW = "M15.5 10a5.5 5.5 0 1 1-1.6-3.9L16 8.2M16 4v4.2h-4.2";

/** Draws into `root`, a row for each photo; `onOpen`, `onCancel`, `onRetry` are told the photo. */
export class BatchRows {
  #root; #acts; #rows = new Map();

  constructor({ root, onOpen, onCancel, onRetry }) {
    this.#root = root;
    this.#acts = { open: onOpen, cancel: onCancel, retry: onRetry };
  }

  /** Draws `item` as it is now. */
  draw(item) {
    const row = this.#rows.get(item) ?? this.#make(item);
    const { sentence, detail, score, again = false } = rowWords(item);
    row.element.dataset.state = item.state;
    row.sentence.textContent = sentence;
    row.detail.textContent = detail;
    row.bar.hidden = score === undefined;
    row.bar.style.setProperty("--score", String(score ?? 0));
    row.open.disabled = item.state === "waiting";
    swap(row, isDone(item), again);
    if (item.photo?.thumbnail && row.thumbnail.hidden) show(row.thumbnail, item.photo.thumbnail);
  }

  focus(item) {
    const { open } = this.#rows.get(item);
    open.focus();
    open.scrollIntoView({ block: "center" });
  }

  #make(item) {
    const row = parts(item.path);
    for (const act of ["open", "cancel", "retry"]) row[act].addEventListener("click", () => this.#acts[act](item));
    this.#rows.set(item, row);
    this.#root.append(row.element);
    return row;
  }
}

/** A button over picture and words, and two small ones beside it. */
function parts(path) {
  const [name, sentence, detail] = [part("span", "row-name quiet", path), part("span", "row-sentence"), part("span", "row-detail quiet")];
  const bar = Object.assign(part("span", "bar"), { ariaHidden: "true", hidden: true });
  const words = part("span", "row-text");
  words.append(name, sentence, detail, bar);
  const thumbnail = Object.assign(part("img"), { width: 96, height: 96, alt: "", hidden: true });
  const frame = part("span", "row-thumbnail");
  frame.append(thumbnail);
  const open = button("row-open");
  open.append(frame, words);
  const cancel = tool(TOOLS.cancel, TOOLS.cancelThis(path), CROSS);
  const retry = tool(TOOLS.retry, TOOLS.retryThis(path), ROUND_ARROW);
  const element = part("li", "row");
  element.append(open, cancel, retry);
  name.title = path;
  return { element, open, cancel, retry, thumbnail, sentence, detail, bar };
}

function part(tag, className = "", text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

function button(className) {
  return Object.assign(part("button", className), { type: "button" });
}

function tool(title, label, drawing) {
  const element = Object.assign(button("tool row-tool"), { title, ariaLabel: label });
  element.append(icon(drawing));
  return element;
}

function icon(drawing) {
  const svg = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const drawn = svg("svg", { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" });
  drawn.append(svg("path", { d: drawing, class: "stroke" }));
  return drawn;
}

/** Which buttons a row has. The focus of one that goes is handed on. */
function swap({ cancel, retry, open }, done, again) {
  const focused = document.activeElement;
  cancel.hidden = done;
  retry.hidden = !again;
  if (focused === cancel && cancel.hidden) (retry.hidden ? open : retry).focus();
  if (focused === retry && retry.hidden) cancel.focus();
}

/** The picture is decoded once and small; its address is not needed afterwards. */
function show(image, blob) {
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  image.src = URL.createObjectURL(blob);
  image.hidden = false;
}
