/** Refreshes the history page when the server reports a change, and every 60 s, or 15 s without a connection. Uses no DOM. */

import { Backoff, systemClock } from "../connection/backoff.js";
import { CLOSE_AUTH, CLOSE_ORIGIN } from "../connection/protocol.js";

export const REFRESH_EVERY_MS = 60_000;
export const REFRESH_EVERY_DISCONNECTED_MS = 15_000;
/** Minimum time between two refreshes, however many changes are reported. */
export const MIN_INTERVAL_MS = 500;
/** The browser has no history yet, or the page is not from this server: another attempt would fail as well. */
const FINAL = new Set([CLOSE_AUTH, CLOSE_ORIGIN]);

export class ChangeFeed {
  #url; #refreshPage; #WebSocket; #clock; #backoff;
  #intervalMs = REFRESH_EVERY_DISCONNECTED_MS; #isRefreshing = false; #isRefreshNeeded = false;
  /** @type {unknown} */ #timer = null;

  /**
   * @param {object} options
   * @param {string | URL} options.url
   * @param {() => Promise<void>} options.refreshPage never called while an earlier call is pending
   * @param {SocketClass} [options.WebSocket]
   * @param {Clock} [options.clock]
   * @param {() => number} [options.random]
   */
  constructor({ url, refreshPage, WebSocket = globalThis.WebSocket, clock = systemClock, random = Math.random }) {
    this.#url = url;
    this.#refreshPage = refreshPage;
    this.#WebSocket = WebSocket;
    this.#clock = clock;
    this.#backoff = new Backoff(random);
  }

  connect() {
    const socket = new this.#WebSocket(this.#url);
    socket.onmessage = () => this.#handleMessage();
    socket.onclose = ({ code }) => this.#handleClose(code);
  }

  /** Refresh now, or once more after the refresh that is running. */
  async refresh() {
    this.#isRefreshNeeded = true;
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    this.#isRefreshNeeded = false;
    await this.#refreshPage().catch(() => {}); // the next refresh may succeed
    this.#clock.schedule(MIN_INTERVAL_MS, () => this.#finishRefresh());
  }

  #finishRefresh() {
    this.#isRefreshing = false;
    if (this.#isRefreshNeeded) this.refresh();
    else this.#scheduleRefresh();
  }

  #handleMessage() {
    this.#backoff.reset();
    this.#intervalMs = REFRESH_EVERY_MS;
    this.refresh();
  }

  /** @param {number} closeCode */
  #handleClose(closeCode) {
    if (FINAL.has(closeCode)) return;
    this.#intervalMs = REFRESH_EVERY_DISCONNECTED_MS;
    this.#scheduleRefresh();
    this.#clock.schedule(this.#backoff.nextDelayMs(), () => this.connect());
  }

  #scheduleRefresh() {
    this.#clock.cancel(this.#timer);
    this.#timer = this.#clock.schedule(this.#intervalMs, () => this.refresh());
  }
}
