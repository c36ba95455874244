// Keys: / search, j k next and previous row, Enter open, x exclude, . copy link, ? help. Off while typing.
import { announce } from "./announce";
import { absolute } from "./copy-button";

/** Each key, what it does, and whether there is anything on this page that it does it to. */
const help: [string, string, () => boolean][] = [
  ["/", "Search", () => searchBox() !== null],
  ["j", "Next row", () => rows().length > 0],
  ["k", "Previous row", () => rows().length > 0],
  ["Enter", "Open or close the row", () => rows().length > 0],
  ["x", "Exclude what this row shows", () => document.querySelector("a[data-exclude]") !== null],
  [".", "Copy a link to the row", () => document.querySelector("[data-link]") !== null],
  ["?", "This help", () => true],
];

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (act(event.key)) event.preventDefault();
  });
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), select, textarea"));
}

function act(key: string): boolean {
  switch (key) {
    case "/": {
      const search = searchBox();
      search?.focus();
      search?.select();
      return search !== null;
    }
    case "j":
      return move(1);
    case "k":
      return move(-1);
    case "x": {
      const link = current()?.querySelector<HTMLAnchorElement>("a[data-exclude]");
      link?.click();
      return link != null;
    }
    case ".":
      return copyLink();
    case "?":
      showHelp();
      return true;
    default:
      return false;
  }
}

/** The search that the page is about: the first that can be seen. */
function searchBox(): HTMLInputElement | null {
  const all = [...document.querySelectorAll<HTMLInputElement>("[data-search]")];
  return all.find((one) => one.checkVisibility()) ?? null;
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("details.entry, [data-row]")];
}

function current(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("details.entry, [data-row]") ?? null;
}

/** Moves the focus by one row; Enter then does what the row's summary or link does by itself. */
function move(by: number): boolean {
  const all = rows();
  const here = current();
  const at = here ? all.indexOf(here) + by : by > 0 ? 0 : all.length - 1;
  const row = all[Math.min(Math.max(at, 0), all.length - 1)];
  const target = row?.querySelector<HTMLElement>("summary, a") ?? row;
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
  return target !== undefined;
}

function copyLink(): boolean {
  const link = current()?.dataset["link"];
  if (!link || !navigator.clipboard) return false;
  void navigator.clipboard.writeText(absolute(link)).then(() => announce("Link copied"));
  return true;
}

function showHelp(): void {
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const head = document.createElement("div");
  head.className = "dhead";
  const title = document.createElement("h2");
  title.id = "keys-title";
  title.textContent = "Keys of this page";
  head.append(title);
  const list = document.createElement("dl");
  for (const [key, does, works] of help) {
    if (!works()) continue;
    const dt = document.createElement("dt");
    const kbd = document.createElement("kbd");
    kbd.textContent = key;
    dt.append(kbd);
    const dd = document.createElement("dd");
    dd.textContent = does;
    list.append(dt, dd);
  }
  const inside = document.createElement("div");
  inside.className = "in";
  inside.append(list);
  const foot = document.createElement("form");
  foot.method = "dialog";
  foot.className = "dfoot";
  const close = document.createElement("button");
  close.className = "btn";
  close.textContent = "Close";
  foot.append(close);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(head, inside, foot);
  document.body.append(dialog);
  dialog.showModal();
}
