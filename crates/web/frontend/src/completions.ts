// The list under the box: choices in groups, chosen by arrows, Enter, mouse or touch. Owns what is selected and what is
// announced; what a choice does is the box's.

export interface Choice {
  insert: string;
  label: string;
  note: string;
  count: number | null;
  /** A page to go to instead. */
  href?: string;
}

export interface Group {
  heading: string;
  choices: Choice[];
}

type Taken = (choice: Choice, how: "add" | "without" | "more") => void;

export class Completions {
  readonly element = document.createElement("div");
  private readonly list = document.createElement("div");
  private choices: Choice[] = [];
  private options: HTMLElement[] = [];
  private at = -1;

  constructor(
    private readonly input: HTMLInputElement,
    private readonly taken: Taken,
  ) {
    this.element.className = "completion";
    this.element.hidden = true;
    this.list.id = `${input.id || "q"}-choices`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Completions");
    this.element.append(this.list, foot());
    // Focus stays in the input, wherever in the list is pressed.
    this.element.addEventListener("mousedown", (event) => event.preventDefault());
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", this.list.id], ["aria-expanded", "false"]] as const) input.setAttribute(name, value);
  }

  show(groups: Group[], typed: string): void {
    this.at = -1;
    this.choices = groups.flatMap((group) => group.choices);
    this.options = [];
    this.list.replaceChildren(...groups.map((group, nth) => this.group(group, nth, typed)));
    this.element.hidden = this.choices.length === 0;
    this.input.setAttribute("aria-expanded", String(!this.element.hidden));
    this.input.removeAttribute("aria-activedescendant");
  }

  close(): void {
    this.element.hidden = true;
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  key(event: KeyboardEvent): void {
    if (this.element.hidden || event.isComposing) return;
    const chosen = this.choices[this.at];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const count = this.choices.length;
      this.select(this.at < 0 && step < 0 ? count - 1 : (this.at + step + count) % count);
    } else if (event.key === "Enter" && chosen) {
      event.preventDefault();
      this.taken(chosen, event.altKey ? "without" : "add");
    } else if (event.key === "," && chosen?.insert.includes(":") && !chosen.insert.endsWith(":")) {
      event.preventDefault();
      this.taken(chosen, "more");
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    }
  }

  private group(group: Group, nth: number, typed: string): HTMLElement {
    const element = document.createElement("div");
    const heading = document.createElement("p");
    heading.className = "label";
    heading.id = `${this.list.id}-h${nth}`;
    heading.setAttribute("role", "presentation");
    heading.textContent = group.heading;
    element.setAttribute("role", "group");
    element.setAttribute("aria-labelledby", heading.id);
    element.append(heading, ...group.choices.map((choice) => this.option(choice, typed)));
    return element;
  }

  private option(choice: Choice, typed: string): HTMLElement {
    const option = document.createElement("div");
    option.id = `${this.list.id}-${this.options.length}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const words = document.createElement("span");
    const label = document.createElement("bdi");
    label.append(...marked(choice.label, typed));
    words.append(label);
    if (choice.note && choice.note !== choice.label) {
      const note = document.createElement(choice.note.includes(" ") ? "small" : "code");
      note.className = "grey";
      note.textContent = choice.note;
      words.append(" ", note);
    }
    const count = document.createElement("span");
    count.className = "grey num";
    count.textContent = choice.count === null ? "" : choice.count.toLocaleString("en");
    option.append(document.createElement("span"), words, count);
    option.addEventListener("click", (event) => this.taken(choice, event.altKey ? "without" : "add"));
    this.options.push(option);
    return option;
  }

  private select(at: number): void {
    this.options.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    this.at = at;
    const chosen = this.options[at];
    if (!chosen) return;
    this.input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }
}

/** The text with what was typed of it marked. */
function marked(text: string, typed: string): Node[] {
  const wanted = (typed.replace(/^-/, "").split(/[:,]/).at(-1) ?? "").replaceAll('"', "").toLowerCase();
  const at = wanted ? text.toLowerCase().indexOf(wanted) : -1;
  if (at < 0) return [document.createTextNode(text)];
  const mark = document.createElement("mark");
  mark.textContent = text.slice(at, at + wanted.length);
  return [document.createTextNode(text.slice(0, at)), mark, document.createTextNode(text.slice(at + wanted.length))];
}

function foot(): HTMLElement {
  const foot = document.createElement("p");
  foot.className = "foot";
  foot.setAttribute("aria-hidden", "true");
  for (const [keys, does] of [["Enter", "add"], ["Alt Enter", "leave out"], [",", "one more"], ["Esc", "done"]] as const) {
    const part = document.createElement("span");
    for (const key of keys.split(" ")) {
      const kbd = document.createElement("kbd");
      kbd.textContent = key;
      part.append(kbd, " ");
    }
    part.append(does);
    foot.append(part);
  }
  return foot;
}
