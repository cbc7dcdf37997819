/** The upload page: takes photos, sends them and shows the answers. */

import { AnswerPanel } from "../answer/answer-panel.js";
import { ConsentBox } from "../answer/consent.js";
import { showPhoto } from "../answer/photo-figure.js";
import { Client } from "../connection/client.js";
import { RequestError, createUuid } from "../connection/protocol.js";
import { StatusBanner } from "../connection/status-banner.js";
import { createTicketFetcher } from "../connection/tickets.js";
import { HINTS, PROGRESS } from "../i18n/messages.js";
import { readBytes } from "../photo/resize.js";
import { Resizer, createResizeWorker } from "../photo/resizer.js";
import { connectSources, fetchExample } from "../photo/sources.js";
import { find } from "../ui/dom.js";

/** @param {string} id */
const byId = (id) => find(`#${id}`, HTMLElement);
/** @param {string} text */
const setHint = (text) => { byId("hint").textContent = text; };
const stage = byId("stage");
const { ticket = "", expiresIn, socketUrl = "", ticketUrl = "", csrfToken = "", resizeWorkerUrl = "" } = stage.dataset;
const client = new Client({
  ticket, expires_in: Number(expiresIn), url: socketUrl, fetchTicket: createTicketFetcher(ticketUrl, csrfToken),
});
const classify = client.classify.bind(client);
const resizer = new Resizer(() => createResizeWorker(resizeWorkerUrl), navigator.hardwareConcurrency);
/** @type {PageJob | null} replaced by newer photos; results of an older job are ignored */
let current = null;
/** @type {import("../batch/batch-view.js").BatchView | null} */
let batch = null;
/** @type {ReturnType<typeof createBatch> | null} set while the batch is loading, too */
let batchPromise = null;
/** @type {import("../answer/heatmap.js").Heatmap | null} */
let heatmap = null;
const panel = new AnswerPanel(byId("answer"));
const consent = new ConsentBox(find(".consent", HTMLElement), handleConsentChange);
const countPending = () => batch?.pending ?? Number(stage.dataset.state === "working");
const statusBanner = new StatusBanner(byId("status-banner"), client, countPending);

/** Show one photo large. Several photos or a folder start a batch, which then gets all later photos. @param {PhotoSelection} selection */
function handleSelection({ photos, isFolder, skipped }) {
  if (!batchPromise && !isFolder && photos.length === 1) startPhoto(async () => photos[0].file);
  else addToBatch(photos, skipped ? HINTS.skipped(skipped) : "");
}

/** @param {() => Promise<File>} getFile */
async function startPhoto(getFile) {
  abortCurrent();
  const controller = new AbortController();
  /** @type {PageJob} consent is for one photo */
  const job = { controller, id: createUuid(), keep: consent.isTicked && !current };
  if (current) consent.untick();
  current = job;
  setHint("");
  setState("working");
  panel.showProgress(PROGRESS.preparing);
  scrollTo(0, 0); // from the examples, which are below the answer
  await runJob(job, async () => {
    const file = await getFile();
    const photo = await resizer.resize(file, { signal: controller.signal });
    Object.assign(job, { name: file.name, bytes: await readBytes(photo.blob) });
    if (job !== current) return;
    drawPhoto(photo, file.name);
    await classifyPhoto(job);
  });
}

/** @param {PageJob} job */
async function classifyPhoto(job) {
  panel.showProgress(client.state === "ready" ? PROGRESS.sending : PROGRESS.connecting);
  const answer = await sendPhoto(job, ({ sentBytes, totalBytes, position }) => {
    if (job !== current) return;
    if (position) panel.showProgress(PROGRESS.queued(position));
    else if (sentBytes < totalBytes) panel.showProgress(PROGRESS.sending, sentBytes / totalBytes);
    else panel.showProgress(PROGRESS.looking);
  });
  if (job !== current) return;
  showAnswer(answer);
  if (job.keep) consent.showSaved();
  else if (consent.isTicked) sendConsent();
}

