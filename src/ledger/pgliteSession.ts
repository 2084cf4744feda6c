import { setImmediate as turn } from "node:timers/promises";
import type { PGlite } from "@electric-sql/pglite";
import { type Answer, fatalError, frame, readAnswer, subscriptionsIn } from "./pgliteFrames.ts";

/** One of the connections that share the session. */
export interface Member {
  /** Takes what the server says: answers, and the notifications that it listens for. */
  receive(bytes: Buffer): void;
  /** Ends the connection from the server's side, and leaves the session. */
  hangUp(): void;
}

/**
 * The one session that PGlite has, shared. Each member's messages are run whole, in the order in
 * which they came, and from the beginning of a transaction to its end only those of the member
 * that began it: a lock that is passed on first come, first served.
 */
export interface Session {
  /** Runs messages that end with a Sync or a simple Query, when the member's turn comes. */
  submit(member: Member, messages: Buffer): void;
  /** Forgets a member: what it waits for is dropped, and its open transaction rolled back. */
  leave(member: Member): void;
  /** From now on, hangs up on a member that keeps a transaction open and asks for nothing. */
  endTransactions(): void;
  /** Resolves when nothing waits for its turn. */
  idle(): Promise<void>;
  /** Whether the engine has failed. It must not even be closed then: it would never come back. */
  isBroken(): boolean;
}

/**
 * Shares the session of `db`. `onBroken` is called once if the engine itself fails, as when it can
 * no longer write its log to a full disk: nothing runs any more then, and who asks is told so.
 */
export function shareSession(db: PGlite, onBroken: (error: Error) => void): Session {
  const waiting: { member: Member; messages: Buffer }[] = [];
  const channels = new Map<Member, Set<string>>();
  const gone = new WeakSet<Member>();
  /** Whose messages are being run. */
  let current: Member | null = null;
  /** In whose transaction the session is. */
  let holder: Member | null = null;
  let working = false;
  let ending = false;
  let broken = false;

  const waits = (member: Member) => waiting.some((next) => next.member === member);

  function takeNext() {
    const index = holder ? waiting.findIndex(({ member }) => member === holder) : 0;
    return index < 0 ? undefined : waiting.splice(index, 1)[0];
  }

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    for (let next = takeNext(); next; next = takeNext()) {
      current = next.member;
      await serve(next.member, next.messages);
      current = null;
      // The engine runs on this thread: without a pause a busy queue would keep all else waiting.
      await turn();
    }
    working = false;
  }

  async function serve(member: Member, messages: Buffer): Promise<void> {
    const answer = await execute(messages);
    if (!answer) return refuse(member);
    holder = answer.inTransaction ? member : null;
    if (answer.commands.has("LISTEN") || answer.commands.has("UNLISTEN")) {
      await subscribe(member, messages);
    }
    member.receive(answer.bytes);
    if (answer.lastWords !== null) return fail(new Error(answer.lastWords));
    for (const { channel, bytes } of answer.notifications) {
      for (const [listener, heard] of channels) if (heard.has(channel)) listener.receive(bytes);
    }
    if (holder !== member) return;
    if (gone.has(member)) rollBack(member);
    else if (ending && !waits(member)) member.hangUp();
  }

  async function execute(messages: Buffer): Promise<Answer | null> {
    if (broken) return null;
    const chunks: Buffer[] = [];
    try {
      await db.execProtocolRawStream(messages, {
        // Only browsers have a file system that is synchronized apart from writing to it.
        syncToFs: false,
        // The bytes are a view of the engine's memory, which it will use again.
        onRawData: (bytes) => chunks.push(Buffer.from(bytes)),
      });
      return readAnswer(Buffer.concat(chunks));
    } catch (error) {
      fail(error);
      return null;
    }
  }

  function fail(error: unknown) {
    if (broken) return;
    broken = true;
    holder = null;
    for (const member of channels.keys()) refuse(member);
    onBroken(error instanceof Error ? error : new Error(String(error)));
  }

  function refuse(member: Member) {
    member.receive(fatalError("57P02", "the embedded engine has failed: start aftercare again"));
    member.hangUp();
  }

  /**
   * Notes which channels a member hears. What one of them gave up and another still wants, the
   * session listens to again.
   */
  async function subscribe(member: Member, messages: Buffer): Promise<void> {
    const mine = channels.get(member) ?? new Set<string>();
    if (!gone.has(member)) channels.set(member, mine);
    const asked = subscriptionsIn(messages);
    for (const { verb, channel } of asked) {
      if (verb === "listen") mine.add(channel);
      else if (channel === "*") mine.clear();
      else mine.delete(channel);
    }
    if (asked.every(({ verb }) => verb === "listen")) return;
    for (const channel of new Set([...channels.values()].flatMap((heard) => [...heard]))) {
      await execute(frame("Q", `listen "${channel.replaceAll('"', '""')}"`));
    }
  }

  /** Ahead of all others, who wait for this very transaction to end. */
  function rollBack(member: Member) {
    waiting.unshift({ member, messages: frame("Q", "rollback") });
    void work();
  }

  return {
    submit(member, messages) {
      waiting.push({ member, messages });
      void work();
    },
    leave(member) {
      if (gone.has(member)) return;
      gone.add(member);
      channels.delete(member);
      const others = waiting.filter((next) => next.member !== member);
      waiting.splice(0, waiting.length, ...others);
      if (holder === member && current !== member) rollBack(member);
    },
    endTransactions() {
      ending = true;
      if (holder && holder !== current && !waits(holder)) holder.hangUp();
    },
    async idle() {
      while (working || waiting.length > 0) await turn();
    },
    isBroken: () => broken,
  };
}
