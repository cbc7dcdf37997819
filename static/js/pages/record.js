/** The page of one record: its heatmap over the photo, or over an empty frame if the photo was not kept. */

import { Heatmap } from "../answer/heatmap.js";
import { attachNameSuggestions } from "../answer/name-suggestions.js";
import { localiseTimes } from "../history/local-times.js";
import { find } from "../ui/dom.js";

const { width, height } = find("#figure", HTMLElement).dataset;
find("#frame", HTMLElement).style.setProperty("--ratio", String(Number(width) / Number(height)));
const heatmap = new Heatmap({
  toggle: find("#heatmap-toggle", HTMLElement), canvas: find("#heatmap", HTMLCanvasElement), panel: find("#heatmap-panel", HTMLElement),
});
heatmap.setResult(JSON.parse(find("#heatmap-data", HTMLElement).textContent ?? ""));
localiseTimes(document);
for (const form of document.querySelectorAll("form")) if (form.matches(".feedback-form")) attachNameSuggestions(form);
document.querySelector("#link")?.addEventListener("focus", ({ target }) => {
  if (target instanceof HTMLInputElement) target.select();
});