/** @param {PageJob} job @param {ClassifyOptions["onProgress"]} [onProgress] */
function sendPhoto({ id, name, keep, bytes = new ArrayBuffer(0), controller }, onProgress) {
  return classify(bytes, { id, name, keep, explain: true, signal: controller?.signal, onProgress });
}

/** Run `action` and show its error, unless a newer job has replaced `job`. @param {PageJob} job @param {() => Promise<void>} action */
async function runJob(job, action) {
  try {
    await action();
  } catch (error) {
    if (job !== current) return;
    if (!(error instanceof RequestError)) console.error(error);
    if (!job.bytes) delete stage.dataset.photo; // the page still shows an older photo
    panel.showError(error instanceof RequestError ? error : new RequestError("file.unreadable"));
    setState("rejected");
  } finally {
    statusBanner.update();
  }
}

function retry() {
  const job = current;
  if (job?.isLive) startCamera();
  if (job?.item) batch?.retry(job.item);
  if (!job?.bytes || job.item) return;
  setState("working");
  runJob(job, () => classifyPhoto(job));
}

function abortCurrent() {
  current?.controller?.abort();
  if (current?.isLive) delete stage.dataset.photo;
}

async function startCamera() {
  abortCurrent();
  const controller = new AbortController();
  const job = { isLive: true, keep: false, controller };
  current = job;
  delete stage.dataset.photo;
  setHint("");
  setState("working");
  panel.showProgress(PROGRESS.camera);
  await runJob(job, async () => {
    const { LiveView } = await import("../camera/live-view.js");
    const hint = await new LiveView({ figure: byId("figure"), panel, classify }).run(controller.signal, () => {
      stage.dataset.photo = "shown";
      setState("live");
    });
    if (job === current) showEmptyPage(hint, byId("camera"));
  });
}

/** @param {string} hint @param {HTMLElement} focusTarget replaces the focused button, which is hidden now */
function showEmptyPage(hint, focusTarget) {
  current = null;
  delete stage.dataset.photo;
  panel.clear();
  setState("empty");
  setHint(hint);
  focusTarget.focus();
}

/** @param {PhotoFile[]} photos @param {string} hint */
async function addToBatch(photos, hint) {
  try {
    batchPromise ??= createBatch();
    batch = await batchPromise;
  } catch {
    batchPromise = null;
    setHint(HINTS.batchFailed);
    return;
  }
  batch.add(photos);
  showBatch();
  setHint(hint);
}

async function createBatch() {
  const { BatchView } = await import("../batch/batch-view.js");
  if (current) consent.untick(); // that consent was for one photo
  abortCurrent();
  const view = new BatchView({
    root: byId("batch"), resize: resizer.resize.bind(resizer), classify, onOpen: openItem, onClear: clearBatch,
  });
  view.keep = consent.isTicked;
  view.addEventListener("change", (event) => {
    if (/** @type {CustomEvent<BatchItem>} */ (event).detail === current?.item) drawItem();
    statusBanner.update();
  });
  return view;
}

function showBatch() {
  const item = current?.item;
  current = null;
  stage.dataset.photo = "shown";
  setState("batch");
  if (item) batch?.focus(item);
}

function clearBatch() {
  batch?.end();
  batch = batchPromise = null;
  consent.untick();
  showEmptyPage("", byId("choose"));
}

/** Show a photo of the batch as large as a single one. The browser's back button leads to the batch. @param {BatchItem} item */
function openItem(item) {
  history.pushState({ opened: true }, "");
  current = { item, keep: item.isKept };
  delete stage.dataset.photo;
  drawItem();
  byId("back").focus();
  scrollTo(0, 0);
}

