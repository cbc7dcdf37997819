/** Wire format version 1: names and limits. Twin of classifier/websocket/messages.py and classifier/errors.py. */

export const SUBPROTOCOL = "classify.v1";
export const VERSION = 1;
export const MAX_IN_FLIGHT = 4;
export const MAX_TOP = 10;
export const MAX_NAME_CHARS = 255;
export const MAX_BYTES = 10 * 1024 * 1024;
export const IDLE_TIMEOUT_S = 150;

export const CLOSE_PROTOCOL = 4400;
export const CLOSE_AUTH = 4401;
export const CLOSE_ORIGIN = 4403;
export const CLOSE_IDLE_TIMEOUT = 4408;
export const CLOSE_DRAINING = 4412;
export const CLOSE_RATE = 4429;

/** Error codes of the server. */
export const SERVER_CODES = Object.freeze([
  "image.unreadable", "image.too_large", "image.too_many_pixels", "image.unsupported_format", "image.truncated",
  "image.empty", "job.running", "job.unknown", "job.timeout", "job.too_many", "server.overloaded", "server.draining",
  "server.internal", "rate.limited", "auth.required", "auth.invalid", "auth.expired", "auth.origin",
  "protocol.invalid", "protocol.unexpected_binary",
]);
/** Error codes that only the browser raises. */
export const CLIENT_CODES = Object.freeze(["connection.lost", "connection.closed", "protocol.version", "file.unreadable", "job.cancelled"]);

/** An error of a photo, the camera or the connection, with a dotted code. */
export class RequestError extends Error {
  /**
   * @param {string} code
   * @param {{message?: string, advice?: string, retryAfterS?: number}} [details] texts for a code that messages.js lacks
   */
  constructor(code, { message = code, advice, retryAfterS } = {}) {
    super(message);
    this.name = "RequestError";
    this.code = code;
    this.advice = advice;
    this.retryAfterS = retryAfterS;
  }
}

/** Create a UUIDv4. `crypto.randomUUID` does not exist on plain HTTP. */
export function createUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
