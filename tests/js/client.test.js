import assert from "node:assert/strict";
import { test } from "node:test";

import { DRAIN_TIMEOUT_MS, HELLO_TIMEOUT_MS, MAX_DRAINS, PING_EVERY_MS } from "../../static/js/connection/client.js";
import { CLOSE_DRAINING, CLOSE_ORIGIN, CLOSE_PROTOCOL, CLOSE_IDLE_TIMEOUT, RequestError, IDLE_TIMEOUT_S } from "../../static/js/connection/protocol.js";
import { FakeSocket, connect, createBytes, createClient, createReadyClient, last, settled } from "./fakes.js";

/** @typedef {import("./fakes.js").FakeClock} FakeClock */

/** @param {string} code */
const isRequestError = (code) => (/** @type {unknown} */ error) => error instanceof RequestError && error.code === code;
const sentIds = () => FakeSocket.last.sentOfType("classify").map(({ id }) => id);

/** Let the retry delay pass and complete the next connection. @param {FakeClock} clock */
async function reconnect(clock) {
  await clock.advance(1000);
  FakeSocket.last.open();
  FakeSocket.last.receiveHello();
}

/** Let a draining server return the job with `id`, then reconnect. @param {FakeClock} clock @param {string} id */
async function returnJob(clock, id) {
  FakeSocket.last.receive({ type: "error", id, code: "server.draining", message: "" });
  await reconnect(clock);
}

test("the client authenticates first and is ready after hello", async () => {
  const { client, states } = createClient();
  await connect(client);
  assert.equal(FakeSocket.last.subprotocol, "classify.v1");
  assert.deepEqual(FakeSocket.last.sent, [{ type: "authenticate", ticket: "ticket 0" }]);
  FakeSocket.last.receiveHello();
  assert.deepEqual(states.map(({ state }) => state), ["connecting", "ready"]);
});

test("the client announces a photo, sends its bytes and resolves with the result", async () => {
  const { client, clock } = await createReadyClient();
  const answer = client.classify(createBytes(), { name: "a.jpg", keep: true });
  const [request, bytes] = FakeSocket.last.sent.slice(1);
  const { id, ...fields } = request;
  assert.deepEqual(fields, { type: "classify", size: 10, views: "best", top: 5, explain: false, record: true, keep: true, name: "a.jpg" });
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(bytes.byteLength, 10);
  await clock.advance(48);
  FakeSocket.last.receiveResult(id, { animal: 0.9 });
  assert.deepEqual(await answer, { result: { type: "result", id, animal: 0.9 }, roundTripMs: 48 });
});

test("consent given as a function is read when the photo is sent", async () => {
  const { client } = createClient();
  let consent = false;
  client.classify(createBytes(), { keep: () => consent }).catch(() => null);
  await connect(client);
  consent = true;
  FakeSocket.last.receiveHello();
  assert.equal(FakeSocket.last.sentOfType("classify")[0].keep, true);
});

test("a photo waits until the connection is ready", async () => {
  const { client } = createClient();
  client.classify(createBytes(), { id: "1" });
  await connect(client);
  assert.deepEqual(sentIds(), []);
  FakeSocket.last.receiveHello();
  assert.deepEqual(sentIds(), ["1"]);
});

test("the client never has more jobs in flight than the server allows", async () => {
  const { client } = await createReadyClient();
  const answers = ["1", "2", "3"].map((id) => client.classify(createBytes(), { id }));
  assert.deepEqual(sentIds(), ["1", "2"]);
  FakeSocket.last.receiveResult("1");
  await answers[0];
  assert.deepEqual(sentIds(), ["1", "2", "3"]);
});

test("an error message of the server rejects its job with the code, text and delay", async () => {
  const { client } = await createReadyClient();
  const answer = client.classify(createBytes(), { id: "1" });
  FakeSocket.last.receive({ type: "error", id: "1", code: "rate.limited", message: "Slow down.", retry_after: 3 });
  await assert.rejects(answer, { code: "rate.limited", message: "Slow down.", retryAfterS: 3 });
});

test("a photo over the size limit is rejected without being sent", async () => {
  const { client } = await createReadyClient();
  await assert.rejects(client.classify(createBytes(1001)), isRequestError("image.too_large"));
  assert.deepEqual(sentIds(), []);
});

