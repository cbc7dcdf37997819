/** Turns a file into an upright JPEG of at most 1024 pixels without metadata. */

import { RequestError } from "../connection/protocol.js";

/** Longer side of the photo that is sent, in pixels. The model input has 224. */
export const MAX_SIDE = 1024;
/** Side of a thumbnail: twice the 96 CSS pixels that a batch row shows. */
export const THUMBNAIL_SIDE = 192;
const QUALITY = 0.95;

/**
 * Resize a photo. A file that this browser cannot decode (HEIC, TIFF, …) is returned unchanged for the server to try.
 * Rejects with a RequestError if the file is empty or no picture.
 *
 * @param {File} file
 * @param {ResizeOptions} [options]
 * @returns {Promise<ResizedPhoto>}
 */
export async function resizePhoto(file, { thumbnail = false } = {}) {
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

/** Read the bytes. Rejects with a RequestError if the file was deleted or is a folder. @param {Blob} blob */
export async function readBytes(blob) {
  try {
    return await blob.arrayBuffer();
  } catch {
    throw new RequestError("file.unreadable");
  }
}

/** @param {File} file */
async function decode(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
}

/** Redraw the picture, which applies its orientation and drops its metadata. @param {ImageBitmap} bitmap @param {boolean} thumbnail */
async function redraw(bitmap, thumbnail) {
  const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = draw(bitmap, width, height);
  const photo = { blob: await encodeJpeg(canvas), width, height, original: { width: bitmap.width, height: bitmap.height } };
  return thumbnail ? { ...photo, thumbnail: await encodeJpeg(drawThumbnail(canvas)) } : photo;
}

/**
 * @param {ImageBitmap | AnyCanvas} image
 * @param {number} width
 * @param {number} height
 * @param {number[]} [source] left, top, width and height of the part to draw
 */
function draw(image, width, height, [x, y, sourceWidth, sourceHeight] = [0, 0, image.width, image.height]) {
  const canvas = createCanvas(width, height);
  const context = getContext(canvas, { alpha: false });
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, x, y, sourceWidth, sourceHeight, 0, 0, width, height);
  return canvas;
}

/** Draw the central square of the small copy: the original may have 48 million pixels. @param {AnyCanvas} canvas */
function drawThumbnail(canvas) {
  const side = Math.min(canvas.width, canvas.height);
  const square = [(canvas.width - side) / 2, (canvas.height - side) / 2, side, side];
  return draw(canvas, THUMBNAIL_SIDE, THUMBNAIL_SIDE, square);
}

/** @param {number} width @param {number} height @returns {AnyCanvas} */
export function createCanvas(width, height) {
  if (globalThis.OffscreenCanvas) return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** @param {AnyCanvas} canvas @param {CanvasRenderingContext2DSettings} [settings] */
export function getContext(canvas, settings) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", settings));
}

/** @param {AnyCanvas} canvas @returns {Promise<Blob>} */
export function encodeJpeg(canvas, quality = QUALITY) {
  const type = "image/jpeg";
  if ("convertToBlob" in canvas) return canvas.convertToBlob({ type, quality });
  return new Promise((resolve) => { canvas.toBlob((blob) => resolve(/** @type {Blob} */ (blob)), type, quality); });
}
