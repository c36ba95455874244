// Every page, as whom it is opened and how to find it. The accessibility test and the pictures walk this list.

/** @type {{name: string, as: "nobody"|"administrator"|"auditor"|"member", path: string | ((page) => Promise<string>)}[]} */
export const pages = [
  { name: "login", as: "nobody", path: "/login" },
  { name: "forgot", as: "nobody", path: "/forgot" },
  { name: "unlock", as: "nobody", path: "/unlock" },
  { name: "activate-stale", as: "nobody", path: "/activate?token=stale" },
  { name: "users", as: "administrator", path: "/users" },
  { name: "user-new", as: "administrator", path: "/users/new" },
  { name: "user-edit", as: "administrator", path: (page) => ofFirstUser(page, "") },
  { name: "login-settings", as: "administrator", path: (page) => ofFirstUser(page, "/login-settings") },
  { name: "user-activity", as: "administrator", path: (page) => ofFirstUser(page, "/activity") },
  { name: "activity", as: "administrator", path: "/activity" },
  { name: "activity-filtered", as: "administrator", path: "/activity?q=outcome:failure" },
  { name: "activity-wrong", as: "administrator", path: "/activity?q=outcme:failure" },
  { name: "activity-empty", as: "administrator", path: "/activity?q=zzyzx" },
  { name: "types", as: "administrator", path: "/activity/types" },
  { name: "exports", as: "administrator", path: "/exports" },
  { name: "api-keys", as: "administrator", path: "/admin/api-keys" },
  { name: "outbox", as: "administrator", path: "/admin/outbox" },
  { name: "auditor-activity", as: "auditor", path: "/activity" },
  { name: "my-activity", as: "member", path: "/settings/activity-logs" },
  { name: "profile", as: "member", path: "/settings/profile" },
  { name: "password", as: "member", path: "/settings/password" },
  { name: "devices", as: "member", path: "/settings/devices" },
  { name: "not-found", as: "member", path: "/nowhere" },
  { name: "forbidden", as: "member", path: "/users" },
];

/** A page below the first member in All Users. */
async function ofFirstUser(page, below) {
  await page.goto("/users");
  const link = page.locator('table a[href^="/users/usr_"]').first();
  const href = await link.getAttribute("href");
  return href.match(/^\/users\/usr_[^/?#]+/)[0] + below;
}
