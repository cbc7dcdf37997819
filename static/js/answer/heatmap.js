/** The heatmap: shows over the photo which parts counted towards a class. */

import { heatmapSubject, heatmapText, peakRegion } from "../i18n/messages.js";
import { createCanvas, getContext } from "../photo/resize.js";
import { collectParts } from "../ui/dom.js";

const CELLS = 7;
const CANVAS_SIDE = 448;
/** Indigo, magenta, amber, yellow: distinct for colour-blind readers and on any photo. Twin of the legend in answer.css. */
const RAMP = [[62, 4, 156], [177, 42, 144], [244, 136, 73], [240, 249, 33]];

export class Heatmap {
  #toggle; #canvas; #panel;
  /** @type {{text: HTMLElement, reason: HTMLElement, class: HTMLSelectElement, opacity: HTMLInputElement}} */ #parts;
  /** @type {HeatmapData | null} */ #data = null;

  /** @param {{toggle: HTMLElement, canvas: HTMLCanvasElement, panel: HTMLElement}} elements */
  constructor({ toggle, canvas, panel }) {
    this.#toggle = toggle;
    this.#canvas = canvas;
    this.#panel = panel;
    this.#parts = collectParts(panel, "heatmap");
    toggle.addEventListener("click", () => this.#setVisible(toggle.ariaPressed !== "true"));
    this.#parts.class.addEventListener("change", () => this.#drawSelected());
    this.#parts.opacity.addEventListener("input", () => this.#applyOpacity());
  }

  /**
   * Offer the maps of a result. The toggle stays hidden if it has none.
   *
   * @param {{heatmap?: HeatmapData | null, verdict: Pick<Verdict, "kind" | "display" | "reason">, predictions: Prediction[]}} result
   */
  setResult({ heatmap = null, verdict, predictions }) {
    this.#data = heatmap;
    this.#parts.reason.textContent = verdict.reason;
    this.#setVisible(false);
    this.#toggle.hidden = !heatmap;
    if (!heatmap) return;
    const classes = predictions.filter(({ index }) => heatmap.maps[index]);
    const options = classes.map(({ display, index }) => new Option(display, String(index)));
    this.#parts.class.replaceChildren(new Option(heatmapSubject(verdict), "verdict"), ...options);
    this.#drawSelected();
  }

  clear() {
    this.#data = null;
    this.#setVisible(false);
    this.#toggle.hidden = true;
  }

  /** @param {boolean} isVisible */
  #setVisible(isVisible) {
    this.#toggle.ariaPressed = String(isVisible);
    this.#canvas.hidden = !isVisible;
    this.#panel.hidden = !isVisible;
  }

  #drawSelected() {
    if (!this.#data) return;
    const { view_box: viewBox, maps } = this.#data;
    const [option] = this.#parts.class.selectedOptions;
    const map = maps[option.value];
    draw(this.#canvas, viewBox, map);
    this.#parts.text.textContent = heatmapText(option.text, peakRegion(viewBox, map));
    this.#applyOpacity();
  }

  #applyOpacity() {
    this.#canvas.style.setProperty("opacity", String(Number(this.#parts.opacity.value) / 100));
  }
}

/**
 * Place the canvas over the classified square and draw the map into it, smoothly enlarged.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {HeatmapData["view_box"]} viewBox
 * @param {number[]} map
 */
function draw(canvas, [left, top, width, height], map) {
  for (const [property, fraction] of Object.entries({ left, top, width, height })) {
    canvas.style.setProperty(property, `${fraction * 100}%`);
  }
  const cells = createCanvas(CELLS, CELLS);
  getContext(cells).putImageData(new ImageData(colourCells(map), CELLS, CELLS), 0, 0);
  canvas.width = canvas.height = CANVAS_SIDE;
  const context = getContext(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(cells, 0, 0, CANVAS_SIDE, CANVAS_SIDE);
}

/**
 * Return the RGBA pixels of a map. Colour and opacity follow each logit's share of the maximum; negative logits are transparent.
 *
 * @param {number[]} map
 */
function colourCells(map) {
  const max = Math.max(...map);
  const pixels = new Uint8ClampedArray(4 * map.length);
  map.forEach((logit, cell) => {
    const share = max > 0 ? Math.max(0, logit / max) : 0;
    pixels.set([...rampColour(share), 255 * share], 4 * cell);
  });
  return pixels;
}

/** Interpolate the ramp. @param {number} share 0…1 */
function rampColour(share) {
  const position = share * (RAMP.length - 1);
  const start = Math.min(Math.floor(position), RAMP.length - 2);
  return RAMP[start].map((value, channel) => value + (position - start) * (RAMP[start + 1][channel] - value));
}
