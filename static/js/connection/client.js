/**
 * One line to the classifier: ticket, socket, pictures, and what happens when one of them is lost. Knows no DOM.
 *
 *   idle → connecting → ready ⇄ waiting (for the next try) → closed (for good)
 */

import {
  CLOSE_AUTH, CLOSE_DRAINING, CLOSE_ORIGIN, CLOSE_PROTOCOL, MAX_BYTES, MAX_IN_FLIGHT, MAX_NAME_CHARS, RequestError, SUBPROTOCOL, VERSION, uuid4,
} from "./protocol.js";

export const PING_EVERY_MS = 25_000;
export const RENEW_BEFORE_MS = 60_000;
export const RENEW_AGAIN_MS = 10_000;
export const HELLO_WITHIN_MS = 10_000;
export const FIRST_WAIT_MS = 1_000;
export const LONGEST_WAIT_MS = 30_000;
export const DRAINED_WITHIN_MS = 10_000;
/** How many draining servers a job is carried past. */
export const MAX_DRAINS = 5;
const WATCH_EVERY_MS = 50;

/** Close codes after which trying again would only annoy the server. */
const FINAL = new Map([[CLOSE_PROTOCOL, "protocol.invalid"], [CLOSE_ORIGIN, "auth.origin"]]);

const realClock = {
  now: () => Date.now(),
  after: (ms, act) => setTimeout(act, ms),
  cancel: (timer) => clearTimeout(timer),
};

/**
 * One socket and the pictures that go over it.
 *
 * `fetchTicket()` resolves to `{ticket, expires_in, url}`; a `RequestError` from it closes for good, anything else is tried
 * again. Every change of state is a `state` event with `detail: {state, code?, delayMs?, attempt?}`.
 */
export class Client extends EventTarget {
  #url; #ticket; #expiresAt; #fetchTicket; #WebSocket; #clock; #random;
  #socket = null;
  #state = "idle";
  #jobs = new Map();
  #timers = new Map();
  #limits = { max_bytes: MAX_BYTES, max_in_flight: MAX_IN_FLIGHT };
  #attempt = 0;
  #refusedTickets = 0;
  #pingUnanswered = false;
  #draining = false;
  #fetching = null;

  constructor({ url, ticket, expiresIn, fetchTicket, WebSocket = globalThis.WebSocket, clock = realClock, random = Math.random }) {
    super();
    this.#url = url;
    this.#ticket = ticket;
    this.#fetchTicket = fetchTicket;
    this.#WebSocket = WebSocket;
    this.#clock = clock;
    this.#random = random;
    this.#expiresAt = clock.now() + expiresIn * 1000;
  }

