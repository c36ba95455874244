// Debian's Chromium, a signed-in page, and the accessibility rules. Owns no test.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A page of a new browser context that fails the test on any script error or blocked resource. */
export async function newPage(browser, url, options = {}) {
  const context = await browser.newContext({ baseURL: url, ...options });
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) page.problems.push(message.text());
  });
  return page;
}

/** Logs in through the form, as a person would. */
export async function logIn(page, { username, password }) {
  await page.goto("/login");
  await page.getByLabel(/username or e-mail/i).fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL((at) => !at.pathname.startsWith("/login"));
}

/** Fails on any WCAG 2.2 A or AA rule the page breaks. */
export async function assertAccessible(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
  );
  const found = violations.map((rule) => `${rule.id}: ${rule.help}\n  ${rule.nodes.map((node) => node.html).join("\n  ")}`);
  assert.deepEqual(found, [], `${page.url()} breaks accessibility rules`);
}

/** Opens a row of the log where it has no link. */
export async function openRow(row) {
  await row.locator("> details > summary").click({ position: { x: 3, y: 6 } });
}
