// <live-tail src>: the button that follows a view live. New rows come as the server's HTML and are put on top, on a
// ground of their own. It rests while the page is scrolled away from the top, and says how many wait. It stops with a
// reason: too many rows a second, ten minutes, or an error. Without a script there is no button.
import { announce } from "./announce";

/** Minutes after which it stops by itself; reconnecting does not begin them anew. */
const minutes = 10;
/** New rows that are kept on the page; older ones are a page further on. */
const most = 500;

type Rows = { n: number; html: string };
type Stopped = { reason: string; text: string };

class LiveTail extends HTMLElement {
  private stream: EventSource | undefined;
  private timer: number | undefined;
  private ticking: number | undefined;
  private last = "";
  private waiting: Rows[] = [];
  private paused = false;
  private readonly arrived: { at: number; n: number }[] = [];
  private bar: HTMLElement | undefined;
  private readonly scrolled = (): void => {
    if (!this.isAway() && !this.paused) this.flush();
    this.say();
  };

  connectedCallback(): void {
    if (!window.EventSource) return;
    this.hidden = false;
    this.button()?.addEventListener("click", () => (this.stream ? this.stop("") : this.start()));
    this.addEventListener("toggle-live", () => this.button()?.click());
  }

  disconnectedCallback(): void {
    this.close();
  }

  private button(): HTMLButtonElement | null {
    return this.querySelector("button");
  }

  private start(): void {
    const source = new URL(this.getAttribute("src") ?? "", location.href);
    if (this.last) source.searchParams.set("after", this.last);
    const stream = new EventSource(source);
    this.stream = stream;
    this.paused = false;
    stream.addEventListener("rows", (event) => {
      this.last = event.lastEventId;
      this.take(JSON.parse(event.data) as Rows);
    });
    stream.addEventListener("stopped", (event) => this.stop((JSON.parse((event as MessageEvent<string>).data) as Stopped).text));
    stream.addEventListener("ended", () => {
      this.close();
      location.reload();
    });
    stream.addEventListener("open", () => this.say());
    stream.addEventListener("error", () => {
      // A stream that broke off is opened again by the browser, behind its last event; one that was refused is not.
      if (stream.readyState === EventSource.CLOSED && this.stream === stream) this.stop("Live stopped: the server refused to go on. Load the page anew.");
      else this.say("The connection was lost; trying again…");
    });
    window.addEventListener("scroll", this.scrolled, { passive: true });
    this.timer = window.setTimeout(() => this.stop(`Live stopped by itself after ${minutes} minutes.`), minutes * 60_000);
    this.ticking = window.setInterval(() => this.say(), 10_000);
    document.documentElement.dataset["live"] = "";
    this.button()?.setAttribute("aria-pressed", "true");
    this.ground();
    this.say();
    announce("Following new activities");
  }

  private stop(reason: string): void {
    this.flush();
    this.close();
    delete document.documentElement.dataset["live"];
    this.button()?.setAttribute("aria-pressed", "false");
    this.say(reason || "Live stopped.");
    announce(reason || "Live stopped");
  }

  private close(): void {
    this.stream?.close();
    this.stream = undefined;
    window.clearTimeout(this.timer);
    window.clearInterval(this.ticking);
    window.removeEventListener("scroll", this.scrolled);
  }

  private take(rows: Rows): void {
    this.arrived.push({ at: Date.now(), n: rows.n });
    this.waiting.push(rows);
    // What waits is bounded as what is shown is.
    let n = this.waitingRows();
    while (n > most && this.waiting.length > 1) n -= this.waiting.shift()?.n ?? 0;
    if (!this.isAway() && !this.paused) this.flush();
    this.say();
  }

  private waitingRows(): number {
    return this.waiting.reduce((sum, rows) => sum + rows.n, 0);
  }

  /** Whether the reader has scrolled down into the rows: what is put on top would move them. */
  private isAway(): boolean {
    const log = this.log();
    return log !== null && log.getBoundingClientRect().top < 0;
  }

  private log(): HTMLElement | null {
    return document.querySelector<HTMLElement>(".log");
  }

  /** The log that rows are put into, with the bar that parts new from old. A page without rows gets one. */
  private ground(): HTMLElement {
    let log = this.log();
    if (!log) {
      log = document.createElement("div");
      log.className = "log";
      const empty = document.querySelector<HTMLElement>("main .empty");
      if (empty) empty.replaceWith(log);
      else document.querySelector("main")?.append(log);
    }
    if (!this.bar?.isConnected) {
      this.bar = document.createElement("div");
      this.bar.className = "tail";
      const first = log.querySelector("section, .day, .entry");
      if (first) first.before(this.bar);
      else log.append(this.bar);
    }
    return log;
  }

