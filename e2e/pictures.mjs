// `npm run pictures -- DIRECTORY [NAME…]`: every page at 1280 and 390 pixels, light and dark, as PNG files to look at.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pages } from "./pages.mjs";
import { launch, logIn, newPage } from "./support/browser.mjs";
import { startDemo } from "./support/server.mjs";

const [directory = "pictures", ...names] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
const demo = await startDemo();
const browser = await launch();
try {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 390]) {
      const signedIn = new Map();
      for (const { name, as, path } of pages.filter((page) => names.length === 0 || names.includes(page.name))) {
        if (!signedIn.has(as)) {
          const page = await newPage(browser, demo.url, { colorScheme, viewport: { width, height: 900 } });
          if (as !== "nobody") await logIn(page, demo.logIns[as]);
          signedIn.set(as, page);
        }
        const page = signedIn.get(as);
        await page.goto(typeof path === "string" ? path : await path(page, demo.logIns));
        await page.screenshot({ path: join(directory, `${name}-${width}-${colorScheme}.png`) });
      }
    }
  }
} finally {
  await browser.close();
  await demo.stop();
}
