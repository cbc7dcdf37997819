/** Tickets, which authenticate a connection for a few minutes. */

import { RequestError } from "./protocol.js";

export const RENEW_BEFORE_MS = 60_000;
const FETCH_TIMEOUT_MS = 10_000;

/**
 * Return the `fetchTicket` of a client.
 *
 * @param {string} url
 * @param {string} csrfToken
 */
export function createTicketFetcher(url, csrfToken) {
  /** @returns {Promise<TicketReply>} */
  return async () => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "X-CSRFToken": csrfToken },
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    });
    if (response.status === 403) throw new RequestError("auth.invalid");
    if (!response.ok) throw new Error(`No ticket: the server replied with status ${response.status}.`);
    return response.json();
  };
}

/** The current ticket and the URL it is for. */
export class TicketStore {
  #expiresAtMs; #fetchTicket; #now;
  /** @type {Promise<void> | null} */
  #renewal = null;

  /** @param {TicketReply & {fetchTicket: () => Promise<TicketReply>, now: () => number}} options `expires_in` in seconds */
  constructor({ ticket, url, expires_in: lifetimeS, fetchTicket, now }) {
    this.ticket = ticket;
    this.url = url;
    this.#fetchTicket = fetchTicket;
    this.#now = now;
    this.#expiresAtMs = now() + lifetimeS * 1000;
  }

  get isExpired() { return this.#now() >= this.#expiresAtMs; }

  /** @param {number} seconds as the server counts them */
  setLifetime(seconds) { this.#expiresAtMs = this.#now() + seconds * 1000; }

  expire() { this.#expiresAtMs = 0; }

  /** Fetch a new ticket unless this one is valid for another minute. Simultaneous calls share one request. */
  renew() {
    if (this.#now() < this.#expiresAtMs - RENEW_BEFORE_MS) return Promise.resolve();
    this.#renewal ??= this.#fetchTicket().then((reply) => {
      this.ticket = reply.ticket;
      this.url = reply.url;
      this.setLifetime(reply.expires_in);
    }).finally(() => { this.#renewal = null; });
    return this.#renewal;
  }
}
