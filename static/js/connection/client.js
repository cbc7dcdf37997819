/**
 * WebSocket client of the classifier: one connection and its jobs. Uses no DOM.
 *
 *   idle → connecting → ready ⇄ waiting (before the next attempt) → closed (final)
 */

import { Backoff, systemClock } from "./backoff.js";
import {
  CLOSE_AUTH, CLOSE_DRAINING, CLOSE_ORIGIN, CLOSE_PROTOCOL, MAX_BYTES, MAX_IN_FLIGHT, MAX_NAME_CHARS, RequestError,
  SUBPROTOCOL, VERSION, createUuid,
} from "./protocol.js";
import { RENEW_BEFORE_MS, TicketStore } from "./tickets.js";

export const PING_EVERY_MS = 25_000;
export const HELLO_TIMEOUT_MS = 10_000;
export const DRAIN_TIMEOUT_MS = 10_000;
/** A job fails when this many draining servers have returned it. */
export const MAX_DRAINS = 5;
const RENEW_RETRY_MS = 10_000;
const PROGRESS_EVERY_MS = 50;
const CLOSE_ABNORMAL = 1006;

/** Close codes after which another attempt would fail as well. */
const FINAL = new Map([[CLOSE_PROTOCOL, "protocol.invalid"], [CLOSE_ORIGIN, "auth.origin"]]);

/** Each change of state is a `state` event with a ConnectionStatus as `detail`. */
export class Client extends EventTarget {
  #tickets; #backoff; #clock; #WebSocket;
  /** @type {Socket | null} */ #socket = null;
  /** @type {ConnectionState} */ #state = "idle";
  /** @type {Map<string, Job>} */ #jobs = new Map();
  /** @type {Map<string, unknown>} */ #timers = new Map();
  /** @type {Limits} */ #limits = { max_bytes: MAX_BYTES, max_in_flight: MAX_IN_FLIGHT };
  #rejectedTickets = 0;
  #isPingUnanswered = false;
  #isDraining = false;

  /**
   * A RequestError from `fetchTicket` closes the client; after any other error it tries again.
   *
   * @param {TicketReply & {fetchTicket: () => Promise<TicketReply>}} ticket the first ticket, and where to get the next
   * @param {{WebSocket?: SocketClass, clock?: Clock, random?: () => number}} [environment]
   */
  constructor(ticket, { WebSocket = globalThis.WebSocket, clock = systemClock, random = Math.random } = {}) {
    super();
    this.#tickets = new TicketStore({ ...ticket, now: clock.now });
    this.#backoff = new Backoff(random);
    this.#clock = clock;
    this.#WebSocket = WebSocket;
  }

