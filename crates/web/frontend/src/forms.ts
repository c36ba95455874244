// Small helps of forms: a select that acts when changed, and a question before what cannot be undone.

/** `<select data-submit>`: submits its form when changed, also one that a live part of the page brought later. The
 * style sheet hides the form's own button, `<button data-fallback>`, once this is there. */
export function startSelects(): void {
  document.documentElement.dataset["script"] = "";
  document.addEventListener("change", (event) => {
    const select = event.target;
    if (select instanceof HTMLSelectElement && select.matches("[data-submit]")) select.form?.requestSubmit();
  });
}

/** `<form data-confirm="…">`: asks before it is sent. */
export function startConfirmations(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    const question = form.dataset["confirm"];
    if (question && !window.confirm(question)) event.preventDefault();
  });
}
