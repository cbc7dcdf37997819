/** The line that says when the history changed, and what to do while it is away: ask from time to time. No DOM. */

const LOOK_EVERY_MS = 60_000;
const LOOK_EVERY_WITHOUT_LINE_MS = 15_000;
const RETRY_MS = [1_000, 30_000];
/** Closed for good: this browser has no history, or the page is not the server's own. */
const FINAL = new Set([4401, 4403]);

export class Feed {
  #url; #look; #Socket; #attempt = 0; #timer = null; #looking = null; #again = false;

  /** `look()` resolves when the page shows what there is; it is never called twice at a time. */
  constructor({ url, look, Socket = WebSocket }) {
    this.#url = url;
    this.#look = look;
    this.#Socket = Socket;
  }

  open() {
    const socket = new this.#Socket(this.#url);
    socket.addEventListener("open", () => { this.#attempt = 0; this.#plan(LOOK_EVERY_MS); });
    socket.addEventListener("message", () => this.look());
    socket.addEventListener("close", ({ code }) => this.#closed(code));
  }

  /** Looks now, or once more after the look that is under way. */
  async look() {
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    while (this.#again) {
      this.#again = false;
      await this.#look().catch(() => {}); // the next look may do better
    }
    this.#looking = false;
  }

  #closed(code) {
    if (FINAL.has(code)) return;
    this.#plan(LOOK_EVERY_WITHOUT_LINE_MS);
    const [first, most] = RETRY_MS;
    const wait = Math.min(first * 2 ** this.#attempt, most);
    this.#attempt += 1;
    setTimeout(() => this.open(), wait * (0.5 + Math.random() / 2));
  }

  #plan(everyMs) {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.look(), everyMs);
  }
}
