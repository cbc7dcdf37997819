/** Shows the server's times in the reader's time zone and language. */

/** Rewrite all `<time>` elements in `root`. @param {ParentNode} root */
export function localiseTimes(root) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll("time")) time.textContent = format.format(new Date(time.dateTime));
}
