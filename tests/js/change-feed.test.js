import assert from "node:assert/strict";
import { test } from "node:test";

import { CLOSE_AUTH } from "../../static/js/connection/protocol.js";
import { ChangeFeed, MIN_INTERVAL_MS, REFRESH_EVERY_DISCONNECTED_MS, REFRESH_EVERY_MS } from "../../static/js/history/change-feed.js";
import { FakeClock, FakeSocket, last, settled } from "./fakes.js";

/** Create a connected feed after its first refresh. `refreshes` has the later calls of `refreshPage`, which the test settles. */
async function createFeed() {
  /** @type {{resolve: () => void, reject: (error: Error) => void}[]} */
  const refreshes = [];
  const clock = new FakeClock();
  FakeSocket.all = [];
  const refreshPage = () => new Promise((/** @type {(value: void) => void} */ resolve, reject) => { refreshes.push({ resolve, reject }); });
  const feed = new ChangeFeed({ url: "ws://here/ws/history", refreshPage, WebSocket: FakeSocket, clock, random: () => 1 });
  feed.connect();
  FakeSocket.last.receive({ type: "changed" });
  await finishRefresh(clock, refreshes);
  refreshes.pop();
  return { clock, refreshes };
}

/** @param {FakeClock} clock @param {{resolve: () => void}[]} refreshes */
async function finishRefresh(clock, refreshes) {
  last(refreshes).resolve();
  await settled();
  await clock.advance(MIN_INTERVAL_MS);
}

test("changes during a refresh cause exactly one more refresh, after a pause", async () => {
  const { clock, refreshes } = await createFeed();
  for (let count = 0; count < 5; count += 1) FakeSocket.last.receive({ type: "changed" });
  assert.equal(refreshes.length, 1);
  refreshes[0].resolve();
  await settled();
  assert.equal(refreshes.length, 1);
  await clock.advance(MIN_INTERVAL_MS);
  assert.equal(refreshes.length, 2);
  await finishRefresh(clock, refreshes);
  assert.equal(refreshes.length, 2);
});

test("a failed refresh does not prevent the next one", async () => {
  const { clock, refreshes } = await createFeed();
  FakeSocket.last.receive({ type: "changed" });
  refreshes[0].reject(new Error("offline"));
  await settled();
  await clock.advance(MIN_INTERVAL_MS);
  FakeSocket.last.receive({ type: "changed" });
  assert.equal(refreshes.length, 2);
});

test("the page refreshes at intervals, which are shorter without a connection", async () => {
  const { clock, refreshes } = await createFeed();
  await clock.advance(REFRESH_EVERY_MS - 1);
  assert.equal(refreshes.length, 0);
  await clock.advance(1);
  assert.equal(refreshes.length, 1);
  await finishRefresh(clock, refreshes);
  FakeSocket.last.closeWith(4503);
  await clock.advance(REFRESH_EVERY_DISCONNECTED_MS);
  assert.equal(refreshes.length, 2);
});

test("a lost connection is opened again after growing delays, which a working connection resets", async () => {
  const { clock } = await createFeed();
  for (const delay of [1_000, 2_000, 4_000]) {
    FakeSocket.last.closeWith();
    const count = FakeSocket.all.length;
    await clock.advance(delay - 1);
    assert.equal(FakeSocket.all.length, count);
    await clock.advance(1);
    assert.equal(FakeSocket.all.length, count + 1);
  }
  FakeSocket.last.receive({ type: "changed" });
  FakeSocket.last.closeWith();
  await clock.advance(1_000);
  assert.equal(FakeSocket.all.length, 5);
});

test("a browser without a history does not connect again", async () => {
  const { clock } = await createFeed();
  FakeSocket.last.closeWith(CLOSE_AUTH);
  await clock.advance(10 * REFRESH_EVERY_MS);
  assert.equal(FakeSocket.all.length, 1);
});
