/** Everything the page says by itself. Pure: facts in, sentences out. */

/** Thin, and never at a line's end. */
const THIN = "\u202f";
const SURE = 0.85;
const FAIRLY_SURE = 0.65;

/** 0.8213 → "82 %". Never a whole 0 or 100: the model is never that certain. */
export function percent(score) {
  const whole = Math.round(score * 100);
  if (whole < 1) return `<${THIN}1${THIN}%`;
  if (whole > 99) return `>${THIN}99${THIN}%`;
  return wholePercent(score);
}

/** A person's own choice, which may well be 0 or 100. */
export function wholePercent(fraction) {
  return `${Math.round(fraction * 100)}${THIN}%`;
}

/** Is this a squirrel? The line above an answer that is not itself "yes". */
export function squirrel({ squirrel: answer }) {
  return { maybe: "Is this a squirrel? Maybe.", no: "Is this a squirrel? No." }[answer] ?? "";
}

/** The answer in one sentence, or two short ones. */
export function verdict({ squirrel: answer, verdict: { kind, headline, perhaps } }) {
  if (answer === "yes") return "Yes. That is a squirrel.";
  if (kind === "species" || kind === "group") return `That is ${headline}.`;
  if (kind === "animal") return perhaps ? `That is an animal. Perhaps ${perhaps}.` : "That is an animal.";
  if (kind === "none") return `No animal here. It looks most like ${headline}.`;
  return perhaps ? `Not sure. Perhaps ${perhaps}.` : "Not sure. There may be an animal.";
}

/** Which class came closest, where the answer is wider than a class. */
export function closest({ squirrel: answer, verdict: { kind }, predictions: [first] }) {
  return answer === "yes" || kind === "group" ? `closest match: ${first.display}` : "";
}

/** How sure that is: a word, a number, and what the number counts. */
export function confidence({ squirrel: answer, verdict: { kind, score }, predictions: [first] }) {
  if (answer === "yes") return { word: first.score >= SURE ? "Sure" : "Fairly sure", number: percent(first.score), score: first.score };
  const word = kind === "unsure" ? "Guessing" : sureness(score);
  const counts = { animal: " for any animal", none: " for no animal", unsure: " for any animal" }[kind] ?? "";
  return { word, number: `${percent(score)}${counts}`, score };
}

function sureness(score) {
  if (score >= SURE) return "Sure";
  return score >= FAIRLY_SURE ? "Fairly sure" : "Guessing";
}

/** Where a map is strongest: "the upper left", "the middle". */
export function wherePeak([x, y, width, height], map) {
  const cell = map.indexOf(Math.max(...map));
  const [across, down] = [x + ((cell % 7) + 0.5) / 7 * width, y + (Math.floor(cell / 7) + 0.5) / 7 * height];
  const column = across < 1 / 3 ? "left" : across > 2 / 3 ? "right" : "";
  const row = down < 1 / 3 ? "upper" : down > 2 / 3 ? "lower" : "";
  if (!row && !column) return "the middle";
  if (!row) return `the ${column}`;
  return `the ${row} ${column || "middle"}`;
}

/** The map in words, for those who do not see it. */
export function spoke(name, where) {
  return `What spoke most for “${name}” is in ${where} of the photo.`;
}

/** What was done to the photo before it went. */
export function preparation(photo, name) {
  if (!photo.from) return `${name}: sent as it is, because this browser cannot open it.`;
  const size = `${photo.width}${THIN}×${THIN}${photo.height}`;
  return photo.from.width > photo.width
    ? `${name}: sent as ${size} pixels, without its metadata.`
    : `${name}: sent in full size, without its metadata.`;
}

/** "31 ms to look, 48 ms with the way there and back · MobileNetV2". */
export function timing({ timings, model }, roundTripMs) {
  const look = milliseconds(timings.total_ms);
  return `${look} to look, ${milliseconds(roundTripMs)} with the way there and back · ${model.name}`;
}

function milliseconds(ms) {
  return ms < 1000 ? `${Math.max(1, Math.round(ms))}${THIN}ms` : `${(ms / 1000).toFixed(1)}${THIN}s`;
}

export const WORKING = Object.freeze({
  shrinking: "Getting the photo ready…",
  camera: "Asking for the camera…",
  connecting: "Waiting for the line…",
  sending: "Sending…",
  looking: "Looking…",
  queued: (position) => (position === 1 ? "Next in line…" : `Waiting: number ${position} in line…`),
});

