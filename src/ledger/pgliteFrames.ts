/**
 * The messages of PostgreSQL's protocol, as far as sharing one session needs to look into them:
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** One message: a letter for its kind, and its body without the letter and the length. */
export interface Frame {
  kind: string;
  body: Buffer;
  /** The whole message, header included. */
  bytes: Buffer;
}

const HEADER = 5;

/** The whole messages that `bytes` begins with; what is left over is the start of another. */
export function* frames(bytes: Buffer): Generator<Frame> {
  let at = 0;
  while (bytes.length - at >= HEADER) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    if (end > bytes.length) return;
    const kind = String.fromCharCode(bytes.readUInt8(at));
    yield { kind, body: bytes.subarray(at + HEADER, end), bytes: bytes.subarray(at, end) };
    at = end;
  }
}

/** A message of `kind`, whose body is the given strings, each ended by a zero byte, or bytes. */
export function frame(kind: string, ...parts: (string | Buffer)[]): Buffer {
  const body = parts.map((part) => (typeof part === "string" ? Buffer.from(`${part}\0`) : part));
  const header = Buffer.alloc(HEADER, kind);
  header.writeInt32BE(4 + body.reduce((length, part) => length + part.length, 0), 1);
  return Buffer.concat([header, ...body]);
}

/** What the session sent back for some messages. */
export interface Answer {
  /** For the member that asked: all but the notifications. */
  bytes: Buffer;
  notifications: { channel: string; bytes: Buffer }[];
  /** The first word of each command that succeeded, such as INSERT. */
  commands: Set<string>;
  inTransaction: boolean;
  /** What the engine said as it gave up for good; null while it goes on. */
  lastWords: string | null;
}

/** Sorts what the session sent. */
export function readAnswer(sent: Buffer): Answer {
  const kept: Buffer[] = [];
  const answer: Answer = {
    bytes: sent,
    notifications: [],
    commands: new Set(),
    inTransaction: false,
    lastWords: null,
  };
  for (const { kind, body, bytes } of frames(sent)) {
    if (kind === "A") {
      // NotificationResponse: the sender's process, the channel, the payload.
      answer.notifications.push({ channel: textAt(body, 4), bytes });
      continue;
    }
    kept.push(bytes);
    if (kind === "C") answer.commands.add(textAt(body, 0).split(" ", 1)[0] ?? "");
    // ReadyForQuery says I where the session is in no transaction; T in one, E in a failed one.
    if (kind === "Z") answer.inTransaction = body.toString() !== "I";
    if (kind === "E") answer.lastWords ??= lastWords(body);
  }
  if (answer.notifications.length > 0) answer.bytes = Buffer.concat(kept);
  return answer;
}

/** The message of an ErrorResponse of a severity that the engine does not survive. */
function lastWords(body: Buffer): string | null {
  // Each field is a letter and a text: V is the severity, M the message.
  const fields = body.toString().split("\0");
  if (!fields.includes("VPANIC") && !fields.includes("VFATAL")) return null;
  return fields.find((field) => field.startsWith("M"))?.slice(1) ?? "";
}

/** An ErrorResponse that ends a connection, with a SQLSTATE. */
export function fatalError(code: string, message: string): Buffer {
  return frame("E", "SFATAL", "VFATAL", `C${code}`, `M${message}`, Buffer.alloc(1));
}

/** A LISTEN or an UNLISTEN; the channel of the latter may be `*`. */
export interface Subscription {
  verb: "listen" | "unlisten";
  channel: string;
}

const COMMENT_OR_NAME = /("(?:[^"]|"")*")|--[^\n]*|\/\*[\s\S]*?\*\//g;
const SUBSCRIPTION = /(?:^|;)\s*(un)?listen\s+("(?:[^"]|"")*"|\*|[^\s;"]+)/gi;

/** What the statements in some messages of a client (Parse, or simple Query) listen to. */
export function subscriptionsIn(messages: Buffer): Subscription[] {
  const texts = [...frames(messages)].flatMap(({ kind, body }) => {
    if (kind === "Q") return [textAt(body, 0)];
    // Parse: the statement's name, then its text.
    return kind === "P" ? [textAt(body, body.indexOf(0) + 1)] : [];
  });
  // BullMQ's LISTEN begins with comments. A quoted name may hold what looks like one.
  const bare = texts.join(";").replace(COMMENT_OR_NAME, (_all, name?: string) => name ?? " ");
  return [...bare.matchAll(SUBSCRIPTION)].map(([, un, name = ""]) => ({
    verb: un ? "unlisten" : "listen",
    channel: name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase(),
  }));
}

function textAt(body: Buffer, start: number): string {
  return body.toString("utf8", start, body.indexOf(0, start));
}
