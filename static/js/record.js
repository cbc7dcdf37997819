/** One record: its map over the photo, or over the empty place of one that was not kept. */

import { Heatmap } from "./heatmap.js";
import { offerNames } from "./names.js";
import { localise } from "./times.js";

const $ = (id) => document.getElementById(id);
const { width, height } = $("figure").dataset;

$("frame").style.setProperty("--ratio", String(width / height));
new Heatmap({ toggle: $("why-toggle"), canvas: $("heatmap"), panel: $("why") }).take(JSON.parse($("maps").textContent));
localise(document);
document.querySelectorAll(".opinion").forEach(offerNames);
$("link")?.addEventListener("focus", ({ target }) => target.select());
