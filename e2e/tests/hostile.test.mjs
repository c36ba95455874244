// A field full of markup, control and bidi characters is text everywhere a browser shows it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, logIn, newPage, openRow } from "../support/browser.mjs";
import { startDemo } from "../support/server.mjs";

const hostile = `<script>window.bitten=1</script><img src=x onerror="window.bitten=1"> \u202Egnp.exe \u0007 =HYPERLINK("http://127.0.0.1")`;
let demo;
let browser;
before(async () => {
  demo = await startDemo({ activities: 500 });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

test("hostile fields are shown as text", async () => {
  const page = await newPage(browser, demo.url);
  await logIn(page, demo.logIns.administrator);
  await page.goto("/admin/api-keys");
  await page.getByLabel(/what will use it/i).fill("hostile test");
  await page.getByRole("button", { name: "Create key" }).click();
  const key = (await page.locator("main").innerText()).match(/whodid_\w+/)[0];
  const answer = await fetch(`${demo.url}/v1/activities`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      activity: "demo.hostile",
      description: hostile,
      user: { id: "u-hostile", name: hostile, username: hostile },
      group: { id: "g", name: hostile },
      application: { id: "a", name: hostile },
      device: hostile,
      metadata: { note: hostile },
    }),
  });
  assert.ok(answer.ok, await answer.text());
  await page.goto("/activity?q=activity:demo.hostile");
  const row = page.locator(".entry").first();
  await openRow(row);
  const text = await row.innerText();
  assert.ok(text.includes("<script>window.bitten=1</script>"), "the markup is not shown as text");
  assert.ok(text.includes("U+202E") && !text.includes("\u202E"), "the bidi control is not shown as its code point");
  assert.equal(await page.evaluate(() => window.bitten), undefined);
  assert.deepEqual(page.problems, []);
});
