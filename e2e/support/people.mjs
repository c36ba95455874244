// People made for a test, as an administrator and they themselves would: account, activation, mails. Owns no test.
import assert from "node:assert/strict";
import { logIn, newPage } from "./browser.mjs";

/** Answers yes to whatever the page asks before something dangerous. */
export async function confirmAll(page) {
  await page.addInitScript(() => {
    const yes = () => document.querySelector("dialog.ask[open] button[value=yes]")?.click();
    new MutationObserver(yes).observe(document, { childList: true, subtree: true, attributes: true });
  });
}

/** Presses a button that sends a form, and waits for the page after it. */
export async function press(page, button) {
  await Promise.all([page.waitForResponse((answer) => answer.request().method() === "POST"), button.click()]);
  await page.waitForLoadState();
}

/** The link of the newest mail with this subject to this address, as the outbox shows it. */
export async function mailedLink(administrator, recipient, subject) {
  await administrator.goto("/admin/outbox");
  const to = administrator.locator('td[data-label="To"]', { hasText: recipient });
  const row = administrator.locator("tbody tr").filter({ has: to }).filter({ hasText: subject }).first();
  await press(administrator, row.getByRole("button", { name: /^Show / }));
  return new URL(await administrator.locator("section.mail a").first().getAttribute("href"));
}

/** An activated account and a signed-in page of it. */
export async function person(browser, url, administrator, { given, family, username, password }) {
  const email = `${username}@example.com`;
  await administrator.goto("/users/new");
  await administrator.getByLabel("Given name").fill(given);
  await administrator.getByLabel("Family name").fill(family);
  await administrator.getByLabel("Username").fill(username);
  await administrator.getByLabel("Email").fill(email);
  await administrator.getByRole("button", { name: "Create user" }).click();
  await administrator.waitForURL(/\/users\/usr_/);
  const id = administrator.url().match(/usr_[^/?#]+/)[0];
  const link = await mailedLink(administrator, email, "Activate your account");
  const page = await newPage(browser, url);
  await confirmAll(page);
  await page.goto(link.pathname + link.search);
  await choosePassword(page, password);
  const who = { id, username, email, password, page };
  await logIn(page, who);
  return who;
}

/** The form behind an activation or a reset link. */
export async function choosePassword(page, password) {
  for (const field of await page.locator('input[type="password"]').all()) await field.fill(password);
  await page.locator("main form button").first().click();
  await page.waitForURL(/\/login/);
}

/** The sentence of the newest activity of this type in the log on this page, which may be about to be recorded. */
export async function newestSentence(page, path, code) {
  const row = page.locator(".entry").first();
  for (let tries = 0; tries === 0 || (tries < 20 && !(await row.count())); tries += 1) {
    if (tries) await page.waitForTimeout(100);
    await page.goto(`${path}?q=${encodeURIComponent(`activity:${code}`)}`);
  }
  assert.ok(await row.count(), `${code} is not in ${path}`);
  // An id is shortened in a row, and whole on hover.
  const parts = await row.locator(".what > :is(.say, a, b, .id)").evaluateAll((all) =>
    all.map((part) => (part.classList.contains("id") ? `(${part.title})` : part.textContent)),
  );
  return parts.join(" ").trim().replaceAll(/\s+/g, " ");
}

/** A new API key, made by this administrator. */
export async function apiKey(administrator, what) {
  await administrator.goto("/admin/api-keys");
  await administrator.getByLabel(/what will use it/i).fill(what);
  await administrator.getByRole("button", { name: "Create key" }).click();
  return (await administrator.locator("main").innerText()).match(/whodid_\w+/)[0];
}
