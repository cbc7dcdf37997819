import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../static/css/tokens.css", import.meta.url), "utf8");
const tokens = Object.fromEntries(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [name, { light, dark }]),
);

/** WCAG 2.2 relative luminance. */
function luminance(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const TEXT = [
  ...["ink", "quiet", "accent", "good", "caution", "bad"].flatMap((text) => [[text, "paper"], [text, "raised"], [text, "sunken"]]),
  ["on-accent", "accent"], ["on-accent", "accent-strong"],
];
const SHAPES = [["edge", "paper"], ["edge", "raised"], ["thing", "track"], ["accent", "track"], ["thing", "paper"]];

for (const theme of ["light", "dark"]) {
  for (const [pairs, least] of [[TEXT, 4.5], [SHAPES, 3]]) {
    test(`${theme}: contrast is at least ${least}:1`, () => {
      for (const [front, back] of pairs) {
        const found = contrast(tokens[front][theme], tokens[back][theme]);
        assert.ok(found >= least, `${front} on ${back}: ${found.toFixed(2)}`);
      }
    });
  }
}
