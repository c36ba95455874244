// The two stories of the product, as a person lives them, in Chromium.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { logIn, openRow } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";

const here = scene();

/** What a click downloads, as text. */
async function downloaded(page, click) {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return readFile(await download.path(), "utf8");
}

test("the administrator generates and downloads the activity log of a user", async () => {
  const page = await here.page();
  const { username } = here.demo.logIns.member;
  await logIn(page, here.demo.logIns.administrator);
  await page.getByRole("link", { name: "Users", exact: true }).first().click();
  await page.getByRole("searchbox", { name: /find users/i }).fill(username);
  await page.getByRole("button", { name: "Find" }).click();
  const row = page.locator("tbody tr");
  assert.equal(await row.count(), 1);
  assert.match(await row.innerText(), /\d{4}-\d\d-\d\d|Never|Active|Failed|Locked/);
  await row.locator("a.name").click();
  await page.getByRole("switch", { name: "Login enabled" }).waitFor();
  await page.getByRole("link", { name: "View Activity Log" }).click();
  await page.getByRole("button", { name: "Generate CSV" }).click();
  const ready = page.getByRole("link", { name: "Download CSV" });
  await ready.waitFor({ timeout: 20_000 });
  assert.match(await page.locator("#csv").innerText(), /Last generated/);
  const csv = await downloaded(page, () => ready.click());
  const [header, first, ...rest] = csv.trimEnd().split("\r\n");
  assert.equal(header, "User,Details,Activity,Date/Time");
  assert.match(first, /EST$/);
  assert.ok(rest.length > 10, `only ${rest.length} further rows`);
  assert.ok(/Logged in/.test(csv) && /\d+\.\d+\.\d+\.\d+|2001:db8/.test(csv), "no log-in with an address");
  await page.goto("/activity?q=" + encodeURIComponent("activity:export.generated,export.downloaded at:-3m"));
  assert.equal(await page.locator(".entry").count(), 2, "generating and downloading are not both in the log");
  assert.deepEqual(page.problems, []);
});

test("a member searches, filters and exports their own log and sees who read it", async () => {
  const page = await here.as("member");
  await page.locator("details.me > summary").click();
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByRole("navigation", { name: /settings/i }).getByRole("link", { name: "Activity Logs" }).click();
  const rows = page.locator(".entry");
  assert.ok((await rows.count()) >= 50);
  await page.getByLabel("Search activity").fill("activity:user.login application:\"Web manager\"");
  await page.getByLabel("Search activity").press("Enter");
  await page.waitForURL(/q=/);
  for (const what of await page.locator(".entry .what .say").allInnerTexts()) assert.equal(what.trim(), "Logged in");
  assert.equal(await page.locator(".chip[data-text]").count(), 2);
  const counted = Number((await page.locator(".result b").first().innerText()).replaceAll(",", ""));
  // The dialog says what it covers, closes after the start, and the page says when the file is there.
  const exported = async (format) => {
    await page.getByRole("link", { name: "Export", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("heading", { name: `Export ${counted.toLocaleString("en-US")} activities` }).waitFor();
    await dialog.getByRole("radio", { name: format }).check();
    await dialog.getByRole("button", { name: "Export", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    return downloaded(page, () => page.locator("#told").getByRole("link", { name: "Download" }).click());
  };
  const csv = await exported("CSV");
  assert.ok(csv.startsWith("\ufeffoccurred_at,"), csv.slice(0, 40));
  assert.equal(csv.trimEnd().split("\r\n").length, counted + 1);
  const lines = await exported("JSON Lines");
  const activities = lines.trimEnd().split("\n").map((line) => JSON.parse(line));
  // The export just made is a new activity, but no log-in: the same rows again.
  assert.equal(activities.length, counted);
  assert.ok(activities.every((activity) => activity.activity === "user.login"));
  await page.locator(".chip .x").first().click();
  await page.waitForURL((url) => !url.search.includes("user.login"));
  await page.goto("/settings/activity-logs?q=activity:log.viewed");
  assert.ok((await rows.count()) >= 1, "the administrator's reading is not in the member's log");
  assert.deepEqual(page.problems, []);
});

test("a row opens in place, its link leads to it, and keys move through the list", async () => {
  const page = await here.as("auditor");
  await page.goto("/activity?q=activity:session.joined");
  const row = page.locator(".entry").first();
  await openRow(row);
  await row.locator(".open dl").first().waitFor();
  assert.match(await row.innerText(), /session\.joined/);
  assert.equal(new URL(page.url()).hash, `#${await row.getAttribute("id")}`);
  await row.getByRole("link", { name: "Open on its own page" }).click();
  await page.waitForURL(/\/activities\/\d+$/);
  assert.match(await page.title(), /Joined session: /);
  assert.match(await page.locator("main").innerText(), /session\.joined/);
  await page.goto("/activity");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "q");
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.locator(".entry > details[open] .open dl").first().waitFor();
  assert.deepEqual(page.problems, []);
});

test("a wrong query is underlined and the suggestion mends it", async () => {
  const page = await here.as("auditor");
  const answer = await page.goto("/activity?q=outcme:failure");
  assert.equal(answer.status(), 400);
  assert.equal(await page.locator(".chip.wrong b").innerText(), "outcme");
  await page.locator(".mistake a").first().click();
  await page.waitForURL(/outcome%3Afailure|outcome:failure/);
  for (const what of await page.locator(".entry").all()) assert.match(await what.getAttribute("class"), /failed|warned/);
});

test("the login checkbox acts at once and ends what it must", async () => {
  const page = await here.page();
  const theirs = await here.as("member");
  await logIn(page, here.demo.logIns.administrator);
  await page.goto(`/users?find=${here.demo.logIns.member.username}`);
  const box = page.getByRole("checkbox", { name: /login enabled for/i });
  const acted = () => page.waitForResponse((answer) => answer.url().includes("/login-enabled"));
  await Promise.all([acted(), box.uncheck()]);
  await page.reload();
  assert.equal(await box.isChecked(), false);
  await theirs.goto("/settings/activity-logs");
  assert.match(theirs.url(), /\/login/);
  await Promise.all([acted(), box.check()]);
  await page.reload();
  assert.equal(await box.isChecked(), true);
  await page.goto("/users?clear=1");
});

test("both stories work without JavaScript", async () => {
  const page = await here.as("administrator", { javaScriptEnabled: false });
  await page.goto("/users");
  await page.locator("tbody tr a.name").nth(3).click();
  await page.getByRole("link", { name: "View Activity Log" }).click();
  await page.getByRole("button", { name: "Generate CSV" }).click();
  for (let tries = 0; tries < 50 && !(await page.getByRole("link", { name: "Download CSV" }).isVisible()); tries += 1) {
    await page.waitForTimeout(100);
    await page.reload();
  }
  const csv = await downloaded(page, () => page.getByRole("link", { name: "Download CSV" }).click());
  assert.match(csv, /^User,Details,Activity,Date\/Time\r\n/);
  const row = page.locator(".entry").first();
  await openRow(row);
  await row.getByRole("link", { name: "On its own page" }).click();
  await page.locator("main dl").first().waitFor();
});
