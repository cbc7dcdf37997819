import assert from "node:assert/strict";
import { test } from "node:test";

import { DRAINED_WITHIN_MS, MAX_DRAINS, PING_EVERY_MS } from "../../static/js/connection/client.js";
import { CLOSE_DRAINING, CLOSE_ORIGIN, CLOSE_PROTOCOL, CLOSE_SILENCE, RequestError } from "../../static/js/connection/protocol.js";
import { FakeSocket, bench, open, picture, ready, settled } from "./fakes.js";

const refused = (code) => (error) => error instanceof RequestError && error.code === code;

test("it authenticates first and is ready at hello", async () => {
  const { client, states } = bench();
  await open(client);
  assert.equal(FakeSocket.last.subprotocol, "classify.v1");
  assert.deepEqual(FakeSocket.last.sent, [{ type: "authenticate", ticket: "the first" }]);
  FakeSocket.last.hello();
  assert.deepEqual(states.map(({ state }) => state), ["connecting", "ready"]);
});

test("a picture is announced, then sent, then answered", async () => {
  const { client, clock } = await ready();
  const answer = client.classify(picture(), { name: "a.jpg", keep: true });
  const [announcement, frame] = FakeSocket.last.sent.slice(1);
  const { id, ...fields } = announcement;
  assert.deepEqual(fields, { type: "classify", size: 10, views: "best", top: 5, explain: false, record: true, keep: true, name: "a.jpg" });
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(frame.byteLength, 10);
  await clock.pass(48);
  FakeSocket.last.answer(id, { animal: 0.9 });
  assert.deepEqual(await answer, { result: { type: "result", id, animal: 0.9 }, roundTripMs: 48 });
});

test("consent may be asked for at the last moment", async () => {
  const { client } = bench();
  let consent = false;
  client.classify(picture(), { keep: () => consent }).catch(() => null);
  await open(client);
  consent = true;
  FakeSocket.last.hello();
  assert.equal(FakeSocket.last.of("classify")[0].keep, true);
});

test("a picture waits until the line is ready", async () => {
  const { client } = bench();
  client.classify(picture());
  await open(client);
  assert.equal(FakeSocket.last.of("classify").length, 0);
  FakeSocket.last.hello();
  assert.equal(FakeSocket.last.of("classify").length, 1);
});

test("no more are in flight than the server allows", async () => {
  const { client } = await ready();
  const jobs = ["1", "2", "3"].map((id) => client.classify(picture(), { id }));
  assert.deepEqual(FakeSocket.last.of("classify").map(({ id }) => id), ["1", "2"]);
  FakeSocket.last.answer("1");
  await jobs[0];
  assert.deepEqual(FakeSocket.last.of("classify").map(({ id }) => id), ["1", "2", "3"]);
});

test("an error of a job is its refusal", async () => {
  const { client } = await ready();
  const job = client.classify(picture(), { id: "1" });
  FakeSocket.last.hear({ type: "error", id: "1", code: "rate.limited", message: "Slowly.", retry_after: 3 });
  await assert.rejects(job, { code: "rate.limited", message: "Slowly.", retryAfter: 3 });
});

test("a picture over the limit is not even sent", async () => {
  const { client } = await ready();
  await assert.rejects(client.classify(picture(1001)), refused("image.too_large"));
  assert.equal(FakeSocket.last.of("classify").length, 0);
});

test("progress is told in bytes until the last is away", async () => {
  const { client, clock } = await ready();
  const told = [];
  FakeSocket.last.bufferedAmount = 400;
  client.classify(picture(1000), { onProgress: ({ sent }) => told.push(sent) });
  FakeSocket.last.bufferedAmount = 100;
  await clock.pass(50);
  FakeSocket.last.bufferedAmount = 0;
  await clock.pass(1000);
  assert.deepEqual(told, [600, 900, 1000]);
});

