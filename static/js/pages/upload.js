/** The upload page: brings a photo in, sends it off, and puts what comes back where it belongs. */

import { AnswerPanel } from "../answer/answer-panel.js";
import { Client } from "../connection/client.js";
import { drawPhoto } from "../answer/photo-figure.js";
import { Heatmap } from "../answer/heatmap.js";
import { exampleOf, takeIn } from "../photo/sources.js";
import { ConsentBox } from "../answer/consent.js";
import { StatusBanner } from "../connection/status-banner.js";
import { createTicketFetcher } from "../connection/tickets.js";
import { bytesOf } from "../photo/resize.js";
import { Resizer, photoWorker } from "../photo/resizer.js";
import { RequestError, uuid4 } from "../connection/protocol.js";
import { HINTS, WORKING } from "../i18n/messages.js";

const $ = (id) => document.getElementById(id);
const stage = $("stage");
const panel = new AnswerPanel($("answer"));
const heatmap = new Heatmap({ toggle: $("heatmap-toggle"), canvas: $("heatmap"), panel: $("heatmap-panel") });
const client = new Client({
  url: stage.dataset.socketUrl,
  ticket: stage.dataset.ticket,
  expiresIn: Number(stage.dataset.expiresIn),
  fetchTicket: createTicketFetcher(stage.dataset.ticketUrl, stage.dataset.csrfToken),
});
const keep = new ConsentBox({ box: $("consent"), label: $("consent-label"), hint: $("consent-hint"), onTick: keepTicked });
const preparer = new Resizer(() => photoWorker(stage.dataset.resizeWorkerUrl), navigator.hardwareConcurrency);
/** The photo on the page. A newer one takes its place, and whatever comes for the older is dropped. */
let current = null;
/** The list of photos, once there are several, and the promise of it. */
let many = null;
let listing = null;
const waiting = () => (many ? many.open : Number(stage.dataset.state === "working"));
const statusBanner = new StatusBanner({ note: $("status-banner"), words: $("status-text"), retry: $("status-retry"), client, waiting });

// --- One photo -------------------------------------------------------------------------------

/** One photo is answered large; several, or a folder, become a list, and so does whatever comes after. */
function begin({ photos, isFolder, leftOut }) {
  if (!listing && !isFolder && photos.length === 1) start(async () => photos[0].file);
  else addToList(photos, leftOut ? HINTS.leftOut(leftOut) : "");
}

/** `getFile` resolves to a File; everything after it is the same for every way in. */
async function start(getFile) {
  leave();
  const mine = { controller: new AbortController(), id: uuid4(), keep: keep.ticked && !current }; // consent is for one photo
  if (current) keep.untick();
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
  setState("answered");
  explain(result);
  if (job.keep) keep.kept();
  else if (keep.ticked) keepNow();
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
    if (!(error instanceof RequestError)) console.error(error);
    if (!job.picture) delete stage.dataset.photo; // what is shown is an older one
    panel.rejected(error instanceof RequestError ? error : new RequestError("file.unreadable"));
    setState("rejected");
  } finally {
    statusBanner.say();
  }
}

function again() {
  const job = current;
  if (job.live) startCamera();
  if (job.item) many.retry(job.item);
  if (job.item || !job.picture) return;
  setState("working");
  guarded(job, () => ask(job));
}

/** Gives up what is on the page, for something newer. */
function leave() {
  current?.controller?.abort();
  if (current?.live) delete stage.dataset.photo;
}

// --- The camera ------------------------------------------------------------------------------

async function startCamera() {
  leave();
  const job = { live: true, keep: false, controller: new AbortController() };
  current = job;
  delete stage.dataset.photo;
  say("");
  setState("working");
  panel.working(WORKING.camera);
  await guarded(job, async () => {
    const { LiveView } = await import("../camera/live-view.js");
    const live = new LiveView({ figure: $("figure"), panel, classify: (picture, options) => client.classify(picture, options) });
    const why = await live.run(job.controller.signal, () => { stage.dataset.photo = "shown"; setState("live"); });
    if (job === current) startOver(why, $("camera"));
  });
}

