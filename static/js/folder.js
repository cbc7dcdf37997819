/** What is in a drop: files as they are, folders with everything below them. */

const PICTURE = /\.(jpe?g|jfif|png|webp|gif|bmp|tiff?|avif|heic|heif)$/i;

/** `{photos: [{file, path}], isFolder, leftOut}`. To be called before the drop event ends: its list is emptied then. */
export async function dropped({ items, files }) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.());
  if (!entries.some((entry) => entry?.isDirectory)) return chosen([...files]);
  const photos = (await Promise.all(entries.filter(Boolean).map(walk))).flat();
  return picturesOnly(photos);
}

/** Files that a person picked one by one: all of them are meant. */
export function chosen(files) {
  return { photos: files.map((file) => ({ file, path: file.name })), isFolder: false, leftOut: 0 };
}

/** Files of an `<input webkitdirectory>`. */
export function chosenFolder(files) {
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
