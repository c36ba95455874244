// <passkey-ceremony does="create|get" begin="/…" [suggest] [elsewhere="/…"]>: makes or uses a passkey, then sends its form with the answer.
//
// The form's other fields go to `begin`, which answers with the question for the authenticator. `suggest` also offers
// passkeys among the names that the browser completes, in browsers where one was used before. `elsewhere` is where a
// log-in begins at the name of this machine, for who came by its address.

const USED = "whodid-passkey";

interface Question {
  ceremony: string;
  options: PublicKeyCredentialCreationOptionsJSON & PublicKeyCredentialRequestOptionsJSON;
}

class PasskeyCeremony extends HTMLElement {
  private waiting: AbortController | undefined;

  connectedCallback(): void {
    const form = this.querySelector("form");
    if (!form) return;
    if (!works()) return this.sayWhere(form);
    this.hidden = false;
    for (const button of form.querySelectorAll("button")) button.disabled = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.run(form, false);
    });
    if (this.hasAttribute("suggest")) void this.suggest(form);
  }

  disconnectedCallback(): void {
    this.waiting?.abort();
  }

  private async suggest(form: HTMLFormElement): Promise<void> {
    if (!wasUsed()) return;
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    await this.run(form, true);
  }

  private async run(form: HTMLFormElement, quietly: boolean): Promise<void> {
    this.waiting?.abort();
    const waiting = new AbortController();
    this.waiting = waiting;
    this.say(form, "");
    this.busy(form, !quietly);
    try {
      const question = await this.ask(form, waiting.signal);
      const credential = await this.answer(question, waiting.signal, quietly);
      if (waiting.signal.aborted) return;
      keepUsed();
      send(form, question.ceremony, credential);
    } catch (error) {
      if (waiting.signal.aborted) return;
      if (!quietly) this.say(form, reason(error));
      this.busy(form, false);
    }
  }

  private async ask(form: HTMLFormElement, signal: AbortSignal): Promise<Question> {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    const answer = await fetch(this.getAttribute("begin") ?? "", { method: "POST", body, signal });
    const json: unknown = await answer.json().catch(() => ({}));
    if (answer.ok) return json as Question;
    const said = (json as { error?: string }).error;
    throw new Refused(said ?? (answer.status === 429 ? "Too many attempts. Wait a minute." : "That did not work. Load the page again."));
  }

  private async answer({ options }: Question, signal: AbortSignal, quietly: boolean): Promise<unknown> {
    const made =
      this.getAttribute("does") === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options), signal })
        : await navigator.credentials.get({
            publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
            mediation: quietly ? "conditional" : "optional",
            signal,
          });
    if (!(made instanceof PublicKeyCredential)) throw new Refused("There was no passkey.");
    return made.toJSON();
  }

  private busy(form: HTMLFormElement, busy: boolean): void {
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", String(busy));
  }

  private say(form: HTMLFormElement, text: string): void {
    const place = form.querySelector<HTMLElement>("[data-say]");
    if (!place) return;
    place.textContent = text;
    place.hidden = text === "";
  }

  /** Where passkeys cannot work, the form goes; at an address of this machine, its name is said instead. */
  private sayWhere(form: HTMLFormElement): void {
    const path = this.getAttribute("elsewhere");
    if (!path || !/^(127\.|\[::1\])/.test(location.hostname)) return;
    const there = new URL(path + location.search, location.href);
    there.hostname = "localhost";
    const link = document.createElement("a");
    link.href = there.href;
    link.textContent = there.origin;
    const hint = document.createElement("p");
    hint.className = "hint";
    hint.append("To log in with a passkey, open ", link, ".");
    form.replaceWith(hint);
    this.hidden = false;
  }
}

/** A reason that is already a sentence for the person. */
class Refused extends Error {}

function reason(error: unknown): string {
  if (error instanceof Refused) return error.message;
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return "Nothing was done: it was cancelled or took too long.";
  if (name === "InvalidStateError") return "This device holds a passkey of your account already.";
  if (name === "SecurityError") return "Passkeys cannot be used at this address.";
  return "That did not work. Try again.";
}

/** Whether this browser has passkeys at this address; they belong to a name, never to an address in digits. */
function works(): boolean {
  const has = "PublicKeyCredential" in window && "parseCreationOptionsFromJSON" in PublicKeyCredential;
  return has && window.isSecureContext && !/^[\d.]+$|^\[/.test(location.hostname);
}

// A browser may refuse to keep anything; then passkeys are only not suggested.

function wasUsed(): boolean {
  try {
    return localStorage.getItem(USED) === "1";
  } catch {
    return false;
  }
}

function keepUsed(): void {
  try {
    localStorage.setItem(USED, "1");
  } catch {
    // Nothing is lost but the suggestion.
  }
}

/** Sends the answer alone; the proof was checked by the question. */
function send(form: HTMLFormElement, ceremony: string, credential: unknown): void {
  for (const field of form.querySelectorAll<HTMLInputElement>("input[name=password], input[name=code]")) field.disabled = true;
  field(form, "ceremony").value = ceremony;
  field(form, "credential").value = JSON.stringify(credential);
  form.submit();
}

function field(form: HTMLFormElement, name: string): HTMLInputElement {
  const found = form.elements.namedItem(name);
  if (found instanceof HTMLInputElement) return found;
  throw new Error(`no field ${name}`);
}

customElements.define("passkey-ceremony", PasskeyCeremony);