/** The empty page, `focused` in the place of a button that went. */
function startOver(hint, focused) {
  current = null;
  delete stage.dataset.photo;
  panel.clear();
  setState("empty");
  say(hint);
  focused.focus();
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
  const { BatchView } = await import("../batch/batch-view.js");
  if (current) keep.untick(); // consent was for that photo
  leave();
  const list = new BatchView({
    root: $("batch"),
    prepare: (file, options) => preparer.prepare(file, options),
    classify: (picture, options) => client.classify(picture, options),
    onOpen: open,
    onClear: clearList,
  });
  list.keep = keep.ticked;
  list.addEventListener("change", listChanged);
  return list;
}

function showList() {
  const last = current?.item;
  current = null;
  stage.dataset.photo = "shown";
  setState("batch");
  if (last) many.focus(last);
}

function clearList() {
  many.end();
  many = listing = null;
  keep.untick();
  startOver("", $("choose"));
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
  else if (item.error) panel.rejected(item.error);
  else panel.working(many.said(item), item.state === "sending" ? item.fraction : null);
  Object.assign(job, { id: item.id, name: item.file.name, keep: item.kept });
  setState(item.state === "answered" ? "answered" : item.error ? "rejected" : "working");
  if (item.state !== "answered") return;
  explain(item.result);
  if (item.kept) keep.kept();
}

function listChanged({ detail: { item } }) {
  if (item === current?.item) drawOpened();
  statusBanner.say();
}

// --- Keeping ---------------------------------------------------------------------------------

/** In a list: consent for what is sent from now on. Else, after the answer, the same job goes once more with it. */
function keepTicked() {
  if (stage.dataset.state === "batch") many.keep = keep.ticked;
  else keepNow();
}

async function keepNow() {
  const job = current;
  if (stage.dataset.state !== "answered" || !keep.ticked) return;
  job.keep = true;
  keep.wait();
  try {
    job.picture ??= await bytesOf(job.item.photo.blob);
    await send(job);
    if (job.item) job.item.kept = true;
    if (job === current) keep.kept();
  } catch {
    job.keep = false;
    if (job === current) keep.notKept();
  }
}

function resetKeep() {
  if (stage.dataset.state === "batch") keep.forMany(many.keep);
  else if (current?.item) keep.forRow(current.keep);
  else keep.forOne(Boolean(current?.keep));
}

// --- What is seen ----------------------------------------------------------------------------

async function explain(result) {
  heatmap.take(result);
  const [job, { feedbackPanel }] = [current, await import("../answer/feedback.js")];
  if (job === current) feedbackPanel.take(result);
}

function setState(state) {
  stage.dataset.state = state;
  if (state !== "answered") heatmap.clear();
  if (state !== "answered" || current?.item) resetKeep();
  $("batch").hidden = state !== "batch";
  $("back").hidden = !current?.item;
  statusBanner.say();
}

function show(photo, name) {
  drawPhoto({ frame: $("frame"), image: $("photo"), noPreview: $("no-preview"), caption: $("caption") }, photo, name);
  stage.dataset.photo = "shown";
}

function say(hint) {
  $("hint").textContent = hint;
}

// --- Wiring ----------------------------------------------------------------------------------

client.addEventListener("state", ({ detail }) => {
  stage.dataset.connection = detail.state;
  if (detail.state !== "waiting") return;
  if (stage.dataset.state === "working" && current.picture) panel.working(WORKING.connecting);
  many?.lineLost();
});
for (const button of document.querySelectorAll("[data-example]")) button.addEventListener("click", () => start(() => exampleOf(button)));
$("camera").addEventListener("click", startCamera);
$("camera").hidden = !navigator.mediaDevices;
$("retry").addEventListener("click", again);
$("back").addEventListener("click", () => history.back());
window.addEventListener("popstate", () => { if (current?.item) showList(); });
takeIn({
  choose: $("choose"), input: $("file"), chooseFolder: $("choose-folder"), folderInput: $("folder"), dropTarget: document.body,
  onPhotos: begin, onNothing: (why) => say(HINTS[why]),
});
$("insecure-warning").textContent = HINTS.insecure;
$("insecure-warning").hidden = window.isSecureContext;
client.connect();
