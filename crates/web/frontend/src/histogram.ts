// The histogram's brush: dragging over it, or its two grips by the arrow keys, picks bars; the line of results says what
// they hold, and leads to a view of them alone. Without a script the table behind it has a link for each bar.
import { announce } from "./announce";

const SVG = "http://www.w3.org/2000/svg";

interface Bar {
  from: string;
  all: number;
  failed: number;
}

class Brush {
  private readonly bars: Bar[];
  private readonly ends: string[];
  private readonly layer = document.createElementNS(SVG, "g");
  /** The picked bars: the first, and the one behind the last. */
  private picked: [number, number] | undefined;
  private anchor: number | undefined;

  constructor(
    private readonly svg: SVGSVGElement,
    private readonly chosen: HTMLElement,
    data: string,
  ) {
    const parts = data.split(";");
    this.ends = parts.map((part) => part.split(" ")[0] ?? "");
    this.bars = parts.slice(0, -1).map((part) => {
      const [from = "", all = "0", failed = "0"] = part.split(" ");
      return { from, all: Number(all), failed: Number(failed) };
    });
    svg.append(this.layer);
    svg.addEventListener("pointerdown", (event) => this.begin(event));
    svg.addEventListener("pointermove", (event) => this.drag(event));
    svg.addEventListener("pointerup", () => this.end());
    svg.addEventListener("pointercancel", () => (this.anchor = undefined));
    svg.addEventListener("keydown", (event) => this.key(event));
    // By keyboard one begins with the last bars.
    svg.setAttribute("tabindex", "0");
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-roledescription", "Range over time");
  }

  private at(event: PointerEvent): number {
    const box = this.svg.getBoundingClientRect();
    const share = (event.clientX - box.left) / Math.max(box.width, 1);
    return Math.min(Math.max(Math.floor(share * this.bars.length), 0), this.bars.length - 1);
  }

  private begin(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.anchor = this.at(event);
    this.svg.setPointerCapture(event.pointerId);
    this.pick(this.anchor, this.anchor + 1);
  }

  private drag(event: PointerEvent): void {
    if (this.anchor === undefined) return;
    const here = this.at(event);
    this.pick(Math.min(this.anchor, here), Math.max(this.anchor, here) + 1);
  }

  private end(): void {
    if (this.anchor === undefined) return;
    this.anchor = undefined;
    announce(this.words());
  }

  private key(event: KeyboardEvent): void {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape" && this.picked) this.clear();
    else if (event.key === "Enter" && this.picked) location.assign(this.href());
    else if (by !== undefined) {
      const last = this.bars.length;
      const [from, to] = this.picked ?? [last - 1, last];
      const end = event.target instanceof Element ? event.target.getAttribute("data-end") : null;
      // A grip moves its end; the whole moves both, and with Shift its end.
      if (!this.picked) this.pick(from, to);
      else if (end === "from") this.pick(Math.min(Math.max(from + by, 0), to - 1), to);
      else if (end === "to" || event.shiftKey) this.pick(from, Math.min(Math.max(to + by, from + 1), last));
      else if (from + by >= 0 && to + by <= last) this.pick(from + by, to + by);
      if (end) this.layer.querySelector<SVGElement>(`[data-end=${end}]`)?.focus();
      announce(this.words());
    } else return;
    event.preventDefault();
  }

  private pick(from: number, to: number): void {
    this.picked = [from, to];
    const share = (n: number): string => `${(n * 100) / this.bars.length}%`;
    const veil = (x: string, width: string): SVGElement => this.draw("rect", { class: "veil", x, y: "16", width, height: "62" });
    this.layer.replaceChildren(
      veil("0", share(from)),
      veil(share(to), share(this.bars.length - to)),
      this.draw("rect", { class: "pick", x: share(from), y: "16", width: share(to - from), height: "62" }),
      this.grip(share(from), "from", "Selection’s beginning", from),
      this.grip(share(to), "to", "Selection’s end", to),
    );
    this.say();
  }

  private grip(x: string, end: string, label: string, at: number): SVGElement {
    const grip = this.draw("g", {
      class: "grip",
      role: "slider",
      tabindex: "0",
      "data-end": end,
      "aria-label": label,
      "aria-valuemin": "0",
      "aria-valuemax": String(this.bars.length),
      "aria-valuenow": String(at),
      "aria-valuetext": words(this.ends[at] ?? ""),
    });
    const handle = this.draw("svg", { x, y: "39", overflow: "visible" });
    handle.append(this.draw("rect", { x: "-3", y: "0", width: "6", height: "16", rx: "2" }));
    grip.append(this.draw("line", { x1: x, x2: x, y1: "16", y2: "78" }), handle);
    return grip;
  }

  private draw(name: string, attributes: Record<string, string>): SVGElement {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }

  private sum(): { all: number; failed: number } {
    const [from, to] = this.picked ?? [0, 0];
    const bars = this.bars.slice(from, to);
    return { all: bars.reduce((n, bar) => n + bar.all, 0), failed: bars.reduce((n, bar) => n + bar.failed, 0) };
  }

  private words(): string {
    const [from, to] = this.picked ?? [0, 0];
    const { all, failed } = this.sum();
    return `${words(this.ends[from] ?? "")} – ${words(this.ends[to] ?? "")}: ${all.toLocaleString("en")} activities, ${failed.toLocaleString("en")} failed`;
  }

  /** The view of what is picked: this one, with another range and from its first page. */
  private href(): string {
    const [from, to] = this.picked ?? [0, 0];
    const url = new URL(location.href);
    url.hash = "";
    for (const name of ["after", "more"]) url.searchParams.delete(name);
    url.searchParams.set("from", this.ends[from] ?? "");
    // Up to the end of the last bar, and not through the minute that begins there.
    url.searchParams.set("to", `<${this.ends[to] ?? ""}`);
    return url.href;
  }

  private say(): void {
    const text = document.createElement("span");
    text.textContent = this.words();
    const zoom = document.createElement("a");
    zoom.className = "btn quiet small";
    zoom.href = this.href();
    zoom.textContent = "Zoom in";
    const clear = document.createElement("button");
    clear.className = "btn quiet small";
    clear.type = "button";
    clear.textContent = "Clear";
    clear.addEventListener("click", () => this.clear());
    this.chosen.replaceChildren(text, zoom, clear);
    this.chosen.hidden = false;
  }

  private clear(): void {
    this.picked = undefined;
    this.layer.replaceChildren();
    this.chosen.replaceChildren();
    this.chosen.hidden = true;
    this.svg.focus();
  }
}

/** An end of a bar as people read it. */
function words(end: string): string {
  return end.replace("T", " ");
}

export function startHistogram(): void {
  const figure = document.querySelector<HTMLElement>(".hist[data-bars]");
  const svg = figure?.querySelector<SVGSVGElement>("svg.plot");
  const chosen = document.querySelector<HTMLElement>(".result .chosen");
  if (!figure || !svg || !chosen) return;
  figure.classList.add("brushes");
  new Brush(svg, chosen, figure.dataset["bars"] ?? "");
}
