// The 23 user activities: each is caused by the real thing, and then stands in the member's own log and in the
// administrator's, with the sentence of the product.
import assert from "node:assert/strict";
import { test } from "node:test";
import { logIn } from "../support/browser.mjs";
import { authenticatorCode } from "../support/codes.mjs";
import { choosePassword, confirmAll, mailedLink, newestSentence, person, press } from "../support/people.mjs";
import { scene } from "../support/scene.mjs";

const PASSWORD = "correct horse battery staple";
const CHANGED = "another horse in another stable";
/** What the causes share: the administrator's page, the member (Mia), the other one (Sam) and what they made. */
const stage = {};

const here = scene({ activities: 2_000 }, async () => {
  const administrator = await here.page();
  await confirmAll(administrator);
  await logIn(administrator, here.demo.logIns.administrator);
  stage.administrator = administrator;
  stage.sam = await person(here.browser, here.demo.url, administrator, {
    given: "Sam", family: "Jones", username: "sam.jones.x", password: PASSWORD,
  });
  stage.mia = await person(here.browser, here.demo.url, administrator, {
    given: "Mia", family: "Okafor", username: "mia.okafor.x", password: PASSWORD,
  });
});

const group = (words, name) => () => `${words}${name} (${stage.groups[name]})`;
const session = (words) => () => `${words}Example session (${stage.session})`;

