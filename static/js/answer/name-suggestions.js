/** Suggests names of animals and things in a feedback form. */

/** @param {HTMLFormElement} form its `data-names-url` is the URL of the search */
export function attachNameSuggestions(form) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("suggested"));
  let latestQuery = "";
  input.addEventListener("input", async () => {
    const query = latestQuery = input.value.trim();
    const names = query ? await searchNames(form.dataset.namesUrl ?? "", query) : [];
    if (query === latestQuery) input.list?.replaceChildren(...names.map((name) => new Option(name, name)));
  });
}

/** @param {string} url @param {string} query @returns {Promise<string[]>} */
async function searchNames(url, query) {
  try {
    const response = await fetch(`${url}?${new URLSearchParams({ q: query })}`);
    return response.ok ? (await response.json()).names : [];
  } catch {
    return []; // suggestions are optional
  }
}
