import assert from "node:assert/strict";
import { test } from "node:test";

import "../../static/words/de.js"; // before the modules that speak, as in the page
import { tally, totals } from "../../static/js/batch/batch-text.js";
import { pace } from "../../static/js/camera/camera-text.js";
import { CODES, OWN_CODES } from "../../static/js/connection/protocol.js";
import { number, wholePercent } from "../../static/js/i18n/gettext.js";
import { HINTS, line, refusal, timing, verdict } from "../../static/js/i18n/messages.js";

const result = (kind, headline, { squirrel = "no", perhaps = "" } = {}) => ({ squirrel, verdict: { kind, headline, perhaps, score: 0.9 } });

test("a verdict is German around an English name without its article", () => {
  assert.equal(verdict(result("species", "a cat (Egyptian cat)")), "Erkannt: cat (Egyptian cat).");
  assert.equal(verdict(result("none", "an espresso")), "Hier ist kein Tier. Am ehesten: espresso.");
  assert.equal(verdict(result("unsure", "a dog", { perhaps: "a dog" })), "Nicht sicher. Vielleicht: dog.");
  assert.equal(verdict(result("group", "a mammal", { squirrel: "yes" })), "Ja. Das ist ein Eichhörnchen.");
});

test("one and many are different sentences", () => {
  assert.equal(HINTS.leftOut(1), "Eine Datei wurde ausgelassen: Sie ist kein Foto.");
  assert.equal(HINTS.leftOut(1200), "1.200 Dateien wurden ausgelassen: Sie sind keine Fotos.");
  assert.match(line({ state: "waiting", delayMs: 2000 }, { online: true, waiting: 1 }), /dein Foto ist sicher, in 2\u202fs/);
  assert.match(line({ state: "waiting", delayMs: 2000 }, { online: true, waiting: 12 }), /deine 12 wartenden Fotos/);
});

test("numbers are written as in German", () => {
  assert.deepEqual([number(1234.5, 1), wholePercent(0.82)], ["1.234,5", "82\u202f%"]);
  assert.match(timing({ timings: { total_ms: 30.6 }, model: { name: "M" } }, 1480), /1,5\u202fs/);
  assert.match(pace(3.21, { timings: { total_ms: 31 }, model: { name: "M" } }), /^3,2 Bilder je Sekunde/);
});

test("totals and tally are German", () => {
  const items = [{ state: "answered", result: result("none", "an espresso") }, { state: "rejected" }];
  assert.equal(totals(items), "1\u00a0von\u00a02 beantwortet");
  assert.equal(tally(items), "1 × kein Tier · 1 abgelehnt");
});

test("every code has German words of its own", () => {
  const all = [...CODES, ...OWN_CODES].map((code) => refusal({ code, message: code }).sentence);
  assert.equal(new Set(all).size, all.length);
  assert.ok(!all.some((sentence) => /\b(the|this|photo|server is)\b/i.test(sentence)), all.join("\n"));
});
