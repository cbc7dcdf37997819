/** Why: which part of the photo spoke for an answer, painted over it from 49 numbers. */

import { newCanvas } from "../photo/resize.js";
import { mapName, spoke, wherePeak } from "../i18n/messages.js";

const CELLS = 7;
/** Indigo, magenta, amber, yellow: apart for every kind of sight, and on photos of any colour. The legend's too. */
const RAMP = [[62, 4, 156], [177, 42, 144], [244, 136, 73], [240, 249, 33]];

/** The map over the photo: a switch, which class it is of, and how strong it shows. */
export class Heatmap {
  #parts; #heatmap = null; #verdict = ""; #predictions = []; #shown = "verdict";

  constructor({ toggle, canvas, panel }) {
    const parts = [...panel.querySelectorAll("[data-heatmap]")].map((element) => [element.dataset.heatmap, element]);
    this.#parts = { ...Object.fromEntries(parts), toggle, canvas, panel };
    this.#parts.toggle.addEventListener("click", () => this.#set(this.#parts.toggle.ariaPressed !== "true"));
    this.#parts.class.addEventListener("change", () => this.#choose(this.#parts.class.value));
    this.#parts.opacity.addEventListener("input", () => this.#fade());
  }

  /** Takes the maps of a new result; without them there is nothing to switch on. */
  take({ heatmap = null, verdict, predictions }) {
    this.#heatmap = heatmap;
    this.#verdict = mapName(verdict);
    this.#predictions = predictions;
    this.#parts.reason.textContent = verdict.reason;
    this.#set(false);
    this.#parts.toggle.hidden = !heatmap;
    if (!heatmap) return;
    this.#parts.class.replaceChildren(...this.#options());
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
    return [new Option(this.#verdict, "verdict"), ...classes.map((one) => new Option(one.display, one.index))];
  }

  #set(on) {
    this.#parts.toggle.ariaPressed = String(on);
    this.#parts.canvas.hidden = !on;
    this.#parts.panel.hidden = !on;
  }

  #choose(key) {
    this.#shown = key;
    const name = this.#parts.class.selectedOptions[0].textContent;
    const map = this.#heatmap.maps[this.#shown];
    paint(this.#parts.canvas, this.#heatmap.view_box, map);
    this.#parts.text.textContent = spoke(name, wherePeak(this.#heatmap.view_box, map));
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
  const small = newCanvas(CELLS, CELLS);
  small.getContext("2d").putImageData(new ImageData(colours(map), CELLS, CELLS), 0, 0);
  canvas.width = canvas.height = 448;
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
}

/** RGBA of each cell: its share of the strongest, 0…1, as colour and as opacity. What spoke against it stays clear. */
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
