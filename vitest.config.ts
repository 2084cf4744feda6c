import { defineConfig } from "vitest/config";

/** The zones of the machine under which the planner must give the same plan. */
const ZONES = ["UTC", "America/New_York", "Asia/Kathmandu"];

export default defineConfig({
  test: {
    maxWorkers: 2,
    coverage: {
      provider: "v8",
      include: ["src/**"],
      exclude: ["src/**/*.d.ts", "src/ledger/migrations/**"],
    },
    projects: [
      ...ZONES.map((zone) => ({
        extends: true as const,
        test: {
          name: `unit ${zone}`,
          include: ["tests/unit/**/*.test.ts"],
          env: { TZ: zone },
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      })),
      {
        extends: true as const,
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts", "tests/e2e/**/*.test.ts"],
          globalSetup: "tests/support/globalSetup.ts",
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
