/** Takes photos from the file picker, the folder picker, drag and drop, the clipboard and the examples. */

import { RequestError } from "../connection/protocol.js";
import { HINTS } from "../i18n/messages.js";

const PHOTO_NAME = /\.(jpe?g|jfif|png|webp|gif|bmp|tiff?|avif|heic|heif)$/i;

/** @param {PhotoSources} sources */
export function connectSources({ chooseButton, fileInput, chooseFolderButton, folderInput, dropTarget, onPhotos, onNothing }) {
  /** @param {PhotoSelection} selection @param {string} hint */
  const deliver = (selection, hint) => (selection.photos.length ? onPhotos(selection) : onNothing(hint));
  connectInput(chooseButton, fileInput, (files) => deliver(selectAll(files), ""));
  connectInput(chooseFolderButton, folderInput, (files) => deliver(selectFromFolder(files), HINTS.emptyFolder));
  chooseFolderButton.hidden = !("webkitdirectory" in folderInput);
  connectDrops(dropTarget, (selection) => deliver(selection, selection.isFolder ? HINTS.emptyFolder : HINTS.nothingDropped));
  document.addEventListener("paste", ({ clipboardData }) => deliver(selectAll([...(clipboardData?.files ?? [])]), HINTS.nothingPasted));
}

/** @param {HTMLElement} button @param {HTMLInputElement} input @param {(files: File[]) => void} onFiles */
function connectInput(button, input, onFiles) {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = ""; // so that the same file can be chosen again
    if (files.length) onFiles(files);
  });
}

/** @param {HTMLElement} target @param {(selection: PhotoSelection) => void} onSelection */
function connectDrops(target, onSelection) {
  let depth = 0; // browsers send dragenter and dragleave for each child element
  /** @param {number} change @param {number} [count] of dragged items */
  const updateDepth = (change, count = 0) => {
    depth = Math.max(0, depth + change);
    if (depth) target.dataset.dragging = count > 1 ? "many" : "one";
    else delete target.dataset.dragging;
  };
  /** @param {"dragenter" | "dragleave" | "dragover" | "drop"} type @param {(transfer: DataTransfer) => void} handle */
  const onFiles = (type, handle) => document.addEventListener(type, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    if (type === "dragover" || type === "drop") event.preventDefault();
    handle(event.dataTransfer);
  });
  onFiles("dragenter", ({ items }) => updateDepth(1, items.length));
  onFiles("dragleave", ({ items }) => updateDepth(-1, items.length));
  onFiles("dragover", (transfer) => { transfer.dropEffect = "copy"; });
  onFiles("drop", async (transfer) => {
    updateDepth(-depth);
    onSelection(await selectDropped(transfer));
  });
}

/** Fetch the photo of an example's button. @param {HTMLElement} button */
export async function fetchExample({ dataset: { exampleUrl = "", name = "" } }) {
  const response = await fetch(exampleUrl).catch(() => null);
  if (!response?.ok) throw new RequestError("example.lost", { message: HINTS.exampleFailed });
  return new File([await response.blob()], name, { type: "image/jpeg" });
}

// --- Selections ---

/** Call it before the drop event ends, because the browser then empties the transfer. @param {DataTransfer} transfer */
async function selectDropped({ items, files }) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => !!entry);
  if (!entries.some((entry) => entry.isDirectory)) return selectAll([...files]);
  return selectPhotos((await Promise.all(entries.map(listFiles))).flat());
}

/** Select files that the person picked one by one, of any type. @param {File[]} files @returns {PhotoSelection} */
function selectAll(files) {
  return { photos: files.map((file) => ({ file, path: file.name })), isFolder: false, skipped: 0 };
}

/** @param {File[]} files */
function selectFromFolder(files) {
  return selectPhotos(files.map((file) => ({ file, path: file.webkitRelativePath || file.name })));
}

/** @param {PhotoFile[]} files @returns {PhotoSelection} */
function selectPhotos(files) {
  const visible = files.filter(({ file }) => !file.name.startsWith("."));
  const photos = visible.filter(({ file }) => file.type.startsWith("image/") || PHOTO_NAME.test(file.name));
  photos.sort((a, b) => a.path.localeCompare(b.path, undefined, { numeric: true }));
  return { photos, isFolder: true, skipped: visible.length - photos.length };
}

/** @param {FileSystemEntry} entry @returns {Promise<PhotoFile[]>} all files below `entry`, without those that cannot be read */
async function listFiles(entry) {
  if (entry.isFile) return readFile(/** @type {FileSystemFileEntry} */ (entry));
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const entries = [];
  // A reader returns up to a hundred entries per call, then none.
  for (let chunk = await readEntries(reader); chunk.length; chunk = await readEntries(reader)) entries.push(...chunk);
  return (await Promise.all(entries.map(listFiles))).flat();
}

/** @param {FileSystemDirectoryReader} reader @returns {Promise<FileSystemEntry[]>} */
function readEntries(reader) {
  return new Promise((resolve) => { reader.readEntries(resolve, () => resolve([])); });
}

/** @param {FileSystemFileEntry} entry @returns {Promise<PhotoFile[]>} */
function readFile(entry) {
  const path = entry.fullPath.replace(/^\//, "");
  return new Promise((resolve) => { entry.file((file) => resolve([{ file, path }]), () => resolve([])); });
}
