// Small helps of forms: a select that acts when changed, and a question before what cannot be undone.

/** `<select data-submit>`: submits its form when changed; the form's own button is hidden. */
export function startSelects(): void {
  for (const select of document.querySelectorAll<HTMLSelectElement>("select[data-submit]")) {
    const form = select.form;
    if (!form) continue;
    form.querySelector<HTMLElement>("button[data-fallback]")?.setAttribute("hidden", "");
    select.addEventListener("change", () => form.requestSubmit());
  }
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
