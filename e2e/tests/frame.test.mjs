// What stands around every page: the bar and its menus, the rail of Settings, keys, questions, and settings that act.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";

const here = scene({ activities: 1_000 });

async function opened(as, path, options = {}) {
  const page = await here.as(as, { viewport: { width: 1280, height: 900 }, ...options });
  await page.goto(path);
  return page;
}

const bar = (page) => page.getByRole("navigation", { name: "Main" });

test("the bar shows each role its own pages, and where it is", async () => {
  for (const [as, links] of [
    ["administrator", ["Activity", "Users", "Groups", "Sessions", "Exports"]],
    ["auditor", ["Activity", "Users", "Groups", "Sessions", "Exports"]],
    ["member", ["Activity Logs", "Groups", "Sessions", "Exports", "Logged activities"]],
  ]) {
    const page = await opened(as, "/groups");
    assert.deepEqual(await bar(page).locator("> a").allInnerTexts(), links, as);
    assert.equal(await bar(page).locator('> a[aria-current="page"]').innerText(), "Groups");
    await page.context().close();
  }
  const page = await opened("administrator", "/admin/outbox");
  const admin = bar(page).locator("details > summary");
  assert.match(await admin.innerText(), /Outbox/, "the menu bears the name of its page");
  await admin.click();
  assert.equal(await bar(page).locator('.panel a[aria-current="page"]').innerText(), "Outbox");
  await page.keyboard.press("Escape");
  assert.equal(await bar(page).locator("details").evaluate((menu) => menu.open), false);
  await page.context().close();
});

test("on a phone one menu holds everything, also without a script", async () => {
  const page = await opened("administrator", "/users", { viewport: { width: 390, height: 800 }, javaScriptEnabled: false });
  assert.equal(await page.locator(".top nav.main").isVisible(), false);
  await page.getByText("Menu", { exact: true }).click();
  await page.locator(".sections").getByRole("link", { name: "API keys" }).click();
  await page.waitForURL(/admin\/api-keys/);
  await page.context().close();
});

test("Settings are a rail, and below 900 pixels a menu that bears the page's name", async () => {
  const page = await opened("member", "/settings/two-factor/app");
  const rail = page.getByRole("navigation", { name: "Settings" });
  assert.deepEqual(await rail.getByRole("heading").allInnerTexts(), ["Account", "Security", "People", "My data"]);
  assert.equal(await rail.locator("a").count(), 11);
  assert.equal(await rail.locator('[aria-current="page"]').innerText(), "Two-factor authentication");
  await page.setViewportSize({ width: 800, height: 900 });
  assert.equal(await page.locator(".side").isVisible(), false);
  await page.locator(".side-menu > summary", { hasText: "Two-factor authentication" }).click();
  await page.locator(".side-menu").getByRole("link", { name: "Privacy" }).click();
  await page.waitForURL(/settings\/privacy/);
  await page.context().close();
});

test("a login that is disabled can be put back, and one's own is off limits", async () => {
  const page = await opened("administrator", `/users?find=${here.demo.logIns.member.username}`);
  const box = page.getByRole("checkbox", { name: /login enabled for/i });
  const height = await page.locator("tbody tr").evaluate((row) => row.offsetHeight);
  await box.uncheck();
  const toast = page.locator(".toast");
  await toast.getByText(/Login disabled for/).waitFor();
  await assertAccessible(page);
  assert.equal(await page.locator("tbody tr").evaluate((row) => row.offsetHeight), height, "nothing moves");
  await toast.getByRole("button", { name: "Undo" }).click();
  await toast.getByText(/Login enabled for/).waitFor();
  assert.equal(await box.isChecked(), true);
  await page.reload();
  assert.equal(await box.isChecked(), true);
  await page.goto(`/users?find=${here.demo.logIns.administrator.username}`);
  assert.equal(await box.isDisabled(), true);
  await page.goto("/users?clear=1");
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("giving up one's own role is asked about in the product's own dialog", async () => {
  const page = await opened("administrator", `/users?find=${here.demo.logIns.administrator.username}`);
  await page.locator("tbody a.name").click();
  const role = page.getByRole("checkbox", { name: /Administrator/ });
  await role.uncheck();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/Give up your own role/).waitFor();
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  // The box goes back when the dialog has closed.
  await role.and(page.locator(":checked")).waitFor();
  await page.goto("/users?clear=1");
  await page.context().close();
});

test("without a script what ends something asks on a page", async () => {
  const page = await opened("administrator", `/users?find=${here.demo.logIns.member.username}`, { javaScriptEnabled: false });
  await page.getByRole("checkbox", { name: /login enabled for/i }).uncheck();
  await page.locator("tbody").getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: /Disable the login of/ }).waitFor();
  await page.getByRole("link", { name: "Cancel" }).click();
  assert.equal(await page.getByRole("checkbox", { name: /login enabled for/i }).isChecked(), true);
  await page.goto("/users?clear=1");
  await page.context().close();
});