  get state() { return this.#state; }

  /** Opens the line, at once if it waits for its next try. */
  connect() {
    if (this.#state !== "idle" && this.#state !== "waiting") return;
    this.#cancel("retry");
    this.#become("connecting");
    this.#freshTicket().then(() => this.#open()).catch((error) => this.#withoutTicket(error, () => this.#wait()));
  }

  /** Closes for good; what has no answer yet is refused with `code`. */
  close(code = "line.closed") {
    this.#forgetSocket();
    this.#expiresAt = 0;
    this.#become("closed", { code });
    for (const job of [...this.#jobs.values()]) this.#settle(job, new RequestError(code));
  }

  /**
   * Resolves to `{result, roundTripMs}`, or rejects with a `RequestError`. Waits for the line and for a free place on it.
   *
   * `picture` is an ArrayBuffer. `keep` may be a function: then it is asked when the photo goes. `onProgress({sent, size})`
   * is told in bytes. An aborted `signal` gives the answer up.
   */
  classify(picture, { id = uuid4(), name = "", keep = false, explain = false, record = true, top = 5, views = "best", signal, onProgress } = {}) {
    const size = picture.byteLength;
    if (size > this.#limits.max_bytes) return Promise.reject(new RequestError("image.too_large"));
    if (this.#state === "closed") return Promise.reject(new RequestError("line.closed"));
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#jobs.has(id)) return Promise.reject(new RequestError("job.running"));
    const announcement = { type: "classify", id, size, views, top, explain, record, name: name.slice(0, MAX_NAME_CHARS) };
    return new Promise((resolve, reject) => {
      const job = { id, size, announcement, keep, picture, resolve, reject, onProgress, sent: false, losses: 0, renewals: 0, drains: 0 };
      this.#jobs.set(id, job);
      signal?.addEventListener("abort", () => this.#abandon(job, signal.reason), { once: true });
      this.#pump();
    });
  }

  // --- The line ------------------------------------------------------------------------------

  #open() {
    if (this.#state !== "connecting" || this.#socket) return;
    const socket = new this.#WebSocket(this.#url, SUBPROTOCOL);
    const ifCurrent = (act) => (event) => { if (socket === this.#socket) act(event); };
    socket.binaryType = "arraybuffer";
    socket.onopen = ifCurrent(() => this.#authenticate());
    socket.onmessage = ifCurrent((event) => this.#hear(event.data));
    socket.onclose = ifCurrent((event) => this.#lost(event.code));
    this.#socket = socket;
    this.#after("hello", HELLO_WITHIN_MS, () => this.#lost(1006));
  }

  #lost(code) {
    this.#forgetSocket();
    if (FINAL.has(code)) { this.close(FINAL.get(code)); return; }
    if (code === CLOSE_AUTH) {
      this.#expiresAt = 0;
      this.#refusedTickets += 1;
      if (this.#refusedTickets > 1) { this.close("auth.invalid"); return; }
    }
    for (const job of [...this.#jobs.values()]) if (job.sent) this.#countLoss(job);
    this.#wait();
  }

  /** Once more with the same id, never twice: a picture that kills the line must not go round for ever. */
  #countLoss(job) {
    job.sent = false;
    job.losses += 1;
    if (job.abandoned || job.losses > 1) this.#settle(job, new RequestError("line.lost"));
  }

  #wait() {
    const longestMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempt);
    const delayMs = Math.round(longestMs * (0.5 + this.#random() / 2));
    this.#attempt += 1;
    this.#after("retry", delayMs, () => this.connect());
    this.#become("waiting", { delayMs, attempt: this.#attempt });
  }

  #forgetSocket() {
    for (const name of [...this.#timers.keys()]) this.#cancel(name);
    const socket = this.#socket;
    this.#socket = null;
    this.#pingUnanswered = this.#draining = false;
    if (this.#state === "ready") this.#state = "waiting";
    socket?.close();
  }

  #ping() {
    if (this.#pingUnanswered) { this.#lost(1006); return; }
    this.#pingUnanswered = true;
    this.#say({ type: "ping" });
    this.#after("ping", PING_EVERY_MS, () => this.#ping());
  }

  // --- Tickets -------------------------------------------------------------------------------

  #authenticate() { this.#say({ type: "authenticate", ticket: this.#ticket }); }

  #freshTicket() {
    if (this.#clock.now() < this.#expiresAt - RENEW_BEFORE_MS) return Promise.resolve();
    this.#fetching ??= this.#fetchTicket().then((fresh) => {
      this.#ticket = fresh.ticket;
      this.#url = fresh.url;
      this.#expiresAt = this.#clock.now() + fresh.expires_in * 1000;
    }).finally(() => { this.#fetching = null; });
    return this.#fetching;
  }

  #renew() {
    const socket = this.#socket;
    const tryAgain = () => this.#after("renew", RENEW_AGAIN_MS, () => this.#renew());
    this.#freshTicket().then(
      () => { if (socket === this.#socket) this.#authenticate(); },
      (error) => this.#withoutTicket(error, () => { if (socket === this.#socket) tryAgain(); }),
    );
  }

  #withoutTicket(error, tryAgain) {
    if (this.#state === "closed") return;
    if (error instanceof RequestError) this.close(error.code);
    else tryAgain();
  }

  // --- Messages ------------------------------------------------------------------------------

  #say(message) { this.#socket.send(JSON.stringify(message)); }

  #hear(text) {
    this.#pingUnanswered = false;
    const message = JSON.parse(text);
    const job = this.#jobs.get(message.id);
    if (message.type === "hello") this.#hello(message);
    else if (message.type === "queued") job?.onProgress?.({ sent: job.size, size: job.size, position: message.position });
    else if (message.type === "result" && job) this.#settle(job, null, { result: message, roundTripMs: this.#clock.now() - job.sentAt });
    else if (message.type === "cancelled" && job) this.#settle(job, new RequestError("job.cancelled"));
    else if (message.type === "error") this.#refused(job, message);
  }

  #hello(message) {
    if (message.protocol !== VERSION) { this.close("protocol.version"); return; }
    this.#cancel("hello");
    this.#expiresAt = this.#clock.now() + message.ticket_expires_in * 1000;
    this.#after("renew", Math.max(RENEW_AGAIN_MS, message.ticket_expires_in * 1000 - RENEW_BEFORE_MS), () => this.#renew());
    if (this.#state !== "ready") {
      this.#attempt = this.#refusedTickets = 0;
      this.#limits = message.limits;
      this.#after("ping", PING_EVERY_MS, () => this.#ping());
      this.#become("ready", { model: message.model });
    }
    this.#pump();
  }

  #refused(job, { code, message, retry_after: retryAfter }) {
    if (code === "auth.expired") { this.#expired(job); return; }
    if (code === "server.draining") this.#drains(job);
    else if (job) this.#settle(job, new RequestError(code, message, retryAfter));
  }

  /** It takes nothing new: when what it still has is answered, a new line is opened, which may lead to another server. */
  #drains(job) {
    if (!this.#draining) this.#after("drain", DRAINED_WITHIN_MS, () => this.#lost(CLOSE_DRAINING));
    this.#draining = true;
    if (job) Object.assign(job, { sent: false, drains: job.drains + 1 });
    if (job?.abandoned || job?.drains > MAX_DRAINS) this.#settle(job, new RequestError("server.draining"));
    else this.#pump();
  }

  /** The server's clock is right: the job goes once more behind a new ticket. */
  #expired(job) {
    this.#expiresAt = 0;
    if (job) {
      job.sent = false;
      job.renewals += 1;
      if (job.renewals > 1) this.#settle(job, new RequestError("auth.expired"));
    }
    if (this.#state === "ready") this.#renew();
  }

  // --- Jobs ----------------------------------------------------------------------------------

  #pump() {
    if (this.#state !== "ready" || this.#clock.now() >= this.#expiresAt) return;
    const jobs = [...this.#jobs.values()];
    if (this.#draining) { if (!jobs.some((job) => job.sent)) this.#lost(CLOSE_DRAINING); return; }
    const free = this.#limits.max_in_flight - jobs.filter((job) => job.sent).length;
    for (const job of jobs.filter((each) => !each.sent).slice(0, Math.max(0, free))) this.#send(job);
  }

  #send(job) {
    if (job.size > this.#limits.max_bytes) { this.#settle(job, new RequestError("image.too_large")); return; }
    job.sent = true;
    job.sentAt = this.#clock.now();
    this.#say({ ...job.announcement, keep: typeof job.keep === "function" ? job.keep() : job.keep });
    this.#socket.send(job.picture);
    this.#watch(job, this.#socket);
  }

  #watch(job, socket) {
    if (socket !== this.#socket || this.#jobs.get(job.id) !== job || job.abandoned) return;
    const left = Math.min(socket.bufferedAmount, job.size);
    job.onProgress?.({ sent: job.size - left, size: job.size });
    if (left) this.#clock.after(WATCH_EVERY_MS, () => this.#watch(job, socket));
  }

  /** A job on its way keeps its place until the server has let go of it; an answer that crosses is dropped. */
  #abandon(job, reason) {
    if (this.#jobs.get(job.id) !== job) return;
    job.abandoned = true;
    job.reject(reason);
    if (job.sent) this.#say({ type: "cancel", id: job.id });
    else this.#jobs.delete(job.id);
  }

  #settle(job, refusal, answer) {
    this.#jobs.delete(job.id);
    if (refusal) job.reject(refusal);
    else job.resolve(answer);
    this.#pump();
  }

  // --- Small things --------------------------------------------------------------------------

  #become(state, detail = {}) {
    this.#state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, ...detail } }));
  }

  #after(name, ms, act) {
    this.#cancel(name);
    this.#timers.set(name, this.#clock.after(ms, () => { this.#timers.delete(name); act(); }));
  }

  #cancel(name) {
    if (this.#timers.has(name)) this.#clock.cancel(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
