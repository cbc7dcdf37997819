import assert from "node:assert/strict";
import { test } from "node:test";

import "../../static/words/de.js"; // before the modules that build sentences, as on the page
import { tallyText, totalsText } from "../../static/js/batch/batch-text.js";
import { frameRateText } from "../../static/js/camera/camera-text.js";
import { CLIENT_CODES, SERVER_CODES } from "../../static/js/connection/protocol.js";
import { formatNumber, formatPercent } from "../../static/js/i18n/gettext.js";
import { HINTS, connectionText, errorText, heatmapText, peakRegion, scorePercent, timingText, verdictText } from "../../static/js/i18n/messages.js";
import { createItem, createResult } from "./samples.js";

test("a German verdict names the animal in English without its article", () => {
  assert.equal(verdictText(createResult("species", "a cat (Egyptian cat)")), "Erkannt: cat (Egyptian cat).");
  assert.equal(verdictText(createResult("none", "an espresso")), "Hier ist kein Tier. Am ehesten: espresso.");
  assert.equal(verdictText(createResult("unsure", "a dog", { perhaps: "a dog" })), "Nicht sicher. Vielleicht: dog.");
  assert.equal(verdictText(createResult("group", "a mammal", { squirrel: "yes" })), "Ja. Das ist ein Eichhörnchen.");
});

test("German sentences for one thing and for several differ", () => {
  assert.equal(HINTS.skipped(1), "Eine Datei wurde übersprungen, weil sie kein Foto ist.");
  assert.equal(HINTS.skipped(1200), "1.200 Dateien wurden übersprungen, weil sie keine Fotos sind.");
  const lost = /** @type {ConnectionStatus} */ ({ state: "waiting", delayMs: 2000 });
  assert.match(connectionText(lost, { isOnline: true, pending: 1 }), /in 2\u00a0s\. Dein Foto wird dann gesendet\./);
  assert.match(connectionText(lost, { isOnline: true, pending: 12 }), /Deine 12 Fotos werden dann gesendet\./);
});

test("numbers and percentages have the German format", () => {
  assert.deepEqual([formatNumber(1234.5, 1), formatPercent(0.82), scorePercent(0.001)], ["1.234,5", "82\u00a0%", "<1\u00a0%"]);
  assert.match(timingText(createResult("group", "a cat"), 1480), /1,5\u00a0s/);
  assert.match(frameRateText(3.21, createResult("group", "a cat")), /3,2 Bilder pro Sekunde/);
});

test("the description of a heatmap is a German sentence", () => {
  const map = Array.from({ length: 49 }, (_, cell) => (cell === 24 ? 1 : 0));
  assert.equal(heatmapText("cat", peakRegion([0, 0, 1, 1], map)), "Der Bereich in der Mitte zählte am meisten für „cat“.");
});

test("the totals and the tally of a batch are German", () => {
  const items = [createItem({ answer: { result: createResult("none", "an espresso"), roundTripMs: 48 } }), createItem({ state: "rejected" })];
  assert.equal(totalsText(items), "1\u00a0von\u00a02 beantwortet");
  assert.equal(tallyText(items), "1 × kein Tier · 1 abgelehnt");
});

test("each error code has its own German sentence", () => {
  const sentences = [...SERVER_CODES, ...CLIENT_CODES].map((code) => errorText({ code, message: code }).sentence);
  assert.equal(new Set(sentences).size, sentences.length);
  assert.ok(!sentences.some((sentence) => /\b(the|this|photo|server is)\b/i.test(sentence)), sentences.join("\n"));
});
