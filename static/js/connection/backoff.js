/** Retry delays of both WebSocket connections, and the clock that times them. */

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

/** @type {Clock} */
export const systemClock = {
  now: () => Date.now(),
  schedule: (ms, callback) => setTimeout(callback, ms),
  cancel: (timer) => clearTimeout(timer),
};

/** Exponential backoff with jitter. */
export class Backoff {
  /** Delays since the last reset. */
  attempt = 0;
  #random;

  constructor(random = Math.random) {
    this.#random = random;
  }

  /** Return the next delay in milliseconds: 50% to 100% of 1 s, doubled with each attempt, at most 30 s. */
  nextDelayMs() {
    const maxMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** this.attempt);
    this.attempt += 1;
    return Math.round(maxMs * (0.5 + this.#random() / 2));
  }

  reset() {
    this.attempt = 0;
  }
}
