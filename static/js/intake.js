/** The ways in: choose, drop anywhere, paste. Each ends in `onFiles(files)`; nothing usable in `onNothing(why)`. */

export function takeIn({ button, input, dropTarget, onFiles, onNothing }) {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // so that the same file can be chosen again
    if (files.length) onFiles(files);
  });
  takeDrops(dropTarget, onFiles, onNothing);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) onFiles(files);
    else onNothing("noPicture");
  });
}

function takeDrops(target, onFiles, onNothing) {
  let depth = 0; // dragenter and dragleave come for every child
  const over = (change) => {
    depth = Math.max(0, depth + change);
    target.toggleAttribute("data-dragging", depth > 0);
  };
  const ifFiles = (act) => (event) => {
    if (event.dataTransfer?.types.includes("Files")) act(event);
  };
  document.addEventListener("dragenter", ifFiles(() => over(1)));
  document.addEventListener("dragleave", ifFiles(() => over(-1)));
  document.addEventListener("dragover", ifFiles((event) => {
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  }));
  document.addEventListener("drop", ifFiles((event) => {
    event.preventDefault();
    over(-depth);
    const files = [...event.dataTransfer.files];
    if (files.length) onFiles(files);
    else onNothing("noFile");
  }));
}
