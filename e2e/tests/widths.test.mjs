// Every page at every width from a small phone to a wide window, with each of its menus open: nothing is wider than
// the window, no word stands one letter a line, and a panel lies over the page, whole and on the screen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pages } from "../pages.mjs";
import { scene } from "../support/scene.mjs";

const WIDTHS = [320, 390, 520, 641, 760, 761, 768, 821, 900, 901, 1024, 1080, 1280, 1920];
const here = scene({ activities: 2_000 }, async () => {
  await fill();
});

/** A row in the tables that the demo leaves empty: what is wide there is in their rows. */
async function fill() {
  const page = await here.as("administrator");
  await page.goto("/admin/api-keys");
  await page.getByLabel(/what will use it/i).fill("Nightly import of the warehouse");
  await page.getByLabel(/record activities/i).check();
  await page.getByLabel(/read activities/i).check();
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByText(/shown this once/).waitFor();
  await page.context().close();
}

/** What is wrong with the page as it stands: a sentence each. */
function faults() {
  const found = [];
  // On a desk nothing of a table is out of sight.
  for (const frame of window.innerWidth > 1100 ? document.querySelectorAll("main .scroll") : []) {
    const hidden = frame.scrollWidth - frame.clientWidth;
    if (hidden > 0) found.push(`${hidden} pixels of a table are hidden: ${frame.querySelector("caption")?.textContent}`);
  }
  const over = document.documentElement.scrollWidth - window.innerWidth;
  if (over > 0) found.push(`${over} pixels wider than the window`);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    // A hyphen is a place to break at; what stands between two of them is not.
    const word = /[^\s-]{5,}/.exec(node.data);
    if (!word || !node.parentElement?.checkVisibility()) continue;
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const lines = new Set([...range.getClientRects()].filter((box) => box.width > 0).map((box) => Math.round(box.top)));
    // Seven letters a line is the least that still reads as words.
    if (lines.size > 1 && word[0].length / lines.size < 7) {
      found.push(`"${word[0].slice(0, 40)}" takes ${lines.size} lines in ${node.parentElement.outerHTML.slice(0, 120)}`);
    }
  }
  return found.slice(0, 5);
}

/** What is wrong with the menu that is open. */
function menuFaults(menu) {
  const panel = menu.querySelector(":scope > .panel");
  const box = panel.getBoundingClientRect();
  const style = getComputedStyle(panel);
  const found = [];
  if (box.width < 100 || box.height < 30) found.push(`its panel is ${box.width} by ${box.height} pixels`);
  if (box.left < 0 || box.right > window.innerWidth) found.push(`its panel lies from ${box.left} to ${box.right}`);
  if (style.position !== "absolute") found.push(`its panel is ${style.position}, so it moves the page`);
  if (style.backgroundColor === "rgba(0, 0, 0, 0)") found.push("its panel lets the page shine through");
  for (const inside of panel.querySelectorAll("a, button, input, select, label, p, div")) {
    const part = inside.getBoundingClientRect();
    if (part.width && (part.left < box.left - 1 || part.right > box.right + 1)) {
      found.push(`${inside.outerHTML.slice(0, 80)} sticks out of its panel`);
    }
  }
  return found.slice(0, 3);
}

for (const as of new Set(pages.map((page) => page.as))) {
  test(`pages of ${as} at every width, with their menus`, async () => {
    const page = await here.as(as, { viewport: { width: 1280, height: 900 } });
    const wrong = [];
    for (const { name, path } of pages.filter((one) => one.as === as)) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(typeof path === "string" ? path : await path(page, here.demo.logIns));
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        for (const fault of await page.evaluate(faults)) wrong.push(`${name} at ${width}: ${fault}`);
        for (const menu of await page.locator("details.menu").all()) {
          if (!(await menu.isVisible())) continue;
          const kind = await menu.getAttribute("class");
          const before = await page.evaluate(() => document.documentElement.scrollWidth);
          await menu.evaluate((details) => (details.open = true));
          const found = await menu.evaluate(menuFaults);
          for (const fault of found) wrong.push(`${name} at ${width}, ${kind}: ${fault}`);
          const after = await page.evaluate(() => document.documentElement.scrollWidth);
          if (after > before) wrong.push(`${name} at ${width}, ${kind}: makes the page ${after - before} pixels wider`);
          await menu.evaluate((details) => (details.open = false));
        }
      }
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual(page.problems, []);
  });
}

const VIEWS = [["administrator", "/activity"], ["administrator", "user-activity"], ["member", "/settings/activity-logs"], ["member", "group-activity"]];

for (const [as, place] of VIEWS) {
  test(`the export dialog of ${place} fits, closes after the start and says what happens next`, async () => {
    const page = await here.as(as, { viewport: { width: 1280, height: 900 }, acceptDownloads: true });
    const known = pages.find((one) => one.name === place);
    const path = known ? await known.path(page, here.demo.logIns) : place;
    await page.goto(path);
    for (const format of ["CSV", "JSON Lines", "Parquet", "XLSX"]) {
      await page.getByRole("link", { name: "Export", exact: true }).click();
      const dialog = page.getByRole("dialog");
      for (const width of [320, 390, 768, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        const box = await dialog.boundingBox();
        assert.ok(box.x >= 0 && box.x + box.width <= width, `${JSON.stringify(box)} at ${width}`);
        assert.ok(await dialog.evaluate((one) => one.scrollWidth <= one.clientWidth), `wider than itself at ${width}`);
      }
      await dialog.getByRole("radio", { name: format }).check();
      await dialog.getByRole("button", { name: "Export", exact: true }).click();
      await dialog.waitFor({ state: "detached" });
      const link = page.locator("#told").getByRole("link", { name: "Download" });
      await link.waitFor({ timeout: 30_000 });
      assert.match(await page.locator("#told").innerText(), /is ready: [\d,]+ rows?/);
      const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
      assert.equal(await download.failure(), null);
      assert.equal(new URL(page.url()).pathname, path.split("?")[0], "the page stays");
    }
    assert.deepEqual(page.problems, []);
  });
}
