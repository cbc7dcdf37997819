/** Offers names of animals and things for what is being typed into a form that says what a photo shows. */

export function offerNames(form) {
  const input = form.elements.suggested;
  const list = input.list;
  let asked = "";
  input.addEventListener("input", async () => {
    asked = input.value.trim();
    const query = asked;
    const names = query ? await found(form.dataset.names, query) : [];
    if (query === asked) list.replaceChildren(...names.map((name) => new Option(name, name)));
  });
}

async function found(url, query) {
  try {
    const response = await fetch(`${url}?${new URLSearchParams({ q: query })}`);
    return response.ok ? (await response.json()).names : [];
  } catch {
    return []; // a name can be typed out
  }
}
