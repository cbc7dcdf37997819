import assert from "node:assert/strict";
import { test } from "node:test";

import { AT_ONCE, Resizer } from "../../static/js/photo/resizer.js";
import { settled } from "./fakes.js";

class FakeWorker extends EventTarget {
  orders = [];
  postMessage(order) { this.orders.push(order); }
  deliver(number, more) { this.dispatchEvent(Object.assign(new Event("message"), { data: { number, ...more } })); }
}

function bench(cores) {
  const worker = new FakeWorker();
  return { worker, preparer: new Resizer(() => worker, cores) };
}

test("a few photos are decoded at once, the others wait", async () => {
  const { worker, preparer } = bench();
  const photos = ["a", "b", "c"].map((file) => preparer.prepare(file, { thumbnail: true }));
  await settled();
  assert.equal(worker.orders.length, AT_ONCE);
  worker.deliver(1, { photo: "B" });
  assert.equal(await photos[1], "B");
  await settled();
  assert.deepEqual(worker.orders[2], { number: 2, file: "c", options: { thumbnail: true } });
});

test("on two cores one of them is left to the page", async () => {
  const { worker, preparer } = bench(2);
  preparer.prepare("a");
  preparer.prepare("b");
  await settled();
  assert.equal(worker.orders.length, 1);
});

test("a refusal keeps its code on the way out of the worker", async () => {
  const { worker, preparer } = bench();
  const photo = preparer.prepare("a");
  await settled();
  worker.deliver(0, { code: "image.empty" });
  await assert.rejects(photo, { name: "RequestError", code: "image.empty" });
});

test("a photo given up while it waits is not decoded", async () => {
  const { worker, preparer } = bench();
  const controller = new AbortController();
  preparer.prepare("a");
  preparer.prepare("b");
  const photo = preparer.prepare("c", { signal: controller.signal });
  await settled();
  controller.abort();
  worker.deliver(0, { photo: "A" });
  await assert.rejects(photo, { name: "AbortError" });
  assert.equal(worker.orders.length, AT_ONCE);
});

test("without a worker the page does it itself", async () => {
  await assert.rejects(new Resizer().prepare({ size: 0 }), { code: "image.empty" });
  const { worker, preparer } = bench();
  const photo = preparer.prepare({ size: 0 });
  await settled();
  worker.dispatchEvent(new Event("error"));
  await assert.rejects(photo, { code: "image.empty" });
});
