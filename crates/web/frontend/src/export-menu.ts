// Export: the page of its form is shown as a dialog over the view. Asking for a file closes it, and the page says what
// becomes of it with the server's own words. Columns move without asking the server.

export function startExports(): void {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const target = event.target instanceof Element ? event.target : null;
    const link = target?.closest<HTMLAnchorElement>("a[data-export]");
    if (link) {
      event.preventDefault();
      void open(link);
      return;
    }
    const up = target?.closest<HTMLButtonElement>(".exportform button[name=up]");
    if (up) {
      event.preventDefault();
      move(up);
    }
    const close = target?.closest<HTMLElement>("dialog [data-close]");
    if (close) {
      event.preventDefault();
      close.closest("dialog")?.close();
    }
  });
  // Enter in a field means the button that exports, not the first of those that move columns.
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || !(field instanceof HTMLInputElement) || !field.matches(".exportform input")) return;
    event.preventDefault();
    field.form?.requestSubmit(field.form.querySelector<HTMLButtonElement>("[data-start]"));
  });
}

async function open(link: HTMLAnchorElement): Promise<void> {
  link.setAttribute("aria-busy", "true");
  const form = await part(fetch(link.href, { headers: { accept: "text/html" } }), "export-form").catch(() => undefined);
  link.removeAttribute("aria-busy");
  // Whatever went wrong, the page itself says it.
  if (!(form instanceof HTMLFormElement)) {
    location.assign(link.href);
    return;
  }
  const dialog = document.createElement("dialog");
  dialog.className = "exportdialog";
  dialog.setAttribute("aria-labelledby", "export-title");
  dialog.append(form);
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void start(dialog, form);
  });
  document.body.append(dialog);
  dialog.showModal();
  document.getElementById("export-title")?.focus();
}

async function start(dialog: HTMLDialogElement, form: HTMLFormElement): Promise<void> {
  const button = form.querySelector<HTMLButtonElement>("[data-start]");
  if (button?.disabled) return;
  if (button) button.disabled = true;
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
  try {
    const told = await part(fetch(form.action, { method: "POST", body, headers: { accept: "text/html" } }), "told");
    place(told);
    dialog.close();
    told.setAttribute("tabindex", "-1");
    told.focus();
  } catch (error) {
    if (button) button.disabled = false;
    refuse(form, error instanceof Error ? error.message : "");
  }
}

/** The part of the answer's page with this id; an error with what the page says instead. */
async function part(asking: Promise<Response>, id: string): Promise<HTMLElement> {
  const answer = await asking;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.getElementById(id);
  if (answer.ok && found) return document.adoptNode(found);
  throw new Error(page.querySelector("main p")?.textContent?.trim() ?? "");
}

function refuse(form: HTMLFormElement, said: string): void {
  let note = form.querySelector<HTMLElement>(".error");
  if (!note) {
    note = document.createElement("p");
    note.className = "error";
    note.setAttribute("role", "alert");
    form.querySelector(".dfoot")?.before(note);
  }
  note.textContent = said || "The export has not begun. Try again, or look under Exports.";
}

/** At the top of the page, one for all exports of this page. */
function place(told: HTMLElement): void {
  const there = document.getElementById("told");
  if (there) there.replaceWith(told);
  else document.getElementById("main")?.prepend(told);
}

function move(button: HTMLButtonElement): void {
  const item = button.closest("li");
  const before = item?.previousElementSibling;
  if (!item || !before) return;
  before.before(item);
  button.focus();
}
