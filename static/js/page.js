/** The upload page: brings a photo in, sends it off, and puts what comes back where it belongs. */

import { AnswerPanel } from "./answer.js";
import { Client } from "./client.js";
import { Heatmap } from "./heatmap.js";
import { takeIn } from "./intake.js";
import { bytesOf } from "./photo.js";
import { Preparer, photoWorker } from "./preparer.js";
import { Refusal, uuid4 } from "./protocol.js";
import { ticketOffice } from "./ticket.js";
import { HINTS, WORKING, line, preparation } from "./words.js";

const $ = (id) => document.getElementById(id);
const stage = $("stage");
const panel = new AnswerPanel($("answer"));
const heatmap = new Heatmap({ toggle: $("why-toggle"), canvas: $("heatmap"), panel: $("why") });
const client = new Client({
  url: stage.dataset.socketUrl,
  ticket: stage.dataset.ticket,
  expiresIn: Number(stage.dataset.expiresIn),
  fetchTicket: ticketOffice(stage.dataset.ticketUrl, stage.dataset.csrfToken),
});
const preparer = new Preparer(() => photoWorker(stage.dataset.photoWorkerUrl));
/** The photo on the page. A newer one takes its place, and whatever comes for the older is dropped. */
let current = null;
/** The list of photos, once there are several, and the promise of it. */
let many = null;
let listing = null;
let lineState = { state: "idle" };

// --- One photo -------------------------------------------------------------------------------

/** One photo is answered large; several, or a folder, become a list, and so does whatever comes after. */
function begin({ photos, isFolder, leftOut }) {
  if (!listing && !isFolder && photos.length === 1) start(async () => photos[0].file);
  else addToList(photos, leftOut ? HINTS.leftOut(leftOut) : "");
}

/** `getFile` resolves to a File; everything after it is the same for every way in. */
async function start(getFile) {
  current?.controller.abort();
  const mine = { controller: new AbortController(), id: uuid4(), keep: $("keep").checked };
  if (current) $("keep").checked = mine.keep = false; // consent is for one photo
  current = mine;
  say("");
  setState("working");
  panel.working(WORKING.shrinking);
  await guarded(mine, async () => {
    const file = await getFile();
    const photo = await preparer.prepare(file, { signal: mine.controller.signal });
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
  return client.classify(picture, { id, name, keep, explain: true, signal: controller?.signal, onProgress });
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
  if (job.item) many.retry(job.item);
  if (job.item || !job.picture) return;
  setState("working");
  guarded(job, () => ask(job));
}

// --- Many photos -----------------------------------------------------------------------------

async function addToList(photos, hint) {
  try {
    listing ??= newList();
    many = await listing;
  } catch {
    listing = null;
    say(HINTS.listLost);
    return;
  }
  many.add(photos);
  showList();
  say(hint);
}

/** Its code comes when it is needed. */
async function newList() {
  const { Many } = await import("./many.js");
  if (current) $("keep").checked = false; // consent was for that photo
  current?.controller.abort();
  const list = new Many({
    root: $("many"),
    prepare: (file, options) => preparer.prepare(file, options),
    classify: (picture, options) => client.classify(picture, options),
    onOpen: open,
  });
  list.keep = $("keep").checked;
  list.addEventListener("change", listChanged);
  return list;
}

function showList() {
  const last = current?.item;
  current = null;
  stage.dataset.photo = "shown";
  setState("many");
  if (last) many.focus(last);
}

/** A row, as large as if it were the only photo. The browser's own way back leads to the list. */
function open(item) {
  history.pushState({ opened: true }, "");
  current = { item };
  delete stage.dataset.photo;
  drawOpened();
  $("back").focus();
  scrollTo(0, 0);
}

function drawOpened() {
  const job = current;
  const { item } = job;
  if (item.photo && !stage.dataset.photo) show(item.photo, item.path);
  if (item.state === "answered") panel.answered(item.result, item.roundTripMs);
  else if (item.refusal) panel.refused(item.refusal);
  else panel.working(many.said(item), item.state === "sending" ? item.fraction : null);
  Object.assign(job, { id: item.id, name: item.file.name, keep: item.kept });
  setState(item.state === "answered" ? "answered" : item.refusal ? "refused" : "working");
  if (item.state !== "answered") return;
  heatmap.take(item.result);
  if (item.kept) markKept();
}

function listChanged({ detail: { item } }) {
  if (item === current?.item) drawOpened();
  sayLine();
}

// --- Keeping ---------------------------------------------------------------------------------

/** In a list: consent for what is sent from now on. Else, after the answer, the same job goes once more with it. */
function keepTicked() {
  if (stage.dataset.state === "many") many.keep = $("keep").checked;
  else keepNow();
}

async function keepNow() {
  const job = current;
  if (stage.dataset.state !== "answered" || !$("keep").checked) return;
  job.keep = true;
  $("keep").disabled = true;
  try {
    job.picture ??= await bytesOf(job.item.photo.blob);
    await send(job);
    if (job.item) job.item.kept = true;
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

function resetKeep() {
  const inList = stage.dataset.state === "many";
  $("keep-label").textContent = inList ? HINTS.keepMany : HINTS.keepOne;
  $("keep-hint").textContent = inList ? HINTS.keepManyHow : $("keep-hint").dataset.unticked;
  $("keep").disabled = !inList && current.keep;
  if (inList) $("keep").checked = many.keep;
  else if (current.item) $("keep").checked = current.keep;
}

// --- What is seen ----------------------------------------------------------------------------

function setState(state) {
  stage.dataset.state = state;
  if (state !== "answered") heatmap.clear();
  if (state !== "answered" || current.item) resetKeep();
  $("many").hidden = state !== "many";
  $("back").hidden = !current?.item;
  sayLine();
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
  const waiting = many ? many.open : Number(stage.dataset.state === "working");
  const quiet = lineState.state === "waiting" && !waiting && lineState.attempt < 2 && navigator.onLine;
  const text = quiet ? "" : line(lineState, { online: navigator.onLine, waiting });
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
  if (detail.state === "waiting") many?.lineLost();
  sayLine();
});
window.addEventListener("online", () => client.connect());
window.addEventListener("offline", sayLine);
$("line-retry").addEventListener("click", () => client.connect());
$("examples")?.addEventListener("click", takeExample);
$("again").addEventListener("click", again);
$("keep").addEventListener("change", keepTicked);
$("back").addEventListener("click", () => history.back());
window.addEventListener("popstate", () => { if (current?.item) showList(); });
takeIn({
  choose: $("choose"), input: $("file"), chooseFolder: $("choose-folder"), folderInput: $("folder"), dropTarget: document.body,
  onPhotos: begin, onNothing: (why) => say(HINTS[why]),
});
if (!window.isSecureContext) {
  $("insecure").textContent = HINTS.insecure;
  $("insecure").hidden = false;
}
client.connect();