test("a lost line comes back, and what has no answer goes once more with the same id", async () => {
  const { client, clock, states } = await ready();
  const job = client.classify(picture(), { id: "1" });
  FakeSocket.last.drop();
  assert.deepEqual(states.at(-1), { state: "waiting", delayMs: 1000, attempt: 1 });
  await clock.pass(1000);
  FakeSocket.last.onopen({});
  FakeSocket.last.hello();
  assert.deepEqual(FakeSocket.last.of("classify").map(({ id }) => id), ["1"]);
  FakeSocket.last.answer("1");
  assert.equal((await job).result.id, "1");
});

test("the second loss of the same job is an error, not a loop", async () => {
  const { client, clock } = await ready();
  const job = client.classify(picture(), { id: "1" });
  FakeSocket.last.drop();
  await clock.pass(1000);
  FakeSocket.last.onopen({});
  FakeSocket.last.hello();
  FakeSocket.last.drop();
  await assert.rejects(job, refused("line.lost"));
  await clock.pass(1000);
  FakeSocket.last.onopen({});
  FakeSocket.last.hello();
  assert.equal(FakeSocket.last.of("classify").length, 0);
});

test("the waits double, have jitter, and end at their longest", async () => {
  const { client, clock, states } = bench({ random: () => 0 });
  client.connect();
  for (let count = 0; count < 7; count += 1) {
    await settled();
    FakeSocket.last.drop();
    await clock.pass(states.at(-1).delayMs);
  }
  const waits = states.filter(({ state }) => state === "waiting").map(({ delayMs }) => delayMs);
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 15000, 15000]);
});

test("a silent or draining server is asked again", async () => {
  for (const code of [CLOSE_SILENCE, CLOSE_DRAINING]) {
    const { states } = await ready();
    FakeSocket.last.drop(code);
    assert.equal(states.at(-1).state, "waiting");
  }
});

/** The server takes no more of `job`; the line after that is ready. */
async function drained(clock, id) {
  FakeSocket.last.hear({ type: "error", id, code: "server.draining", message: "" });
  await clock.pass(1000);
  FakeSocket.last.onopen({});
  FakeSocket.last.hello();
}

test("a job that a draining server does not take goes over a new line, though the old one is never closed", async () => {
  const { client, clock } = await ready();
  const job = client.classify(picture(), { id: "1" });
  await drained(clock, "1");
  assert.deepEqual([FakeSocket.all.length, FakeSocket.all[0].closed], [2, true]);
  assert.deepEqual(FakeSocket.last.of("classify").map(({ id }) => id), ["1"]);
  FakeSocket.last.answer("1");
  assert.equal((await job).result.id, "1");
});

test("what a draining server still has is waited for, and nothing new is sent to it", async () => {
  const { client, clock } = await ready();
  const [first] = ["1", "2"].map((id) => client.classify(picture(), { id }));
  FakeSocket.last.hear({ type: "error", id: "2", code: "server.draining", message: "" });
  client.classify(picture(), { id: "3" });
  await clock.pass(5000);
  assert.deepEqual([FakeSocket.all.length, FakeSocket.last.of("classify").length], [1, 2]);
  FakeSocket.last.answer("1");
  await first;
  await clock.pass(1000);
  FakeSocket.last.onopen({});
  FakeSocket.last.hello();
  assert.deepEqual(FakeSocket.last.of("classify").map(({ id }) => id), ["2", "3"]);
});

test("a draining server that keeps a job to itself is left", async () => {
  const { client, clock } = await ready();
  for (const id of ["1", "2"]) client.classify(picture(), { id });
  FakeSocket.last.hear({ type: "error", id: "2", code: "server.draining", message: "" });
  await clock.pass(DRAINED_WITHIN_MS + 1000);
  assert.equal(FakeSocket.all.length, 2);
});

