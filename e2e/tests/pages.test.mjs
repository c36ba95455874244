// Every page, wide and narrow, light and dark: accessible, no script error, nothing wider than the window.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pages } from "../pages.mjs";
import { assertAccessible } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";

const here = scene({ activities: 2_000 });

for (const [width, colorScheme] of [[1280, "light"], [390, "dark"]]) {
  for (const as of new Set(pages.map((page) => page.as))) {
    test(`pages of ${as} at ${width} pixels, ${colorScheme}`, async () => {
      const page = await here.as(as, { colorScheme, viewport: { width, height: 900 } });
      for (const { name, path } of pages.filter((one) => one.as === as)) {
        await page.goto(typeof path === "string" ? path : await path(page, here.demo.logIns));
        await assertAccessible(page);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(over <= 0, `${name} is ${over} pixels wider than the window`);
      }
      assert.deepEqual(page.problems, []);
    });
  }
}
