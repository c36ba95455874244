// <time-ago><time datetime="…">3 min ago</time></time-ago>: keeps the words true while the page is open.

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const format = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

export function words(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  if (seconds > -5 && seconds < 5) return "just now";
  for (const [unit, size] of units) if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  return format.format(seconds, "second");
}

class TimeAgo extends HTMLElement {
  update(now: number): void {
    const time = this.querySelector("time");
    const at = time ? Date.parse(time.dateTime) : Number.NaN;
    if (!time || Number.isNaN(at)) return;
    const text = words(at, now);
    if (time.textContent !== text) time.textContent = text;
  }
}

customElements.define("time-ago", TimeAgo);
window.setInterval(() => {
  if (document.hidden) return;
  const now = Date.now();
  for (const element of document.querySelectorAll<TimeAgo>("time-ago")) element.update(now);
}, 15_000);
