// Saved searches: a search is saved, shared, begun with, renamed, copied and deleted, with a script and without.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible } from "../support/browser.mjs";
import { newestSentence } from "../support/people.mjs";
import { scene } from "../support/scene.mjs";

const here = scene({ activities: 2_000 });

const { as } = here;

/** Opens the menu of this look, which holds links or a form. */
const opened = async (page, menu) => {
  await page.locator(`details.menu.${menu} > summary`).click();
  return page.locator(`details.menu.${menu} .panel`);
};

/** The row of a saved search in the list of all. */
const listed = (page, name) => page.locator("tbody tr").filter({ has: page.locator(".name", { hasText: name }) });

const newest = (page, code) => newestSentence(page, "/settings/activity-logs", code);

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with a script" : "without a script";
  const name = javaScriptEnabled ? "Failures, quick" : "Failures, plain";

  test(`a view is saved with all it shows, renamed, copied and deleted ${how}`, async () => {
    const page = await as("administrator", { javaScriptEnabled });
    await page.goto("/activity?q=outcome:failure&from=-30d&cols=time,who,what,group&density=compact&reads=1");
    const form = await opened(page, "save");
    await form.getByLabel("Name").fill(name);
    await form.getByRole("button", { name: "Save" }).click();
    await page.waitForURL(/saved=srch_/);
    const saved = new URL(page.url()).searchParams;
    for (const [part, value] of Object.entries({ q: "outcome:failure", from: "-30d", density: "compact", reads: "1" })) {
      assert.equal(saved.get(part), value, part);
    }
    assert.match(await page.locator("[role=status].flash, .flash").first().innerText(), new RegExp(`Saved the search ${name}`));
    assert.equal(await newest(page, "saved_search.created"), `Saved the search ${name}`);

    await page.goto("/activity");
    await (await opened(page, "saved")).getByRole("link", { name }).click();
    await page.waitForURL(/saved=srch_/);
    assert.deepEqual(await page.locator(".colhead [data-column]").evaluateAll((all) => all.map((one) => one.dataset.column)), ["time", "who", "what", "group"]);
    assert.equal(await (await opened(page, "saved")).locator("[aria-current]").innerText(), name);

    await page.goto("/saved-searches");
    if (javaScriptEnabled) await assertAccessible(page);
    await page.getByRole("link", { name: `Edit ${name}` }).click();
    await page.getByLabel("Name").fill(`${name}, renamed`);
    await page.getByLabel("Search", { exact: true }).fill("outcom:failure");
    await page.locator("form.form").getByRole("button", { name: "Save" }).click();
    const wrong = page.locator("#q[aria-invalid]");
    await wrong.waitFor();
    assert.equal(await page.getByLabel("Name").inputValue(), `${name}, renamed`, "what was typed is gone");
    await wrong.fill("outcome:failure");
    await page.locator("form.form").getByRole("button", { name: "Save" }).click();
    await page.waitForURL(/\/saved-searches$/);
    assert.equal(await newest(page, "saved_search.changed"), `Changed the saved search ${name}, renamed`);

    await page.goto("/saved-searches");
    await page.getByRole("button", { name: `Copy ${name}, renamed`, exact: true }).click();
    await listed(page, `${name}, renamed (copy)`).waitFor();
    assert.equal(await newest(page, "saved_search.created"), `Saved the search ${name}, renamed (copy)`);

    await page.goto("/saved-searches");
    await page.getByRole("button", { name: `Delete ${name}, renamed (copy)` }).click();
    // The question is a dialog, or a page.
    await page.getByText(`Delete the saved search ${name}, renamed (copy)?`).waitFor();
    await page.getByRole("button", { name: javaScriptEnabled ? "Delete" : "Go on", exact: true }).click();
    await page.getByText("The saved search was deleted.").first().waitFor();
    assert.equal(await listed(page, `${name}, renamed (copy)`).count(), 0);
    assert.equal(await listed(page, `${name}, renamed`).count(), 1);
    assert.equal(await newest(page, "saved_search.deleted"), `Deleted the saved search ${name}, renamed (copy)`);
    assert.deepEqual(page.problems, []);
  });

  test(`a log begins with its default, and is one click from everything ${how}`, async () => {
    const page = await as("auditor", { javaScriptEnabled });
    await page.goto("/activity?q=outcome:failure");
    const form = await opened(page, "save");
    await form.getByLabel("Name").fill(`${name}, first`);
    await form.getByLabel(/^Begin with it/).check();
    await form.getByRole("button", { name: "Save" }).click();
    await page.waitForURL(/saved=srch_/);
    await page.goto("/activity");
    assert.equal(new URL(page.url()).searchParams.get("q"), "outcome:failure", "the log begins with something else");
    await page.goto("/saved-searches");
    assert.match(await listed(page, `${name}, first`).innerText(), /Default/);
    await page.goto("/activity");
    await page.locator(".chips .chip:not(.range) .x").click();
    await page.waitForURL((url) => !url.searchParams.has("q"));
    assert.equal(await page.locator(".chips .chip:not(.range)").count(), 0);
    await page.goto("/saved-searches");
    await page.getByRole("link", { name: `Edit ${name}, first` }).click();
    await page.getByLabel(/^Begin with it/).uncheck();
    await page.locator("form.form").getByRole("button", { name: "Save" }).click();
    await page.waitForURL(/\/saved-searches$/);
    await page.goto("/activity");
    assert.equal(new URL(page.url()).search, "");
    assert.deepEqual(page.problems, []);
  });

  test(`what is shared with a group is there for its members, to look at and to copy ${how}`, async () => {
    const member = await as("member", { javaScriptEnabled });
    await member.goto("/settings/memberships");
    const group = await member.locator("tbody tr", { hasText: "Owner" }).first().locator('a[href^="/groups/grp_"]').last().getAttribute("href");
    const id = group.match(/grp_[^/?#]+/)[0];
    const owner = await as("administrator", { javaScriptEnabled });
    await owner.goto("/settings/activity-logs?q=outcome:success");
    const form = await opened(owner, "save");
    await form.getByLabel("Name").fill(`${name}, shared`);
    await form.getByLabel("Seen by").selectOption(id);
    await form.getByRole("button", { name: "Save" }).click();
    await owner.waitForURL(/saved=srch_/);

    await member.goto("/settings/activity-logs");
    await (await opened(member, "saved")).getByRole("link", { name: `${name}, shared` }).click();
    await member.waitForURL(/saved=srch_/);
    assert.equal(new URL(member.url()).searchParams.get("q"), "outcome:success");
    await member.goto("/saved-searches");
    const shared = listed(member, `${name}, shared`);
    assert.match(await shared.innerText(), /Sam O.Connor/);
    assert.equal(await shared.getByRole("button", { name: /^Delete/ }).count(), 0, "another's can be deleted");
    await shared.getByRole("button", { name: /^Copy/ }).click();
    await member.getByRole("link", { name: `Edit ${name}, shared` }).first().waitFor();
    assert.equal(await newest(member, "saved_search.created"), `Saved the search ${name}, shared (copy)`);

    await owner.goto("/saved-searches");
    await owner.getByRole("link", { name: `Edit ${name}, shared` }).click();
    await owner.getByLabel("Seen by").selectOption("");
    await owner.locator("form.form").getByRole("button", { name: "Save" }).click();
    await owner.waitForURL(/\/saved-searches$/);
    await member.goto("/saved-searches");
    assert.equal(await member.getByRole("heading", { name: "Shared with you" }).count(), 0, "it is still shared");
    assert.deepEqual([...owner.problems, ...member.problems], []);
  });
}
