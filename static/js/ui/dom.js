/** Finds and builds elements. */

/**
 * Return the first element in `root` that matches `selector`. Throws if the page has none of that type.
 *
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @param {ParentNode} [root]
 */
export function find(selector, type, root = document) {
  const element = root.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} ${selector}.`);
  return element;
}

/**
 * Map the value of `data-<name>` to its element, for all elements in `root` that have it.
 *
 * @param {ParentNode} root
 * @param {string} name
 * @returns {any} an object; the caller declares its shape
 */
export function collectParts(root, name) {
  const elements = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(`[data-${name}]`));
  return Object.fromEntries([...elements].map((element) => [element.dataset[name], element]));
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} [text]
 */
export function createElement(tag, className = "", text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

/** @param {string} className */
export function createButton(className, text = "") {
  return Object.assign(createElement("button", className, text), { type: /** @type {const} */ ("button") });
}

/**
 * Set the length of a bar. Uses the CSSOM because the Content Security Policy blocks style attributes.
 *
 * @param {HTMLElement} bar
 * @param {number} score 0…1
 */
export function setScore(bar, score) {
  bar.style.setProperty("--score", String(score));
}