test("/ finds the search of a list, and the help names the keys of its page", async () => {
  const page = await opened("administrator", "/users");
  for (const path of ["/users", "/settings/connections", "/groups"]) {
    await page.goto(path);
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("type")), "search", path);
  }
  await page.goto("/settings/profile");
  await page.keyboard.press("?");
  const keys = page.getByRole("dialog");
  assert.deepEqual(await keys.locator("dt").allInnerTexts(), ["?"]);
  await assertAccessible(page);
  await page.keyboard.press("Escape");
  assert.equal(await keys.count(), 0);
  await page.context().close();
});

test("the title of All Users says what is looked for", async () => {
  const page = await opened("administrator", "/users?status=never&role=member&find=");
  assert.match(await page.title(), /^Never, Member: All Users/);
  await page.goto("/users?clear=1");
  assert.match(await page.title(), /^All Users/);
  await page.context().close();
});

test("where one may log in from is asked about if it is one's own, and can be put back", async () => {
  const page = await opened("administrator", `/users?find=${here.demo.logIns.administrator.username}`);
  await page.locator("tbody a.name").click();
  const add = page.getByRole("textbox", { name: "Address or network to add" });
  const remove = page.getByRole("button", { name: "Remove 127.0.0.0/8" });
  await add.fill("127.0.0.0/8");
  await add.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/Change where you yourself may log in from/).waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  assert.equal(await remove.count(), 0);
  await add.press("Enter");
  await dialog.getByRole("button", { name: "Add" }).click();
  const toast = page.locator(".toast");
  await toast.getByText(/may log in from 127\.0\.0\.0\/8 only/).waitFor();
  await remove.waitFor();
  assert.equal(await add.inputValue(), "", "there is room for another");
  await assertAccessible(page);
  await toast.getByRole("button", { name: "Undo" }).click();
  await toast.getByText(/may log in from anywhere/).waitFor();
  await remove.waitFor({ state: "detached" });
  await add.fill("nowhere");
  await add.press("Enter");
  await dialog.getByRole("button", { name: "Add" }).click();
  await toast.getByText(/nowhere is no address or network/).waitFor();
  assert.equal(await add.inputValue(), "nowhere", "what was typed stays");
  await page.goto("/users?clear=1");
  await page.context().close();
});

test("another user's addresses are put back as well, and a device is asked about before it ends", async () => {
  const page = await opened("administrator", `/users?find=${here.demo.logIns.member.username}`);
  await page.locator("tbody a.name").click();
  const add = page.getByRole("textbox", { name: "Address or network to add" });
  await add.fill("10.0.0.0/8, 192.0.2.7");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const toast = page.locator(".toast");
  await toast.getByText(/may log in from 2 addresses and networks only/).waitFor();
  await page.getByRole("button", { name: "Remove 10.0.0.0/8" }).click();
  await toast.getByText(/may log in from 192\.0\.2\.7\/32 only/).waitFor();
  await toast.getByRole("button", { name: "Undo" }).click();
  await toast.getByText(/may log in from 2 addresses and networks only/).waitFor();
  for (const network of ["10.0.0.0/8", "192.0.2.7/32"]) await page.getByRole("button", { name: `Remove ${network}` }).click();
  await toast.getByText(/may log in from anywhere/).waitFor();
  assert.deepEqual(page.problems, []);
  await page.goto("/users?clear=1");
  await page.context().close();
  const own = await opened("member", "/settings/devices");
  const end = own.getByRole("button", { name: /^End / }).first();
  if ((await end.count()) > 0) {
    await end.click();
    await own.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  }
  await own.context().close();
});

test("an e-mail address is changed by an administrator only after a question", async () => {
  const page = await opened("administrator", `/users?find=${here.demo.logIns.member.username}`, { javaScriptEnabled: false });
  await page.locator("tbody a.pencil").click();
  const before = await page.getByLabel("Email").inputValue();
  await page.getByLabel("Email").fill("somebody.else@example.com");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: /Change the e-mail address of .* to somebody\.else@example\.com\?/ }).waitFor();
  await page.getByRole("link", { name: "Cancel" }).click();
  assert.equal(await page.getByLabel("Email").inputValue(), before);
  await page.goto("/users?clear=1");
  await page.context().close();
});
