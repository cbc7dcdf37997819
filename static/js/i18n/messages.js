/** Everything the page says by itself. Pure: facts in, sentences out, in the language of say.js. */

import { THIN, duration, gettext, ngettext, number, wholePercent } from "./gettext.js";

const SURE = 0.85;
const FAIRLY_SURE = 0.65;

/** 0.8213 → "82 %". Never a whole 0 or 100: the model is never that certain. */
export function percent(score) {
  const whole = Math.round(score * 100);
  if (whole < 1) return `<${THIN}1${THIN}%`;
  if (whole > 99) return `>${THIN}99${THIN}%`;
  return wholePercent(score);
}

/** "a cat (Egyptian cat)" → both that and "cat (Egyptian cat)": other languages have no use for an English article. */
function named(phrase) {
  return { a_name: phrase, name: phrase.replace(/^an? /, "") };
}

/** Is this a squirrel? The line above an answer that is not itself "yes". */
export function squirrel({ squirrel: answer }) {
  return { maybe: gettext("Is this a squirrel? Maybe."), no: gettext("Is this a squirrel? No.") }[answer] ?? "";
}

/** The answer in one sentence, or two short ones. */
export function verdict({ squirrel: answer, verdict: { kind, headline, perhaps } }) {
  if (answer === "yes") return gettext("Yes. That is a squirrel.");
  if (kind === "species" || kind === "group") return gettext("That is {a_name}.", named(headline));
  if (kind === "animal") return perhaps ? gettext("That is an animal. Perhaps {a_name}.", named(perhaps)) : gettext("That is an animal.");
  if (kind === "none") return gettext("No animal here. It looks most like {a_name}.", named(headline));
  return perhaps ? gettext("Not sure. Perhaps {a_name}.", named(perhaps)) : gettext("Not sure. There may be an animal.");
}

/** Which class came closest, where the answer is wider than a class. */
export function closest({ squirrel: answer, verdict: { kind }, predictions: [first] }) {
  return answer === "yes" || kind === "group" ? gettext("closest match: {name}", { name: first.display }) : "";
}

/** How sure that is: a word, a number, and what the number counts. */
export function confidence({ squirrel: answer, verdict: { kind, score }, predictions: [first] }) {
  if (answer === "yes") return { word: sureness(Math.max(first.score, FAIRLY_SURE)), number: percent(first.score), score: first.score };
  const word = kind === "unsure" ? gettext("Guessing") : sureness(score);
  return { word, number: counted(kind, percent(score)), score };
}

function sureness(score) {
  if (score >= SURE) return gettext("Sure");
  return score >= FAIRLY_SURE ? gettext("Fairly sure") : gettext("Guessing");
}

function counted(kind, share) {
  if (kind === "none") return gettext("{share} for no animal", { share });
  return kind === "animal" || kind === "unsure" ? gettext("{share} for any animal", { share }) : share;
}

const PLACES = [
  [gettext("the upper left"), gettext("the upper middle"), gettext("the upper right")],
  [gettext("the left"), gettext("the middle"), gettext("the right")],
  [gettext("the lower left"), gettext("the lower middle"), gettext("the lower right")],
];

/** Where a map is strongest: "the upper left", "the middle". */
export function wherePeak([x, y, width, height], map) {
  const cell = map.indexOf(Math.max(...map));
  const [across, down] = [x + ((cell % 7) + 0.5) / 7 * width, y + (Math.floor(cell / 7) + 0.5) / 7 * height];
  return PLACES[third(down)][third(across)];
}

function third(fraction) {
  if (fraction < 1 / 3) return 0;
  return fraction > 2 / 3 ? 2 : 1;
}

/** The map in words, for those who do not see it. */
export function spoke(name, where) {
  return gettext("What spoke most for “{name}” is in {where} of the photo.", { name, where });
}

/** What the map of the verdict is a map of. */
export function mapName({ kind, display }) {
  return kind === "none" ? gettext("no animal") : display;
}

/** What was done to the photo before it went. */
export function preparation(photo, name) {
  if (!photo.from) return gettext("{name}: this file goes as it is; its location is dropped on arrival.", { name });
  const size = `${photo.width}${THIN}×${THIN}${photo.height}`;
  return photo.from.width > photo.width
    ? gettext("{name}: sent as {size} pixels, without its metadata.", { name, size })
    : gettext("{name}: sent in full size, without its metadata.", { name });
}

/** "31 ms to look, 48 ms with the way there and back · MobileNetV2". */
export function timing({ timings, model }, roundTripMs) {
  const times = { look: duration(timings.total_ms), way: duration(roundTripMs) };
  return `${gettext("{look} to look, {way} with the way there and back", times)} · ${model.name}`;
}

export const WORKING = Object.freeze({
  shrinking: gettext("Getting the photo ready…"),
  camera: gettext("Asking for the camera…"),
  connecting: gettext("Waiting for the line…"),
  sending: gettext("Sending…"),
  looking: gettext("Looking…"),
  queued: (position) => (position === 1 ? gettext("Next in line…") : gettext("Waiting: number {position} in line…", { position: number(position) })),
});

