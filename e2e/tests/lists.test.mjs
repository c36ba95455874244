// Lists that go on over several pages, what narrows them, and what is remembered of that.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";

const here = scene({ activities: 20_000 });

async function opened(path, options = {}) {
  const page = await here.as("administrator", { viewport: { width: 1280, height: 900 }, ...options });
  await page.goto(path);
  return page;
}

const pager = (page) => page.getByRole("navigation", { name: "Pages" });
const turn = (page, name) => pager(page).getByRole("link", { name, exact: true });
const names = (page) => page.locator("tbody tr td:first-child").allInnerTexts();

test("a list is turned forwards and backwards, with what narrows it, without a script", async () => {
  const page = await opened("/users?find=&status=&role=&sort=name&dir=asc", { javaScriptEnabled: false });
  assert.equal(await turn(page, "Previous").count(), 0);
  const first = await names(page);
  await turn(page, "Next").click();
  await pager(page).getByText(/^51–\d+ of /).waitFor();
  assert.notDeepEqual(await names(page), first);
  await turn(page, "Previous").click();
  await pager(page).getByText(/^1–50 of /).waitFor();
  assert.deepEqual(await names(page), first);
  assert.deepEqual(await pager(page).getByRole("link").allInnerTexts(), ["Next"], "it is the first page again");
  await page.goto("/users?clear=1");
  await page.context().close();
});

test("a filter of last time is said, with a way to be rid of it; one that was just chosen is not", async () => {
  const page = await opened("/users?status=never&find=");
  const said = page.getByText(/^Remembered from last time/);
  assert.equal(await said.count(), 0);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Groups" }).click();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Users" }).click();
  assert.match(await said.innerText(), /^Remembered from last time: Never · Clear$/);
  await assertAccessible(page);
  await said.getByRole("link", { name: "Clear" }).click();
  await page.waitForURL(/\/users$/);
  assert.equal(await said.count(), 0);
  assert.match(await page.title(), /^All Users/);
  await page.context().close();
});

test("a time zone that does not exist is said on any page", async () => {
  const page = await opened("/groups?tz=Mars/Base");
  for (const path of ["/groups", "/users", "/activity", "/admin/outbox"]) {
    await page.goto(`${path}?tz=Mars/Base`);
    assert.equal(await page.getByText(/There is no time zone Mars\/Base: times are in /).count(), 1, path);
    await page.goto(`${path}?tz=EST`);
    assert.equal(await page.getByText(/There is no time zone/).count(), 0, path);
  }
  await page.context().close();
});

test("a filter is taken away by its cross", async () => {
  const page = await opened("/users?status=never&role=member&find=", { javaScriptEnabled: false });
  await page.getByRole("link", { name: "Remove status" }).click();
  assert.match(await page.title(), /^Member: All Users/);
  await page.getByRole("link", { name: "Remove role" }).click();
  assert.match(await page.title(), /^All Users/);
  await page.context().close();
});

test("All Users are narrowed to a group, found by a part of its name, without a script", async () => {
  const page = await opened("/groups", { javaScriptEnabled: false });
  const group = await page.locator("tbody a.name").first().innerText();
  await page.goto("/users?clear=1");
  const all = await page.locator(".head .of").innerText();
  await page.getByText("+ group").click();
  await page.getByRole("searchbox", { name: "Find a group by name" }).fill(group);
  await page.locator(".choices").getByRole("button", { name: "Find" }).click();
  // One that is the only one to be meant is chosen; else it is one of those that are offered.
  const offer = page.locator(".choices a").filter({ hasText: group }).first();
  if (!/group=/.test(page.url())) await offer.click();
  assert.ok((await page.title()).startsWith(`${group}: All Users`) || (await page.title()).includes(`› ${group}: All Users`));
  assert.notEqual(await page.locator(".head .of").innerText(), all);
  await page.goto("/users?group=grp_none");
  await page.getByText(/There is no group grp_none, or not any more/).waitFor();
  assert.match(await page.title(), /^All Users/);
  await page.goto("/users?group_find=zzzz");
  await page.getByText("No group has a word in its name that begins like this.").waitFor();
  await page.goto("/users?clear=1");
  await page.context().close();
});
