import { describe, expect, it, onTestFinished } from "vitest";
import { until } from "../../support/poll.ts";
import { ENGINES, useEngine } from "./engine.ts";

/** A worker that hears nothing looks again after 5 s: hearing must be far quicker. */
const PROMPT = { deadlineMs: 1_000, everyMs: 2 };

describe.each(ENGINES)("notifications on the %s engine", (kind) => {
  const engine = useEngine(kind);

  /** A client that notes what it hears, and is destroyed after the test. */
  async function makeListener(...listen: string[]) {
    const client = await engine.pool.connect();
    onTestFinished(() => client.release(true));
    const heard: string[] = [];
    client.on("notification", ({ channel, payload }) => heard.push(`${channel}: ${payload ?? ""}`));
    for (const text of listen) await client.query(text);
    return { client, heard };
  }

  const notify = (channel: string, payload: string) =>
    engine.pool.query("select pg_notify($1, $2)", [channel, payload]);

  it.each(["listen jobs", "LISTEN jobs;", 'listen "jobs"', "-- why\n/* and how */ LISTEN jobs;"])(
    "reach a client that said %j, promptly",
    async (listen) => {
      const { heard } = await makeListener(listen);
      await notify("jobs", "mail");
      await until("the notification is heard", () => heard.length > 0, PROMPT);
      expect(heard).toEqual(["jobs: mail"]);
    },
  );

  it("reach all who listen to the channel, the sender too, and nobody else", async () => {
    const first = await makeListener("listen news");
    const second = await makeListener("listen other", "listen news");
    const third = await makeListener("listen other");
    const idle = await makeListener();
    await first.client.query("notify news, 'a'");
    await notify("nowhere", "b");
    await notify("other", "c");
    await until(
      "all are heard",
      () => second.heard.length === 2 && third.heard.length === 1,
      PROMPT,
    );
    // A server sends what a client is to hear before the answer to that client's next query.
    for (const { client } of [first, idle]) await client.query("select 1");
    expect(first.heard).toEqual(["news: a"]);
    expect(second.heard).toEqual(["news: a", "other: c"]);
    expect(third.heard).toEqual(["other: c"]);
    expect(idle.heard).toEqual([]);
  });

  it("tell channels apart by case where their names are quoted", async () => {
    const { client, heard } = await makeListener('listen "Mixed ""-- Case"', "listen Folded");
    await notify('Mixed "-- Case', "1");
    await notify('mixed "-- case', "2");
    await notify("folded", "3");
    await client.query("select 1");
    await until("both are heard", () => heard.length === 2, PROMPT);
    expect(heard).toEqual(['Mixed "-- Case: 1', "folded: 3"]);
  });

  it.each(["unlisten one", "/* enough */ UNLISTEN *"])(
    "stop for a client that says %j, and for nobody else",
    async (unlisten) => {
      const leaving = await makeListener("listen one");
      const staying = await makeListener("listen one");
      await leaving.client.query(unlisten);
      await notify("one", "x");
      await until("the other hears it", () => staying.heard.length === 1, PROMPT);
      await leaving.client.query("select 1");
      expect(leaving.heard).toEqual([]);
      await leaving.client.query("listen one");
      await notify("one", "y");
      await until("it hears again", () => leaving.heard.length === 1, PROMPT);
      expect(leaving.heard).toEqual(["one: y"]);
    },
  );

  it("stop for a client that was destroyed", async () => {
    const client = await engine.pool.connect();
    const heard: unknown[] = [];
    client.on("notification", (message) => heard.push(message));
    await client.query("listen gone");
    client.release(true);
    const staying = await makeListener("listen gone");
    await notify("gone", "x");
    await until("the other hears it", () => staying.heard.length === 1, PROMPT);
    expect(heard).toEqual([]);
  });

  it("come when the transaction that sent them commits, and not if it is rolled back", async () => {
    const { heard } = await makeListener("listen late");
    const sender = await engine.pool.connect();
    try {
      await sender.query("begin");
      await sender.query("notify late, 'rolled back'");
      await sender.query("rollback");
      await sender.query("begin");
      await sender.query("notify late, 'committed'");
      await sender.query("select 1");
      expect(heard).toEqual([]);
      await sender.query("commit");
    } finally {
      sender.release();
    }
    await until("it is heard", () => heard.length > 0, PROMPT);
    expect(heard).toEqual(["late: committed"]);
  });
});
