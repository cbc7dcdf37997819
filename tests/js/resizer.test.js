import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_CONCURRENT, Resizer } from "../../static/js/photo/resizer.js";
import { settled } from "./fakes.js";

class FakeWorker extends EventTarget {
  /** @type {{id: number, file: unknown, options: ResizeOptions}[]} */
  tasks = [];

  /** @param {any} task */
  postMessage(task) { this.tasks.push(task); }
  /** @param {number} id @param {object} fields */
  reply(id, fields) { this.dispatchEvent(Object.assign(new Event("message"), { data: { id, ...fields } })); }
}

/** Files and photos are strings here, which only the fake worker sees. @param {number} [cores] */
function createResizer(cores) {
  const worker = new FakeWorker();
  return { worker, resizer: /** @type {any} */ (new Resizer(() => /** @type {any} */ (worker), cores)) };
}

test("two photos are decoded at once and the others wait", async () => {
  const { worker, resizer } = createResizer();
  const photos = ["a", "b", "c"].map((file) => resizer.resize(file, { thumbnail: true }));
  await settled();
  assert.equal(worker.tasks.length, MAX_CONCURRENT);
  worker.reply(worker.tasks[1].id, { photo: "B" });
  assert.equal(await photos[1], "B");
  await settled();
  assert.deepEqual([worker.tasks[2].file, worker.tasks[2].options], ["c", { thumbnail: true }]);
});

test("on two cores only one photo is decoded at once", async () => {
  const { worker, resizer } = createResizer(2);
  resizer.resize("a", {});
  resizer.resize("b", {});
  await settled();
  assert.equal(worker.tasks.length, 1);
});

test("an error of the worker keeps its code", async () => {
  const { worker, resizer } = createResizer();
  const photo = resizer.resize("a", {});
  await settled();
  worker.reply(worker.tasks[0].id, { code: "image.empty" });
  await assert.rejects(photo, { name: "RequestError", code: "image.empty" });
});

test("a photo that is aborted while it waits is not decoded", async () => {
  const { worker, resizer } = createResizer();
  const controller = new AbortController();
  resizer.resize("a", {});
  resizer.resize("b", {});
  const photo = resizer.resize("c", { signal: controller.signal });
  await settled();
  controller.abort();
  worker.reply(worker.tasks[0].id, { photo: "A" });
  await assert.rejects(photo, { name: "AbortError" });
  assert.equal(worker.tasks.length, MAX_CONCURRENT);
});

test("the page resizes photos itself if there is no worker or the worker fails to load", async () => {
  const emptyFile = new File([], "empty.jpg");
  await assert.rejects(new Resizer(() => null).resize(emptyFile, {}), { code: "image.empty" });
  const { worker, resizer } = createResizer();
  const photo = resizer.resize(emptyFile, {});
  await settled();
  worker.dispatchEvent(new Event("error"));
  await assert.rejects(photo, { code: "image.empty" });
});
