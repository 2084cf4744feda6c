import { Duplex } from "node:stream";
import { frame, frames } from "./pgliteFrames.ts";
import type { Member, Session } from "./pgliteSession.ts";

/** AuthenticationOk, then ReadyForQuery outside a transaction: the answer to a new client. */
const GREETING = Buffer.concat([frame("R", Buffer.alloc(4)), frame("Z", Buffer.from("I"))]);

/**
 * What `pg` takes for the socket to a server: a stream whose far end is the shared session. So the
 * embedded engine is used through the same driver as a server, with the same types and errors.
 * One statement at a time may be prepared by name, and COPY does not work: the session is shared.
 */
export function openSocket(session: Session): Duplex {
  let unread: Buffer = Buffer.alloc(0);
  let greeted = false;
  let left = false;

  const member: Member = {
    receive(bytes) {
      if (!left) socket.push(bytes);
    },
    hangUp() {
      if (!left) socket.push(null);
      leave();
    },
  };

  function leave() {
    left = true;
    session.leave(member);
  }

  function take(bytes: Buffer) {
    unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
    if (!greeted && !greet()) return;
    let whole = 0;
    let sent = 0;
    for (const { kind, bytes: message } of frames(unread)) {
      whole += message.length;
      // Terminate
      if (kind === "X") return member.hangUp();
      // Query and Sync are what a client waits for an answer to.
      if (kind !== "Q" && kind !== "S") continue;
      session.submit(member, unread.subarray(sent, whole));
      sent = whole;
    }
    unread = unread.subarray(sent);
  }

  /** The first message has no letter: its length, the protocol's version, and settings. */
  function greet(): boolean {
    const length = unread.length < 4 ? Number.POSITIVE_INFINITY : unread.readInt32BE(0);
    if (unread.length < length) return false;
    unread = unread.subarray(length);
    greeted = true;
    member.receive(GREETING);
    return true;
  }

  const socket: Duplex = new Duplex({
    // When either side hangs up, both have.
    allowHalfOpen: false,
    read() {},
    write(chunk: Buffer, _encoding, done) {
      if (!left) take(chunk);
      done();
    },
    // `pg` corks the messages of one statement: they come together.
    writev(chunks: { chunk: Buffer }[], done) {
      if (!left) take(Buffer.concat(chunks.map(({ chunk }) => chunk)));
      done();
    },
    final(done) {
      member.hangUp();
      done();
    },
    destroy(error, done) {
      leave();
      done(error);
    },
  });
  const self = () => socket;
  return Object.assign(socket, {
    connect() {
      process.nextTick(() => socket.emit("connect"));
      return socket;
    },
    setNoDelay: self,
    setKeepAlive: self,
    ref: self,
    unref: self,
  });
}
