// The box of an activity view: by keyboard, by touch, without a script, and as assistive software sees it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";

const here = scene({ activities: 3_000 });

const query = (page) => new URL(page.url()).searchParams.get("q");

/** Types into the box and waits until this is offered. */
async function type(page, text, offered) {
  await page.locator("#q").fill("");
  await page.locator("#q").pressSequentially(text);
  await page.locator(".completion [role=option]").first().filter({ hasText: offered }).waitFor();
}

test("a query is made by keyboard alone", async () => {
  const page = await here.as("administrator");
  await page.goto("/activity?q=outcome:success+-user:monitor&from=-30d");
  await page.keyboard.press("/");
  await page.keyboard.press("Backspace");
  assert.equal(await page.locator("#q").inputValue(), "-user:monitor", "the last chip is edited");
  await type(page, "user:zoe harg", "Zoë Hargreaves");
  await page.keyboard.press("ArrowDown");
  const chosen = await page.locator("#q").getAttribute("aria-activedescendant");
  assert.match(await page.locator(`#${chosen}`).innerText(), /Zoë Hargreaves/);
  await assertAccessible(page);
  await page.keyboard.press("Enter");
  await page.waitForURL(/usr_/);
  assert.match(query(page), /^outcome:success user:=usr_/);
  assert.match(await page.locator(".chip[data-text]").last().innerText(), /user: Zoë Hargreaves/);
  await type(page, "outcome:fail", "failure");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Alt+Enter");
  await page.waitForURL(/-outcome:failure/);
  await page.locator("#q").focus();
  await page.getByRole("group", { name: "Recent searches" }).getByRole("option").first().waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".completion").isHidden(), true);
  assert.deepEqual(page.problems, []);
});

test("a chip is edited and removed by touch", async () => {
  const page = await here.as("administrator", { viewport: { width: 390, height: 844 }, hasTouch: true });
  await page.goto("/activity?q=outcome:success+login");
  await page.locator(".chip .edit").first().tap();
  assert.equal(await page.locator("#q").inputValue(), "outcome:success");
  await page.locator("#q").fill("outcome:failure");
  await page.locator("#q").press("Enter");
  await page.waitForURL(/outcome:failure/);
  assert.equal(query(page), "login outcome:failure");
  await page.locator(".chip .x").first().tap();
  await page.waitForURL((url) => url.searchParams.get("q") === "outcome:failure");
  await page.locator(".chip.range > summary").tap();
  const picker = await page.locator(".picker").boundingBox();
  assert.ok(picker.x >= 0 && picker.x + picker.width <= 390, "the picker lies on the screen");
  await assertAccessible(page);
  await page.getByRole("link", { name: "Yesterday" }).tap();
  await page.waitForURL(/from=yesterday/);
  assert.match(await page.locator(".chip.range > summary").innerText(), /Yesterday/);
  assert.deepEqual(page.problems, []);
});

test("the box, its range and the advanced search work without a script", async () => {
  const page = await here.as("administrator", { javaScriptEnabled: false });
  await page.goto("/activity?q=outcome:success+-user:monitor");
  await page.locator(".chip .edit").last().click();
  assert.equal(await page.locator("#q").inputValue(), "-user:monitor");
  await page.locator("#q").fill("user:zoe at:yesterday");
  await page.locator("#q").press("Enter");
  await page.waitForURL(/from=yesterday/);
  assert.equal(query(page), "outcome:success user:zoe");
  await page.locator(".chip.range > summary").click();
  await page.locator("#from").fill("2026-01-01 09:00");
  await page.locator("#to").fill("now");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.waitForURL(/from=2026-01-01/);
  assert.match(await page.locator(".chip.range > summary").innerText(), /^Since Thu 1 Jan 2026, 09:00|^Thu 1 Jan 2026, 09:00/);
  await page.getByRole("link", { name: "Advanced" }).click();
  await page.getByLabel("Whose log").fill("Zoë Hargreaves");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.waitForURL(/\/activity\?/);
  assert.equal(query(page), 'outcome:success user:"Zoë Hargreaves"');
});
