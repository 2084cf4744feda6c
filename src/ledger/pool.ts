import { EventEmitter } from "node:events";
import pg from "pg";
import { columnTypes } from "./columnTypes.ts";

/** A connection taken out of a pool: `pg`'s own client, on both engines. Release it in `finally`. */
export interface PoolClient extends Pick<pg.PoolClient, "query" | "getTransactionStatus"> {
  /** Gives it back; with true or an error it is closed, and not used again. */
  release(destroy?: boolean | Error): void;
  // Spelled out, because BullMQ's types do not accept how pg's put these.
  on(event: "notification", listener: (message: Notification) => void): this;
  on(event: "error", listener: (error: Error) => void): this;
  on(event: "end", listener: () => void): this;
  removeListener(event: "notification", listener: (message: Notification) => void): this;
  removeAllListeners(event?: string): this;
}

/** What another connection sent with NOTIFY. */
export interface Notification {
  channel: string;
  payload?: string;
}

/** What a statement answered. `rowCount` is the number of rows it returned or changed. */
export interface QueryResult<Row> {
  command: string;
  rowCount: number | null;
  rows: Row[];
}

/**
 * Connections to the ledger's database, whichever engine holds it. The shape is that of `pg.Pool`,
 * as far as the ledger, Kysely's PostgresDialect and BullMQ's PostgreSQL backend use it.
 *
 * `timestamptz` comes back as a Date, `int8` as a number, `json` and `jsonb` parsed, and what has
 * no zone (`date`, `timestamp`, `time`) as text. Parameters: a JavaScript array is a PostgreSQL
 * array, so whatever goes into `jsonb` must be made a string with `JSON.stringify` first. One text
 * may hold several statements where it has no parameters; as with `pg`, the result is then not one
 * result, so run such a text for its effect only.
 */
export interface Pool {
  /** Runs one statement on a free connection. Rejects with `pg`'s DatabaseError. */
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
  /**
   * The same of a statement that a server plans once on each connection: one whose text is always the
   * same under its name, and which is run often.
   */
  prepared<Row = Record<string, unknown>>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<QueryResult<Row>>;
  /**
   * Takes a connection out, for a transaction or to listen. One that is released in the middle of
   * a transaction is closed, which rolls the transaction back.
   */
  connect(): Promise<PoolClient>;
  /** Lets everything that was asked for finish, then closes. Asking again is no error. */
  end(): Promise<void>;
  /** `error`: an idle connection was lost (the pool makes another). `connect`: one was made. */
  on(event: "error", listener: (error: Error) => void): this;
  on(event: "connect", listener: (client: PoolClient) => void): this;
  removeAllListeners(event?: string): this;
  /** BullMQ asks whether a listening connection notices that its server is gone. */
  readonly options: { readonly keepAlive: boolean; readonly max: number };
}

/** How to open a pool of connections to a PostgreSQL server. */
export interface PoolOptions {
  /** Schemas in which unqualified names are looked up, such as `bullmq, public`. */
  searchPath?: string;
  /** The most connections at a time. Each waiting BullMQ worker keeps one to listen on. */
  max?: number;
  /** The name by which `pg_stat_activity` shows the connections. */
  applicationName?: string;
}

/**
 * Opens connections to the PostgreSQL server at `databaseUrl`. It connects when it is first asked
 * for something: an unreachable server is the error of the first query.
 */
export function openPool(databaseUrl: string, options: PoolOptions = {}): Pool {
  const { searchPath, max = 10, applicationName = "aftercare" } = options;
  const inner = new pg.Pool({
    connectionString: databaseUrl,
    application_name: applicationName,
    max,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 10_000,
    types: columnTypes,
    ...(searchPath === undefined ? {} : { onConnect: setSearchPath(searchPath) }),
  });
  return toPool(inner, { namesStatements: true, close: () => inner.end() });
}

/**
 * Not the `options` of the connection: a `DATABASE_URL` may have its own, which would win, and
 * connection poolers refuse them.
 */
function setSearchPath(searchPath: string): (client: pg.ClientBase) => unknown {
  // pg-pool waits for the promise that its type does not mention.
  return (client) => client.query("select set_config('search_path', $1, false)", [searchPath]);
}

/** What an engine does with the names of statements, and at the end of its pool. */
export interface Engine {
  /** Whether a named statement ends with its connection; one that does not is not named. */
  namesStatements: boolean;
  /** Called when the end is asked for. */
  begin?: () => void;
  /** Called when all that was asked of the pool before has been answered. */
  close: () => Promise<void>;
}

/** Makes a Pool of a `pg.Pool`. */
export function toPool(inner: pg.Pool, engine: Engine): Pool {
  const events = new EventEmitter();
  events.setMaxListeners(0);
  const asked = new Set<Promise<unknown>>();
  let ended: Promise<void> | undefined;

  inner.on("error", (error) => {
    // An emitter that nobody listens to throws the error, which would end the process.
    if (events.listenerCount("error") > 0) events.emit("error", error);
  });
  inner.on("connect", (client) => {
    // The same for a connection that is lost while somebody has it: the next query on it fails.
    client.on("error", () => {});
    events.emit("connect", client);
  });
  inner.on("release", (_error, client) => {
    // pg-pool would hand an open transaction to the next who asks.
    if (client.getTransactionStatus() !== "I") void client.end();
  });

  /** BullMQ knows this text: it tells a closed pool from an outage by it. */
  const refuse = () => Promise.reject(new Error("Cannot use a pool after calling end on the pool"));
  const track = <T>(work: Promise<T>): Promise<T> => {
    const settled: Promise<unknown> = work.then(
      () => asked.delete(settled),
      () => asked.delete(settled),
    );
    asked.add(settled);
    return work;
  };

  return {
    query<Row>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>> {
      if (ended) return refuse();
      const rows: Promise<unknown> = inner.query(text, values && [...values]);
      return track(rows as Promise<QueryResult<Row>>);
    },
    prepared<Row>(name: string, text: string, values: readonly unknown[]) {
      if (ended) return refuse();
      const named = engine.namesStatements ? { name } : {};
      const rows: Promise<unknown> = inner.query({ ...named, text, values: [...values] });
      return track(rows as Promise<QueryResult<Row>>);
    },
    connect() {
      if (ended) return refuse();
      const client: Promise<unknown> = inner.connect();
      return track(client as Promise<PoolClient>);
    },
    end() {
      if (!ended) {
        engine.begin?.();
        ended = Promise.all(asked).then(engine.close);
      }
      return ended;
    },
    on(event: string, listener: (about: Error & PoolClient) => void) {
      events.on(event, listener);
      return this;
    },
    removeAllListeners(event?: string) {
      events.removeAllListeners(event);
      return this;
    },
    options: { keepAlive: true, max: inner.options.max },
  };
}
