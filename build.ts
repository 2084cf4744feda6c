// Builds dist/: compiles src/, and copies beside it what the compiler leaves out.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, rmSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
execFileSync("node_modules/.bin/tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" });
cpSync("src/ledger/migrations", "dist/ledger/migrations", { recursive: true });
cpSync("src/admin/assets", "dist/admin/assets", { recursive: true });
chmodSync("dist/main.js", 0o755);
