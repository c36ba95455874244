// Starts the built binary on an empty demo and tells where it listens. Ends only the process it started.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** A port of 127.0.0.1 that nothing listens on. */
async function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** The binary under test: E2E_BINARY, else the development build. */
function binary() {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  return process.env.E2E_BINARY ?? join(target, "debug", "whodid");
}

/** Runs `whodid demo` with these settings until `stop()`; resolves when it answers. */
export async function startDemo({ activities = 10_000, settings = [] } = {}) {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(binary(), ["demo", "--activities", String(activities), "--listen", address, ...settings.flatMap((one) => ["--set", one])], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (part) => (output += part));
  child.stderr.on("data", (part) => (output += part));
  const url = `http://${address}`;
  for (let tries = 0; ; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the demo ended with ${child.exitCode}:\n${output}`);
    const ready = await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false);
    if (ready && /password/i.test(output)) break;
    if (tries > 600) throw new Error(`the demo was not ready after 60 s:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const stop = () =>
    new Promise((resolve) => {
      child.once("exit", resolve);
      child.kill("SIGTERM");
    });
  return { url, stop, output: () => output, logIns: logIns(output) };
}

/** The printed log-ins: one line each, `role username password`; `guarded` is who has a second factor. */
function logIns(output) {
  const found = {};
  const guarded = output.match(/(\S+) has a second factor/)?.[1];
  for (const line of output.split("\n")) {
    const match = line.match(/^\s*(administrator|auditor|member)\s{2,}(\S+)\s{2,}(\S.*\S)\s*$/i);
    if (!match) continue;
    const [, role, username, password] = match;
    if (username === guarded) found.guarded = { username, password };
    else found[role.toLowerCase()] ??= { username, password };
  }
  return found;
}
