// Tells a screen reader, without moving the focus.

export function announce(text: string): void {
  const place = document.getElementById("announce");
  if (place) place.textContent = text;
}
