import assert from "node:assert/strict";
import { test } from "node:test";

import { PING_EVERY_MS } from "../../static/js/connection/client.js";
import { CLOSE_AUTH, RequestError } from "../../static/js/connection/protocol.js";
import { RENEW_BEFORE_MS } from "../../static/js/connection/tickets.js";
import { FakeSocket, connect, createBytes, createClient, createReadyClient, last, settled } from "./fakes.js";

test("a rejected ticket is replaced once; a second rejection closes the client", async () => {
  const { client, clock, tickets, states } = createClient();
  await connect(client);
  FakeSocket.last.closeWith(CLOSE_AUTH);
  await clock.advance(1000);
  FakeSocket.last.open();
  assert.equal(FakeSocket.last.url, "wss://there/ws/classify");
  assert.deepEqual(FakeSocket.last.sent, [{ type: "authenticate", ticket: "ticket 1" }]);
  FakeSocket.last.closeWith(CLOSE_AUTH);
  assert.deepEqual(last(states), { state: "closed", code: "auth.invalid" });
  assert.equal(tickets.requests, 1);
});

test("a ticket is renewed on the same connection before it expires", async () => {
  const { clock, tickets } = await createReadyClient();
  while (clock.time < 600_000 - RENEW_BEFORE_MS) {
    await clock.advance(PING_EVERY_MS);
    FakeSocket.last.receive({ type: "pong" });
  }
  assert.equal(tickets.requests, 1);
  assert.deepEqual(FakeSocket.last.sentOfType("authenticate").map(({ ticket }) => ticket), ["ticket 0", "ticket 1"]);
  assert.equal(FakeSocket.all.length, 1);
});

test("a page whose ticket has expired fetches a new one before it connects", async () => {
  const { client, clock } = createClient();
  await clock.advance(700_000);
  await connect(client);
  assert.deepEqual(FakeSocket.last.sent, [{ type: "authenticate", ticket: "ticket 1" }]);
});

test("a job rejected for an expired ticket is sent again after a new ticket", async () => {
  const { client } = await createReadyClient();
  client.classify(createBytes(), { id: "1" });
  FakeSocket.last.receive({ type: "error", id: "1", code: "auth.expired", message: "" });
  await settled();
  FakeSocket.last.receiveHello();
  const types = FakeSocket.last.sent.filter(({ type }) => type).map(({ type }) => type);
  assert.deepEqual(types, ["authenticate", "classify", "authenticate", "classify"]);
});

test("the client retries after a network error, but closes if the server rejects the page", async () => {
  const { client, clock, tickets, states } = createClient({ expiresIn: 0 });
  tickets.error = new TypeError("no network");
  client.connect();
  await settled();
  assert.equal(last(states).state, "waiting");
  tickets.error = new RequestError("auth.invalid");
  await clock.advance(1000);
  assert.deepEqual(last(states), { state: "closed", code: "auth.invalid" });
});
