// The page of exports finds its rows, with a script and without.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";

const here = scene({ activities: 500 }, async () => {
  const page = await as("administrator");
  for (const q of ["outcome:failure", "outcome:success"]) await exported(page, q);
  await exported(await as("auditor"), "device:firefox");
});

const { as } = here;

async function exported(page, q) {
  await page.goto(`/activity/export?q=${q}`);
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await page.getByRole("link", { name: "Download" }).waitFor();
}

const found = (page) => page.locator(".exports li .asked").allInnerTexts();

for (const javaScriptEnabled of [true, false]) {
  test(`exports are found by text, state and whose they are ${javaScriptEnabled ? "with" : "without"} a script`, async () => {
    const page = await as("administrator", { javaScriptEnabled });
    const look = async ({ find = "", state = "", whose = "" }) => {
      await page.goto("/exports");
      await page.getByLabel("State").selectOption(state);
      await page.getByLabel("Whose").selectOption(whose);
      await page.getByLabel(/^Find exports/).fill(find);
      await page.getByRole("button", { name: "Find" }).click();
      await page.waitForURL(/\?/);
      return found(page);
    };
    await page.goto("/exports");
    assert.deepEqual(await found(page), ["device:firefox", "outcome:success", "outcome:failure"]);
    assert.deepEqual(await look({ find: "OUTCOME" }), ["outcome:success", "outcome:failure"]);
    assert.match(await page.title(), /^OUTCOME: Exports/);
    assert.deepEqual(await look({ whose: "mine", find: "fail" }), ["outcome:failure"]);
    assert.equal(await page.getByLabel("Whose").inputValue(), "mine", "the filter does not say what it filters by");
    if (javaScriptEnabled) await assertAccessible(page);
    assert.deepEqual(await look({ state: "failed" }), []);
    assert.ok(await page.getByRole("heading", { name: "No export matches" }).isVisible());
    await page.locator("form.query").getByRole("link", { name: "Clear" }).click();
    assert.equal((await found(page)).length, 3);
    assert.deepEqual(page.problems, []);
  });
}

test("a member has nothing to choose but their own", async () => {
  const page = await as("member");
  await page.goto("/exports?find=outcome");
  assert.equal(await page.getByLabel("Whose").count(), 0);
  assert.deepEqual(await found(page), []);
});
