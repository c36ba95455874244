// <live-region id src>: whenever the stream at `src` says that something changed, asks for this page again and takes
// over its own part of the answer. Without a stream it asks every `every` seconds (15). It rests while the page is
// hidden. What has the focus, what is scrolled, opened or being typed stays: only what differs is touched.
// `heartbeat="/path"`: as long as the page is open, says there that this person is still here, every `heartbeat-every` seconds.
import { morph } from "./morph";

/** A page whose many members come and go asks for itself at most so often. */
const least = 700;

class LiveRegion extends HTMLElement {
  private stream: EventSource | undefined;
  private timer: number | undefined;
  private heartbeats: number | undefined;
  private asked = 0;
  private asking = false;
  private again = false;
  private failures = 0;
  private readonly shown = (): void => this.start();
  private readonly returned = (event: PageTransitionEvent): void => {
    if (event.persisted) this.start();
  };

  connectedCallback(): void {
    document.addEventListener("visibilitychange", this.shown);
    window.addEventListener("pageshow", this.returned);
    const heartbeat = this.getAttribute("heartbeat");
    if (heartbeat) this.heartbeats = window.setInterval(() => void this.say(heartbeat), Number(this.getAttribute("heartbeat-every") ?? 25) * 1000);
    this.start();
  }

  disconnectedCallback(): void {
    document.removeEventListener("visibilitychange", this.shown);
    window.removeEventListener("pageshow", this.returned);
    window.clearInterval(this.heartbeats);
    this.stop();
  }

  private start(): void {
    this.stop();
    if (document.hidden) return;
    const source = this.getAttribute("src");
    if (!source) return;
    const stream = new EventSource(source);
    this.stream = stream;
    // What changed between the page and its stream was told to nobody.
    stream.addEventListener("open", () => this.ask());
    stream.addEventListener("changed", () => this.ask());
    stream.addEventListener("ended", () => {
      this.stop();
      location.reload();
    });
    stream.addEventListener("error", () => {
      // A stream that broke off is opened again by the browser; one that was refused is not.
      if (stream.readyState === EventSource.CLOSED && this.stream === stream) {
        this.stream = undefined;
        this.poll();
      }
    });
  }

  private stop(): void {
    this.stream?.close();
    this.stream = undefined;
    window.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private poll(): void {
    const seconds = Number(this.getAttribute("every") ?? 15);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.timer = undefined;
      this.ask();
      this.poll();
    }, seconds * 1000 * 2 ** Math.min(this.failures, 4));
  }

  /** Asks now, or as soon as it may again; however often it is called meanwhile, once. */
  private ask(): void {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    const wait = Math.max(0, this.asked + least - Date.now());
    window.setTimeout(() => void this.refresh(), wait);
  }

  private async refresh(): Promise<void> {
    this.asked = Date.now();
    this.again = false;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
      if (answer.redirected || answer.status === 403 || answer.status === 404) return location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = page.getElementById(this.id);
      if (part) morph(this, part);
      this.failures = 0;
    } catch {
      this.failures += 1;
    } finally {
      this.asking = false;
    }
    if (this.again && this.isConnected) this.ask();
  }

  private async say(heartbeat: string): Promise<void> {
    try {
      const answer = await fetch(heartbeat, { method: "POST", keepalive: true });
      if (answer.ok && !answer.redirected) return;
      // Logged out, or no longer here: the page says so.
      window.clearInterval(this.heartbeats);
      this.ask();
    } catch {
      // The next heartbeat comes soon; the server waits for several.
    }
  }
}

customElements.define("live-region", LiveRegion);