/** Every activity in the order they are caused here: its code, its sentence, and what causes it. */
const ACTIVITIES = [
  ["user.login", "Logged in", async () => {}],
  ["user.logout", "Logged out", async ({ mia }) => {
    await mia.page.locator("details.me > summary").click();
    await mia.page.getByRole("button", { name: "Log out" }).click();
    await mia.page.waitForURL(/\/login/);
  }],
  ["user.login_failed", "Log in failed", async ({ stranger }) => wrongPassword(stranger)],
  ["user.locked", "Account locked from failed log-ins", async ({ stranger }) => {
    for (let attempt = 2; attempt <= 5; attempt += 1) await wrongPassword(stranger);
  }],
  ["user.password_reset_requested", "Requested password reset", async ({ mia }) => {
    await mia.page.goto("/forgot");
    await mia.page.locator("main form input").first().fill(mia.username);
    await press(mia.page, mia.page.locator("main form button").first());
  }],
  ["user.password_reset_completed", "Completed password reset", async ({ administrator, mia }) => {
    const link = await mailedLink(administrator, mia.email, "Reset your password");
    await mia.page.goto(link.pathname + link.search);
    await choosePassword(mia.page, PASSWORD);
    await logIn(mia.page, mia);
  }],
  ["group.invitation_accepted", group("Accepted invitation to join ", "Example Group"), async ({ mia }) => {
    await invited("Example Group");
    await mia.page.goto("/settings/invitations");
    await press(mia.page, mia.page.getByRole("button", { name: "Accept the invitation to Example Group" }));
  }],
  ["group.joined", group("Joined group: ", "Example Group"), async () => {}],
  ["group.invitation_declined", group("Declined invitation to join ", "Other Group"), async ({ mia }) => {
    await invited("Other Group");
    await mia.page.goto("/settings/invitations");
    await press(mia.page, mia.page.getByRole("button", { name: "Decline the invitation to Other Group" }));
  }],
  ["user.default_group_set", group("Set default group: ", "Example Group"), async ({ mia }) => {
    await mia.page.goto("/settings/memberships");
    await mia.page.getByRole("button", { name: "Make default: Example Group" }).click();
    await mia.page.getByText("Default group", { exact: true }).waitFor();
  }],
  ["session.started", session("Started session: "), async ({ mia, groups }) => {
    await mia.page.goto(`/groups/${groups["Example Group"]}/sessions`);
    await mia.page.getByText("New session", { exact: true }).click();
    await mia.page.getByLabel("Name", { exact: true }).fill("Example session");
    await mia.page.getByRole("button", { name: "Start now" }).click();
    await mia.page.waitForURL(/\/sessions\/ses_/);
    stage.session = mia.page.url().match(/ses_[^/?#]+/)[0];
  }],
  ["session.left", session("Left session: "), async ({ mia }) => {
    await mia.page.getByRole("button", { name: "Leave", exact: true }).click();
    await mia.page.getByRole("button", { name: "Join", exact: true }).waitFor();
  }],
  ["session.joined", session("Joined session: "), async ({ mia }) => {
    await mia.page.getByRole("button", { name: "Join", exact: true }).click();
    await mia.page.getByRole("button", { name: "Leave", exact: true }).waitFor();
  }],
  ["connection.requested", "Requested to connect with Sam Jones", async ({ mia, sam }) => ask(mia, sam)],
  ["connection.removed", "Removed connection with Sam Jones", async ({ mia, sam }) => {
    await answer(sam, "Accept the request of Mia Okafor");
    await mia.page.goto("/settings/connections");
    await press(mia.page, mia.page.getByRole("button", { name: "Remove Sam Jones" }));
  }],
  ["connection.accepted", "Accepted a request to connect from Sam Jones", async ({ mia, sam }) => {
    await ask(sam, mia);
    await answer(mia, "Accept the request of Sam Jones");
  }],
  ["connection.rejected", "Rejected a request to connect from Sam Jones", async ({ mia, sam }) => {
    await mia.page.goto("/settings/connections");
    await press(mia.page, mia.page.getByRole("button", { name: "Remove Sam Jones" }));
    await ask(sam, mia);
    await answer(mia, "Reject the request of Sam Jones");
  }],
  ["user.two_factor_enabled", "Set up 2FA: authenticator app", async ({ mia }) => {
    await mia.page.goto("/settings/two-factor/app");
    const key = await mia.page.locator("#key").innerText();
    await mia.page.getByLabel("Code that the app shows").fill(authenticatorCode(key));
    await mia.page.getByLabel("Your password").fill(PASSWORD);
    await press(mia.page, mia.page.getByRole("button", { name: "Turn on" }));
    stage.recovery = (await mia.page.locator("#codes").innerText()).trim().split(/\s+/);
  }],
  ["user.two_factor_disabled", "Turned off 2FA", async ({ mia, recovery }) => {
    await mia.page.goto("/settings/two-factor");
    await mia.page.locator("summary", { hasText: "Turn off" }).click();
    await mia.page.getByLabel("Code of the app, or a recovery code").fill(recovery[0]);
    await press(mia.page, mia.page.getByRole("button", { name: "Turn off the app" }));
  }],
  ["user.password_changed", "Changed password", async ({ mia }) => {
    await mia.page.goto("/settings/password");
    const [current, ...fresh] = await mia.page.locator('main input[type="password"]').all();
    await current.fill(PASSWORD);
    for (const field of fresh) await field.fill(CHANGED);
    await press(mia.page, mia.page.locator("main form button.primary"));
    mia.password = CHANGED;
  }],
  ["user.email_changed", "Changed email address", async ({ administrator, mia }) => {
    await mia.page.goto("/settings/email");
    await mia.page.getByLabel("New e-mail address").fill("mia@example.org");
    await mia.page.getByLabel("Your password").fill(CHANGED);
    await press(mia.page, mia.page.locator("main form button.primary"));
    const link = await mailedLink(administrator, "mia@example.org", "A new e-mail address");
    await mia.page.goto(link.pathname + link.search);
    await mia.page.locator('[name="keep_others"]').check();
    await press(mia.page, mia.page.getByRole("button", { name: "Confirm" }));
  }],
  ["user.forced_logout", "Forced log out", async ({ administrator, mia }) => {
    await administrator.goto("/admin/applications");
    await administrator.getByLabel("Name").fill("Example client");
    await administrator.getByLabel(/Single device/).check();
    await administrator.getByRole("button", { name: "Register" }).click();
    const key = (await administrator.locator("#key").innerText()).trim();
    const first = await signIn(key, mia, "First headset");
    await signIn(key, mia, "Second headset");
    const refused = await fetch(`${here.demo.url}/v1/me`, { headers: { authorization: `Bearer ${first}` } });
    assert.equal(refused.status, 401);
    const problem = await refused.json();
    assert.equal(problem.code, "device_ended");
    assert.match(problem.detail, /another device/i);
  }],
  ["group.left", group("Left group: ", "Example Group"), async ({ mia }) => {
    await mia.page.goto("/settings/memberships");
    await press(mia.page, mia.page.getByRole("button", { name: "Leave Example Group" }));
  }],
];

test("the list names the 23 activities of the product, each once", () => {
  assert.equal(new Set(ACTIVITIES.map(([code]) => code)).size, 23);
});

for (const [code, sentence, cause] of ACTIVITIES) {
  test(`${code} is in the member's log and in the administrator's`, async () => {
    const { administrator, mia } = stage;
    stage.stranger ??= await here.page();
    await cause(stage);
    const expected = typeof sentence === "function" ? sentence() : sentence;
    const path = `/users/${mia.id}/activity`;
    assert.equal(await newestSentence(administrator, path, code), expected, "in the administrator's view");
    // Signed out, she reads it at the end, with all the others.
    if (!(await mia.page.locator("details.me").count())) return;
    assert.equal(await newestSentence(mia.page, "/settings/activity-logs", code), expected, "in the member's own log");
    if (code.startsWith("session.")) await mia.page.goto(`/sessions/${stage.session}`);
    assert.deepEqual(mia.page.problems, []);
  });
}

test("in the end the member's own log has all 23", async () => {
  const { mia } = stage;
  for (const [code, sentence] of ACTIVITIES) {
    const expected = typeof sentence === "function" ? sentence() : sentence;
    assert.equal(await newestSentence(mia.page, "/settings/activity-logs", code), expected, code);
  }
});

async function wrongPassword(page) {
  await page.goto("/login");
  await page.getByLabel(/username or e-mail/i).fill(stage.mia.username);
  await page.getByLabel("Password", { exact: true }).fill("not the password at all");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.locator('[role="alert"]').waitFor();
}

/** The administrator makes a group and invites Mia to it. */
async function invited(name) {
  const { administrator, mia } = stage;
  await administrator.goto("/groups/new");
  await administrator.getByLabel("Name").fill(name);
  await administrator.getByRole("button", { name: "Create group" }).click();
  await administrator.waitForURL(/\/groups\/grp_/);
  const id = administrator.url().match(/grp_[^/?#]+/)[0];
  stage.groups = { ...stage.groups, [name]: id };
  await administrator.goto(`/groups/${id}/invitations`);
  await administrator.getByLabel("E-mail addresses").fill(mia.email);
  await administrator.getByRole("button", { name: /^invite/i }).click();
  await administrator.getByText("Invited", { exact: true }).first().waitFor();
}

async function ask(asking, other) {
  await asking.page.goto("/settings/connections");
  await asking.page.getByLabel("Username or e-mail address").fill(other.username);
  await asking.page.getByRole("button", { name: "Find", exact: true }).first().click();
  await press(asking.page, asking.page.getByRole("button", { name: "Ask to connect" }));
}

async function answer(answering, label) {
  await answering.page.goto("/settings/connections?show=received");
  await press(answering.page, answering.page.getByRole("button", { name: label }));
}

/** Signs in to an application through its API; returns the access token. */
async function signIn(key, { username, password }, device) {
  const answer = await fetch(`${here.demo.url}/v1/auth/sign-in`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ login: username, password, device_name: device }),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()).access_token;
}
