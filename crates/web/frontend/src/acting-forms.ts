// <form data-acts>: a box or switch in it acts at once and is answered by a toast, which can put it back; so does the
// form itself when it is sent, where it has none.
// `data-acts="id"`: afterwards the part of the page with this id shows how things stand now.
import { ask } from "./ask";
import { morph } from "./morph";
import { toast } from "./toast";

interface Answer {
  text: string;
  aside?: string;
  undo?: [string, string][];
  to?: string;
}

export function startActingForms(): void {
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.type !== "checkbox") return;
    const form = box.closest<HTMLFormElement>("form[data-acts]");
    if (form) void changed(form, box);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-acts]")) return;
    event.preventDefault();
    // With a box, nothing is to be sent without a change; with a question, it is sent again once that is answered.
    if (!form.querySelector("input[type=checkbox], input[name=ask]:not(:disabled)")) void sent(form, event.submitter ?? form);
  });
}

async function sent(form: HTMLFormElement, button: HTMLElement): Promise<void> {
  const fields = values(form);
  // Asked anew the next time.
  for (const question of form.querySelectorAll<HTMLInputElement>("input[name=ask]")) question.disabled = false;
  const part = document.getElementById(form.dataset["acts"] ?? "");
  if (!(await send(form, button, fields))) return button.focus();
  for (const typed of part?.querySelectorAll<HTMLInputElement>("form[data-acts] > input.input") ?? []) {
    typed.value = "";
    typed.focus();
  }
}

async function changed(form: HTMLFormElement, box: HTMLInputElement): Promise<void> {
  const fields = values(form);
  const question = box.dataset["ask"];
  if (question && !box.checked) {
    if (!(await ask(question, "Give it up"))) {
      box.checked = true;
      return box.focus();
    }
    fields.append("sure", "1");
  }
  const wanted = box.checked;
  if (!(await send(form, box, fields))) box.checked = !wanted;
  box.focus();
}

function values(form: HTMLFormElement): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
  return fields;
}

/** Whether it was done. */
async function send(form: HTMLFormElement, box: HTMLElement, fields: URLSearchParams): Promise<boolean> {
  box.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields, headers: { "x-requested-with": "acting-form" } });
    if (!answer.ok) throw new Error(await reason(answer));
    const said = (await answer.json()) as Answer;
    if (said.to) {
      location.assign(said.to);
      return true;
    }
    const undo = said.undo && ((): void => void putBack(form, box, said.undo ?? []));
    toast({ text: said.text, ...(said.aside && { aside: said.aside }), ...(undo && { undo }) });
    await refresh(form.dataset["acts"]);
    return true;
  } catch (error) {
    toast({ text: error instanceof Error && error.message ? error.message : "Not saved. Try again.", bad: true });
    return false;
  } finally {
    box.removeAttribute("aria-busy");
  }
}

async function putBack(form: HTMLFormElement, box: HTMLElement, undo: [string, string][]): Promise<void> {
  if (!(box instanceof HTMLInputElement)) return void send(form, box, new URLSearchParams(undo));
  const before = box.checked;
  box.checked = !before;
  if (!(await send(form, box, new URLSearchParams(undo)))) box.checked = before;
  box.focus();
}

/** What an error page says, in one line. */
async function reason(answer: Response): Promise<string> {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const said = page.querySelector("[data-reason], .flash.bad, .errors");
  return said?.textContent?.trim() || `Not saved (${answer.status}).`;
}

async function refresh(id: string | undefined): Promise<void> {
  const part = id ? document.getElementById(id) : null;
  if (!part) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
  if (!answer.ok || !fresh) return;
  morph(part, fresh);
  // A box that was pressed keeps what it showed, whatever its attribute says by now.
  for (const box of part.querySelectorAll<HTMLInputElement>("form[data-acts] input[type=checkbox]")) box.checked = box.defaultChecked;
}
