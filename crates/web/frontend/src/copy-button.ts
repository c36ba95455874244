// <copy-button data-text="…"><button hidden>Copy</button></copy-button>: shows its button where copying is possible.
// `data-from="#id"` copies the text of another element; a text that starts with `/` is copied as a whole address.
import { announce } from "./announce";

class CopyButton extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector("button");
    if (!button || !navigator.clipboard) return;
    button.hidden = false;
    const label = button.textContent ?? "";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.text());
      button.textContent = "Copied";
      announce("Copied");
      window.setTimeout(() => (button.textContent = label), 1500);
    });
  }

  private text(): string {
    const from = this.dataset["from"];
    if (from) return document.querySelector(from)?.textContent ?? "";
    return absolute(this.dataset["text"] ?? "");
  }
}

/** A path of this site as a whole address; anything else as it is. */
export function absolute(text: string): string {
  return text.startsWith("/") ? new URL(text, location.origin).href : text;
}

customElements.define("copy-button", CopyButton);
