/**
 * Translations, numbers and units in the language of the page. Uses no DOM.
 *
 * The sources are in English. The functions have the names of GNU gettext, so that `make messages` finds the sentences.
 */

const NO_BREAK_SPACE = "\u00a0";

let language = "en";
/** @type {Record<string, any>} a translation, or both forms of a plural, for each English sentence */
let catalogue = {};

/**
 * Set the language. static/words/<language>.js calls it before any other module builds a sentence.
 *
 * @param {string} code
 * @param {Record<string, string | string[]>} translations
 */
export function setCatalogue(code, translations) {
  language = code;
  catalogue = translations;
}

/**
 * Translate `text` and replace each `{name}` by its value.
 *
 * @param {string} text
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function gettext(text, values = {}) {
  return fill(catalogue[text] ?? text, values);
}

/**
 * Translate the sentence for `count` things; `{count}` in it is the number. Supports languages with two forms only.
 *
 * @param {string} singular
 * @param {string} plural
 * @param {number} count
 * @param {Record<string, string | number>} [values]
 */
export function ngettext(singular, plural, count, values = {}) {
  const forms = catalogue[singular] ?? [singular, plural];
  const index = new Intl.PluralRules(language).select(count) === "one" ? 0 : 1;
  return fill(forms[index], { count: formatNumber(count), ...values });
}

/** Format 1234.5 as "1,234.5". @param {number} value */
export function formatNumber(value, decimals = 0) {
  return value.toLocaleString(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** Format 0.82 as "82%", in German with a no-break space. @param {number} fraction */
export function formatPercent(fraction) {
  return fraction.toLocaleString(language, { style: "percent" });
}

/** Format milliseconds as "48 ms", or as "1.5 s" from one second on. @param {number} ms */
export function formatDuration(ms) {
  return ms < 1000 ? `${formatNumber(Math.max(1, ms))}${NO_BREAK_SPACE}ms` : formatSeconds(ms / 1000, 1);
}

/** @param {number} seconds */
export function formatSeconds(seconds, decimals = 0) {
  return `${formatNumber(seconds, decimals)}${NO_BREAK_SPACE}s`;
}

/** Format a size in pixels as "1024 × 768". @param {number} width @param {number} height */
export function formatSize(width, height) {
  return `${width}${NO_BREAK_SPACE}×${NO_BREAK_SPACE}${height}`;
}

/** @param {string} text @param {Record<string, string | number>} values */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}
