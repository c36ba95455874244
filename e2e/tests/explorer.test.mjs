// The explorer as an instrument: who did it, when, of what all of it is made, and what happened around it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, openRow } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";

const here = scene({ activities: 3_000 });

const auditor = (options) => here.as("auditor", options);

/** Everything up to yesterday: of today there is more each second, so that what is counted twice differs. */
const SETTLED = "/activity?to=yesterday";

/** How many activities the line of results says there are. */
async function counted(page) {
  return Number((await page.locator(".result b").first().innerText()).replaceAll(",", ""));
}

test("a row says who did it, and on whom only where that is somebody else", async () => {
  const page = await here.as("administrator");
  await page.goto("/activity?q=activity:group.member_added");
  const row = page.locator(".entry").first();
  assert.match(await row.locator(".who").innerText(), /^Sam O.Connor/);
  assert.match((await row.locator(".what").innerText()).replaceAll("\n", " "), /^Added to group: .+ for \S+/);
  assert.doesNotMatch(await row.locator(".what").innerText(), /Sam O.Connor/);
  await page.goto("/activity?q=by:system");
  for (const who of await page.locator(".entry .who").allInnerTexts()) assert.match(who, /^Whodid\s+system/);
  await page.goto("/activity");
  for (const who of await page.locator(".entry .who").allInnerTexts()) assert.notEqual(who.trim(), "");
  const heights = await page.locator(".entry > .row").evaluateAll((rows) => rows.map((one) => one.getBoundingClientRect().height));
  assert.deepEqual([...new Set(heights)], [34], "rows of several heights");
  await page.locator(".entry .who a").first().click();
  await page.waitForURL(/\/users\/.+\/activity/);
  assert.equal(await page.locator(".entry .who").count(), 0, "one person's log repeats the name in each row");
  assert.deepEqual(page.problems, []);
});

test("the page is light, and what a row holds is fetched when it is opened", async () => {
  const page = await auditor();
  const answer = await page.goto("/activity");
  const size = (await answer.body()).length;
  assert.ok(size <= 70 * 1024, `${size} bytes of HTML`);
  assert.equal(await page.locator(".entry").count(), 50);
  const row = page.locator(".entry").nth(4);
  await openRow(row);
  await row.locator("dl dt", { hasText: "Provenance" }).waitFor();
  assert.match(await row.innerText(), /Recorded by Whodid|Reported by/);
  assert.match(await row.locator(".json").innerText(), /"activity": "/);
  await assertAccessible(page);
  const address = page.url();
  await row.getByRole("link", { name: "Open on its own page" }).click();
  await page.waitForURL(/\/activities\/\d+$/);
  assert.match(await page.title(), /^.+: .+ · Whodid$/);
  await assertAccessible(page);
  await page.goBack();
  assert.equal(page.url(), address);
  await page.locator(".entry > details[open] dl").first().waitFor();
  assert.deepEqual(page.problems, []);
});

test("each value of an opened row leads to the rows that have it and to those that have not", async () => {
  const page = await auditor();
  await page.goto(SETTLED);
  const all = await counted(page);
  const row = page.locator(".entry", { has: page.locator(".where a") }).first();
  await openRow(row);
  const line = row.locator("dd", { has: page.locator('[aria-label^="Only "]'), hasText: /^\d+\.\d+\.|:/ }).first();
  await line.hover();
  await line.getByRole("link", { name: /^Only/ }).click();
  await page.waitForURL(/ip(:|%3A)/);
  const only = await counted(page);
  assert.ok(only > 0 && only < all);
  await page.goBack();
  await page.locator(".entry > details[open] dd").first().waitFor();
  await line.hover();
  await line.getByRole("link", { name: /^Without/ }).click();
  await page.waitForURL(/-ip(:|%3A)/);
  assert.equal((await counted(page)) + only, all);
});

test("what happened around a row marks the row", async () => {
  const page = await auditor();
  await page.goto("/activity?q=activity:user.locked");
  const row = page.locator(".entry").first();
  const id = await row.getAttribute("id");
  await openRow(row);
  await row.getByRole("link", { name: "All within 5 minutes" }).click();
  await page.waitForURL(/after=/);
  const marked = page.locator(`#${id}`);
  await marked.waitFor();
  assert.ok(await marked.isVisible());
  assert.ok(await marked.evaluate((entry) => entry.matches(":target")));
  assert.doesNotMatch(await page.locator(".chip.range").first().innerText(), /Z|000000/, "a raw instant");
});

test("bars are brushed by the mouse and by the keyboard, and the sum is said", async () => {
  const page = await auditor();
  await page.goto("/activity?from=-90d");
  const plot = page.locator(".hist svg.plot");
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 40, { steps: 5 });
  await page.mouse.up();
  const chosen = page.locator(".result .chosen");
  const said = await chosen.innerText();
  const sum = Number(said.match(/: ([\d,]+) activities/)[1].replaceAll(",", ""));
  assert.ok(sum > 0, said);
  await chosen.getByRole("link", { name: "Zoom in" }).click();
  await page.waitForURL(/from=2.*to=(<|%3C)2/);
  assert.equal(await counted(page), sum);
  await plot.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  assert.match(await chosen.innerText(), /activities/);
  await page.locator(".hist .grip").first().focus();
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "slider");
  await assertAccessible(page);
  await page.keyboard.press("Escape");
  assert.ok(!(await chosen.isVisible()));
  assert.deepEqual(page.problems, []);
});

