// Much of everything: a box with fifty conditions, and a hundred thousand values behind the facets.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible } from "../support/browser.mjs";
import { apiKey } from "../support/people.mjs";
import { scene } from "../support/scene.mjs";

const VALUES = 100_000;
// A development build counts so many values in more than the five seconds that a question may take.
const here = scene({ activities: 500, settings: ["log.query_ms=60000"] });

/** Reports activities of as many people, devices and addresses, all of them an hour ago. */
async function fill(key) {
  const at = new Date(Date.now() - 3_600_000).toISOString();
  for (let from = 0; from < VALUES; from += 5_000) {
    const lines = [];
    for (let n = from; n < from + 5_000; n += 1) {
      const address = `2001:db8::${(n >> 16).toString(16)}:${(n & 0xffff).toString(16)}`;
      const user = { id: `many-${n}`, name: `Person ${n}` };
      lines.push(JSON.stringify({ activity: "demo.many", occurred_at: at, user, ip: address, device: `Device ${n}` }));
    }
    const answer = await fetch(`${here.demo.url}/v1/activities`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/x-ndjson" },
      body: lines.join("\n"),
    });
    const told = await answer.json();
    assert.equal(told.recorded, lines.length, JSON.stringify(told).slice(0, 500));
  }
}

test("fifty conditions stand in the box, at every width, and go one by one", async () => {
  const page = await here.as("auditor");
  const query = Array.from({ length: 50 }, (_, n) => `-device:"Device number ${n}"`).join(" ");
  const chips = page.locator(".chips .chip:not(.range)");
  for (const width of [320, 390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`/activity?q=${encodeURIComponent(query)}`);
    assert.equal(await chips.count(), 50);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(over <= 0, `${over} pixels wider than ${width}`);
  }
  assert.ok((await page.locator(".entry").count()) > 0, "nothing is found that none of them excludes");
  await assertAccessible(page);
  await chips.last().locator(".x").click();
  await page.waitForURL((url) => !url.searchParams.get("q").includes("number 49"));
  assert.equal(await chips.count(), 49);
  await chips.last().locator(".x").focus();
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => !url.searchParams.get("q").includes("number 48"));
  assert.equal(await chips.count(), 48);
  assert.deepEqual(page.problems, []);
});

test("a hundred thousand values are counted, the first of them shown, and the page stays light", async () => {
  const administrator = await here.as("administrator");
  await fill(await apiKey(administrator, "many values"));
  const page = await here.as("auditor");
  const answer = await page.goto("/activity?q=activity:demo.many");
  const size = (await answer.body()).length;
  assert.ok(size <= 70 * 1024, `${size} bytes of HTML`);
  assert.equal(Number((await page.locator(".result b").first().innerText()).replaceAll(",", "")), VALUES);
  for (const name of ["User", "Address", "Device"]) {
    const facet = page.locator(".facet", { has: page.getByRole("heading", { name, exact: true }) });
    const shown = await facet.locator("li").count();
    assert.ok(shown > 0 && shown <= 20, `${shown} values of ${name}`);
    assert.match(await facet.innerText(), /in others/, `nothing says that there are other values of ${name}`);
  }
  const one = page.locator(".facet", { has: page.getByRole("heading", { name: "Device", exact: true }) }).locator("li a").first();
  const device = (await one.innerText()).trim();
  await one.click();
  await page.waitForURL((url) => url.searchParams.get("q").includes("device:"));
  assert.equal(await page.locator(".entry").count(), 1, `not one activity of ${device}`);
  assert.deepEqual(page.problems, []);
});
