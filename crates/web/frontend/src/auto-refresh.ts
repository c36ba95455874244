// <auto-refresh id src every>: asks for the page again every so many seconds and takes over its own part of the
// answer. It ends when the answer's part carries no `every`, and rests while the page is hidden.

class AutoRefresh extends HTMLElement {
  private timer: number | undefined;
  private failures = 0;

  connectedCallback(): void {
    this.plan();
  }

  disconnectedCallback(): void {
    window.clearTimeout(this.timer);
  }

  private plan(): void {
    window.clearTimeout(this.timer);
    const seconds = Number(this.getAttribute("every"));
    if (!this.isConnected || !(seconds > 0)) return;
    const wait = Math.max(seconds, 0.5) * 1000 * 2 ** Math.min(this.failures, 5);
    this.timer = window.setTimeout(() => void this.refresh(), wait);
  }

  private async refresh(): Promise<void> {
    if (document.hidden || this.contains(document.activeElement)) return this.plan();
    try {
      const answer = await fetch(this.getAttribute("src") ?? location.href, { headers: { accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = page.getElementById(this.id);
      if (!part) throw new Error("gone");
      this.failures = 0;
      if (part.innerHTML !== this.innerHTML) this.replaceChildren(...part.childNodes);
      const every = part.getAttribute("every");
      if (every) this.setAttribute("every", every);
      else this.removeAttribute("every");
    } catch {
      this.failures += 1;
    }
    this.plan();
  }
}

customElements.define("auto-refresh", AutoRefresh);
