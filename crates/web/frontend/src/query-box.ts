// <query-box complete="/activity/complete?from=-7d">: makes the box of an activity view quick. Without it, chips are links and the
// input is that of a form. With it, pressing a chip puts its text into the input, Backspace in an empty input takes the
// last chip, and what is typed is completed by the server, as an ARIA combobox. What was searched for lately is kept in
// this browser only.
import { type Choice, Completions, type Group } from "./completions";
import { recall, remember } from "./recent";

/** How long nothing must be typed before the server is asked, in milliseconds. */
const patience = 120;

class QueryBox extends HTMLElement {
  private input!: HTMLInputElement;
  private query: HTMLInputElement | undefined;
  private list!: Completions;
  private timer: number | undefined;
  private asking: AbortController | undefined;
  /** Where the text starts that a choice takes the place of. */
  private from = 0;

  connectedCallback(): void {
    const input = this.querySelector<HTMLInputElement>("input[type=search]");
    const form = this.closest("form");
    if (!input || !form || this.list) return;
    this.input = input;
    this.list = new Completions(input, (choice, how) => this.take(choice, how));
    form.append(this.list.element);
    input.addEventListener("input", () => {
      this.list.age();
      this.soon();
    });
    input.addEventListener("focus", () => this.soon(0));
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.list.close());
    form.addEventListener("submit", () => remember(this.wholeText()));
    this.addEventListener("click", (event) => this.press(event));
    if (document.activeElement === input) input.setSelectionRange(input.value.length, input.value.length);
  }

  /** The hidden field with the query that the chips are. */
  private field(): HTMLInputElement {
    const form = this.closest("form");
    this.query ??= form?.querySelector<HTMLInputElement>("input[type=hidden][name=q]") ?? undefined;
    if (!this.query) {
      this.query = document.createElement("input");
      this.query.type = "hidden";
      this.query.name = "q";
      form?.prepend(this.query);
    }
    return this.query;
  }

  private chips(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>(".chip[data-text]")];
  }

  private wholeText(): string {
    return [...this.chips().map((chip) => chip.dataset["text"] ?? ""), this.input.value.trim()].filter(Boolean).join(" ");
  }

  private press(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const edit = event.target instanceof Element ? event.target.closest(".edit") : null;
    const chip = edit?.closest<HTMLElement>(".chip[data-text]");
    if (!chip) return;
    event.preventDefault();
    this.edit(chip);
  }

  /** Puts a chip's text into the input, behind what is typed there, and leaves the others as they are. */
  private edit(chip: HTMLElement): void {
    const text = chip.dataset["text"] ?? "";
    chip.remove();
    this.field().value = this.chips().map((left) => left.dataset["text"] ?? "").join(" ");
    this.input.value = [this.input.value.trim(), text].filter(Boolean).join(" ");
    this.input.focus();
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
    this.soon(0);
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Backspace" && this.input.value === "") {
      const last = this.chips().at(-1);
      if (last) {
        event.preventDefault();
        this.edit(last);
      }
      return;
    }
    this.list.key(event);
  }

  /** What may be completed at the caret: a value with blanks behind its key, such as `user:zoe harg`, then the word
   * itself. Each with where it starts, up to the caret. Quotes may hold blanks. */
  private words(): { from: number; text: string }[] {
    const caret = this.input.selectionStart ?? this.input.value.length;
    const before = this.input.value.slice(0, caret);
    const starts = [0];
    let quoted = false;
    for (let at = 0; at < before.length; at += 1) {
      if (before[at] === '"') quoted = !quoted;
      else if (!quoted && (before[at] === " " || before[at] === "(")) starts.push(at + 1);
    }
    const last = starts.at(-1) ?? 0;
    const keyed = starts.findLast((at) => /^-?\w[\w.]*:[^"]*$/.test(before.slice(at)));
    const froms = keyed === undefined || keyed === last ? [last] : [keyed, last];
    return froms.map((from) => ({ from, text: before.slice(from) }));
  }

  private soon(wait = patience): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.offer(), wait);
  }

  private async offer(): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const own = this.input.value.trim() === "" ? this.own() : [];
    try {
      for (const word of this.words()) {
        const found = await this.ask(word.text, asking.signal);
        this.from = word.from;
        if (document.activeElement === this.input) this.list.show([...own, ...found], word.text);
        if (found.length > 0) return;
      }
    } catch {
      // A later question took its place, or there is no connection: what is typed can be sent all the same.
    }
  }

  private async ask(text: string, signal: AbortSignal): Promise<Group[]> {
    const address = new URL(this.getAttribute("complete") ?? "", location.href);
    // What is counted is what the other chips leave.
    address.searchParams.set("q", this.chips().map((chip) => chip.dataset["text"] ?? "").join(" "));
    address.searchParams.set("text", text);
    const answer = await fetch(address, { signal, headers: { accept: "application/json" } });
    return answer.ok && !answer.redirected ? ((await answer.json()) as { groups: Group[] }).groups : [];
  }

  /** What is offered before anything is typed: saved searches of the page, then what was searched for lately. */
  private own(): Group[] {
    const links = [...document.querySelectorAll<HTMLAnchorElement>("[data-saved] a")];
    const saved = links.map((link) => ({ insert: "", label: link.textContent?.trim() ?? "", note: "", count: null, href: link.href }));
    const recent = recall().map((text) => ({ insert: text, label: text, note: "", count: null, isWhole: true }));
    return [{ heading: "Saved searches", choices: saved.slice(0, 5) }, { heading: "Recent searches", choices: recent }].filter((group) => group.choices.length > 0);
  }

  private take(choice: Choice, how: "add" | "without" | "more"): void {
    if (choice.href) {
      location.assign(choice.href);
      return;
    }
    const caret = this.input.selectionStart ?? this.input.value.length;
    const from = Math.min(this.from, caret);
    const text = this.input.value.slice(from, caret);
    if (choice.isWhole) how = "add";
    const isWord = !choice.insert.endsWith(":") && !choice.insert.endsWith(".");
    const not = how === "without" && isWord && !text.startsWith("-") ? "-" : "";
    const end = isWord ? (how === "more" ? "," : "") : "";
    this.input.setRangeText(`${not}${choice.insert}${end}`, from, caret, "end");
    this.input.focus();
    if (isWord && how !== "more") this.closest("form")?.requestSubmit();
    else this.soon(0);
  }
}

customElements.define("query-box", QueryBox);
