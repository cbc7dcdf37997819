/** Sentences of the page, built from results and states. Uses no DOM. */

import { formatDuration, formatNumber, formatPercent, formatSeconds, formatSize, gettext, ngettext } from "./gettext.js";

const SURE = 0.85;
const FAIRLY_SURE = 0.65;

/** Format 0.8213 as "82%". Never 0% or 100%, because the model is never certain. @param {number} score */
export function scorePercent(score) {
  if (score < 0.005) return `<${formatPercent(0.01)}`;
  return score >= 0.995 ? `>${formatPercent(0.99)}` : formatPercent(score);
}

/** Return the phrase with and without its English article, which other languages do not use. @param {string} phrase */
function nameValues(phrase) {
  return { a_name: phrase, name: phrase.replace(/^an? /, "") };
}

/** Return the sentence above the answer; empty if the answer itself says "yes". @param {Pick<Result, "squirrel">} result */
export function squirrelText({ squirrel }) {
  if (squirrel === "maybe") return gettext("Is this a squirrel? Maybe.");
  return squirrel === "no" ? gettext("Is this a squirrel? No.") : "";
}

/** Return the answer in one sentence, or two short ones. @param {Pick<Result, "squirrel" | "verdict">} result */
export function verdictText({ squirrel, verdict: { kind, headline, perhaps } }) {
  if (squirrel === "yes") return gettext("Yes. That is a squirrel.");
  if (kind === "species" || kind === "group") return gettext("That is {a_name}.", nameValues(headline));
  if (kind === "none") return gettext("No animal here. It looks most like {a_name}.", nameValues(headline));
  if (kind === "animal") return perhaps ? gettext("That is an animal. Perhaps {a_name}.", nameValues(perhaps)) : gettext("That is an animal.");
  return perhaps ? gettext("Not sure. Perhaps {a_name}.", nameValues(perhaps)) : gettext("Not sure. There may be an animal.");
}

/** Name the most probable class if the answer names no single class; otherwise empty. @param {Result} result */
export function closestMatchText({ squirrel, verdict: { kind }, predictions: [best] }) {
  return squirrel === "yes" || kind === "group" ? gettext("closest match: {name}", { name: best.display }) : "";
}

/** Describe the certainty of an answer: a word, a number and the score they stand for. @param {Result} result */
export function describeCertainty({ squirrel, verdict: { kind, score }, predictions: [best] }) {
  if (squirrel === "yes") return { word: certaintyWord(Math.max(best.score, FAIRLY_SURE)), number: scorePercent(best.score), score: best.score };
  const word = kind === "unsure" ? gettext("A guess") : certaintyWord(score);
  return { word, number: certaintyNumber(kind, scorePercent(score)), score };
}

/** @param {number} score */
function certaintyWord(score) {
  if (score >= SURE) return gettext("Sure");
  return score >= FAIRLY_SURE ? gettext("Fairly sure") : gettext("A guess");
}

/** @param {Verdict["kind"]} kind @param {string} share */
function certaintyNumber(kind, share) {
  if (kind === "none") return gettext("{share} for no animal", { share });
  return kind === "animal" || kind === "unsure" ? gettext("{share} for any animal", { share }) : share;
}

const REGIONS = [
  [gettext("The upper left"), gettext("The upper middle"), gettext("The upper right")],
  [gettext("The left"), gettext("The middle"), gettext("The right")],
  [gettext("The lower left"), gettext("The lower middle"), gettext("The lower right")],
];

/**
 * Name the region of the photo where a heatmap has its maximum.
 *
 * @param {HeatmapData["view_box"]} viewBox
 * @param {number[]} map 7×7 logits
 */
export function peakRegion([x, y, width, height], map) {
  const cell = map.indexOf(Math.max(...map));
  const [column, row] = [cell % 7, Math.floor(cell / 7)];
  return REGIONS[thirdOf(y + (row + 0.5) / 7 * height)][thirdOf(x + (column + 0.5) / 7 * width)];
}

