import assert from "node:assert/strict";
import { test } from "node:test";

import { toCsv, toJson } from "../../static/js/batch/export.js";
import { RequestError } from "../../static/js/connection/protocol.js";
import { createItem, createResult } from "./samples.js";

const predictions = [
  { index: 285, display: "Egyptian cat", score: 0.6771, is_animal: true }, { index: 281, display: "tabby", score: 0.1234, is_animal: true },
];
const answered = createItem({ answer: { roundTripMs: 48.3, result: { ...createResult("group", "a cat", { score: 0.93 }), predictions } } });
const rejected = createItem({ path: "b.jpg", state: "rejected", error: new RequestError("image.truncated") });
/** @param {BatchItem[]} items */
const csvLines = (items) => toCsv(items).replace("\ufeff", "").split("\r\n");

test("the CSV has one line per photo, with its answer or its error", () => {
  assert.deepEqual(csvLines([answered, rejected]), [
    "file,squirrel,kind,answer,score,five_best,milliseconds,error",
    "a.jpg,no,group,cat,0.93,Egyptian cat 0.677; tabby 0.123,48,",
    "b.jpg,,,,,,,image.truncated",
    "",
  ]);
});

test("no cell of the CSV is a formula", () => {
  for (const sign of ["=", "+", "-", "@", "\t"]) {
    assert.ok(csvLines([{ ...rejected, path: `${sign}1.jpg` }])[1].startsWith(`'${sign}`));
  }
  assert.match(toCsv([{ ...rejected, path: "\r1.jpg" }]), /"'\r1\.jpg"/);
});

test("commas, quotes and line breaks stay inside their cell", () => {
  assert.ok(csvLines([{ ...rejected, path: 'a "b", c.jpg' }])[1].startsWith('"a ""b"", c.jpg",'));
});

test("the JSON has the same fields as the CSV", () => {
  const [first, second] = JSON.parse(toJson([answered, rejected]));
  assert.deepEqual(first.five_best, [{ name: "Egyptian cat", score: 0.6771 }, { name: "tabby", score: 0.1234 }]);
  assert.deepEqual(second, {
    file: "b.jpg", squirrel: null, kind: null, answer: null, score: null, five_best: [], milliseconds: null, error: "image.truncated",
  });
});