export const HINTS = Object.freeze({
  noPicture: gettext("There is no picture in what you pasted."),
  noFile: gettext("There was no file in what you dropped. Save the picture first, then drop it here."),
  noPhotos: gettext("There are no photos in this folder."),
  leftOut: (count) => ngettext("One file was left out: it is no photo.", "{count} files were left out: they are no photos.", count),
  exampleLost: gettext("The example photo did not come. Please try again."),
  listLost: gettext("The list could not be loaded. Please try again."),
  kept: gettext("Kept with its answer."),
  keepOne: gettext("Keep this photo"),
  keepMany: gettext("Keep these photos"),
  keepManyHow: gettext("Ticked, every photo that is sent from then on is kept."),
  notKept: gettext("It could not be kept. Please try again."),
  insecure: gettext("This page came over plain HTTP: photos and answers cross the network unprotected, and the browser will not allow the page a camera or work offline. Over HTTPS, or on localhost, it will."),
});

/** What a class of the five is, for those who do not see its paw. */
export const AN_ANIMAL = gettext(", an animal");

const FORMATS = gettext("JPEG, PNG, WebP, HEIC and a few more work.");
const RELOAD = gettext("Reload this page to go on.");
const SEND_AGAIN = gettext("Send it again.");
const SAFE = gettext("Your photo is safe here.");

/** What happened, what to do, and whether the same photo again can help. */
const REFUSALS = {
  "image.unreadable": [gettext("This file isn't a picture we can read."), FORMATS],
  "image.too_large": [gettext("This file is too large."), gettext("Pictures up to 10 MB work. A smaller copy will do.")],
  "image.too_many_pixels": [gettext("This picture has too many pixels."), gettext("Up to 50 megapixels work. A smaller copy will do.")],
  "image.unsupported_format": [gettext("We don't read this kind of file."), FORMATS],
  "image.truncated": [gettext("This picture is cut off."), gettext("Part of the file is missing: copy or download it once more.")],
  "image.empty": [gettext("This file is empty."), gettext("Choose another one.")],
  "job.running": [gettext("This photo is already being looked at."), gettext("Its answer will come."), true],
  "job.unknown": [gettext("The server has lost sight of this photo."), SEND_AGAIN, true],
  "job.timeout": [gettext("This photo took too long."), gettext("The server gave it up. Send it again."), true],
  "job.too_many": [gettext("Too many photos at once."), gettext("Wait for an answer before you send the next."), true],
  "server.overloaded": [gettext("Many people are asking right now."), SAFE, true],
  "server.draining": [gettext("The server is about to restart."), SAFE, true],
  "server.internal": [gettext("Something went wrong on our side."), gettext("It was noted there. Trying again may help."), true],
  "rate.limited": [gettext("That was a lot in a short time."), gettext("Please wait a moment."), true],
  "auth.required": [gettext("The server does not know this page yet."), RELOAD],
  "auth.invalid": [gettext("The server no longer knows this page."), RELOAD],
  "auth.expired": [gettext("This page has been open for a long time."), RELOAD],
  "auth.origin": [gettext("The server takes no photos from this address."), gettext("Whoever runs this site has to allow it there.")],
  "protocol.invalid": [gettext("This page and the server do not understand each other."), RELOAD],
  "protocol.unexpected_binary": [gettext("The server got a photo it did not expect."), SEND_AGAIN, true],
  "protocol.version": [gettext("This page is older than the server."), RELOAD],
  "job.cancelled": [gettext("You cancelled this photo."), gettext("It can still be looked at."), true],
  "line.lost": [gettext("The line dropped twice with this photo."), gettext("It is still here: send it again."), true],
  "line.closed": [gettext("The line is closed."), RELOAD],
  "file.unreadable": [gettext("This browser could not open the file."), gettext("Is it a folder, or has it been moved? Choose it again.")],
};

/** A refusal in the page's own words: `{sentence, advice, again}`. A code that is not known here keeps the words it came with. */
export function refusal({ code, message, advice: brought = "", retryAfter }) {
  const [sentence, advice, again = false] = REFUSALS[code] ?? [message, brought, true];
  const wait = retryAfter ? ` ${gettext("Try again in {time}.", { time: inSeconds(retryAfter) })}` : "";
  return { sentence, advice: `${advice}${wait}`, again };
}

/** The state of the line, if it is worth a word. `waiting`: how many photos have no answer yet. */
export function line({ state, delayMs = 0, code }, { online, waiting }) {
  if (state === "closed") return [...Object.values(refusal({ code })).slice(0, 2)].join(" ");
  if (state !== "waiting") return "";
  return online ? dropped(inSeconds(Math.max(1, Math.round(delayMs / 1000))), waiting) : offline(waiting);
}

function dropped(time, waiting) {
  if (!waiting) return gettext("The line dropped. Next try in {time}.", { time });
  return ngettext(
    "The line dropped; your photo is safe and will go on in {time}.",
    "The line dropped; your {count} waiting photos are safe and will go on in {time}.", waiting, { time },
  );
}

function offline(waiting) {
  if (!waiting) return gettext("You are offline.");
  return ngettext(
    "You are offline. Your photo is safe and goes on when the network is back.",
    "You are offline. Your {count} waiting photos are safe and go on when the network is back.", waiting,
  );
}

function inSeconds(seconds) {
  return `${number(Math.ceil(seconds))}${THIN}s`;
}
