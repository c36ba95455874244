// The explorer as assistive software has it: the tree of roles, names and texts, compared with one written down here.
import assert from "node:assert/strict";
import { test } from "node:test";
import { scene } from "../support/scene.mjs";

const here = scene({ activities: 3_000 });

/** What differs from one demo to another. */
const PATTERNS = {
  n: String.raw`[\d,]+`,
  name: String.raw`[^\n"]+`,
  username: String.raw`[\w.]+`,
  moment: String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+`,
  clock: String.raw`\d\d:\d\d:\d\d`,
  span: String.raw`\d+ (second|minute|hour|day)s?`,
  marks: String.raw`\d+ \w{3}( \d+ \w{3})*`,
  ms: String.raw`[\d.]+ ms`,
  things: "activit(?:y|ies)",
  zone: String.raw`[A-Z]+`,
  ip: String.raw`[\da-f.:]+`,
  words: String.raw`.+`,
};

/** A tree as an expression: `{name}` as above, and `…` for any lines more of this depth or below. */
function expected(tree) {
  const lines = tree.trim().split("\n").map((line) => {
    const [, indent, rest] = line.match(/^( *)(.*)$/);
    if (rest === "…") return `(?:${indent} *\\S.*\\n)*`;
    const escaped = rest.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`).replaceAll(/\{(\w+)\}/g, (_, name) => `(?:${PATTERNS[name]})`);
    return `${indent}${escaped}\\n`;
  });
  return new RegExp(`^${lines.join("")}$`);
}

/** The tree of a part of the page, without the addresses of its links. */
async function tree(part) {
  const lines = (await part.ariaSnapshot()).split("\n").filter((line) => !/^ *- \/url:/.test(line));
  // A link of which nothing but its address was said is one line.
  return `${lines.map((line) => line.replace(/^( *- '?link .+"'?):$/, "$1")).join("\n")}\n`;
}

async function assertTree(part, wanted) {
  const is = await tree(part);
  const lines = wanted.trim().split("\n");
  if (expected(wanted).test(is)) return;
  // Says how far it went.
  let far = lines.length;
  while (far > 0 && !expected(`${lines.slice(0, far).join("\n")}\n…`).test(is)) far -= 1;
  assert.fail(`the tree differs from what is expected at\n${lines[far] ?? "its end"}\n\n${is}`);
}

const FACETS = ["Activity", "Outcome", "User", "Group", "Application", "Address", "Device", "Country"];

test("the explorer is heading, box, range, bars, facets and rows, each with a name", async () => {
  const page = await here.as("auditor");
  await page.goto("/activity?q=activity:user.login,user.logout&from=-7d");
  await page.locator(".hist.brushes").waitFor();
  await assertTree(
    page.locator("main"),
    `
- main:
  - heading "Activity" [level=1]
  - text: everyone Complete through
  - time: {moment}
  - button "Live"
  - group: Saved
  - link "Export"
  - search:
    - list "Filters":
      - listitem:
        - group: Last 7 days
      - listitem:
        - 'button "activity: Logged in, Logged out"'
        - button "Remove": ×
    - combobox "Search activity"
    - group: Save search
    - link "Advanced"
  - figure "Activities over time":
    - group "{words}":
      - text: {n} in {span}
      …
    - link "Bars as a table"
  - status: {n} activities {ms}
  - group:
    - complementary "Filters":
      - heading "Activity" [level=2]
      - list:
        - listitem:
          - link "{name}"
          - text: "{n}"
        …
      …
      - heading "Outcome" [level=2]
      - list:
        …
      …
      - heading "User" [level=2]
      - list:
        - listitem:
          - link "{name} ({username})"
          - text: "{n}"
        …
      …
  - text: {zone} Who What Where Application
  - group: Columns and density
  - heading "Today {n} {things}" [level=2]:
    - time: Today
    - text: {n} {things}
  - list:
    - listitem:
      - time: {clock}
      - link "{name}"
      - text: {words}
      - link "{ip}"
      - text: {words}
      - group
    …
  …
`,
  );
  const found = await page.locator(".facet").getByRole("heading").allInnerTexts();
  assert.deepEqual(found, FACETS.filter((facet) => found.includes(facet)), "other facets, or another order");
});

test("a row says who did what, on whom and where, in the order it is read", async () => {
  const page = await here.as("auditor");
  await page.goto("/activity?q=activity:group.member_added");
  const row = page.locator(".entry").first();
  await assertTree(
    row,
    `
- listitem:
  - time: {clock}
  - link "Sam O'Connor"
  - text: "Added to group:"
  - link "{name}"
  - text: {words} for
  - link "{name}"
  …
`,
  );
  const label = await row.locator("summary").getAttribute("aria-label");
  assert.match(label, /^Sam O'Connor: Added to group: .+, for \S/, "what opens it does not say of what it holds the details");
  await page.goto("/activity?q=by:system");
  await assertTree(page.locator(".entry").first(), "- listitem:\n  - time: {clock}\n  - text: Whodid system {words}\n  …");
  await page.goto("/activity?q=activity:user.login_failed");
  assert.match(await tree(page.locator(".entry").first()), /Log in failed wrong password|Log in failed \w/);
});
