// What was searched for lately, the latest first: kept in this browser, for nobody else to see.

const key = "whodid.recent";
const most = 6;
const longest = 300;

export function recall(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept.filter((text): text is string => typeof text === "string").slice(0, most) : [];
  } catch {
    return [];
  }
}

export function remember(text: string): void {
  if (!text || text.length > longest) return;
  try {
    localStorage.setItem(key, JSON.stringify([text, ...recall().filter((known) => known !== text)].slice(0, most)));
  } catch {
    // A browser that keeps nothing offers nothing.
  }
}
