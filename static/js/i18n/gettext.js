/**
 * The language of the page. Sentences are written in English and looked up in what static/words/<language>.js brought.
 * The names are GNU gettext's, so that `make messages` finds the sentences. Knows no DOM.
 */

/** Thin, and never at a line's end. */
export const THIN = "\u202f";

let language = "en";
let catalogue = {};

/** Called once by static/words/<language>.js, before any other module says something. */
export function speak(code, sentences) {
  language = code;
  catalogue = sentences;
}

/** `text` in the page's language, with `values` in the place of `{names}`. */
export function gettext(text, values = {}) {
  return fill(catalogue[text] ?? text, values);
}

/** The sentence for `count` things, which is also `{count}` in it. For languages with one plural; a test holds that. */
export function ngettext(one, many, count, values = {}) {
  const forms = catalogue[one] ?? [one, many];
  const form = new Intl.PluralRules(language).select(count) === "one" ? 0 : 1;
  return fill(forms[form], { count: number(count), ...values });
}

/** 1234.5 → "1,234.5", or as it is written here. */
export function number(value, decimals = 0) {
  return value.toLocaleString(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** 0.82 → "82 %", the space never at a line's end. */
export function wholePercent(fraction) {
  return `${number(Math.round(fraction * 100))}${THIN}%`;
}

/** "48 ms", or seconds when it is long. */
export function duration(ms) {
  return ms < 1000 ? `${number(Math.max(1, Math.round(ms)))}${THIN}ms` : `${number(ms / 1000, 1)}${THIN}s`;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