  get state() { return this.#state; }

  /** Open the connection now, even if the next attempt is scheduled for later. */
  connect() {
    if (this.#state !== "idle" && this.#state !== "waiting") return;
    this.#cancelTimer("retry");
    this.#setState("connecting");
    this.#tickets.renew().then(() => this.#open()).catch((error) => this.#handleTicketError(error, () => this.#scheduleRetry()));
  }

  /** Close for good. All open jobs are rejected with `code`. */
  close(code = "connection.closed") {
    this.#dropSocket();
    this.#setState("closed", { code });
    for (const job of [...this.#jobs.values()]) this.#reject(job, new RequestError(code));
  }

  /**
   * Classify a photo as soon as the connection is ready and the server's limit allows it.
   * Rejects with a RequestError, or with the signal's reason.
   *
   * @type {Classify}
   */
  classify(bytes, { id = createUuid(), name = "", keep = false, explain = false, record = true, top = 5, views = "best", signal, onProgress } = {}) {
    const size = bytes.byteLength;
    if (size > this.#limits.max_bytes) return Promise.reject(new RequestError("image.too_large"));
    if (this.#state === "closed") return Promise.reject(new RequestError("connection.closed"));
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#jobs.has(id)) return Promise.reject(new RequestError("job.running"));
    const request = { type: "classify", id, size, views, top, explain, record, name: name.slice(0, MAX_NAME_CHARS) };
    return new Promise((resolve, reject) => {
      const progress = { isSent: false, isAbandoned: false, sentAtMs: 0, losses: 0, renewals: 0, drains: 0 };
      const job = { id, totalBytes: size, request, keep, bytes, resolve, reject, onProgress, ...progress };
      this.#jobs.set(id, job);
      signal?.addEventListener("abort", () => this.#abandon(job, signal.reason), { once: true });
      this.#sendJobs();
    });
  }

  // --- Connection ---

  #open() {
    if (this.#state !== "connecting" || this.#socket) return;
    const socket = new this.#WebSocket(this.#tickets.url, SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { if (socket === this.#socket) this.#authenticate(); };
    socket.onmessage = (event) => { if (socket === this.#socket) this.#receive(event.data); };
    socket.onclose = (event) => { if (socket === this.#socket) this.#handleClose(event.code); };
    this.#socket = socket;
    this.#setTimer("hello", HELLO_TIMEOUT_MS, () => this.#handleClose(CLOSE_ABNORMAL));
  }

  /** @param {number} closeCode */
  #handleClose(closeCode) {
    this.#dropSocket();
    const finalCode = FINAL.get(closeCode);
    if (finalCode) { this.close(finalCode); return; }
    if (closeCode === CLOSE_AUTH) {
      this.#tickets.expire();
      this.#rejectedTickets += 1;
      if (this.#rejectedTickets > 1) { this.close("auth.invalid"); return; }
    }
    for (const job of [...this.#jobs.values()]) if (job.isSent) this.#countLoss(job);
    this.#scheduleRetry();
  }

  /** A photo that crashes every connection must not be sent forever: it is sent twice at most. @param {Job} job */
  #countLoss(job) {
    job.isSent = false;
    job.losses += 1;
    if (job.isAbandoned || job.losses > 1) this.#reject(job, new RequestError("connection.lost"));
  }

  #scheduleRetry() {
    const delayMs = this.#backoff.nextDelayMs();
    this.#setTimer("retry", delayMs, () => this.connect());
    this.#setState("waiting", { delayMs, attempt: this.#backoff.attempt });
  }

  #dropSocket() {
    for (const name of [...this.#timers.keys()]) this.#cancelTimer(name);
    const socket = this.#socket;
    this.#socket = null;
    this.#isPingUnanswered = this.#isDraining = false;
    if (this.#state === "ready") this.#state = "waiting";
    socket?.close();
  }

  #ping() {
    if (this.#isPingUnanswered) { this.#handleClose(CLOSE_ABNORMAL); return; }
    this.#isPingUnanswered = true;
    this.#send({ type: "ping" });
    this.#setTimer("ping", PING_EVERY_MS, () => this.#ping());
  }

  #authenticate() { this.#send({ type: "authenticate", ticket: this.#tickets.ticket }); }

  #renewTicket() {
    const socket = this.#socket;
    /** @param {() => void} callback */
    const ifConnected = (callback) => () => { if (socket === this.#socket) callback(); };
    const retry = ifConnected(() => this.#setTimer("renew", RENEW_RETRY_MS, () => this.#renewTicket()));
    this.#tickets.renew().then(ifConnected(() => this.#authenticate()), (error) => this.#handleTicketError(error, retry));
  }

  /** @param {unknown} error @param {() => void} retry */
  #handleTicketError(error, retry) {
    if (this.#state === "closed") return;
    if (error instanceof RequestError) this.close(error.code);
    else retry();
  }

  // --- Messages ---

  /** @param {object} message */
  #send(message) { this.#socket?.send(JSON.stringify(message)); }

  /** @param {string} text */
  #receive(text) {
    this.#isPingUnanswered = false;
    /** @type {ServerMessage} */
    const message = JSON.parse(text);
    const job = message.id === undefined ? undefined : this.#jobs.get(message.id);
    if (message.type === "hello") this.#handleHello(message);
    else if (message.type === "error") this.#handleError(job, message);
    else if (!job) return;
    else if (message.type === "queued") job.onProgress?.({ sentBytes: job.totalBytes, totalBytes: job.totalBytes, position: message.position });
    else if (message.type === "result") this.#resolve(job, { result: message, roundTripMs: this.#clock.now() - job.sentAtMs });
    else if (message.type === "cancelled") this.#reject(job, new RequestError("job.cancelled"));
  }

  /** @param {ServerMessage & {type: "hello"}} message */
  #handleHello({ protocol, ticket_expires_in: lifetimeS, limits }) {
    if (protocol !== VERSION) { this.close("protocol.version"); return; }
    this.#cancelTimer("hello");
    this.#tickets.setLifetime(lifetimeS);
    this.#setTimer("renew", Math.max(RENEW_RETRY_MS, lifetimeS * 1000 - RENEW_BEFORE_MS), () => this.#renewTicket());
    if (this.#state !== "ready") {
      this.#backoff.reset();
      this.#rejectedTickets = 0;
      this.#limits = limits;
      this.#setTimer("ping", PING_EVERY_MS, () => this.#ping());
      this.#setState("ready");
    }
    this.#sendJobs();
  }

  /** @param {Job | undefined} job @param {ErrorMessage} error */
  #handleError(job, { code, message, retry_after: retryAfterS }) {
    if (code === "auth.expired") this.#handleExpiredTicket(job);
    else if (code === "server.draining") this.#handleDraining(job);
    else if (job) this.#reject(job, new RequestError(code, { message, retryAfterS }));
  }

  /**
   * Stop sending to a draining server. When it has answered its jobs, a new connection may reach another server.
   *
   * @param {Job | undefined} job the job that the server returned
   */
  #handleDraining(job) {
    if (!this.#isDraining) this.#setTimer("drain", DRAIN_TIMEOUT_MS, () => this.#handleClose(CLOSE_DRAINING));
    this.#isDraining = true;
    if (job) Object.assign(job, { isSent: false, drains: job.drains + 1 });
    if (job && (job.isAbandoned || job.drains > MAX_DRAINS)) this.#reject(job, new RequestError("server.draining"));
    else this.#sendJobs();
  }

  /** The server's clock decides: send the job once more after a new ticket. @param {Job | undefined} job */
  #handleExpiredTicket(job) {
    this.#tickets.expire();
    if (job) {
      job.isSent = false;
      job.renewals += 1;
      if (job.renewals > 1) this.#reject(job, new RequestError("auth.expired"));
    }
    if (this.#state === "ready") this.#renewTicket();
  }

  // --- Jobs ---

  #sendJobs() {
    if (this.#state !== "ready" || this.#tickets.isExpired) return;
    const jobs = [...this.#jobs.values()];
    const sentCount = jobs.filter((job) => job.isSent).length;
    if (this.#isDraining) { if (!sentCount) this.#handleClose(CLOSE_DRAINING); return; }
    const freeCount = Math.max(0, this.#limits.max_in_flight - sentCount);
    for (const job of jobs.filter((each) => !each.isSent).slice(0, freeCount)) this.#sendJob(job);
  }

  /** @param {Job} job */
  #sendJob(job) {
    if (job.totalBytes > this.#limits.max_bytes) { this.#reject(job, new RequestError("image.too_large")); return; }
    job.isSent = true;
    job.sentAtMs = this.#clock.now();
    this.#send({ ...job.request, keep: typeof job.keep === "function" ? job.keep() : job.keep });
    this.#socket?.send(job.bytes);
    this.#reportProgress(job, this.#socket);
  }

  /** @param {Job} job @param {Socket | null} socket */
  #reportProgress(job, socket) {
    if (!socket || socket !== this.#socket || this.#jobs.get(job.id) !== job || job.isAbandoned) return;
    const unsentBytes = Math.min(socket.bufferedAmount, job.totalBytes);
    job.onProgress?.({ sentBytes: job.totalBytes - unsentBytes, totalBytes: job.totalBytes });
    if (unsentBytes) this.#clock.schedule(PROGRESS_EVERY_MS, () => this.#reportProgress(job, socket));
  }

  /** A sent job counts as in flight until the server replies; its answer is ignored. @param {Job} job @param {unknown} reason */
  #abandon(job, reason) {
    if (this.#jobs.get(job.id) !== job) return;
    job.isAbandoned = true;
    job.reject(reason);
    if (job.isSent) this.#send({ type: "cancel", id: job.id });
    else this.#jobs.delete(job.id);
  }

  /** @param {Job} job @param {Answer} answer */
  #resolve(job, answer) {
    this.#jobs.delete(job.id);
    job.resolve(answer);
    this.#sendJobs();
  }

  /** @param {Job} job @param {RequestError} error */
  #reject(job, error) {
    this.#jobs.delete(job.id);
    job.reject(error);
    this.#sendJobs();
  }

  /** @param {ConnectionState} state @param {Partial<ConnectionStatus>} [details] */
  #setState(state, details) {
    this.#state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, ...details } }));
  }

  /** @param {string} name @param {number} ms @param {() => void} callback */
  #setTimer(name, ms, callback) {
    this.#cancelTimer(name);
    this.#timers.set(name, this.#clock.schedule(ms, () => { this.#timers.delete(name); callback(); }));
  }

  /** @param {string} name */
  #cancelTimer(name) {
    if (this.#timers.has(name)) this.#clock.cancel(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
