// Rows that open in place: `<details class="entry" data-src="…">` fetches its inside the first time it is opened;
// without `data-src` the inside is already there. Without a script the link inside leads to the same.

export function startRows(): void {
  document.addEventListener(
    "toggle",
    (event) => {
      const entry = event.target;
      if (entry instanceof HTMLDetailsElement && entry.open && entry.dataset["src"]) void fill(entry);
    },
    true,
  );
}

async function fill(entry: HTMLDetailsElement): Promise<void> {
  const source = entry.dataset["src"];
  const place = entry.querySelector<HTMLElement>(".open");
  if (!source || !place) return;
  delete entry.dataset["src"];
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(source, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const inside = page.querySelector(".open");
    if (!inside) throw new Error("empty");
    place.replaceChildren(...inside.childNodes);
  } catch {
    entry.dataset["src"] = source;
    place.textContent = "The details could not be fetched. Close and open the row to try again.";
  } finally {
    place.removeAttribute("aria-busy");
  }
}