/** @param {number} fraction */
function thirdOf(fraction) {
  if (fraction < 1 / 3) return 0;
  return fraction > 2 / 3 ? 2 : 1;
}

/** Describe a heatmap for readers who cannot see it. @param {string} name @param {string} region */
export function heatmapText(name, region) {
  return gettext("{region} of the photo counted most towards “{name}”.", { name, region });
}

/** Name the subject of a verdict's heatmap. @param {Pick<Verdict, "kind" | "display">} verdict */
export function heatmapSubject({ kind, display }) {
  return kind === "none" ? gettext("no animal") : display;
}

/** Describe how the photo was sent. @param {Partial<ResizedPhoto>} photo @param {string} name */
export function captionText({ original, width = 0, height = 0 }, name) {
  if (!original) return gettext("{name}: sent unchanged. The server removes its location.", { name });
  return original.width > width
    ? gettext("{name}: sent as {size} pixels, without metadata.", { name, size: formatSize(width, height) })
    : gettext("{name}: sent in full size, without metadata.", { name });
}

/** Return "Model 31 ms · total 48 ms · MobileNetV2". @param {Result} result @param {number} roundTripMs */
export function timingText({ timings, model }, roundTripMs) {
  const times = { time: formatDuration(timings.total_ms), total: formatDuration(roundTripMs) };
  return `${gettext("Model {time} · total {total}", times)} · ${model.name}`;
}

export const PROGRESS = Object.freeze({
  preparing: gettext("Preparing the photo…"),
  camera: gettext("Requesting the camera…"),
  connecting: gettext("Connecting…"),
  sending: gettext("Sending…"),
  looking: gettext("Looking…"),
  /** @param {number} position */
  queued: (position) => (position === 1 ? gettext("Next in the queue…") : gettext("Number {position} in the queue…", { position: formatNumber(position) })),
});

export const HINTS = Object.freeze({
  nothingPasted: gettext("The clipboard contains no picture."),
  nothingDropped: gettext("That was not a file. Save the picture first, then drop it here."),
  emptyFolder: gettext("This folder contains no photos."),
  /** @param {number} count */
  skipped: (count) => ngettext("One file was skipped because it is not a photo.", "{count} files were skipped because they are not photos.", count),
  exampleFailed: gettext("The example photo could not be loaded. Please try again."),
  batchFailed: gettext("The list could not be loaded. Please try again."),
  insecure: gettext("This page was loaded over plain HTTP: photos and answers are not encrypted, and the browser blocks the camera. Use HTTPS or localhost instead."),
});

/** Texts of the consent checkbox. */
export const CONSENT = Object.freeze({
  onePhoto: gettext("Keep this photo"),
  allPhotos: gettext("Keep these photos"),
  allPhotosHint: gettext("If ticked, photos sent from now on are kept."),
  saved: gettext("The photo is kept with its answer."),
  failed: gettext("The photo could not be kept. Please try again."),
});

/** Replaces the paw icon of an animal for screen readers. */
export const ANIMAL_SUFFIX = gettext(", an animal");

const FORMATS = gettext("JPEG, PNG, WebP, HEIC and a few more work.");
const RELOAD = gettext("Reload this page to continue.");
const SEND_AGAIN = gettext("Send it again.");
const STILL_HERE = gettext("Your photo is still on this page.");

