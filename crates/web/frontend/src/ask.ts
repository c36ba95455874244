// The product's own question: a dialog that says what would be done. A form with a field `ask` is sent once it is
// answered; without a script the server asks.

/** Resolves to whether they are sure. */
export function ask(question: string, yes: string): Promise<boolean> {
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  dialog.setAttribute("aria-labelledby", "ask-title");
  const inside = document.createElement("div");
  inside.className = "in";
  const title = document.createElement("h2");
  title.id = "ask-title";
  title.textContent = question;
  inside.append(title);
  const foot = document.createElement("form");
  foot.method = "dialog";
  foot.className = "dfoot";
  for (const [value, label, look] of [["no", "Cancel", "btn"], ["yes", yes, "btn danger"]] as const) {
    const button = document.createElement("button");
    button.value = value;
    button.className = look;
    button.textContent = label;
    foot.append(button);
  }
  dialog.append(inside, foot);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}

export function startQuestions(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    const field = form.querySelector<HTMLInputElement>("input[type=hidden][name=ask]:not(:disabled)");
    if (!field) return;
    event.preventDefault();
    const button = event.submitter;
    void ask(field.value, button?.textContent?.trim() || "Go on").then((sure) => {
      if (!sure) return button?.focus();
      field.disabled = true;
      form.requestSubmit(button);
    });
  });
}
