// Keys: / search, j k next and previous row, Enter open, x exclude, . copy link, ? help. Off while typing.
import { announce } from "./acting-checkbox";
import { absolute } from "./copy-button";
import { toggleLive } from "./live-tail";

const help: [string, string][] = [
  ["/", "Search"],
  ["j", "Next row"],
  ["k", "Previous row"],
  ["Enter", "Open or close the row"],
  ["x", "Exclude what this row shows"],
  [".", "Copy a link to the row"],
  ["l", "Follow new activities, or stop"],
  ["?", "This help"],
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
      const search = document.querySelector<HTMLInputElement>("[data-search]");
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
    case "l":
      return toggleLive();
    case "?":
      showHelp();
      return true;
    default:
      return false;
  }
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
  dialog.setAttribute("aria-label", "Keys");
  const list = document.createElement("dl");
  const canFollow = document.querySelector("live-tail:not([hidden])") !== null;
  for (const [key, does] of help.filter(([key]) => key !== "l" || canFollow)) {
    const dt = document.createElement("dt");
    const kbd = document.createElement("kbd");
    kbd.textContent = key;
    dt.append(kbd);
    const dd = document.createElement("dd");
    dd.textContent = does;
    list.append(dt, dd);
  }
  const close = document.createElement("button");
  close.className = "btn";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(list, close);
  document.body.append(dialog);
  dialog.showModal();
}
