// Rows that open in place. The details of a row stand beside it and are fetched the first time they are opened, with
// links that go on from this view; without a script they hold a link to the row's own page. Which row is open stands in
// the address, so that Back and a reload open it again.

export function startRows(): void {
  document.addEventListener(
    "toggle",
    (event) => {
      const details = event.target;
      if (!(details instanceof HTMLDetailsElement)) return;
      const entry = details.parentElement;
      if (!entry?.classList.contains("entry")) return;
      remember(entry, details.open);
      if (details.open) void fill(details, entry);
    },
    true,
  );
  const opened = entryOf(location.hash);
  opened?.querySelector<HTMLDetailsElement>(":scope > details")?.setAttribute("open", "");
}

function entryOf(hash: string): HTMLElement | null {
  return /^#a\d+$/.test(hash) ? document.querySelector<HTMLElement>(`.entry${hash}`) : null;
}

/** The row that was opened last is part of the address of this page, without a step of its own to go back. */
function remember(entry: HTMLElement, open: boolean): void {
  const hash = `#${entry.id}`;
  if (!open && location.hash !== hash) return;
  history.replaceState(history.state, "", open ? hash : location.pathname + location.search);
}

/** The number of a row's activity. */
export function seqOf(entry: HTMLElement): string {
  return entry.id.slice(1);
}

/** Opens a row, and waits for what it holds. */
export async function opened(entry: HTMLElement): Promise<void> {
  const details = entry.querySelector<HTMLDetailsElement>(":scope > details");
  if (!details) return;
  details.open = true;
  await fill(details, entry);
}

const filling = new WeakMap<HTMLElement, Promise<void>>();

function fill(details: HTMLDetailsElement, entry: HTMLElement): Promise<void> {
  const under = filling.get(entry) ?? fetchInto(details, entry);
  filling.set(entry, under);
  return under;
}

async function fetchInto(details: HTMLDetailsElement, entry: HTMLElement): Promise<void> {
  const place = details.querySelector<HTMLElement>(".open");
  if (!place) return;
  place.setAttribute("aria-busy", "true");
  const state = entry.closest<HTMLElement>("[data-state]")?.dataset["state"] ?? "";
  try {
    const answer = await fetch(`/activities/${seqOf(entry)}/open${state}`, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // What was there may hold text only.
    const whole = document.createElement("div");
    whole.className = "open";
    whole.replaceChildren(...page.body.childNodes);
    place.replaceWith(whole);
    showCopies(whole);
  } catch {
    filling.delete(entry);
    place.prepend("The details could not be fetched. Close and open the row to try again. ");
  } finally {
    place.removeAttribute("aria-busy");
  }
}

/** Buttons that copy are there where copying is possible. */
export function showCopies(inside: ParentNode): void {
  if (!navigator.clipboard) return;
  for (const button of inside.querySelectorAll<HTMLElement>("[data-copy], [data-copy-from], [data-copy-value]")) button.hidden = false;
}
