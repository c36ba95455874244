// A field full of markup, control and bidi characters is text everywhere a browser shows it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openRow } from "../support/browser.mjs";
import { apiKey } from "../support/people.mjs";
import { scene } from "../support/scene.mjs";

const hostile = `<script>window.bitten=1</script><img src=x onerror="window.bitten=1"> \u202Egnp.exe \u0007 =HYPERLINK("http://127.0.0.1")`;
const here = scene({ activities: 500 });

test("hostile fields are shown as text", async () => {
  const page = await here.as("administrator");
  const key = await apiKey(page, "hostile test");
  const answer = await fetch(`${here.demo.url}/v1/activities`, {
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
