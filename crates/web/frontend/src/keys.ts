// Keys: / search, j k next and previous row, Enter open, x exclude, . copy link, ? help. Off while typing.
import { announce } from "./announce";
import { absolute } from "./copy-button";
import { toggleLive } from "./live-tail";
import { opened, seqOf } from "./rows";

/** Each key, what it does, and whether there is anything on this page that it does it to. */
const help: [string, string, () => boolean][] = [
  ["/", "Search", () => searchBox() !== null],
  ["j", "Next row", () => rows().length > 0],
  ["k", "Previous row", () => rows().length > 0],
  ["Enter", "Open or close the row", () => rows().length > 0],
  ["[", "Open the previous row", hasEntries],
  ["]", "Open the next row", hasEntries],
  ["x", "Leave out what this row shows", hasEntries],
  [".", "Copy a link to the row", () => hasEntries() || document.querySelector("[data-link]") !== null],
  ["l", "Follow new activities, or stop", () => document.querySelector("live-tail:not([hidden])") !== null],
  ["?", "This help", () => true],
];

function hasEntries(): boolean {
  return document.querySelector(".entry") !== null;
}

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
      const row = current();
      if (row) void exclude(row);
      return row !== null;
    }
    case "[":
      return openNext(-1);
    case "]":
      return openNext(1);
    case ".":
      return copyLink();
    case "l":
      return toggleLive();
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
  return [...document.querySelectorAll<HTMLElement>(".entry, [data-row]")];
}

function current(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>(".entry, [data-row]") ?? null;
}

/** Moves the focus by one row; Enter then does what the row's summary or link does by itself. */
function move(by: number): boolean {
  const all = rows();
  const here = current();
  const at = here ? all.indexOf(here) + by : by > 0 ? 0 : all.length - 1;
  const row = all[Math.min(Math.max(at, 0), all.length - 1)];
  const target = row?.querySelector<HTMLElement>(":scope > details > summary") ?? row?.querySelector<HTMLElement>("summary, a") ?? row;
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
  return target !== undefined;
}

/** Leaves out what the row shows: where that leads is among its details. */
async function exclude(row: HTMLElement): Promise<void> {
  await opened(row);
  row.querySelector<HTMLAnchorElement>("a[data-exclude]")?.click();
}

/** Closes the opened row, and opens the next. */
function openNext(by: number): boolean {
  const details = (row: HTMLElement | null) => row?.querySelector<HTMLDetailsElement>(":scope > details") ?? null;
  const here = details(current());
  if (!move(by)) return false;
  if (here) here.open = false;
  const next = details(current());
  if (next) next.open = true;
  return next !== null;
}

function copyLink(): boolean {
  const row = current();
  const link = row?.dataset["link"] ?? (row && row.classList.contains("entry") ? `/activities/${seqOf(row)}` : undefined);
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
