// <query-box>: completion for the search box, as an ARIA combobox. The keys of the query language come with the page
// in a <template data-keys> of <li data-insert="user:">; values after `key:` come from `data-values` of that key.

interface Choice {
  insert: string;
  note: string;
}

class QueryBox extends HTMLElement {
  private input!: HTMLInputElement;
  private list!: HTMLUListElement;
  private keys: { key: string; note: string; values: string[] }[] = [];
  private at = -1;

  connectedCallback(): void {
    const input = this.querySelector("input");
    const source = this.querySelector<HTMLTemplateElement>("template[data-keys]");
    if (!input || !source) return;
    this.input = input;
    this.keys = [...source.content.querySelectorAll("li")].map((li) => ({
      key: li.dataset["key"] ?? "",
      note: li.textContent?.trim() ?? "",
      values: (li.dataset["values"] ?? "").split(" ").filter(Boolean),
    }));
    this.list = document.createElement("ul");
    this.list.className = "completion";
    this.list.id = `${input.id || "q"}-choices`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Completions");
    this.append(this.list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", this.list.id], ["aria-expanded", "false"], ["autocomplete", "off"]] as const) input.setAttribute(name, value);
    input.addEventListener("input", () => this.offer());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => window.setTimeout(() => this.close(), 150));
  }

  /** The word the caret stands in: where it starts, and its text up to the caret. */
  private word(): { from: number; text: string } {
    const caret = this.input.selectionStart ?? this.input.value.length;
    const before = this.input.value.slice(0, caret);
    if ((before.match(/"/g)?.length ?? 0) % 2 === 1) return { from: caret, text: "" };
    const from = Math.max(before.lastIndexOf(" "), before.lastIndexOf("(")) + 1;
    return { from, text: before.slice(from) };
  }

  private choices(): Choice[] {
    const { text } = this.word();
    if (!text) return [];
    const not = text.startsWith("-") ? "-" : "";
    const bare = text.slice(not.length).toLowerCase();
    const colon = bare.indexOf(":");
    if (colon < 0) {
      return this.keys.filter(({ key }) => key.startsWith(bare)).map(({ key, note }) => ({ insert: `${not}${key}:`, note }));
    }
    const known = this.keys.find(({ key }) => key === bare.slice(0, colon));
    const parts = bare.slice(colon + 1).split(",");
    const last = parts.pop() ?? "";
    const kept = [...parts, ""].join(",");
    return (known?.values ?? [])
      .filter((value) => value.toLowerCase().startsWith(last) && value.toLowerCase() !== last)
      .map((value) => ({ insert: `${not}${known?.key}:${kept}${value} `, note: "" }));
  }

  private offer(): void {
    const choices = this.choices().slice(0, 12);
    this.at = -1;
    this.list.replaceChildren(
      ...choices.map((choice, index) => {
        const li = document.createElement("li");
        li.id = `${this.list.id}-${index}`;
        li.setAttribute("role", "option");
        li.dataset["insert"] = choice.insert;
        const code = document.createElement("code");
        code.textContent = choice.insert.trim();
        const note = document.createElement("span");
        note.textContent = choice.note;
        li.append(code, note);
        li.addEventListener("mousedown", (event) => {
          event.preventDefault();
          this.take(choice.insert);
        });
        return li;
      }),
    );
    this.list.hidden = choices.length === 0;
    this.input.setAttribute("aria-expanded", String(choices.length > 0));
    this.input.removeAttribute("aria-activedescendant");
  }

  private key(event: KeyboardEvent): void {
    if (this.list.hidden) return;
    const count = this.list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.select((this.at + (event.key === "ArrowDown" ? 1 : -1) + count + (this.at < 0 && event.key === "ArrowUp" ? 1 : 0)) % count);
    } else if ((event.key === "Enter" || event.key === "Tab") && this.at >= 0) {
      event.preventDefault();
      this.take((this.list.children[this.at] as HTMLElement).dataset["insert"] ?? "");
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    }
  }

  private select(at: number): void {
    this.at = at;
    [...this.list.children].forEach((li, index) => li.setAttribute("aria-selected", String(index === at)));
    const chosen = this.list.children[at];
    if (chosen) {
      this.input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    }
  }

  private take(insert: string): void {
    const { from } = this.word();
    const caret = this.input.selectionStart ?? this.input.value.length;
    this.input.setRangeText(insert, from, caret, "end");
    this.input.focus();
    this.offer();
  }

  private close(): void {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }
}

customElements.define("query-box", QueryBox);
