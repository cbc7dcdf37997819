import assert from "node:assert/strict";
import { test } from "node:test";

import { PING_EVERY_MS, RENEW_BEFORE_MS } from "../../static/js/connection/client.js";
import { CLOSE_AUTH, RequestError } from "../../static/js/connection/protocol.js";
import { FakeSocket, bench, open, picture, ready, settled } from "./fakes.js";

test("a refused ticket is replaced once, then it is over", async () => {
  const { client, clock, office, states } = bench();
  await open(client);
  FakeSocket.last.drop(CLOSE_AUTH);
  await clock.pass(1000);
  FakeSocket.last.onopen({});
  assert.equal(FakeSocket.last.url, "wss://there/ws/classify");
  assert.deepEqual(FakeSocket.last.sent, [{ type: "authenticate", ticket: "ticket 1" }]);
  FakeSocket.last.drop(CLOSE_AUTH);
  assert.deepEqual(states.at(-1), { state: "closed", code: "auth.invalid" });
  assert.equal(office.asked, 1);
});

test("a ticket is renewed on the same line before it expires", async () => {
  const { clock, office } = await ready();
  const renewed = async () => { await clock.pass(PING_EVERY_MS); FakeSocket.last.hear({ type: "pong" }); };
  while (clock.time < 600_000 - RENEW_BEFORE_MS) await renewed();
  assert.equal(office.asked, 1);
  assert.deepEqual(FakeSocket.last.of("authenticate").map(({ ticket }) => ticket), ["the first", "ticket 1"]);
  assert.equal(FakeSocket.all.length, 1);
});

test("a page that slept past its ticket fetches one before it opens the line", async () => {
  const { client, clock } = bench();
  await clock.pass(700_000);
  await open(client);
  assert.deepEqual(FakeSocket.last.sent, [{ type: "authenticate", ticket: "ticket 1" }]);
});

test("a job refused for an expired ticket goes again behind a new one", async () => {
  const { client } = await ready();
  client.classify(picture(), { id: "1" });
  FakeSocket.last.hear({ type: "error", id: "1", code: "auth.expired", message: "" });
  await settled();
  FakeSocket.last.hello();
  assert.deepEqual(FakeSocket.last.messages.map(({ type }) => type), ["authenticate", "classify", "authenticate", "classify"]);
});

test("no ticket because of the network is tried again, a refused page is not", async () => {
  const { client, clock, office, states } = bench({ expiresIn: 0 });
  office.answer = new TypeError("no network");
  client.connect();
  await settled();
  assert.equal(states.at(-1).state, "waiting");
  office.answer = new RequestError("auth.invalid");
  await clock.pass(1000);
  assert.deepEqual(states.at(-1), { state: "closed", code: "auth.invalid" });
});
