/** The history page, kept up to date without reloading. */

import { ChangeFeed } from "../history/change-feed.js";
import { localiseTimes } from "../history/local-times.js";
import { find } from "../ui/dom.js";

/** Fetch the page and replace what changed. Unchanged records keep their elements, and with them the focus. */
async function refreshPage() {
  if (document.hidden) return;
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const fetched = new DOMParser().parseFromString(await response.text(), "text/html");
  localiseTimes(fetched);
  const fetchedHistory = find("#history", HTMLElement, fetched);
  const history = find("#history", HTMLElement);
  if (document.getElementById("records") && fetched.getElementById("records")) mergeRecords(fetched);
  else if (!fetchedHistory.isEqualNode(history)) history.replaceChildren(...adoptChildren(fetchedHistory));
}

/** @param {Document} fetched */
function mergeRecords(fetched) {
  const list = find("#records", HTMLElement);
  const focused = document.activeElement;
  const records = adoptChildren(find("#records", HTMLElement, fetched)).map(reuseElement);
  const changed = records.filter((record) => !record.isConnected);
  if (!changed.length && records.length === list.children.length) return;
  list.replaceChildren(...records);
  if (focused instanceof HTMLElement && focused.isConnected) focused.focus({ preventScroll: true });
  if (!changed.some((record) => record.classList.contains("is-new"))) return;
  const announcer = find("#announcer", HTMLElement);
  announcer.textContent = announcer.dataset.text ?? "";
}

/** Return the element on the page if it equals the fetched one. @param {Element} record */
function reuseElement(record) {
  const shown = document.getElementById(record.id);
  if (!shown) record.classList.add("is-new");
  shown?.classList.remove("is-new");
  return shown?.isEqualNode(record) ? shown : record;
}

/** @param {Element} element */
function adoptChildren(element) {
  return [...element.children].map((child) => document.adoptNode(child));
}

localiseTimes(document);
const url = new URL("/ws/history", location.href);
url.protocol = url.protocol.replace("http", "ws");
const feed = new ChangeFeed({ url, refreshPage });
document.addEventListener("visibilitychange", () => { if (!document.hidden) feed.refresh(); });
feed.connect();
