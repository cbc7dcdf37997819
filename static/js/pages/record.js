/** One record: its map over the photo, or over the empty place of one that was not kept. */

import { Heatmap } from "../answer/heatmap.js";
import { offerNames } from "../answer/name-suggestions.js";
import { localise } from "../history/local-times.js";

const $ = (id) => document.getElementById(id);
const { width, height } = $("figure").dataset;

$("frame").style.setProperty("--ratio", String(width / height));
new Heatmap({ toggle: $("heatmap-toggle"), canvas: $("heatmap"), panel: $("heatmap-panel") }).take(JSON.parse($("maps").textContent));
localise(document);
document.querySelectorAll(".feedback-form").forEach(offerNames);
$("link")?.addEventListener("focus", ({ target }) => target.select());
