import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { openDeployment } from "../../support/deployments.ts";
import { runProgram } from "../../support/program.ts";

describe("serve", () => {
  it("ends with one line where its port is taken, and still shows the first key", async ({
    onTestFinished,
  }) => {
    const deployment = await openDeployment("embedded");
    onTestFinished(() => deployment.close());
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => new Promise<void>((closed) => other.close(() => closed())));
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;

    const { code, stdout, stderr } = await runProgram(["serve"], {
      ...deployment.env,
      PORT: String(port),
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^aftercare: cannot listen on 127\.0\.0\.1:\d+ \(.*EADDRINUSE\).*\n$/);
    expect(stdout).toMatch(/\bac_[\w-]{43}/);
  });
});
