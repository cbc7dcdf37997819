import assert from "node:assert/strict";
import { test } from "node:test";

import { toCsv, toJson } from "../../static/js/batch/export.js";

const predictions = [{ display: "Egyptian cat", score: 0.6771, is_animal: true }, { display: "tabby", score: 0.1234 }];
const answered = {
  path: "a.jpg", state: "answered", roundTripMs: 48.3,
  result: { squirrel: "no", verdict: { kind: "group", display: "cat", score: 0.93 }, predictions },
};
const refused = { path: "b.jpg", state: "rejected", error: { code: "image.truncated" } };
const lines = (items) => toCsv(items).replace("\ufeff", "").split("\r\n");

test("every photo is a line, answered or not", () => {
  assert.deepEqual(lines([answered, refused]), [
    "file,squirrel,kind,answer,score,five_best,milliseconds,error",
    "a.jpg,no,group,cat,0.93,Egyptian cat 0.677; tabby 0.123,48,",
    "b.jpg,,,,,,,image.truncated",
    "",
  ]);
});

test("no cell is a formula", () => {
  for (const sign of ["=", "+", "-", "@", "\t"]) assert.ok(lines([{ ...refused, path: `${sign}1.jpg` }])[1].startsWith(`'${sign}`));
  assert.match(toCsv([{ ...refused, path: "\r1.jpg" }]), /"'\r1\.jpg"/);
});

test("commas, quotes and new lines stay in their cell", () => {
  assert.ok(lines([{ ...refused, path: 'a "b", c.jpg' }])[1].startsWith('"a ""b"", c.jpg",'));
});

test("a program reads the same as JSON", () => {
  const [first, second] = JSON.parse(toJson([answered, refused]));
  assert.deepEqual(first.five_best, [{ name: "Egyptian cat", score: 0.6771 }, { name: "tabby", score: 0.1234 }]);
  assert.deepEqual(second, {
    file: "b.jpg", squirrel: null, kind: null, answer: null, score: null, five_best: [], milliseconds: null, error: "image.truncated",
  });
});
