import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../static/css/tokens.css", import.meta.url), "utf8");
/** @type {Record<string, {light: string, dark: string}>} */
const tokens = Object.fromEntries(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [name, { light, dark }]),
);

/** Compute the relative luminance as WCAG 2.2 defines it. @param {string} hex */
function luminance(hex) {
  const [red, green, blue] = [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16) / 255)
    .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {string} colourA @param {string} colourB */
function contrast(colourA, colourB) {
  const [low, high] = [luminance(colourA), luminance(colourB)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const TEXT = [
  ...["ink", "quiet", "accent", "good", "caution", "bad"].flatMap((text) => [[text, "paper"], [text, "raised"], [text, "sunken"]]),
  ["on-accent", "accent"], ["on-accent", "accent-strong"],
];
const SHAPES = [["edge", "paper"], ["edge", "raised"], ["thing", "track"], ["accent", "track"], ["thing", "paper"]];
const CASES = [{ kind: "text", pairs: TEXT, minContrast: 4.5 }, { kind: "shapes", pairs: SHAPES, minContrast: 3 }];

for (const theme of /** @type {const} */ (["light", "dark"])) {
  for (const { kind, pairs, minContrast } of CASES) {
    test(`the contrast of ${kind} in the ${theme} theme is at least ${minContrast}:1`, () => {
      for (const [front, back] of pairs) {
        const value = contrast(tokens[front][theme], tokens[back][theme]);
        assert.ok(value >= minContrast, `${front} on ${back}: ${value.toFixed(2)}`);
      }
    });
  }
}
