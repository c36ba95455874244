// Bundles the style sheet and the script into one directory: `node build.mjs [directory]`, by default ../dist.
import { build } from "esbuild";
import { rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = resolve(process.argv[2] ?? `${here}/../dist`);
await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: here,
  entryPoints: { app: "src/app.ts", style: "src/style.css" },
  outdir,
  entryNames: "app",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  loader: { ".woff2": "file" },
  assetNames: "[name]",
  // The addresses in the style sheet are relative to it; both are served under one hashed directory.
  logLevel: "warning",
});