test("a job is not carried past draining servers for ever", async () => {
  const { client, clock } = await ready();
  const job = client.classify(picture(), { id: "1" });
  for (let count = 0; count < MAX_DRAINS; count += 1) await drained(clock, "1");
  FakeSocket.last.hear({ type: "error", id: "1", code: "server.draining", message: "" });
  await assert.rejects(job, refused("server.draining"));
});

test("a refused origin or protocol closes for good", async () => {
  for (const [close, code] of [[CLOSE_ORIGIN, "auth.origin"], [CLOSE_PROTOCOL, "protocol.invalid"]]) {
    const { client, clock, states } = await ready();
    const job = client.classify(picture());
    FakeSocket.last.drop(close);
    await assert.rejects(job, refused(code));
    await clock.pass(60_000);
    assert.deepEqual(states.at(-1), { state: "closed", code });
    assert.equal(FakeSocket.all.length, 1);
  }
});

test("it pings, and a line without an answer to that is dead", async () => {
  const { clock, states } = await ready();
  await clock.pass(PING_EVERY_MS);
  assert.equal(FakeSocket.last.of("ping").length, 1);
  FakeSocket.last.hear({ type: "pong" });
  await clock.pass(PING_EVERY_MS);
  assert.equal(FakeSocket.last.of("ping").length, 2);
  await clock.pass(PING_EVERY_MS);
  assert.equal(FakeSocket.all[0].closed, true);
  assert.deepEqual(states.map(({ state }) => state).slice(0, 3), ["connecting", "ready", "waiting"]);
});

test("a line that never says hello is dead", async () => {
  const { client, clock, states } = bench();
  await open(client);
  await clock.pass(10_000);
  assert.equal(states.at(-1).state, "waiting");
});

test("another version of the protocol closes for good", async () => {
  const { client, states } = bench();
  await open(client);
  FakeSocket.last.hello({ protocol: 2 });
  assert.deepEqual(states.at(-1), { state: "closed", code: "protocol.version" });
});

test("an abandoned picture is never sent, or cancelled and its place freed", async () => {
  const { client } = await ready();
  const stop = new AbortController();
  const jobs = ["1", "2", "3"].map((id) => client.classify(picture(), { id, signal: stop.signal }));
  stop.abort();
  for (const job of jobs) await assert.rejects(job, { name: "AbortError" });
  client.classify(picture(), { id: "4" });
  assert.deepEqual(FakeSocket.last.of("cancel").map(({ id }) => id), ["1", "2"]);
  assert.deepEqual(FakeSocket.last.of("classify").map(({ id }) => id), ["1", "2"]);
  FakeSocket.last.hear({ type: "cancelled", id: "1" });
  assert.deepEqual(FakeSocket.last.of("classify").map(({ id }) => id), ["1", "2", "4"]);
});

test("an answer that crosses the cancel is dropped, and so is the word that nothing was left to cancel", async () => {
  const { client, states } = await ready();
  const stop = new AbortController();
  const job = client.classify(picture(), { id: "1", signal: stop.signal });
  stop.abort();
  await assert.rejects(job, { name: "AbortError" });
  FakeSocket.last.answer("1");
  FakeSocket.last.hear({ type: "error", id: "1", code: "job.unknown", message: "" });
  const next = client.classify(picture(), { id: "2" });
  FakeSocket.last.answer("2");
  assert.equal((await next).result.id, "2");
  assert.equal(states.at(-1).state, "ready");
});

test("a place in the queue is told", async () => {
  const { client } = await ready();
  const told = [];
  const job = client.classify(picture(), { id: "1", onProgress: ({ position }) => told.push(position) });
  FakeSocket.last.hear({ type: "queued", id: "1", position: 2 });
  FakeSocket.last.answer("1");
  await job;
  assert.equal(told.at(-1), 2);
});

test("messages it does not know are let pass", async () => {
  const { client } = await ready();
  const job = client.classify(picture(), { id: "1" });
  FakeSocket.last.hear({ type: "weather", id: "1" });
  FakeSocket.last.answer("1");
  assert.equal((await job).result.id, "1");
});
