// Every page, wide and narrow, light and dark: accessible, no script error, nothing wider than the window.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pages } from "../pages.mjs";
import { assertAccessible, launch, logIn, newPage } from "../support/browser.mjs";
import { startDemo } from "../support/server.mjs";

let demo;
let browser;
before(async () => {
  demo = await startDemo({ activities: 2_000 });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

for (const [width, colorScheme] of [[1280, "light"], [390, "dark"]]) {
  for (const as of new Set(pages.map((page) => page.as))) {
    test(`pages of ${as} at ${width} pixels, ${colorScheme}`, async () => {
      const page = await newPage(browser, demo.url, { colorScheme, viewport: { width, height: 900 } });
      if (as !== "nobody") await logIn(page, demo.logIns[as]);
      for (const { name, path } of pages.filter((one) => one.as === as)) {
        await page.goto(typeof path === "string" ? path : await path(page, demo.logIns));
        await assertAccessible(page);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(over <= 0, `${name} is ${over} pixels wider than the window`);
      }
      assert.deepEqual(page.problems, []);
    });
  }
}