test("a day is called as people call it, and says how much of the view it holds where the bars know", async () => {
  const page = await auditor();
  await page.goto("/activity?from=yesterday&to=yesterday");
  await page.locator(".day").first().waitFor();
  const [day] = await page.locator(".day").all();
  assert.equal(await day.locator("time").innerText(), "Yesterday");
  assert.match(await day.locator("time").getAttribute("title"), /^\w{3} \d{1,2} \w{3} \d{4}$/);
  assert.equal(Number((await day.locator("span").innerText()).match(/^[\d,]+/)[0].replaceAll(",", "")), await counted(page));
  await page.goto("/activity?to=<today");
  const heads = await page.locator(".day time").allInnerTexts();
  assert.equal(heads[0], "Yesterday");
  for (const head of heads.slice(1)) assert.match(head, /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} \w{3} \d{4}$/);
  assert.equal(await page.locator(".day span").count(), 0, "bars of weeks know nothing of days");
});

test("facets narrow the view and take back, and say what the others would be", async () => {
  const page = await auditor();
  await page.goto(SETTLED);
  const facet = page.locator(".facet", { has: page.getByRole("heading", { name: "Application", exact: true }) });
  const value = facet.locator("li", { hasText: "Web manager" });
  const n = Number((await value.locator("i").textContent()).replaceAll(",", ""));
  await value.getByRole("link", { name: "Web manager", exact: true }).click();
  await page.waitForURL(/application/);
  assert.equal(await counted(page), n);
  assert.equal(await facet.locator("li.on").count(), 1);
  assert.ok((await facet.locator("li").count()) > 1, "what could be chosen beside is gone");
  await facet.getByRole("link", { name: "Web manager", exact: true }).click();
  await page.waitForURL((url) => !url.search.includes("application"));
  const all = await counted(page);
  await value.hover();
  await value.getByRole("link", { name: "Without Web manager" }).click();
  await page.waitForURL(/-application/);
  assert.equal((await counted(page)) + n, all);
  assert.equal(await facet.locator("li.off").count(), 1);
  await assertAccessible(page);
  assert.deepEqual(page.problems, []);
});

test("all of it works without a script", async () => {
  const page = await auditor({ javaScriptEnabled: false });
  await page.goto("/activity?from=-90d");
  await page.getByRole("link", { name: "Bars as a table" }).click();
  const bar = page.locator(".hist .bars tbody tr").nth(1);
  const n = Number((await bar.locator("td").nth(1).innerText()).replaceAll(",", ""));
  await bar.getByRole("link").click();
  assert.equal(await counted(page), n);
  await page.goto("/activity");
  await page.locator(".facet li a").first().click();
  assert.match(page.url(), /q=activity/);
  const row = page.locator(".entry").first();
  await openRow(row);
  await row.getByRole("link", { name: "On its own page" }).click();
  assert.match(page.url(), /\/activities\/\d+$/);
  await page.getByRole("link", { name: "Older" }).click();
  assert.match(page.url(), /\/activities\/\d+$/);
});

test("on a phone filters fold, nothing scrolls sideways, and touch opens a row", async () => {
  const page = await auditor({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await page.goto("/activity");
  const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok((await sideways()) <= 0);
  assert.ok(!(await page.locator(".facet").first().isVisible()));
  await page.locator(".rail > summary").tap();
  assert.ok(await page.locator(".facet").first().isVisible());
  assert.ok((await sideways()) <= 0);
  await page.locator(".rail > summary").tap();
  const row = page.locator(".entry").first();
  await row.locator("> details > summary").tap({ position: { x: 3, y: 6 } });
  await row.locator("dl").first().waitFor();
  assert.ok((await sideways()) <= 0);
  await assertAccessible(page);
  assert.deepEqual(page.problems, []);
});

test("keys move through rows, open the next, and leave out what a row shows", async () => {
  const page = await auditor();
  await page.goto("/activity");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.locator(".entry > details[open] dl").first().waitFor();
  const first = await page.locator(".entry:has(> details[open])").getAttribute("id");
  await page.keyboard.press("]");
  await page.waitForFunction((id) => document.querySelector(".entry:has(> details[open])")?.id !== id, first);
  assert.equal(await page.locator(".entry:has(> details[open])").count(), 1);
  await page.keyboard.press("x");
  await page.waitForURL(/-activity/);
  assert.deepEqual(page.problems, []);
});

test("a view is exported with the columns that it shows", async () => {
  const page = await auditor();
  await page.goto("/activity?from=-7d&cols=id,what,time,group");
  await page.getByRole("link", { name: "Export", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Columns as shown").check();
  assert.match(await dialog.locator(".shown").innerText(), /^Id, Sentence, On whom, Reason, Time, Group$/);
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Export", exact: true }).click();
  await page.locator("#told").waitFor();
  await page.goto("/exports");
  await page.locator(".exports li", { hasText: "CSV, 6 columns" }).getByRole("link", { name: "Download" }).waitFor();
  const file = await page.request.get(await page.getByRole("link", { name: "Download" }).first().getAttribute("href"));
  assert.equal((await file.text()).split(/\r?\n/)[0].replace("\uFEFF", ""), "id,sentence,user,reason,occurred_at,group");
  const plain = await auditor({ javaScriptEnabled: false });
  await plain.goto("/activity?cols=what,who");
  await plain.getByRole("link", { name: "Export", exact: true }).click();
  await plain.getByLabel("Columns as shown").check();
  await plain.getByRole("button", { name: "Export", exact: true }).click();
  await plain.waitForURL(/\/exports\/exp_/);
  await plain.goto("/exports");
  assert.match(await plain.locator(".exports li").first().innerText(), /CSV, 5 columns/, "time, sentence, on whom, reason, who");
});
