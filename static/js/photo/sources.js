/**
 * The ways in: choose, choose a folder, drop anywhere, paste. Each ends in `onPhotos({photos: [{file, path}], isFolder,
 * leftOut})`; nothing usable in `onNothing(why)`.
 */

import { RequestError } from "../connection/protocol.js";
import { HINTS } from "../i18n/messages.js";

const PICTURE = /\.(jpe?g|jfif|png|webp|gif|bmp|tiff?|avif|heic|heif)$/i;

export function takeIn({ choose, input, chooseFolder, folderInput, dropTarget, onPhotos, onNothing }) {
  const take = (found, why) => (found.photos.length ? onPhotos(found) : onNothing(why));
  wire(choose, input, (files) => take(chosen(files)));
  wire(chooseFolder, folderInput, (files) => take(chosenFolder(files), "noPhotos"));
  chooseFolder.hidden = !("webkitdirectory" in folderInput);
  takeDrops(dropTarget, (found) => take(found, found.isFolder ? "noPhotos" : "noFile"));
  document.addEventListener("paste", (event) => take(chosen([...(event.clipboardData?.files ?? [])]), "noPicture"));
}

function wire(button, input, onFiles) {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // so that the same file can be chosen again
    if (files.length) onFiles(files);
  });
}

function takeDrops(target, onFound) {
  let depth = 0; // dragenter and dragleave come for every child
  const over = (change, items = []) => {
    depth = Math.max(0, depth + change);
    if (depth) target.dataset.dragging = items.length > 1 ? "many" : "one";
    else delete target.dataset.dragging;
  };
  const ifFiles = (act) => (event) => {
    if (event.dataTransfer?.types.includes("Files")) act(event);
  };
  document.addEventListener("dragenter", ifFiles((event) => over(1, event.dataTransfer.items)));
  document.addEventListener("dragleave", ifFiles((event) => over(-1, event.dataTransfer.items)));
  document.addEventListener("dragover", ifFiles((event) => {
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  }));
  document.addEventListener("drop", ifFiles(async (event) => {
    event.preventDefault();
    over(-depth);
    onFound(await dropped(event.dataTransfer));
  }));
}

/** The photo behind an example's button. */
export async function exampleOf({ dataset: { example, name } }) {
  const response = await fetch(example).catch(() => null);
  if (!response?.ok) throw new RequestError("example.lost", HINTS.exampleLost);
  return new File([await response.blob()], name, { type: "image/jpeg" });
}

// --- What is in them -------------------------------------------------------------------------

/** `{photos: [{file, path}], isFolder, leftOut}`. To be called before the drop event ends: its list is emptied then. */
async function dropped({ items, files }) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.());
  if (!entries.some((entry) => entry?.isDirectory)) return chosen([...files]);
  const photos = (await Promise.all(entries.filter(Boolean).map(walk))).flat();
  return picturesOnly(photos);
}

/** Files that a person picked one by one: all of them are meant. */
function chosen(files) {
  return { photos: files.map((file) => ({ file, path: file.name })), isFolder: false, leftOut: 0 };
}

/** Files of an `<input webkitdirectory>`. */
function chosenFolder(files) {
  return picturesOnly(files.map((file) => ({ file, path: file.webkitRelativePath || file.name })));
}

function picturesOnly(found) {
  const visible = found.filter(({ file }) => !file.name.startsWith("."));
  const photos = visible.filter(({ file }) => file.type.startsWith("image/") || PICTURE.test(file.name));
  photos.sort((one, other) => one.path.localeCompare(other.path, undefined, { numeric: true }));
  return { photos, isFolder: true, leftOut: visible.length - photos.length };
}

async function walk(entry) {
  if (entry.isFile) return fileOf(entry);
  const reader = entry.createReader();
  const found = [];
  // A reader gives a hundred at a time.
  for (let some = await read(reader); some.length; some = await read(reader)) found.push(...some);
  return (await Promise.all(found.map(walk))).flat();
}

function read(reader) {
  return new Promise((resolve) => { reader.readEntries(resolve, () => resolve([])); });
}

function fileOf(entry) {
  const path = entry.fullPath.replace(/^\//, "");
  return new Promise((resolve) => { entry.file((file) => resolve([{ file, path }]), () => resolve([])); });
}