  /** Puts what waits on top, under the headings of its days. */
  private flush(): void {
    if (this.waiting.length === 0) return;
    const log = this.ground();
    for (const rows of this.waiting.splice(0)) {
      const page = new DOMParser().parseFromString(rows.html, "text/html");
      for (const part of [...page.querySelectorAll<HTMLElement>("section")].reverse()) this.put(log, part);
    }
    const fresh = [...log.querySelectorAll(".entry.fresh")];
    for (const row of fresh.slice(most)) row.remove();
  }

  private put(log: HTMLElement, part: HTMLElement): void {
    const day = dayOf(part);
    // A row that is there already came twice, after a connection that broke off.
    const rows = [...part.querySelectorAll<HTMLElement>(".entry")].filter((row) => !document.getElementById(row.id));
    for (const row of rows) row.classList.add("fresh");
    const fresh = [...log.querySelectorAll<HTMLElement>("section.fresh")];
    let section = fresh.find((known) => dayOf(known) === day);
    if (!section) {
      section = document.adoptNode(part);
      section.className = "fresh";
      section.querySelector("ul")?.replaceChildren();
      const older = fresh.find((known) => dayOf(known) < day) ?? this.bar;
      if (older) older.before(section);
      else log.prepend(section);
    }
    section.querySelector("ul")?.prepend(...rows);
    rename(log, section);
    // What the page counted of this day is no longer all of it.
    for (const known of log.querySelectorAll<HTMLElement>("section")) if (dayOf(known) === day) known.querySelector(".day > span")?.remove();
  }

  /** The bar: what goes on, how many wait, and what can be done about it. */
  private say(text = ""): void {
    const bar = this.bar;
    if (!bar?.isConnected) return;
    const waiting = this.waitingRows();
    const status = document.createElement("span");
    status.textContent = text || this.words();
    const controls: HTMLElement[] = [];
    if (waiting > 0) controls.push(this.control(`${waiting.toLocaleString("en")} newer`, "to", () => this.show()));
    if (this.stream) {
      controls.push(this.paused ? this.control("Resume", "", () => this.show()) : this.control("Pause", "", () => this.pause()));
      controls.push(this.control("Clear", "", () => this.clear()), this.control("Stop", "", () => this.stop("")));
    } else {
      controls.push(this.control("Resume", "", () => this.start()), this.control("Clear", "", () => this.clear()));
    }
    const grow = document.createElement("span");
    grow.className = "grow";
    const hint = document.createElement("span");
    hint.className = "hint";
    hint.textContent = this.stream ? `Live stops by itself after ${minutes} minutes, or above 100 rows a second.` : "";
    const focused = bar.contains(document.activeElement) ? document.activeElement?.textContent : undefined;
    bar.replaceChildren(status, ...controls, grow, hint);
    if (focused) [...bar.querySelectorAll("button")].find((button) => button.textContent === focused)?.focus();
  }

  private words(): string {
    if (this.paused) return "Paused.";
    if (this.isAway()) return "Paused, for you have scrolled.";
    const since = Date.now() - 60_000;
    while (this.arrived[0] && this.arrived[0].at < since) this.arrived.shift();
    const n = this.arrived.reduce((sum, { n }) => sum + n, 0);
    return `Following, ${n.toLocaleString("en")} a minute`;
  }

  private control(text: string, look: string, act: () => void): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = look || "btn quiet small";
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  }

  private pause(): void {
    this.paused = true;
    this.say();
  }

  /** Goes on, from the top. */
  private show(): void {
    this.paused = false;
    window.scrollTo({ top: 0 });
    this.flush();
    this.say();
  }

  /** Takes the new rows away; they are on the page when it is loaded anew. */
  private clear(): void {
    this.waiting = [];
    for (const section of document.querySelectorAll("section.fresh")) section.remove();
    this.say();
  }
}

/** The day of a section, such as 2026-11-27. */
function dayOf(section: HTMLElement): string {
  return section.querySelector<HTMLTimeElement>(".day time")?.dateTime ?? "";
}

/** At midnight another day is today: headings that were there before say so. */
function rename(log: HTMLElement, newest: HTMLElement): void {
  if (newest.querySelector(".day time")?.textContent !== "Today") return;
  const today = Date.parse(dayOf(newest));
  for (const day of log.querySelectorAll<HTMLTimeElement>(".day time")) {
    const past = (today - Date.parse(day.dateTime)) / 86_400_000;
    day.textContent = past === 0 ? "Today" : past === 1 ? "Yesterday" : day.title;
  }
}

customElements.define("live-tail", LiveTail);

/** Begins or ends following; whether this page can be followed. */
export function toggleLive(): boolean {
  const tail = document.querySelector<LiveTail>("live-tail:not([hidden])");
  tail?.dispatchEvent(new Event("toggle-live"));
  return tail !== null;
}