/** By error code: what happened, what to do, and whether another try with the same photo can help. */
const ERRORS = /** @type {Record<string, [string, string, boolean?]>} */ ({
  "image.unreadable": [gettext("This file isn't a picture we can read."), FORMATS],
  "image.too_large": [gettext("This file is too large."), gettext("The limit is 10 MB. Try a smaller copy.")],
  "image.too_many_pixels": [gettext("This picture has too many pixels."), gettext("The limit is 50 megapixels. Try a smaller copy.")],
  "image.unsupported_format": [gettext("We can't read this type of file."), FORMATS],
  "image.truncated": [gettext("This picture is incomplete."), gettext("Part of the file is missing. Copy or download it again.")],
  "image.empty": [gettext("This file is empty."), gettext("Choose another file.")],
  "job.running": [gettext("This photo is already in progress."), gettext("Its answer will follow."), true],
  "job.unknown": [gettext("The server no longer has this photo."), SEND_AGAIN, true],
  "job.timeout": [gettext("This photo took too long."), SEND_AGAIN, true],
  "job.too_many": [gettext("Too many photos at once."), gettext("Wait for an answer before you send the next photo."), true],
  "server.overloaded": [gettext("The server is busy right now."), STILL_HERE, true],
  "server.draining": [gettext("The server is restarting."), STILL_HERE, true],
  "server.internal": [gettext("Something went wrong on our side."), gettext("The error was logged. Another try may help."), true],
  "rate.limited": [gettext("Too many requests in a short time."), gettext("Please wait a moment."), true],
  "auth.required": [gettext("The server does not know this page yet."), RELOAD],
  "auth.invalid": [gettext("The server no longer knows this page."), RELOAD],
  "auth.expired": [gettext("This page has been open for a long time."), RELOAD],
  "auth.origin": [gettext("The server accepts no photos from this address."), gettext("The operator of this site can allow it.")],
  "protocol.invalid": [gettext("The server did not understand this page."), RELOAD],
  "protocol.unexpected_binary": [gettext("The server received a photo that it did not expect."), SEND_AGAIN, true],
  "protocol.version": [gettext("This page is older than the server."), RELOAD],
  "job.cancelled": [gettext("You cancelled this photo."), gettext("You can still send it."), true],
  "connection.lost": [gettext("Sending this photo failed twice."), STILL_HERE, true],
  "connection.closed": [gettext("The connection is closed."), RELOAD],
  "file.unreadable": [gettext("This browser could not open the file."), gettext("It may be a folder, or it was moved. Choose it again.")],
});

/**
 * Return the texts for an error. A code without an entry keeps its own message and advice.
 *
 * @param {ErrorDetails} error
 * @returns {ErrorText}
 */
export function errorText({ code = "", message = "", advice: ownAdvice = "", retryAfterS }) {
  const [sentence, advice, canRetry = false] = ERRORS[code] ?? [message, ownAdvice, true];
  const delay = retryAfterS ? ` ${gettext("Try again in {time}.", { time: formatSeconds(Math.ceil(retryAfterS)) })}` : "";
  return { sentence, advice: `${advice}${delay}`, canRetry };
}

/**
 * Describe a connection problem; empty if there is none.
 *
 * @param {ConnectionStatus} status
 * @param {{isOnline: boolean, pending: number}} context `pending` counts the photos without an answer
 */
export function connectionText({ state, delayMs = 0, code }, { isOnline, pending }) {
  if (state === "closed") {
    const { sentence, advice } = errorText({ code });
    return `${sentence} ${advice}`;
  }
  if (state !== "waiting") return "";
  return isOnline ? lostText(formatSeconds(Math.max(1, Math.round(delayMs / 1000))), pending) : offlineText(pending);
}

/** @param {string} time @param {number} pending */
function lostText(time, pending) {
  if (!pending) return gettext("Connection lost. Retrying in {time}.", { time });
  return ngettext(
    "Connection lost. Retrying in {time}. Your photo will be sent then.",
    "Connection lost. Retrying in {time}. Your {count} photos will be sent then.", pending, { time },
  );
}

/** @param {number} pending */
function offlineText(pending) {
  if (!pending) return gettext("You are offline.");
  return ngettext(
    "You are offline. Your photo will be sent when the network is back.",
    "You are offline. Your {count} photos will be sent when the network is back.", pending,
  );
}
