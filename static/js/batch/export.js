/** The answers of a list as a file: CSV for a spreadsheet, JSON for a program. Pure. */

const COLUMNS = ["file", "squirrel", "kind", "answer", "score", "five_best", "milliseconds", "error"];
/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;
/** Tells a spreadsheet that it is UTF-8. */
const MARK = "\ufeff";

export function toJson(items) {
  return `${JSON.stringify(items.map(record), null, 2)}\n`;
}

export function toCsv(items) {
  const rows = items.map(record).map((one) => COLUMNS.map((column) => cell(inOneCell(one[column]))));
  return MARK + [COLUMNS, ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

function record({ path, result, roundTripMs, error, state }) {
  const answered = state === "answered";
  const verdict = answered ? result.verdict : {};
  return {
    file: path,
    squirrel: answered ? result.squirrel : null,
    kind: verdict.kind ?? null,
    answer: verdict.display ?? null,
    score: verdict.score ?? null,
    five_best: answered ? result.predictions.slice(0, 5).map(({ display, score }) => ({ name: display, score })) : [],
    milliseconds: answered ? Math.round(roundTripMs) : null,
    error: error?.code ?? null,
  };
}

function inOneCell(value) {
  return Array.isArray(value) ? value.map(({ name, score }) => `${name} ${score.toFixed(3)}`).join("; ") : String(value ?? "");
}

function cell(text) {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
