/** The line that says when the history changed, and what is done while it is away: look from time to time. No DOM. */

export const LOOK_EVERY_MS = 60_000;
export const LOOK_EVERY_WITHOUT_LINE_MS = 15_000;
/** Between two looks, however many news come. */
export const SPACING_MS = 500;
const RETRY_MS = { first: 1_000, most: 30_000 };
/** Closed for good: this browser has no history yet, or the page is not the server's own. */
const FINAL = new Set([4401, 4403]);
const CLOCK = { after: (ms, act) => setTimeout(act, ms), cancel: (timer) => clearTimeout(timer) };

export class ChangeFeed {
  #url; #look; #Socket; #clock; #random;
  #attempt = 0; #every = LOOK_EVERY_WITHOUT_LINE_MS; #next = null; #looking = false; #wanted = false;

  /** `look()` resolves when the page shows what there is; it is never under way twice. */
  constructor({ url, look, Socket = globalThis.WebSocket, clock = CLOCK, random = Math.random }) {
    this.#url = url;
    this.#look = look;
    this.#Socket = Socket;
    this.#clock = clock;
    this.#random = random;
  }

  open() {
    const socket = new this.#Socket(this.#url);
    socket.onmessage = () => this.#heard();
    socket.onclose = ({ code }) => this.#closed(code);
  }

  /** Looks now, or once more after the look that is under way. */
  async look() {
    this.#wanted = true;
    if (this.#looking) return;
    this.#looking = true;
    this.#wanted = false;
    await this.#look().catch(() => {}); // the next look may do better
    this.#clock.after(SPACING_MS, () => this.#looked());
  }

  #looked() {
    this.#looking = false;
    if (this.#wanted) this.look();
    else this.#plan();
  }

  #heard() {
    this.#attempt = 0;
    this.#every = LOOK_EVERY_MS;
    this.look();
  }

  #closed(code) {
    if (FINAL.has(code)) return;
    this.#every = LOOK_EVERY_WITHOUT_LINE_MS;
    this.#plan();
    const wait = Math.min(RETRY_MS.first * 2 ** this.#attempt, RETRY_MS.most);
    this.#attempt += 1;
    this.#clock.after(wait * (0.5 + this.#random() / 2), () => this.open());
  }

  #plan() {
    this.#clock.cancel(this.#next);
    this.#next = this.#clock.after(this.#every, () => this.look());
  }
}