function drawItem() {
  const item = current?.item;
  if (!current || !item) return;
  Object.assign(current, { id: item.id, name: item.file.name, keep: item.isKept });
  if (item.photo && !stage.dataset.photo) drawPhoto(item.photo, item.path);
  if (item.answer) {
    showAnswer(item.answer);
    if (item.isKept) consent.showSaved();
  } else if (item.error) {
    panel.showError(item.error);
    setState("rejected");
  } else {
    panel.showProgress(batch?.describeProgress(item) ?? "", item.state === "sending" ? item.fraction : null);
    setState("working");
  }
}

function handleConsentChange() {
  if (stage.dataset.state === "batch" && batch) batch.keep = consent.isTicked;
  else sendConsent();
}

/** Send an answered photo once more with the same id, now with consent. */
async function sendConsent() {
  const job = current;
  if (!job || stage.dataset.state !== "answered" || !consent.isTicked) return;
  job.keep = true;
  consent.disable();
  try {
    if (job.item?.photo) job.bytes ??= await readBytes(job.item.photo.blob);
    await sendPhoto(job);
    if (job.item) job.item.isKept = true;
    if (job === current) consent.showSaved();
  } catch {
    job.keep = false;
    if (job === current) consent.showFailed();
  }
}

function updateConsent() {
  if (stage.dataset.state === "batch" && batch) consent.showForBatch(batch.keep);
  else if (current?.item) consent.showForRow(current.keep);
  else consent.showForPhoto(Boolean(current?.keep));
}

/** @param {Answer} answer */
function showAnswer({ result, roundTripMs }) {
  panel.showAnswer(result, roundTripMs);
  setState("answered");
  showDetails(result);
}

/** Show the heatmap and the feedback form. Their code is loaded for the first answer. @param {Result} result */
async function showDetails(result) {
  const job = current;
  const [{ Heatmap }, { feedbackPanel }] = await Promise.all([import("../answer/heatmap.js"), import("../answer/feedback.js")]);
  if (job !== current) return;
  heatmap ??= new Heatmap({ toggle: byId("heatmap-toggle"), canvas: find("#heatmap", HTMLCanvasElement), panel: byId("heatmap-panel") });
  heatmap.setResult(result);
  feedbackPanel.showFor(result);
}

/** @param {PageState} state */
function setState(state) {
  stage.dataset.state = state;
  if (state !== "answered") heatmap?.clear();
  if (state !== "answered" || current?.item) updateConsent();
  byId("batch").hidden = state !== "batch";
  byId("back").hidden = !current?.item;
  statusBanner.update();
}

/** @param {ResizedPhoto} photo @param {string} name */
function drawPhoto(photo, name) {
  showPhoto({ frame: byId("frame"), image: find("#photo", HTMLImageElement), noPreview: byId("no-preview"), caption: byId("caption") }, photo, name);
  stage.dataset.photo = "shown";
}

client.addEventListener("state", (event) => {
  const { state } = /** @type {CustomEvent<ConnectionStatus>} */ (event).detail;
  stage.dataset.connection = state;
  if (state !== "waiting") return;
  if (stage.dataset.state === "working" && current?.bytes) panel.showProgress(PROGRESS.connecting);
  batch?.handleLostConnection();
});
for (const button of document.querySelectorAll("button[data-example-url]")) {
  button.addEventListener("click", () => startPhoto(() => fetchExample(/** @type {HTMLElement} */ (button))));
}
byId("camera").addEventListener("click", startCamera);
byId("camera").hidden = !navigator.mediaDevices;
byId("retry").addEventListener("click", retry);
byId("back").addEventListener("click", () => history.back());
window.addEventListener("popstate", () => { if (current?.item) showBatch(); });
connectSources({
  chooseButton: byId("choose"), fileInput: find("#file", HTMLInputElement),
  chooseFolderButton: byId("choose-folder"), folderInput: find("#folder", HTMLInputElement),
  dropTarget: document.body, onPhotos: handleSelection, onNothing: setHint,
});
Object.assign(byId("insecure-warning"), { textContent: HINTS.insecure, hidden: window.isSecureContext });
client.connect();
