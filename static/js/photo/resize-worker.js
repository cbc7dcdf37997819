/** Web worker that resizes photos without blocking the page: `{id, file, options}` in, `{id, photo}` or `{id, code}` out. */

import { resizePhoto } from "./resize.js";

self.addEventListener("message", async ({ data: { id, file, options } }) => {
  try {
    self.postMessage({ id, photo: await resizePhoto(file, options) });
  } catch (error) {
    self.postMessage({ id, code: /** @type {ErrorDetails} */ (error).code ?? "file.unreadable" });
  }
});
