// A member adds a passkey, logs in with it alone and after the password, and removes it: Chromium with an
// authenticator of its own, which always finds the right finger.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, logIn, newPage, openRow } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";

let there;
const here = scene({ activities: 500 }, async () => {
  // Passkeys belong to a name, never to an address.
  there = here.demo.url.replace("127.0.0.1", "localhost");
});

/** Gives the browser of this page an authenticator. */
async function withAuthenticator(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    credentials: async () => (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    verified: (isUserVerified) => session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
  };
}

async function addPasskey(page, name, proof, label = "Your password") {
  await page.goto("/settings/passkeys");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel(label).fill(proof);
  await page.getByRole("button", { name: "Add passkey" }).click();
}

async function logOut(page) {
  await page.locator("details.me > summary").click();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL(/\/login/);
}

test("a passkey is added, logs in alone and after the password, and is removed", async () => {
  const page = await newPage(here.browser, there);
  // As in a browser where no passkey was used before: nothing is suggested, and the button alone asks.
  await page.addInitScript(() => localStorage.removeItem("whodid-passkey"));
  const authenticator = await withAuthenticator(page);
  const { username, password } = here.demo.logIns.member;
  await logIn(page, here.demo.logIns.member);

  await addPasskey(page, "Test key", "this is not the password");
  await page.getByText(/the password is not right/i).waitFor();
  assert.equal((await authenticator.credentials()).length, 0);
  await addPasskey(page, "Test key", password);
  await page.getByText(/The passkey was added/).waitFor();
  assert.equal((await authenticator.credentials()).length, 1);
  await assertAccessible(page);
  const [recoveryCode] = (await page.locator("#codes").innerText()).split("\n");
  await addPasskey(page, "Again", recoveryCode, /recovery code/);
  await page.getByText("This device holds a passkey of your account already.").waitFor();

  await logOut(page);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.waitForURL((at) => !at.pathname.startsWith("/login"));
  await page.goto("/settings/activity-logs?q=activity:user.login");
  const row = page.locator(".entry").first();
  await openRow(row);
  await row.locator(".open dl").first().waitFor();
  assert.match(await row.textContent(), /passkey/);

  await logOut(page);
  await page.getByLabel(/username or e-mail/i).fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(/second-factor/);
  await assertAccessible(page);
  await page.getByRole("button", { name: "Use your passkey" }).click();
  await page.waitForURL((at) => !at.pathname.startsWith("/login"));

  await page.goto("/settings/passkeys");
  await page.getByRole("link", { name: "Edit Test key" }).click();
  await page.getByRole("button", { name: "Remove passkey" }).click();
  await page.getByText("The passkey was removed.").waitFor();
  await logOut(page);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.getByText(/this passkey is not right/i).waitFor();
  await logIn(page, here.demo.logIns.member);
  await page.goto("/settings/activity-logs?q=activity:user.passkey_added,user.passkey_removed");
  assert.equal(await page.locator(".entry").count(), 2);
  assert.deepEqual(page.problems, []);
});

test("without a finger nothing is done, and the page says so", async () => {
  const page = await newPage(here.browser, there);
  const authenticator = await withAuthenticator(page);
  await logIn(page, here.demo.logIns.auditor);
  await authenticator.verified(false);
  await addPasskey(page, "Test key", here.demo.logIns.auditor.password);
  await page.getByText("Nothing was done: it was cancelled or took too long.").waitFor();
  assert.equal((await authenticator.credentials()).length, 0);
});

test("at an address in digits the pages say where passkeys work", async () => {
  const page = await here.page();
  await page.goto("/login?next=%2Fsettings%2Fpasskeys");
  const hint = page.getByText("To log in with a passkey, open");
  await hint.waitFor();
  const link = await hint.getByRole("link").getAttribute("href");
  assert.ok(link.startsWith(`${there}/login?next=`), link);
  await logIn(page, here.demo.logIns.administrator);
  await page.goto("/settings/passkeys");
  const other = page.getByRole("link", { name: `${there}/settings/passkeys` });
  assert.equal(await other.getAttribute("href"), `${there}/settings/passkeys`);
  assert.deepEqual(page.problems, []);
});

test("where a passkey was used before, it is suggested on the log-in page", async () => {
  const page = await newPage(here.browser, there);
  await withAuthenticator(page);
  await logIn(page, here.demo.logIns.auditor);
  await addPasskey(page, "Test key", here.demo.logIns.auditor.password);
  await page.getByText(/The passkey was added/).waitFor();
  await page.context().clearCookies();
  // Chromium's authenticator takes the suggestion by itself, as a person would from the list of names.
  await page.goto("/login?next=%2Fsettings%2Fpasskeys");
  await page.waitForURL((at) => at.pathname === "/settings/passkeys");
  assert.match(await page.locator("main").innerText(), /just now|\d+ s ago/);
  assert.deepEqual(page.problems, []);
});
