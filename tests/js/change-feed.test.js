import assert from "node:assert/strict";
import { test } from "node:test";

import { ChangeFeed, LOOK_EVERY_MS, LOOK_EVERY_WITHOUT_LINE_MS, SPACING_MS } from "../../static/js/history/change-feed.js";
import { FakeClock, FakeSocket, settled } from "./fakes.js";

/** A line that works, after its first look; `looks` are the promises that the page has not kept yet. */
async function bench() {
  const [clock, looks] = [new FakeClock(), []];
  FakeSocket.all = [];
  const look = () => new Promise((resolve, reject) => { looks.push({ resolve, reject }); });
  const feed = new ChangeFeed({ url: "ws://here/ws/history", look, Socket: FakeSocket, clock, random: () => 1 });
  feed.open();
  FakeSocket.last.hear({ type: "changed" });
  looks.pop().resolve();
  await settled();
  await clock.pass(SPACING_MS);
  return { clock, looks, feed };
}

test("news make it look, and news during a look make it look once more", async () => {
  const { clock, looks } = await bench();
  for (let news = 0; news < 5; news += 1) FakeSocket.last.hear({ type: "changed" });
  assert.equal(looks.length, 1);
  looks[0].resolve();
  await settled();
  assert.equal(looks.length, 1);
  await clock.pass(SPACING_MS);
  assert.equal(looks.length, 2);
  looks[1].resolve();
  await settled();
  await clock.pass(SPACING_MS);
  assert.equal(looks.length, 2);
});

test("a look that fails is not the last", async () => {
  const { clock, looks } = await bench();
  FakeSocket.last.hear({ type: "changed" });
  looks[0].reject(new Error("offline"));
  await settled();
  await clock.pass(SPACING_MS);
  FakeSocket.last.hear({ type: "changed" });
  assert.equal(looks.length, 2);
});

test("it looks from time to time, more often without a line", async () => {
  const { clock, looks } = await bench();
  await clock.pass(LOOK_EVERY_MS - 1);
  assert.equal(looks.length, 0);
  await clock.pass(1);
  assert.equal(looks.length, 1);
  looks[0].resolve();
  await settled();
  await clock.pass(SPACING_MS);
  FakeSocket.last.drop(4503);
  await clock.pass(LOOK_EVERY_WITHOUT_LINE_MS);
  assert.equal(looks.length, 2);
});

test("a line that drops is opened again, each time later, and at once after one that held", async () => {
  const { clock } = await bench();
  for (const wait of [1_000, 2_000, 4_000]) {
    FakeSocket.last.drop();
    const before = FakeSocket.all.length;
    await clock.pass(wait - 1);
    assert.equal(FakeSocket.all.length, before);
    await clock.pass(1);
    assert.equal(FakeSocket.all.length, before + 1);
  }
  FakeSocket.last.hear({ type: "changed" });
  FakeSocket.last.drop();
  await clock.pass(1_000);
  assert.equal(FakeSocket.all.length, 5);
});

test("who has no history is not asked again", async () => {
  const { clock } = await bench();
  FakeSocket.last.drop(4401);
  await clock.pass(10 * LOOK_EVERY_MS);
  assert.equal(FakeSocket.all.length, 1);
});
