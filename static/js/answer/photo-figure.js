/** The photo on the page, at its own proportions before it is decoded. */

import { preparation } from "../i18n/messages.js";

/** `photo` as photo.js prepares it; without sizes there is nothing this browser could show. */
export function drawPhoto({ frame, image, noPreview, caption }, { blob, width, height, from }, name) {
  URL.revokeObjectURL(image.src);
  image.hidden = !from;
  noPreview.hidden = Boolean(from);
  if (from) Object.assign(image, { width, height, src: URL.createObjectURL(blob) });
  frame.style.setProperty("--ratio", from ? String(width / height) : "1.5");
  caption.textContent = preparation({ width, height, from }, name);
}
