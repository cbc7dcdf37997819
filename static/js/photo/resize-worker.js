/** Prepares photos beside the page, so that a large one does not hold it up. `{number, file, options}` in, one answer each out. */

import { prepare } from "./resize.js";

self.addEventListener("message", async ({ data: { number, file, options } }) => {
  try {
    self.postMessage({ number, photo: await prepare(file, options) });
  } catch (error) {
    self.postMessage({ number, code: error.code ?? "file.unreadable" });
  }
});
