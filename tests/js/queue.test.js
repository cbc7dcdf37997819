import assert from "node:assert/strict";
import { test } from "node:test";

import { BatchQueue, LANES } from "../../static/js/batch/queue.js";
import { RequestError } from "../../static/js/connection/protocol.js";
import { settled } from "./fakes.js";

/** A batch whose photos are ready at once and answered when the test says so. */
function bench(count, { prepare = async (file) => ({ blob: new Blob([file.name]) }) } = {}) {
  const jobs = [];
  const classify = (picture, options) => new Promise((resolve, reject) => {
    options.signal.addEventListener("abort", () => reject(options.signal.reason));
    jobs.push({ ...options, kept: options.keep(), resolve: (result) => resolve({ result, roundTripMs: 5 }), reject });
  });
  const batch = new BatchQueue({ prepare, classify });
  batch.add(Array.from({ length: count }, (_, index) => ({ file: { name: `${index}.jpg` }, path: `${index}.jpg` })));
  return { batch, jobs, states: () => batch.items.map(({ state }) => state) };
}

test("a few photos are under way at once, however many there are", async () => {
  let prepared = 0;
  const { jobs, states } = bench(50, { prepare: async () => { prepared += 1; return { blob: new Blob() }; } });
  await settled();
  assert.deepEqual([jobs.length, prepared], [LANES, LANES]);
  assert.equal(states().filter((state) => state === "waiting").length, 50 - LANES);
  jobs[0].resolve({});
  await settled();
  assert.equal(jobs.length, LANES + 1);
});

test("a photo says where it is", async () => {
  const { batch, jobs } = bench(1);
  const seen = [];
  batch.addEventListener("change", ({ detail }) => seen.push(detail.item.state));
  await settled();
  jobs[0].onProgress({ sent: 5, size: 10 });
  jobs[0].onProgress({ sent: 10, size: 10, position: 2 });
  jobs[0].onProgress({ sent: 10, size: 10 });
  jobs[0].resolve({});
  await settled();
  assert.deepEqual(seen, ["connecting", "sending", "queued", "looking", "answered"]);
});

test("a refusal is one photo's own, and it can go again under the same id", async () => {
  const { batch, jobs, states } = bench(2);
  await settled();
  jobs[0].reject(new RequestError("server.overloaded"));
  jobs[1].resolve({});
  await settled();
  assert.deepEqual(states(), ["rejected", "answered"]);
  batch.retry(batch.items[0]);
  await settled();
  assert.equal(jobs[2].id, jobs[0].id);
});

test("a cancelled photo makes room, and goes again as a new job", async () => {
  const { batch, jobs, states } = bench(LANES + 1);
  await settled();
  batch.cancel(batch.items[0]);
  await settled();
  assert.deepEqual([jobs.length, states()[0]], [LANES + 1, "cancelled"]);
  batch.retry(batch.items[0]);
  jobs[1].resolve({});
  await settled();
  assert.notEqual(jobs.at(-1).id, jobs[0].id);
});

test("what waits can be cancelled too, all at once", async () => {
  const { batch, jobs, states } = bench(20);
  await settled();
  batch.cancelAll();
  await settled();
  assert.deepEqual([new Set(states()), jobs.length, batch.open], [new Set(["cancelled"]), LANES, 0]);
});

test("consent holds for what is sent from then on", async () => {
  const { batch, jobs } = bench(LANES + 1);
  await settled();
  batch.keep = true;
  jobs[0].resolve({});
  await settled();
  assert.deepEqual([jobs[0].kept, jobs.at(-1).kept, batch.items.at(-1).kept], [false, true, true]);
});

test("when the line is away, what was on it waits for the next", async () => {
  const { batch, jobs, states } = bench(2);
  await settled();
  jobs[0].onProgress({ sent: 10, size: 10 });
  jobs[1].resolve({});
  await settled();
  batch.lineLost();
  assert.deepEqual(states(), ["connecting", "answered"]);
});