test("progress is reported in bytes until all bytes are sent", async () => {
  const { client, clock } = await createReadyClient();
  /** @type {number[]} */
  const reported = [];
  FakeSocket.last.bufferedAmount = 400;
  client.classify(createBytes(1000), { onProgress: ({ sentBytes }) => reported.push(sentBytes) });
  FakeSocket.last.bufferedAmount = 100;
  await clock.advance(50);
  FakeSocket.last.bufferedAmount = 0;
  await clock.advance(1000);
  assert.deepEqual(reported, [600, 900, 1000]);
});

test("after a lost connection the client reconnects and sends open jobs once more with the same id", async () => {
  const { client, clock, states } = await createReadyClient();
  const answer = client.classify(createBytes(), { id: "1" });
  FakeSocket.last.closeWith();
  assert.deepEqual(last(states), { state: "waiting", delayMs: 1000, attempt: 1 });
  await reconnect(clock);
  assert.deepEqual(sentIds(), ["1"]);
  FakeSocket.last.receiveResult("1");
  assert.equal((await answer).result.id, "1");
});

test("a job that loses its connection twice is rejected and not sent again", async () => {
  const { client, clock } = await createReadyClient();
  const answer = client.classify(createBytes(), { id: "1" });
  FakeSocket.last.closeWith();
  await reconnect(clock);
  FakeSocket.last.closeWith();
  await assert.rejects(answer, isRequestError("connection.lost"));
  await reconnect(clock);
  assert.deepEqual(sentIds(), []);
});

test("retry delays double up to a limit and have jitter", async () => {
  const { client, clock, states } = createClient({ random: () => 0 });
  client.connect();
  for (let count = 0; count < 7; count += 1) {
    await settled();
    FakeSocket.last.closeWith();
    await clock.advance(last(states).delayMs ?? 0);
  }
  const delays = states.filter(({ state }) => state === "waiting").map(({ delayMs }) => delayMs);
  assert.deepEqual(delays, [500, 1000, 2000, 4000, 8000, 15000, 15000]);
});

test("the client reconnects after an idle timeout and after a drained server", async () => {
  for (const code of [CLOSE_IDLE_TIMEOUT, CLOSE_DRAINING]) {
    const { states } = await createReadyClient();
    FakeSocket.last.closeWith(code);
    assert.equal(last(states).state, "waiting");
  }
});

test("a job that a draining server returns is sent over a new connection", async () => {
  const { client, clock } = await createReadyClient();
  const answer = client.classify(createBytes(), { id: "1" });
  await returnJob(clock, "1");
  assert.deepEqual([FakeSocket.all.length, FakeSocket.all[0].isClosed], [2, true]);
  assert.deepEqual(sentIds(), ["1"]);
  FakeSocket.last.receiveResult("1");
  assert.equal((await answer).result.id, "1");
});

test("the client waits for the accepted jobs of a draining server and sends it no new ones", async () => {
  const { client, clock } = await createReadyClient();
  const [first] = ["1", "2"].map((id) => client.classify(createBytes(), { id }));
  FakeSocket.last.receive({ type: "error", id: "2", code: "server.draining", message: "" });
  client.classify(createBytes(), { id: "3" });
  await clock.advance(5000);
  assert.deepEqual([FakeSocket.all.length, sentIds()], [1, ["1", "2"]]);
  FakeSocket.last.receiveResult("1");
  await first;
  await reconnect(clock);
  assert.deepEqual(sentIds(), ["2", "3"]);
});

test("the client leaves a draining server that does not answer an accepted job in time", async () => {
  const { client, clock } = await createReadyClient();
  for (const id of ["1", "2"]) client.classify(createBytes(), { id });
  FakeSocket.last.receive({ type: "error", id: "2", code: "server.draining", message: "" });
  await clock.advance(DRAIN_TIMEOUT_MS + 1000);
  assert.equal(FakeSocket.all.length, 2);
});

test("a job that too many draining servers return is rejected", async () => {
  const { client, clock } = await createReadyClient();
  const answer = client.classify(createBytes(), { id: "1" });
  for (let count = 0; count < MAX_DRAINS; count += 1) await returnJob(clock, "1");
  FakeSocket.last.receive({ type: "error", id: "1", code: "server.draining", message: "" });
  await assert.rejects(answer, isRequestError("server.draining"));
});

