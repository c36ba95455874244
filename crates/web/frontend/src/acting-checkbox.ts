// <acting-checkbox> inside a form: a change is sent at once. The form's button, needed without a script, is hidden.

class ActingCheckbox extends HTMLElement {
  connectedCallback(): void {
    const box = this.querySelector<HTMLInputElement>("input[type=checkbox]");
    const form = this.closest("form");
    if (!box || !form) return;
    for (const button of form.querySelectorAll("button")) button.hidden = true;
    box.addEventListener("change", () => void this.act(box, form));
  }

  private async act(box: HTMLInputElement, form: HTMLFormElement): Promise<void> {
    const wanted = box.checked;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    this.setAttribute("busy", "");
    box.disabled = true;
    this.say("");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "x-requested-with": "acting-checkbox" } });
      if (!answer.ok) throw new Error(await reason(answer));
      announce(`${box.getAttribute("aria-label") ?? "Setting"}: ${wanted ? "on" : "off"}`);
    } catch (error) {
      box.checked = !wanted;
      this.say(error instanceof Error && error.message ? error.message : "Not saved. Try again.");
    } finally {
      box.disabled = false;
      this.removeAttribute("busy");
      box.focus();
    }
  }

  private say(text: string): void {
    let place = this.querySelector<HTMLElement>(".say");
    if (!place) {
      if (!text) return;
      place = document.createElement("span");
      place.className = "say";
      place.setAttribute("role", "alert");
      this.append(place);
    }
    place.textContent = text;
  }
}

/** What an error page says, in one line. */
async function reason(answer: Response): Promise<string> {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const said = page.querySelector("[data-reason], .flash.bad, .errors");
  return said?.textContent?.trim() || `Not saved (${answer.status}).`;
}

/** Tells a screen reader, without moving the focus. */
export function announce(text: string): void {
  const place = document.getElementById("announce");
  if (place) place.textContent = text;
}

customElements.define("acting-checkbox", ActingCheckbox);
