// Every page, as whom it is opened and how to find it. The accessibility test and the pictures walk this list.
import { apiKey } from "./support/people.mjs";

/** @type {{name: string, as: "nobody"|"administrator"|"auditor"|"member", path: string | ((page, logIns) => Promise<string>)}[]} */
export const pages = [
  { name: "login", as: "nobody", path: "/login" },
  { name: "forgot", as: "nobody", path: "/forgot" },
  { name: "unlock", as: "nobody", path: "/unlock" },
  { name: "activate-stale", as: "nobody", path: "/activate?token=stale" },
  { name: "second-factor", as: "nobody", path: ofGuarded },
  { name: "users", as: "administrator", path: "/users" },
  { name: "user-new", as: "administrator", path: "/users/new" },
  { name: "user-edit", as: "administrator", path: (page) => ofFirstUser(page, "") },
  { name: "login-settings", as: "administrator", path: (page) => ofFirstUser(page, "/login-settings") },
  { name: "user-activity", as: "administrator", path: (page) => ofFirstUser(page, "/activity") },
  { name: "activity", as: "administrator", path: "/activity" },
  { name: "activity-filtered", as: "administrator", path: "/activity?q=outcome:failure" },
  { name: "activity-wrong", as: "administrator", path: "/activity?q=outcme:failure" },
  { name: "activity-empty", as: "administrator", path: "/activity?q=zzyzx" },
  { name: "activity-columns", as: "administrator", path: "/activity?cols=time,who,what,group,outcome,activity,recorded,id&density=compact&reads=1" },
  { name: "saved-searches", as: "administrator", path: "/saved-searches" },
  { name: "integrity", as: "administrator", path: "/admin/integrity" },
  { name: "auditor-integrity", as: "auditor", path: "/admin/integrity" },
  { name: "erasure", as: "administrator", path: "/admin/erasure" },
  { name: "auditor-erasure", as: "auditor", path: "/admin/erasure" },
  { name: "retention", as: "administrator", path: "/admin/retention" },
  { name: "auditor-retention", as: "auditor", path: "/admin/retention" },
  { name: "types", as: "administrator", path: "/activity/types" },
  { name: "exports", as: "administrator", path: "/exports" },
  { name: "import-undo", as: "administrator", path: ofImport },
  { name: "imports", as: "administrator", path: "/admin/imports" },
  { name: "auditor-imports", as: "auditor", path: "/admin/imports" },
  { name: "api-keys", as: "administrator", path: "/admin/api-keys" },
  { name: "outbox", as: "administrator", path: "/admin/outbox" },
  { name: "users-filtered", as: "administrator", path: "/users?status=locked&role=member" },
  { name: "users-all", as: "administrator", path: "/users?clear=1" },
  { name: "api-docs", as: "administrator", path: "/docs" },
  { name: "api-area", as: "administrator", path: "/docs/activities" },
  { name: "api-shapes", as: "administrator", path: "/docs/shapes" },
  { name: "api-problems", as: "administrator", path: "/docs/problems" },
  { name: "auditor-users", as: "auditor", path: "/users" },
  { name: "auditor-login-settings", as: "auditor", path: (page) => ofFirstUser(page, "/login-settings") },
  { name: "auditor-activity", as: "auditor", path: "/activity" },
  { name: "my-activity", as: "member", path: "/settings/activity-logs" },
  { name: "profile", as: "member", path: "/settings/profile" },
  { name: "password", as: "member", path: "/settings/password" },
  { name: "devices", as: "member", path: "/settings/devices" },
  { name: "email", as: "member", path: "/settings/email" },
  { name: "two-factor", as: "member", path: "/settings/two-factor" },
  { name: "two-factor-app", as: "member", path: "/settings/two-factor/app" },
  { name: "passkeys", as: "member", path: "/settings/passkeys" },
  { name: "memberships", as: "member", path: "/settings/memberships" },
  { name: "my-invitations", as: "member", path: "/settings/invitations" },
  { name: "connections", as: "member", path: "/settings/connections" },
  { name: "connections-received", as: "member", path: "/settings/connections?show=received" },
  { name: "privacy", as: "member", path: "/settings/privacy" },
  { name: "my-groups", as: "member", path: "/groups" },
  { name: "group-new", as: "member", path: "/groups/new" },
  { name: "group-members", as: "member", path: (page) => ofOwnGroup(page, "") },
  { name: "group-invitations", as: "member", path: (page) => ofOwnGroup(page, "/invitations") },
  { name: "group-subgroups", as: "member", path: (page) => ofOwnGroup(page, "/subgroups") },
  { name: "group-sessions", as: "member", path: (page) => ofOwnGroup(page, "/sessions") },
  { name: "group-activity", as: "member", path: (page) => ofOwnGroup(page, "/activity") },
  { name: "group-settings", as: "member", path: (page) => ofOwnGroup(page, "/settings") },
  { name: "my-sessions", as: "member", path: "/sessions" },
  { name: "session", as: "member", path: ofRunningSession },
  { name: "groups", as: "administrator", path: "/groups" },
  { name: "sessions", as: "administrator", path: "/sessions" },
  { name: "applications", as: "administrator", path: "/admin/applications" },
  { name: "application", as: "administrator", path: ofFirstApplication },
  { name: "invitation-stale", as: "nobody", path: "/invitation?token=stale" },
  { name: "not-found", as: "member", path: "/nowhere" },
  { name: "forbidden", as: "member", path: "/users" },
  { name: "api-docs-outside", as: "nobody", path: "/docs" },
];

/** What follows the right password where a second factor is due. */
async function ofGuarded(page, { guarded }) {
  await page.goto("/login");
  await page.getByLabel(/username or e-mail/i).fill(guarded.username);
  await page.getByLabel("Password", { exact: true }).fill(guarded.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(/second-factor/);
  return page.url();
}

/** A page below the first member in All Users. */
async function ofFirstUser(page, below) {
  await page.goto("/users");
  const link = page.locator('table a[href^="/users/usr_"]').first();
  const href = await link.getAttribute("href");
  return href.match(/^\/users\/usr_[^/?#]+/)[0] + below;
}

/** A page below the first group the member manages. */
async function ofOwnGroup(page, below) {
  await page.goto("/settings/memberships");
  const row = page.locator("tbody tr", { hasText: "Owner" }).first();
  return (await row.locator('a[href^="/groups/grp_"]').last().getAttribute("href")) + below;
}

async function ofRunningSession(page) {
  await page.goto("/sessions");
  return page.locator('a[href^="/sessions/ses_"]').first().getAttribute("href");
}

async function ofFirstApplication(page) {
  await page.goto("/admin/applications");
  return page.locator('a[href^="/admin/applications/app_"]').first().getAttribute("href");
}

/** What a key has read in, if nobody has before. */
async function ofImport(page) {
  await page.goto("/admin/imports");
  if ((await page.locator("tbody tr").count()) === 0) {
    const key = await apiKey(page, "Nightly import of the bastion");
    const send = async (path, body) => {
      const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
      const answer = await fetch(new URL(path, page.url()), { method: "POST", headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
      return answer.json();
    };
    const { id } = await send("/v1/imports", { format: "jsonl", files: ["bastion-2026-11.log", "bastion-2026-10.log.gz"] });
    const told = Array.from({ length: 40 }, (_, n) => ({ activity: "bastion.opened", user: { id: `root-${n % 3}` }, external_id: `line-${n}` }));
    await send(`/v1/activities?import=${id}&mark=40`, told);
    await page.goto("/admin/imports");
  }
  return page.locator('a[href$="/undo"]').first().getAttribute("href");
}