export const HINTS = Object.freeze({
  noPicture: "There is no picture in what you pasted.",
  noFile: "There was no file in what you dropped. Save the picture first, then drop it here.",
  noPhotos: "There are no photos in this folder.",
  leftOut: (count) => (count === 1 ? "One file was left out: it is no photo." : `${count} files were left out: they are no photos.`),
  exampleLost: "The example photo did not come. Please try again.",
  listLost: "The list could not be loaded. Please try again.",
  kept: "Kept with its answer.",
  keepOne: "Keep this photo",
  keepMany: "Keep these photos",
  keepManyHow: "Ticked, every photo that is sent from then on is kept.",
  notKept: "It could not be kept. Please try again.",
  insecure:
    "This page came over plain HTTP: photos and answers cross the network unprotected, and the browser will not allow " +
    "the page a camera or work offline. Over HTTPS, or on localhost, it will.",
});

const FORMATS = "JPEG, PNG, WebP, HEIC and a few more work.";
const RELOAD = "Reload this page to go on.";

/** What happened, what to do, and whether the same photo again can help. */
const REFUSALS = {
  "image.unreadable": ["This file isn't a picture we can read.", FORMATS],
  "image.too_large": ["This file is too large.", "Pictures up to 10 MB work. A smaller copy will do."],
  "image.too_many_pixels": ["This picture has too many pixels.", "Up to 50 megapixels work. A smaller copy will do."],
  "image.unsupported_format": ["We don't read this kind of file.", FORMATS],
  "image.truncated": ["This picture is cut off.", "Part of the file is missing: copy or download it once more."],
  "image.empty": ["This file is empty.", "Choose another one."],
  "job.running": ["This photo is already being looked at.", "Its answer will come.", true],
  "job.unknown": ["The server has lost sight of this photo.", "Send it again.", true],
  "job.timeout": ["This photo took too long.", "The server gave it up. Send it again.", true],
  "job.too_many": ["Too many photos at once.", "Wait for an answer before you send the next.", true],
  "server.overloaded": ["Many people are asking right now.", "Your photo is safe here.", true],
  "server.draining": ["The server is about to restart.", "Your photo is safe here.", true],
  "server.internal": ["Something went wrong on our side.", "It was noted there. Trying again may help.", true],
  "rate.limited": ["That was a lot in a short time.", "Please wait a moment.", true],
  "auth.required": ["The server does not know this page yet.", RELOAD],
  "auth.invalid": ["The server no longer knows this page.", RELOAD],
  "auth.expired": ["This page has been open for a long time.", RELOAD],
  "auth.origin": ["The server takes no photos from this address.", "Whoever runs this site has to allow it there."],
  "protocol.invalid": ["This page and the server do not understand each other.", RELOAD],
  "protocol.unexpected_binary": ["The server got a photo it did not expect.", "Send it again.", true],
  "protocol.version": ["This page is older than the server.", RELOAD],
  "job.cancelled": ["You cancelled this photo.", "It can still be looked at.", true],
  "line.lost": ["The line dropped twice with this photo.", "It is still here: send it again.", true],
  "line.closed": ["The line is closed.", RELOAD],
  "file.unreadable": ["This browser could not open the file.", "Is it a folder, or has it been moved? Choose it again."],
};

/** A refusal in the page's own words: `{sentence, advice, again}`. An unknown code keeps the server's sentence. */
export function refusal({ code, message, retryAfter }) {
  const [sentence, advice, again = false] = REFUSALS[code] ?? [message, "", true];
  const wait = retryAfter ? ` Try again in ${Math.ceil(retryAfter)}${THIN}s.` : "";
  return { sentence, advice: `${advice}${wait}`, again };
}

/** The state of the line, if it is worth a word. `waiting`: how many photos have no answer yet. */
export function line({ state, delayMs = 0, code }, { online, waiting }) {
  if (state === "closed") return [...Object.values(refusal({ code })).slice(0, 2)].join(" ");
  if (state !== "waiting") return "";
  const [safe, goOn] = waiting > 1 ? [`Your ${waiting} waiting photos are safe`, "go"] : ["Your photo is safe", "goes"];
  if (!online) return waiting ? `You are offline. ${safe} and ${goOn} on when the network is back.` : "You are offline.";
  const seconds = `${Math.max(1, Math.round(delayMs / 1000))}${THIN}s`;
  return waiting
    ? `The line dropped; ${safe[0].toLowerCase()}${safe.slice(1)} and will go on in ${seconds}.`
    : `The line dropped. Next try in ${seconds}.`;
}
