// The export menu: its form answers with a file, so the page stays. This closes the menu and tells what becomes of the
// file. The answer names the export in a cookie as soon as it begins; `told` is the server's own paragraph about it.

const PAUSE = 250;
const PATIENCE = 60_000;

export function startExports(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return;
    const menu = form.closest<HTMLDetailsElement>("details.menu.export");
    if (!menu) return;
    const ticket = crypto.getRandomValues(new Uint32Array(3)).join("");
    let field = form.querySelector<HTMLInputElement>("input[name=ticket]");
    if (!field) {
      field = document.createElement("input");
      field.type = "hidden";
      field.name = "ticket";
      form.append(field);
    }
    field.value = ticket;
    menu.open = false;
    menu.querySelector("summary")?.focus();
    say("Preparing the export …");
    void follow(`export-${ticket}`);
  });
}

async function follow(cookie: string): Promise<void> {
  for (let waited = 0; waited < PATIENCE; waited += PAUSE) {
    await new Promise((resolve) => window.setTimeout(resolve, PAUSE));
    const id = document.cookie.match(new RegExp(`(?:^|; )${cookie}=(\\w+)`))?.[1];
    if (!id) continue;
    document.cookie = `${cookie}=; Path=/; Max-Age=0; SameSite=Strict`;
    const part = place();
    part.setAttribute("src", `/exports/${id}/told`);
    part.setAttribute("every", "0.5");
    // Put in again, so that it begins to ask.
    part.replaceWith(part);
    return;
  }
  say("The export has not begun. Try again, or look under Exports.");
}

function say(text: string): void {
  const note = document.createElement("p");
  note.className = "flash";
  note.setAttribute("role", "status");
  note.textContent = text;
  const part = place();
  part.removeAttribute("every");
  part.replaceChildren(note);
}

/** Where it is told: at the top of the page, one for all exports of this page. */
function place(): HTMLElement {
  const there = document.getElementById("told");
  if (there) return there;
  const part = document.createElement("auto-refresh");
  part.id = "told";
  document.getElementById("main")?.prepend(part);
  return part;
}
