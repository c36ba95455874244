// A small help of forms: a select that acts when changed.

/** `<select data-submit>`: submits its form when changed, also one that a live part of the page brought later. The
 * style sheet hides the form's own button, `<button data-fallback>`, once this is there. */
export function startSelects(): void {
  document.documentElement.dataset["script"] = "";
  document.addEventListener("change", (event) => {
    const select = event.target;
    if (select instanceof HTMLSelectElement && select.matches("[data-submit]")) select.form?.requestSubmit();
  });
}
