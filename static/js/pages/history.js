/** My history, kept up to date without reloading. */

import { ChangeFeed } from "../history/change-feed.js";
import { localise } from "../history/local-times.js";

const $ = (id) => document.getElementById(id);

/** The page as the server has it now; what is already there stays, with its focus. */
async function look() {
  if (document.hidden) return;
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  localise(fresh);
  if ($("records") && fresh.getElementById("records")) mergeRows(fresh);
  else if (!fresh.getElementById("history").isEqualNode($("history"))) $("history").replaceChildren(...adopted(fresh, "history"));
}

function mergeRows(fresh) {
  const focused = document.activeElement;
  const rows = adopted(fresh, "records").map(kept);
  const fresher = rows.filter((row) => !row.isConnected);
  if (!fresher.length && rows.length === $("records").children.length) return;
  $("records").replaceChildren(...rows);
  if (focused.isConnected) focused.focus({ preventScroll: true });
  if (fresher.some((row) => row.classList.contains("is-new"))) $("announcer").textContent = $("announcer").dataset.new;
}

/** The row that is on the page, unless it changed there. */
function kept(row) {
  const shown = $(row.id);
  if (!shown) row.classList.add("is-new");
  shown?.classList.remove("is-new");
  return shown?.isEqualNode(row) ? shown : row;
}

function adopted(fresh, id) {
  return [...fresh.getElementById(id).children].map((element) => document.adoptNode(element));
}

localise(document);
const url = new URL("/ws/history", location.href);
url.protocol = url.protocol.replace("http", "ws");
const feed = new ChangeFeed({ url, look });
document.addEventListener("visibilitychange", () => { if (!document.hidden) feed.look(); });
feed.open();
