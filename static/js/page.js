/** The upload page: brings a photo in, sends it off, and puts what comes back where it belongs. */

import { AnswerPanel } from "./answer.js";
import { Client } from "./client.js";
import { Heatmap } from "./heatmap.js";
import { takeIn } from "./intake.js";
import { bytesOf, prepare } from "./photo.js";
import { Refusal, uuid4 } from "./protocol.js";
import { HINTS, WORKING, line, preparation } from "./words.js";

const TICKET_WITHIN_MS = 10_000;

const $ = (id) => document.getElementById(id);
const stage = $("stage");
const panel = new AnswerPanel($("answer"));
const heatmap = new Heatmap({ toggle: $("why-toggle"), canvas: $("heatmap"), panel: $("why") });
const client = new Client({
  url: stage.dataset.socketUrl,
  ticket: stage.dataset.ticket,
  expiresIn: Number(stage.dataset.expiresIn),
  fetchTicket,
});
/** The photo on the page. A newer one takes its place, and whatever comes for the older is dropped. */
let current = null;
let lineState = { state: "idle" };

async function fetchTicket() {
  const response = await fetch(stage.dataset.ticketUrl, {
    method: "POST",
    headers: { "X-CSRFToken": stage.dataset.csrfToken },
    signal: AbortSignal.timeout(TICKET_WITHIN_MS),
  });
  if (response.status === 403) throw new Refusal("auth.invalid");
  if (!response.ok) throw new Error(`ticket: ${response.status}`);
  return response.json();
}

// --- One photo -------------------------------------------------------------------------------

function begin(files) {
  start(async () => files[0], files.length > 1 ? HINTS.oneAtATime : "");
}

/** `getFile` resolves to a File; everything after it is the same for every way in. */
async function start(getFile, hint = "") {
  current?.controller.abort();
  const mine = { controller: new AbortController(), id: uuid4(), keep: $("keep").checked };
  if (current) $("keep").checked = mine.keep = false; // consent is for one photo
  current = mine;
  say(hint);
  setState("working");
  panel.working(WORKING.shrinking);
  await guarded(mine, async () => {
    const file = await getFile();
    const photo = await prepare(file);
    Object.assign(mine, { name: file.name, picture: await bytesOf(photo.blob) });
    if (mine !== current) return;
    show(photo, mine.name);
    await ask(mine);
  });
}

async function ask(job) {
  panel.working(client.state === "ready" ? WORKING.sending : WORKING.connecting);
  const { result, roundTripMs } = await send(job, (progress) => {
    if (job !== current) return;
    if (progress.position) panel.working(WORKING.queued(progress.position));
    else if (progress.sent < progress.size) panel.working(WORKING.sending, progress.sent / progress.size);
    else panel.working(WORKING.looking);
  });
  if (job !== current) return;
  panel.answered(result, roundTripMs);
  heatmap.take(result);
  setState("answered");
  if (job.keep) markKept();
  else if ($("keep").checked) keepNow();
}

function send(job, onProgress) {
  const { id, name, keep, picture, controller } = job;
  return client.classify(picture, { id, name, keep, explain: true, signal: controller.signal, onProgress });
}

/** Runs `act`; a refusal of the photo on the page is shown, one of a photo before it is nobody's business. */
async function guarded(job, act) {
  try {
    await act();
  } catch (error) {
    if (job !== current) return;
    if (!(error instanceof Refusal)) console.error(error);
    if (!job.picture) delete stage.dataset.photo; // what is shown is an older one
    panel.refused(error instanceof Refusal ? error : new Refusal("file.unreadable"));
    setState("refused");
  } finally {
    sayLine();
  }
}

function again() {
  const job = current;
  if (!job.picture) return;
  setState("working");
  guarded(job, () => ask(job));
}

// --- Keeping ---------------------------------------------------------------------------------

/** After the answer the same job goes once more, with consent. */
async function keepNow() {
  const job = current;
  if (stage.dataset.state !== "answered" || !$("keep").checked) return;
  job.keep = true;
  $("keep").disabled = true;
  try {
    await send(job);
    if (job === current) markKept();
  } catch {
    if (job === current) markNotKept();
  }
}

function markKept() {
  $("keep").disabled = true;
  $("keep-hint").textContent = HINTS.kept;
}

function markNotKept() {
  current.keep = $("keep").checked = $("keep").disabled = false;
  $("keep-hint").textContent = HINTS.notKept;
}

// --- What is seen ----------------------------------------------------------------------------

function setState(state) {
  stage.dataset.state = state;
  if (state !== "answered") heatmap.clear();
  if (state !== "answered") resetKeepHint();
  sayLine();
}

function resetKeepHint() {
  $("keep").disabled = current.keep;
  $("keep-hint").textContent = $("keep-hint").dataset.unticked;
}

function show({ blob, width, height, from }, name) {
  const image = $("photo");
  URL.revokeObjectURL(image.src);
  image.hidden = !from;
  $("no-preview").hidden = Boolean(from);
  if (from) Object.assign(image, { width, height, src: URL.createObjectURL(blob) });
  $("frame").style.setProperty("--ratio", from ? String(width / height) : "1.5");
  $("caption").textContent = preparation({ width, height, from }, name);
  stage.dataset.photo = "shown";
}

function say(hint) {
  $("hint").textContent = hint;
}

function sayLine() {
  const busy = stage.dataset.state === "working";
  const quiet = lineState.state === "waiting" && !busy && lineState.attempt < 2 && navigator.onLine;
  const text = quiet ? "" : line(lineState, { online: navigator.onLine, busy });
  $("line-words").textContent = text;
  $("line").hidden = !text;
  $("line-retry").hidden = lineState.state !== "waiting";
}

// --- Wiring ----------------------------------------------------------------------------------

function takeExample(event) {
  const button = event.target.closest("[data-example]");
  if (!button) return;
  start(async () => {
    const response = await fetch(button.dataset.example).catch(() => null);
    if (!response?.ok) throw new Refusal("example.lost", HINTS.exampleLost);
    return new File([await response.blob()], button.dataset.name, { type: "image/jpeg" });
  });
}

client.addEventListener("state", ({ detail }) => {
  lineState = detail;
  stage.dataset.line = detail.state;
  if (detail.state === "waiting" && stage.dataset.state === "working" && current.picture) panel.working(WORKING.connecting);
  sayLine();
});
window.addEventListener("online", () => client.connect());
window.addEventListener("offline", sayLine);
$("line-retry").addEventListener("click", () => client.connect());
$("examples")?.addEventListener("click", takeExample);
$("again").addEventListener("click", again);
$("keep").addEventListener("change", keepNow);
takeIn({ button: $("choose"), input: $("file"), dropTarget: document.body, onFiles: begin, onNothing: (why) => say(HINTS[why]) });
if (!window.isSecureContext) {
  $("insecure").textContent = HINTS.insecure;
  $("insecure").hidden = false;
}
client.connect();
