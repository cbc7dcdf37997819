/** A file → an upright JPEG of at most 1024 pixels without metadata, made in the browser. */

import { RequestError } from "../connection/protocol.js";

/** The long side that is sent, in pixels. The model looks at 224. */
export const MAX_SIDE = 1024;
/** The square that a list shows: 96 pixels, twice as fine. */
export const THUMBNAIL_SIDE = 192;
const QUALITY = 0.95;

/**
 * Resolves to `{blob, width, height, from: {width, height}, thumbnail?}`; a picture this browser cannot decode (HEIC, TIFF,
 * …) goes as it is, without sizes, for the server to try. Rejects with a `RequestError` when it is no picture at all.
 */
export async function prepare(file, { thumbnail = false } = {}) {
  if (!file.size) throw new RequestError("image.empty");
  if (file.type && !file.type.startsWith("image/")) throw new RequestError("image.unsupported_format");
  const bitmap = await decode(file);
  if (!bitmap) return { blob: file };
  try {
    return await redraw(bitmap, thumbnail);
  } finally {
    bitmap.close();
  }
}

/** The bytes. Rejects with a `RequestError` when the file has gone, or is a folder. */
export async function bytesOf(blob) {
  try {
    return await blob.arrayBuffer();
  } catch {
    throw new RequestError("file.unreadable");
  }
}

async function decode(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
}

/** Redrawing is what turns it and leaves the metadata behind. */
async function redraw(bitmap, thumbnail) {
  const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = paint(bitmap, width, height);
  const photo = { blob: await encode(canvas), width, height, from: { width: bitmap.width, height: bitmap.height } };
  return thumbnail ? { ...photo, thumbnail: await encode(square(canvas)) } : photo;
}

function paint(image, width, height, [x, y, w, h] = [0, 0, image.width, image.height]) {
  const canvas = newCanvas(width, height);
  const context = canvas.getContext("2d", { alpha: false });
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, x, y, w, h, 0, 0, width, height);
  return canvas;
}

/** The middle, drawn from the copy: the original may have 48 million pixels. */
function square(canvas) {
  const side = Math.min(canvas.width, canvas.height);
  const middle = [(canvas.width - side) / 2, (canvas.height - side) / 2, side, side];
  return paint(canvas, THUMBNAIL_SIDE, THUMBNAIL_SIDE, middle);
}

export function newCanvas(width, height) {
  if (globalThis.OffscreenCanvas) return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** The canvas as a JPEG. */
export function encode(canvas, quality = QUALITY) {
  const type = "image/jpeg";
  if (canvas.convertToBlob) return canvas.convertToBlob({ type, quality });
  return new Promise((resolve) => { canvas.toBlob(resolve, type, quality); });
}
