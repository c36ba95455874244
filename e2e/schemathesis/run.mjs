// `node run.mjs SCHEMATHESIS [OPTION…]`: schemathesis against the built binary, which must behave as its own description
// says. `cargo xtask test` installs the program and calls this. Owns the keys; what is checked stands in schemathesis.toml.
import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { startDemo } from "../support/server.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** Logs in as a browser does, without one, and gives a function that sends a form and answers with the page. */
async function signedIn(url, { username, password }) {
  const send = (path, form, cookie = "") =>
    fetch(url + path, {
      method: "POST",
      redirect: "manual",
      headers: { Origin: url, Cookie: cookie },
      body: new URLSearchParams(form),
    });
  const answer = await send("/login", { login: username, password });
  const cookie = answer.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
  return async (path, form) => (await send(path, form, cookie)).text();
}

/** The one token of this kind that a page shows. */
function shown(page, pattern) {
  const found = page.match(pattern);
  if (!found) throw new Error(`the page shows no ${pattern}:\n${page}`);
  return found[0];
}

/** Three times what a run takes on two cores of its own; SCHEMATHESIS_SECONDS gives it more beside other work. */
const MOST_MS = 1_000 * Number(process.env.SCHEMATHESIS_SECONDS ?? 120);

const [program, ...rest] = process.argv.slice(2);
const demo = await startDemo({ activities: 300 });
let code = 1;
try {
  const post = await signedIn(demo.url, demo.logIns.administrator);
  const scopes = { write: "1", read: "1", export: "1", admin: "1" };
  const key = shown(await post("/admin/api-keys", { name: "Every scope", ...scopes }), /whodid_[a-z0-9]{20,}/);
  const application = shown(await post("/admin/applications", { name: "Headset" }), /whodid_app_[a-z0-9]{20,}/);
  const options = ["run", `${demo.url}/openapi.json`, ...rest];
  const child = spawn(program, options, {
    cwd: here,
    stdio: "inherit",
    env: { ...process.env, WHODID_KEY: key, WHODID_APPLICATION: application },
  });
  const late = setTimeout(() => {
    console.error(`schemathesis had not finished after ${MOST_MS / 1000} s`);
    child.kill("SIGKILL");
  }, MOST_MS);
  code = await new Promise((resolve, reject) => child.once("exit", resolve).once("error", reject));
  clearTimeout(late);
} finally {
  await demo.stop();
}
process.exit(code ?? 1);
