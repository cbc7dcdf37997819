/** A WebSocket, a clock and a ticket server that do only what the test tells them. */

import { Client } from "../../static/js/connection/client.js";

export const HELLO = {
  type: "hello", protocol: 1, model: { name: "MobileNetV2", version: "1" },
  limits: { max_bytes: 1000, max_in_flight: 2 }, ticket_expires_in: 600,
};

export class FakeSocket {
  /** @type {FakeSocket[]} */
  static all = [];
  static get last() { return FakeSocket.all[FakeSocket.all.length - 1]; }

  /** @type {any[]} messages as objects, photos as ArrayBuffer */
  sent = [];
  bufferedAmount = 0;
  isClosed = false;
  /** @type {BinaryType} */
  binaryType = "blob";
  /** @type {any} */
  onopen = null;
  /** @type {any} */
  onmessage = null;
  /** @type {any} */
  onclose = null;

  /** @param {string | URL} url @param {string} [subprotocol] */
  constructor(url, subprotocol) {
    this.url = url;
    this.subprotocol = subprotocol;
    FakeSocket.all.push(this);
  }

  /** @param {string | ArrayBuffer} data */
  send(data) { this.sent.push(typeof data === "string" ? JSON.parse(data) : data); }
  close() { this.isClosed = true; }

  /** @param {string} type */
  sentOfType(type) { return this.sent.filter((message) => message.type === type); }
  open() { this.onopen({}); }
  /** @param {object} message */
  receive(message) { this.onmessage({ data: JSON.stringify(message) }); }
  closeWith(code = 1006) { this.onclose({ code }); }
  receiveHello(fields = {}) { this.receive({ ...HELLO, ...fields }); }
  /** @param {string} id */
  receiveResult(id, fields = {}) { this.receive({ type: "result", id, ...fields }); }
}

/** Time that passes only in `advance`. */
export class FakeClock {
  time = 0;
  /** @type {Map<number, {dueAt: number, callback: () => void}>} */
  #timers = new Map();
  #lastId = 0;

  now = () => this.time;
  /** @param {number} ms @param {() => void} callback */
  schedule = (ms, callback) => {
    this.#lastId += 1;
    this.#timers.set(this.#lastId, { dueAt: this.time + ms, callback });
    return this.#lastId;
  };
  /** @param {number} timer */
  cancel = (timer) => { this.#timers.delete(timer); };

  /** @param {number} ms */
  async advance(ms) {
    const end = this.time + ms;
    for (let next = this.#nextTimer(end); next; next = this.#nextTimer(end)) {
      const [id, { dueAt, callback }] = next;
      this.#timers.delete(id);
      this.time = dueAt;
      callback();
      await settled();
    }
    this.time = end;
  }

  /** @param {number} end */
  #nextTimer(end) {
    return [...this.#timers].filter(([, { dueAt }]) => dueAt <= end).sort(([, a], [, b]) => a.dueAt - b.dueAt)[0];
  }
}

/** Wait until all promises that can settle have settled. */
export function settled() {
  return new Promise((resolve) => { setImmediate(resolve); });
}

/** Create a client that uses the fakes. `tickets.error` makes the next requests for a ticket fail. */
export function createClient({ expiresIn = 600, random = /** @type {() => number} */ (() => 1) } = {}) {
  FakeSocket.all = [];
  const clock = new FakeClock();
  const tickets = { requests: 0, error: /** @type {Error | null} */ (null) };
  const fetchTicket = async () => {
    tickets.requests += 1;
    if (tickets.error) throw tickets.error;
    return { ticket: `ticket ${tickets.requests}`, expires_in: 600, url: "wss://there/ws/classify" };
  };
  const client = new Client(
    { url: "ws://here/ws/classify", ticket: "ticket 0", expires_in: expiresIn, fetchTicket }, { WebSocket: FakeSocket, clock, random },
  );
  /** @type {ConnectionStatus[]} */
  const states = [];
  client.addEventListener("state", (event) => states.push(/** @type {CustomEvent<ConnectionStatus>} */ (event).detail));
  return { client, clock, tickets, states };
}

/** Create a client whose connection is ready. */
export async function createReadyClient() {
  const setup = createClient();
  await connect(setup.client);
  FakeSocket.last.receiveHello();
  return setup;
}

/** Open the next socket; the client has then sent `authenticate`. @param {Client} client */
export async function connect(client) {
  client.connect();
  await settled();
  FakeSocket.last.open();
}

export function createBytes(size = 10) { return new ArrayBuffer(size); }

/** Return the last element. @template T @param {T[]} array */
export function last(array) {
  return array[array.length - 1];
}
