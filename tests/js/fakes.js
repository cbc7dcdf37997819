/** A socket, a clock and a ticket office that do only what the test tells them. */

import { Client } from "../../static/js/connection/client.js";

export class FakeSocket {
  static all = [];
  static get last() { return FakeSocket.all.at(-1); }

  sent = [];
  bufferedAmount = 0;
  closed = false;

  constructor(url, subprotocol) {
    Object.assign(this, { url, subprotocol });
    FakeSocket.all.push(this);
  }

  send(data) { this.sent.push(typeof data === "string" ? JSON.parse(data) : data); }
  close() { this.closed = true; }

  get messages() { return this.sent.filter((each) => !(each instanceof ArrayBuffer)); }
  of(type) { return this.messages.filter((message) => message.type === type); }
  hear(message) { this.onmessage({ data: JSON.stringify(message) }); }
  drop(code = 1006) { this.onclose({ code }); }
  hello(more = {}) { this.hear({ ...HELLO, ...more }); }
  answer(id, more = {}) { this.hear({ type: "result", id, ...more }); }
}

export const HELLO = {
  type: "hello", protocol: 1, model: { name: "MobileNetV2", version: "1" },
  limits: { max_bytes: 1000, max_in_flight: 2 }, ticket_expires_in: 600,
};

/** Time passes only in `pass`. */
export class FakeClock {
  time = 0;
  #timers = new Map();
  #count = 0;

  now = () => this.time;
  after = (ms, act) => { this.#timers.set(++this.#count, { at: this.time + ms, act }); return this.#count; };
  cancel = (timer) => { this.#timers.delete(timer); };

  async pass(ms) {
    const end = this.time + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      const [id, { at, act }] = next;
      this.#timers.delete(id);
      this.time = at;
      act();
      await settled();
    }
    this.time = end;
  }

  #next(end) {
    return [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
  }
}

/** Lets every promise that can go on go on. */
export function settled() {
  return new Promise((resolve) => { setImmediate(resolve); });
}

/** A client on fakes, not connected yet. `office.answers` are what `fetchTicket` gives, an Error is thrown. */
export function bench({ expiresIn = 600, random = () => 1 } = {}) {
  FakeSocket.all = [];
  const clock = new FakeClock();
  const office = { asked: 0, answer: null };
  const fetchTicket = async () => {
    office.asked += 1;
    if (office.answer instanceof Error) throw office.answer;
    return { ticket: `ticket ${office.asked}`, expires_in: 600, url: "wss://there/ws/classify" };
  };
  const client = new Client({
    url: "ws://here/ws/classify", ticket: "the first", expiresIn, fetchTicket, WebSocket: FakeSocket, clock, random,
  });
  const states = [];
  client.addEventListener("state", ({ detail }) => states.push(detail));
  return { client, clock, office, states };
}

/** A client whose line is ready. */
export async function ready(options) {
  const all = bench(options);
  await open(all.client);
  FakeSocket.last.hello();
  return all;
}

/** Opens the next socket, up to its `authenticate`. */
export async function open(client) {
  client.connect();
  await settled();
  FakeSocket.last.onopen({});
}

export function picture(size = 10) { return new ArrayBuffer(size); }
