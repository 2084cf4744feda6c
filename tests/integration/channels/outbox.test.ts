import { describe, expect, it } from "vitest";
import type { OutgoingMessage } from "../../../src/channels/channel.ts";
import { outboxChannel } from "../../../src/channels/outbox.ts";
import { outgoingEmail, outgoingSms, sent } from "./outgoing.ts";

describe("the outbox", () => {
  it("delivers where it stands, and shows the message to whoever asked", async () => {
    const printed: OutgoingMessage[] = [];
    const channel = outboxChannel({ name: "sms", print: (message) => printed.push(message) });
    const message = outgoingSms();

    expect(channel).toMatchObject({ name: "sms", provider: "outbox" });
    expect(await channel.send(message)).toEqual({
      kind: "sent",
      providerId: `outbox-${message.attemptId}`,
      delivered: true,
    });
    expect(printed).toEqual([message]);
    expect(await channel.lookup(sent(message), message.now)).toEqual({ kind: "absent" });
    await channel.close();
  });

  it("stands in for email as well, and needs nobody to show it to", async () => {
    const channel = outboxChannel({ name: "email" });
    expect(await channel.send(outgoingEmail())).toMatchObject({ kind: "sent", delivered: true });
    await channel.close();
  });
});
