/** Why: which part of the photo spoke for an answer, painted over it from 49 numbers. */

import { plain, spoke, wherePeak } from "./words.js";

const CELLS = 7;
/** Chestnut to amber to near white; what spoke against the answer stays clear. */
const RAMP = [[139, 63, 28], [214, 126, 36], [255, 236, 170]];

/** The map over the photo: a switch, which class it is of, and how strong it shows. */
export class Heatmap {
  #parts; #heatmap = null; #verdict = ""; #predictions = []; #shown = "verdict";

  constructor(root, canvas) {
    const parts = [...root.querySelectorAll("[data-why]")].map((element) => [element.dataset.why, element]);
    this.#parts = { ...Object.fromEntries(parts), canvas };
    this.#parts.toggle.addEventListener("click", () => this.#set(this.#parts.toggle.ariaPressed !== "true"));
    this.#parts.of.addEventListener("change", () => this.#choose(this.#parts.of.value));
    this.#parts.opacity.addEventListener("input", () => this.#fade());
  }

  /** Takes the maps of a new result; without them there is nothing to switch on. */
  take({ heatmap = null, verdict, predictions }) {
    this.#heatmap = heatmap;
    this.#verdict = verdict.kind === "none" ? "no animal" : verdict.display;
    this.#predictions = predictions;
    this.#set(false);
    this.#parts.toggle.hidden = !heatmap;
    if (!heatmap) return;
    this.#parts.of.replaceChildren(...this.#options());
    this.#choose("verdict");
  }

  /** Nothing to explain any more. */
  clear() {
    this.#heatmap = null;
    this.#set(false);
    this.#parts.toggle.hidden = true;
  }

  #options() {
    const classes = this.#predictions.filter(({ index }) => this.#heatmap.maps[index]);
    return [new Option(this.#verdict, "verdict"), ...classes.map((one) => new Option(plain(one), one.index))];
  }

  #set(on) {
    this.#parts.toggle.ariaPressed = String(on);
    this.#parts.canvas.hidden = !on;
    this.#parts.panel.hidden = !on;
  }

  #choose(key) {
    this.#shown = key;
    const name = this.#parts.of.selectedOptions[0].textContent;
    const map = this.#heatmap.maps[this.#shown];
    paint(this.#parts.canvas, this.#heatmap.view_box, map);
    this.#parts.words.textContent = spoke(name, wherePeak(this.#heatmap.view_box, map));
    this.#fade();
  }

  #fade() {
    this.#parts.canvas.style.setProperty("opacity", String(Number(this.#parts.opacity.value) / 100));
  }
}

/** Puts the canvas over the square that was looked at, and paints 7×7 logits smoothly into it. */
function paint(canvas, [x, y, width, height], map) {
  for (const [side, fraction] of Object.entries({ left: x, top: y, width, height })) {
    canvas.style.setProperty(side, `${fraction * 100}%`);
  }
  const small = new OffscreenCanvas(CELLS, CELLS);
  small.getContext("2d").putImageData(new ImageData(colours(map), CELLS, CELLS), 0, 0);
  canvas.width = canvas.height = 448;
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
}

/** RGBA of each cell: its share of the strongest, 0…1, as colour and as opacity. */
export function colours(map) {
  const strongest = Math.max(...map);
  const pixels = new Uint8ClampedArray(4 * map.length);
  map.forEach((logit, cell) => {
    const share = strongest > 0 ? Math.max(0, logit / strongest) : 0;
    pixels.set([...between(share), 255 * share], 4 * cell);
  });
  return pixels;
}

function between(share) {
  const place = share * (RAMP.length - 1);
  const from = Math.min(Math.floor(place), RAMP.length - 2);
  return RAMP[from].map((value, channel) => value + (place - from) * (RAMP[from + 1][channel] - value));
}
