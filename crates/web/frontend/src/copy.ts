// Buttons that copy: `data-copy="text"`, `data-copy-from="/address"` for what stands there, `data-copy-value` for the
// value of their line. A text that starts with `/` is copied as a whole address.
import { announce } from "./announce";
import { absolute } from "./copy-button";
import { showCopies } from "./rows";

export function startCopies(): void {
  showCopies(document);
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy], [data-copy-from], [data-copy-value]") : null;
    if (button) void copy(button);
  });
}

async function copy(button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(await textOf(button));
    announce("Copied");
    button.classList.add("done");
    window.setTimeout(() => button.classList.remove("done"), 1500);
  } catch {
    announce("Not copied");
  }
}

async function textOf(button: HTMLElement): Promise<string> {
  const { copy, copyFrom } = button.dataset;
  if (copy !== undefined) return absolute(copy);
  if (copyFrom === undefined) return button.closest("dd")?.querySelector("[data-value]")?.textContent ?? "";
  const answer = await fetch(copyFrom);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}
