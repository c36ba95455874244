// A demo and a browser for the tests of a file: there before the first of them, gone after the last. Owns no test.
import { after, before } from "node:test";
import { launch, logIn, newPage } from "./browser.mjs";
import { startDemo } from "./server.mjs";

/** The demo of these options, and what `prepare` has made in it. */
export function scene(options, prepare = async () => {}) {
  const made = {
    demo: undefined,
    browser: undefined,
    /** A page of nobody's. */
    page: (options) => newPage(made.browser, made.demo.url, options),
    /** A page of who has this role, or of `nobody`. */
    async as(role, options) {
      const page = await made.page(options);
      if (role !== "nobody") await logIn(page, made.demo.logIns[role]);
      return page;
    },
  };
  before(async () => {
    made.demo = await startDemo(options);
    made.browser = await launch();
    await prepare();
  });
  after(async () => {
    await made.browser?.close();
    await made.demo?.stop();
  });
  return made;
}
