import assert from "node:assert/strict";
import { test } from "node:test";

import { BatchQueue, MAX_CONCURRENT } from "../../static/js/batch/queue.js";
import { RequestError } from "../../static/js/connection/protocol.js";
import { last, settled } from "./fakes.js";

/** Create a queue of photos that are resized at once and answered when the test calls `resolve` of their job. @param {number} count */
function createQueue(count, { resize = async (/** @type {any} */ file) => ({ blob: new Blob([file.name]) }) } = {}) {
  /** @type {any[]} */
  const jobs = [];
  /** @param {ArrayBuffer} _bytes @param {any} options @returns {Promise<any>} */
  const classify = (_bytes, options) => new Promise((resolve, reject) => {
    options.signal.addEventListener("abort", () => reject(options.signal.reason));
    jobs.push({ ...options, keep: options.keep(), resolve: () => resolve({ result: {}, roundTripMs: 5 }), reject });
  });
  const queue = new BatchQueue({ resize, classify });
  queue.add(Array.from({ length: count }, (_, index) => ({ file: new File([], `${index}.jpg`), path: `${index}.jpg` })));
  return { queue, jobs, states: () => queue.items.map(({ state }) => state) };
}

test("only a few photos are in progress at once", async () => {
  let resizedCount = 0;
  const { jobs, states } = createQueue(50, { resize: async () => { resizedCount += 1; return { blob: new Blob() }; } });
  await settled();
  assert.deepEqual([jobs.length, resizedCount], [MAX_CONCURRENT, MAX_CONCURRENT]);
  assert.equal(states().filter((state) => state === "waiting").length, 50 - MAX_CONCURRENT);
  jobs[0].resolve();
  await settled();
  assert.equal(jobs.length, MAX_CONCURRENT + 1);
});

test("each step of a photo is a change of its state", async () => {
  const { queue, jobs } = createQueue(1);
  /** @type {ItemState[]} */
  const states = [];
  queue.addEventListener("change", (event) => states.push(/** @type {CustomEvent<BatchItem>} */ (event).detail.state));
  await settled();
  jobs[0].onProgress({ sentBytes: 5, totalBytes: 10 });
  jobs[0].onProgress({ sentBytes: 10, totalBytes: 10, position: 2 });
  jobs[0].onProgress({ sentBytes: 10, totalBytes: 10 });
  jobs[0].resolve();
  await settled();
  assert.deepEqual(states, ["connecting", "sending", "queued", "looking", "answered"]);
});

test("a rejected photo does not affect the others and can be retried with the same id", async () => {
  const { queue, jobs, states } = createQueue(2);
  await settled();
  jobs[0].reject(new RequestError("server.overloaded"));
  jobs[1].resolve();
  await settled();
  assert.deepEqual(states(), ["rejected", "answered"]);
  queue.retry(queue.items[0]);
  await settled();
  assert.equal(jobs[2].id, jobs[0].id);
});

test("a cancelled photo frees its slot and is retried with a new id", async () => {
  const { queue, jobs, states } = createQueue(MAX_CONCURRENT + 1);
  await settled();
  queue.cancel(queue.items[0]);
  await settled();
  assert.deepEqual([jobs.length, states()[0]], [MAX_CONCURRENT + 1, "cancelled"]);
  queue.retry(queue.items[0]);
  jobs[1].resolve();
  await settled();
  assert.notEqual(last(jobs).id, jobs[0].id);
});

test("waiting photos can be cancelled, all at once", async () => {
  const { queue, jobs, states } = createQueue(20);
  await settled();
  queue.cancelAll();
  await settled();
  assert.deepEqual([new Set(states()), jobs.length, queue.pending], [new Set(["cancelled"]), MAX_CONCURRENT, 0]);
});

test("consent applies to the photos that are sent after it", async () => {
  const { queue, jobs } = createQueue(MAX_CONCURRENT + 1);
  await settled();
  queue.keep = true;
  jobs[0].resolve();
  await settled();
  assert.deepEqual([jobs[0].keep, last(jobs).keep, last(queue.items).isKept], [false, true, true]);
});

test("sent photos wait for a connection after it is lost", async () => {
  const { queue, jobs, states } = createQueue(2);
  await settled();
  jobs[0].onProgress({ sentBytes: 10, totalBytes: 10 });
  jobs[1].resolve();
  await settled();
  queue.handleLostConnection();
  assert.deepEqual(states(), ["connecting", "answered"]);
});