test("the client stays closed after the server rejects the origin or the protocol", async () => {
  for (const [closeCode, code] of /** @type {[number, string][]} */ ([[CLOSE_ORIGIN, "auth.origin"], [CLOSE_PROTOCOL, "protocol.invalid"]])) {
    const { client, clock, states } = await createReadyClient();
    const answer = client.classify(createBytes());
    FakeSocket.last.closeWith(closeCode);
    await assert.rejects(answer, isRequestError(code));
    await clock.advance(60_000);
    assert.deepEqual(last(states), { state: "closed", code });
    assert.equal(FakeSocket.all.length, 1);
  }
});

test("the client pings and drops a connection that does not reply to a ping", async () => {
  const { clock, states } = await createReadyClient();
  await clock.advance(PING_EVERY_MS);
  assert.equal(FakeSocket.last.sentOfType("ping").length, 1);
  FakeSocket.last.receive({ type: "pong" });
  await clock.advance(PING_EVERY_MS);
  assert.equal(FakeSocket.last.sentOfType("ping").length, 2);
  await clock.advance(PING_EVERY_MS);
  assert.equal(FakeSocket.all[0].isClosed, true);
  assert.deepEqual(states.map(({ state }) => state).slice(0, 3), ["connecting", "ready", "waiting"]);
});

test("the client pings several times within the server's idle timeout", () => {
  assert.ok(3 * PING_EVERY_MS < IDLE_TIMEOUT_S * 1000);
});

test("the client drops a connection without hello after a timeout", async () => {
  const { client, clock, states } = createClient();
  await connect(client);
  await clock.advance(HELLO_TIMEOUT_MS);
  assert.equal(last(states).state, "waiting");
});

test("the client closes for good if the server speaks another protocol version", async () => {
  const { client, states } = createClient();
  await connect(client);
  FakeSocket.last.receiveHello({ protocol: 2 });
  assert.deepEqual(last(states), { state: "closed", code: "protocol.version" });
});

test("an aborted job is not sent, or cancelled if it was, and then frees its slot", async () => {
  const { client } = await createReadyClient();
  const controller = new AbortController();
  const answers = ["1", "2", "3"].map((id) => client.classify(createBytes(), { id, signal: controller.signal }));
  controller.abort();
  for (const answer of answers) await assert.rejects(answer, { name: "AbortError" });
  client.classify(createBytes(), { id: "4" });
  assert.deepEqual(FakeSocket.last.sentOfType("cancel").map(({ id }) => id), ["1", "2"]);
  assert.deepEqual(sentIds(), ["1", "2"]);
  FakeSocket.last.receive({ type: "cancelled", id: "1" });
  assert.deepEqual(sentIds(), ["1", "2", "4"]);
});

test("a result that arrives after the cancel is ignored, and so is the error of the late cancel", async () => {
  const { client, states } = await createReadyClient();
  const controller = new AbortController();
  const aborted = client.classify(createBytes(), { id: "1", signal: controller.signal });
  controller.abort();
  await assert.rejects(aborted, { name: "AbortError" });
  FakeSocket.last.receiveResult("1");
  FakeSocket.last.receive({ type: "error", id: "1", code: "job.unknown", message: "" });
  const answer = client.classify(createBytes(), { id: "2" });
  FakeSocket.last.receiveResult("2");
  assert.equal((await answer).result.id, "2");
  assert.equal(last(states).state, "ready");
});

test("the position in the server's queue is reported", async () => {
  const { client } = await createReadyClient();
  /** @type {(number | undefined)[]} */
  const positions = [];
  const answer = client.classify(createBytes(), { id: "1", onProgress: ({ position }) => positions.push(position) });
  FakeSocket.last.receive({ type: "queued", id: "1", position: 2 });
  FakeSocket.last.receiveResult("1");
  await answer;
  assert.equal(last(positions), 2);
});

test("messages of an unknown type are ignored", async () => {
  const { client } = await createReadyClient();
  const answer = client.classify(createBytes(), { id: "1" });
  FakeSocket.last.receive({ type: "weather", id: "1" });
  FakeSocket.last.receiveResult("1");
  assert.equal((await answer).result.id, "1");
});
