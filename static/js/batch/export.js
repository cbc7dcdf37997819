/** Exports the answers of a batch: CSV for spreadsheets, JSON for programs. Uses no DOM. */

const COLUMNS = /** @type {const} */ (["file", "squirrel", "kind", "answer", "score", "five_best", "milliseconds", "error"]);
/** A cell that starts like this is a formula to a spreadsheet. */
const FORMULA = /^[=+\-@\t\r]/;
/** Makes spreadsheets read the file as UTF-8. */
const BYTE_ORDER_MARK = "\ufeff";
const NO_ANSWER = { squirrel: null, kind: null, answer: null, score: null, five_best: [], milliseconds: null };

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
function toRecord({ path, answer, error }) {
  return { file: path, ...(answer ? answerFields(answer) : NO_ANSWER), error: error?.code ?? null };
}

/** @param {Answer} answer */
function answerFields({ result: { squirrel, verdict, predictions }, roundTripMs }) {
  return {
    squirrel,
    kind: verdict.kind,
    answer: verdict.display,
    score: verdict.score,
    five_best: predictions.slice(0, 5).map(({ display, score }) => ({ name: display, score })),
    milliseconds: Math.round(roundTripMs),
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
