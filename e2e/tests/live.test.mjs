// A view that is followed live: where it may be, where new rows come, when it rests, and why it stops.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible } from "../support/browser.mjs";
import { apiKey } from "../support/people.mjs";
import { scene } from "../support/scene.mjs";

let key;
const here = scene({ activities: 1_000 }, async () => {
  const page = await here.as("administrator");
  key = await apiKey(page, "live test");
  await page.context().close();
});

/** Reports that these did something of this type, one after the other. What the demo does by itself is of other types. */
async function report(activity, ...names) {
  const answer = await fetch(`${here.demo.url}/v1/activities`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(names.map((name) => ({ activity, user: { id: name, name } }))),
  });
  assert.ok(answer.ok, await answer.text());
}

const many = (name, n) => Array.from({ length: n }, (_, at) => `${name} ${at}`);

/** An auditor's page that follows the activities of a type. */
async function following(activity, prepare = async () => {}) {
  const page = await here.as("auditor");
  await prepare(page);
  await page.goto(`/activity?q=activity:${activity}`);
  await page.getByRole("button", { name: "Live", exact: true }).click();
  await bar(page, "Following").waitFor();
  return page;
}

/** The bar between new rows and old, once it says so. */
const bar = (page, words) => page.locator(".tail", { hasText: words });
const rowOf = (page, name) => page.locator(".entry", { hasText: name });

test("it begins with its button, and new rows come on top", async () => {
  await report("live.first", "Before");
  const page = await following("live.first");
  assert.equal(await page.getByRole("button", { name: "Live", exact: true }).getAttribute("aria-pressed"), "true");
  assert.ok(!(await page.locator(".hist").isVisible()), "what is counted is not what comes");
  await report("live.first", "One");
  await rowOf(page, "One").waitFor();
  await report("live.first", "Two");
  await rowOf(page, "Two").waitFor();
  const who = (await page.locator(".entry .who").allInnerTexts()).map((text) => text.trim());
  assert.deepEqual(who, ["Two", "One", "Before"]);
  assert.deepEqual(await page.locator(".entry.fresh .who").allInnerTexts().then((all) => all.length), 2);
  await assertAccessible(page);
  const days = page.locator(".day");
  assert.deepEqual(await days.locator("time").allInnerTexts(), ["Today", "Today"], "new rows stand under a day of their own");
  assert.equal(await days.locator("span").count(), 0, "what was counted is no longer all of the day");
  await page.locator(".tail").getByRole("button", { name: "Stop" }).click();
  await bar(page, "Live stopped.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Live", exact: true }).getAttribute("aria-pressed"), "false");
  await report("live.first", "Meanwhile");
  await page.keyboard.press("l");
  await rowOf(page, "Meanwhile").waitFor();
  assert.equal(await page.locator(".entry").count(), 4, "a row came twice, or not at all");
  assert.deepEqual(page.problems, []);
});

test("it rests while the reader has scrolled down, says how many wait, and goes on at the top", async () => {
  await report("live.long", ...many("Old", 45));
  const page = await following("live.long");
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await bar(page, "Paused, for you have scrolled").waitFor();
  const place = () => page.locator(".entry").last().evaluate((row) => row.getBoundingClientRect().top);
  const before = await place();
  await report("live.long", "One", "Two");
  await bar(page, "2 newer").waitFor();
  assert.equal(await rowOf(page, "Two").count(), 0, "a row moved those that are read");
  assert.equal(await place(), before);
  assert.ok(await page.locator(".tail").isVisible());
  await page.evaluate(() => scrollTo(0, 0));
  await rowOf(page, "Two").waitFor();
  await bar(page, "Following").waitFor();
  await page.locator(".tail").getByRole("button", { name: "Pause" }).click();
  await report("live.long", "Three");
  await page.locator(".tail").getByRole("button", { name: "1 newer" }).click();
  await rowOf(page, "Three").waitFor();
  assert.match(await page.locator(".entry").first().innerText(), /Three/);
  assert.deepEqual(page.problems, []);
});

test("it is offered only where the newest come first and the range goes on", async () => {
  const page = await here.as("auditor");
  const offered = () => page.getByRole("button", { name: "Live", exact: true }).count();
  for (const address of ["/activity", "/activity?from=-30d", "/activity?q=-by:system"]) {
    await page.goto(address);
    assert.equal(await offered(), 1, address);
  }
  await page.getByRole("link", { name: "Older" }).click();
  await page.getByRole("link", { name: "Newest" }).waitFor();
  assert.equal(await offered(), 0, "further back");
  await page.goto(page.url());
  await page.getByRole("link", { name: "Newest" }).click();
  await page.waitForURL((url) => !url.searchParams.has("after"));
  assert.equal(await offered(), 1);
  for (const address of ["?from=2026-11-01&to=2026-11-15", "?to=yesterday", "?q=at:yesterday", "?q=outcom:x"]) {
    await page.goto(`/activity${address}`);
    assert.equal(await offered(), 0, address);
    await page.keyboard.press("l");
    assert.equal(await page.locator(".tail").count(), 0, address);
  }
  const plain = await here.as("auditor", { javaScriptEnabled: false });
  await plain.goto("/activity");
  assert.ok(!(await plain.locator("live-tail").isVisible()), "a button that does nothing");
});

test("it stops above what anybody can read along, after ten minutes, and says so", async () => {
  const busy = await following("live.busy");
  await report("live.busy", ...many("Busy", 150));
  await bar(busy, "Live stopped: more than 100 activities a second. Narrow the search.").waitFor();
  assert.equal(await busy.getByRole("button", { name: "Live", exact: true }).getAttribute("aria-pressed"), "false");
  assert.ok(await busy.locator(".tail").getByRole("button", { name: "Resume" }).isVisible());
  const idle = await following("live.idle", (page) => page.clock.install());
  await idle.clock.fastForward("09:00");
  await report("live.idle", "One");
  await rowOf(idle, "One").waitFor();
  await idle.clock.fastForward("01:01");
  await bar(idle, "Live stopped by itself after 10 minutes.").waitFor();
  assert.ok(await rowOf(idle, "One").isVisible(), "what came stays");
  assert.deepEqual([...busy.problems, ...idle.problems], []);
});

test("rights that end, end it", async () => {
  const page = await following("live.rights");
  const other = await here.as("auditor");
  await other.goto("/settings/devices");
  await other.getByRole("button", { name: /all other/i }).click();
  await other.locator("dialog[open] button[value=yes]").click();
  await page.waitForURL(/\/login/);
});
