// Menus are `details`: this closes them on Escape and on a click elsewhere. Tabs that do not fit begin where the
// current one is seen.

export function startMenus(): void {
  const opened = () => document.querySelectorAll<HTMLDetailsElement>("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of opened()) if (!(event.target instanceof Node && menu.contains(event.target))) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of opened()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}

export function startTabs(): void {
  for (const current of document.querySelectorAll<HTMLElement>(".tabs [aria-current]")) {
    const tabs = current.parentElement;
    if (tabs) tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
  }
}
