// What the page answers to a deed: a line at the foot of the window, with its way back for ten seconds.

const seconds = 10;

export interface Said {
  text: string;
  aside?: string;
  bad?: boolean;
  undo?: () => void;
}

let shown: { bar: HTMLElement; timer: number } | undefined;

export function toast({ text, aside, bad, undo }: Said): void {
  dismiss();
  const bar = document.createElement("div");
  bar.className = bad ? "toast bad" : "toast";
  bar.setAttribute("role", bad ? "alert" : "status");
  const words = document.createElement("span");
  words.append(text);
  if (aside) {
    const more = document.createElement("span");
    more.className = "grey";
    more.textContent = ` ${aside}`;
    words.append(more);
  }
  // What is put into a region that is there already is read out.
  document.body.append(bar);
  bar.append(words);
  if (undo) bar.append(button("Undo", undo));
  const entry = { bar, timer: 0 };
  const wait = (): void => {
    window.clearTimeout(entry.timer);
    entry.timer = window.setTimeout(() => close(entry), seconds * 1000);
  };
  // Whoever points at it or has the focus in it is not hurried.
  for (const stays of ["pointerenter", "focusin"]) bar.addEventListener(stays, () => window.clearTimeout(entry.timer));
  for (const leaves of ["pointerleave", "focusout"]) bar.addEventListener(leaves, wait);
  shown = entry;
  wait();
}

function button(label: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.className = "btn";
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", () => {
    dismiss();
    act();
  });
  return made;
}

function dismiss(): void {
  if (shown) close(shown);
}

function close(entry: { bar: HTMLElement; timer: number }): void {
  window.clearTimeout(entry.timer);
  entry.bar.remove();
  if (shown === entry) shown = undefined;
}
