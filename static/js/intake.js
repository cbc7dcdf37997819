/** The ways in: choose, choose a folder, drop anywhere, paste. Each ends in `onPhotos({photos, isFolder, leftOut})`, as folder.js
 * finds them; nothing usable in `onNothing(why)`. */

import { chosen, chosenFolder, dropped } from "./folder.js";

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
