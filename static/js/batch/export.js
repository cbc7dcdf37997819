/** Exports the answers of a batch: CSV for spreadsheets, JSON for programs. Uses no DOM. */

const COLUMNS = /** @type {const} */ (["file", "squirrel", "kind", "answer", "score", "five_best", "milliseconds", "error"]);
/** A cell that starts like this is a formula to a spreadsheet. */
const FORMULA = /^[=+\-@\t\r]/;
/** Makes spreadsheets read the file as UTF-8. */
const BYTE_ORDER_MARK = "\ufeff";

/** @param {BatchItem[]} items */
export function toJson(items) {
  return `${JSON.stringify(items.map(toRecord), null, 2)}\n`;
}

/** @param {BatchItem[]} items */
export function toCsv(items) {
  const rows = items.map(toRecord).map((record) => COLUMNS.map((column) => quoteCell(formatCell(record[column]))));
  return BYTE_ORDER_MARK + [COLUMNS, ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

/** @param {BatchItem} item */
function toRecord({ path, result, roundTripMs = 0, error, state }) {
  const answer = state === "answered" ? result : undefined;
  return {
    file: path,
    squirrel: answer?.squirrel ?? null,
    kind: answer?.verdict.kind ?? null,
    answer: answer?.verdict.display ?? null,
    score: answer?.verdict.score ?? null,
    five_best: (answer?.predictions ?? []).slice(0, 5).map(({ display, score }) => ({ name: display, score })),
    milliseconds: answer ? Math.round(roundTripMs) : null,
    error: error?.code ?? null,
  };
}

/** @param {string | number | null | {name: string, score: number}[]} value */
function formatCell(value) {
  return Array.isArray(value) ? value.map(({ name, score }) => `${name} ${score.toFixed(3)}`).join("; ") : String(value ?? "");
}

/** @param {string} text */
function quoteCell(text) {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
