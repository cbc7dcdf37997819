import assert from "node:assert/strict";
import { test } from "node:test";

import { Backoff } from "../../static/js/connection/backoff.js";

test("delays double from one second to thirty and start again after a reset", () => {
  const backoff = new Backoff(() => 1);
  assert.deepEqual(Array.from({ length: 7 }, () => backoff.nextDelayMs()), [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  assert.equal(backoff.attempt, 7);
  backoff.reset();
  assert.equal(backoff.nextDelayMs(), 1000);
});

test("a delay is at least half of its maximum", () => {
  assert.equal(new Backoff(() => 0).nextDelayMs(), 500);
});
