/** The photo on the page, at its own aspect ratio before it is decoded. */

import { captionText } from "../i18n/messages.js";

/**
 * @param {{frame: HTMLElement, image: HTMLImageElement, noPreview: HTMLElement, caption: HTMLElement}} parts
 * @param {ResizedPhoto} photo
 * @param {string} name
 */
export function showPhoto({ frame, image, noPreview, caption }, photo, name) {
  const { blob, width = 3, height = 2, original } = photo;
  URL.revokeObjectURL(image.src);
  image.hidden = !original;
  noPreview.hidden = Boolean(original);
  if (original) Object.assign(image, { width, height, src: URL.createObjectURL(blob) });
  frame.style.setProperty("--ratio", String(width / height));
  caption.textContent = captionText(photo, name);
}
