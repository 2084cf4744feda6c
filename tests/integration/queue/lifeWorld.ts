import { sql } from "kysely";
import { openConfiguredLedger } from "../../../src/app.ts";
import { loadConfig } from "../../../src/config.ts";
import type { ChannelName } from "../../../src/domain/channel.ts";
import type { Ticket } from "../../../src/domain/claim.ts";
import { createApiKey } from "../../../src/ledger/apiKeys.ts";
import { type Clinic, createClinic } from "../../../src/ledger/clinics.ts";
import { takeDue } from "../../../src/ledger/dispatch.ts";
import { type Enrolled, enrol } from "../../../src/ledger/enrol.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import { pinProtocols } from "../../../src/ledger/protocols.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { type Delivery, deliver } from "../../../src/queue/deliver.ts";
import { limitsOf } from "../../../src/queue/limits.ts";
import type { MessageMaker } from "../../../src/queue/message.ts";
import { RESCUE_TIMES, startRescuer } from "../../../src/queue/rescuer.ts";
import { gatherStatements } from "../../../src/queue/statements.ts";
import { openDeployment } from "../../support/deployments.ts";
import { type Answer, LifeProvider, type Waiting, wordOf } from "./lifeProvider.ts";
import { loadRigContent, type RigProtocol } from "./rigContent.ts";

const HORIZON_MS = 60_000;

const NO_LIMIT = { atOnce: Number.POSITIVE_INFINITY };
const UNLIMITED = limitsOf({ sms: NO_LIMIT, email: NO_LIMIT });

/** What all lives share: a ledger on PostgreSQL, a clinic, and its protocols. */
export interface LifeHouse {
  ledger: Ledger;
  clinic: Clinic;
  keyId: string;
  maker: MessageMaker;
  close(): Promise<void>;
}

export async function openLifeHouse(): Promise<LifeHouse> {
  const deployment = await openDeployment("postgres");
  const ledger = await openConfiguredLedger(loadConfig(deployment.env));
  const content = await loadRigContent();
  const now = new Date();
  await pinProtocols(ledger.db, content.protocols.values(), now);
  const clinic = await createClinic(
    ledger.db,
    { name: "Willow Skin Clinic", timeZone: "America/New_York", region: "US" },
    now,
  );
  const key = await createApiKey(
    ledger.db,
    { clinicId: clinic.id, role: "admin", label: "life", secret: "life" },
    "test",
    now,
  );
  return {
    ledger,
    clinic,
    keyId: key.id,
    maker: { content, publicUrl: "https://care.example.test", linkKey: "a key for the links" },
    async close() {
      await ledger.close();
      await deployment.close();
    },
  };
}

/** What a clinic says at the desk. */
export interface Visit {
  protocol: RigProtocol;
  /** Patients with one of these share a number and a mailbox, as families do. */
  home: number;
  channels: ChannelName[];
  consent: ChannelName[];
  timeZone: string | null;
  performedAgoMs: number;
}

/** What lives that have ended left behind must not wake up in the next. */
export async function clear({ ledger }: LifeHouse): Promise<void> {
  // The history stays: it only grows, and of a life that has ended it wakes nothing.
  await sql`truncate aftercare.patients, aftercare.opt_outs, aftercare.dead_addresses,
    aftercare.channel_states cascade`.execute(ledger.db);
}

/**
 * The program on a ledger of its own, part by part, with a clock that only moves when it is told
 * to. In place of BullMQ there is a list, from which tickets are taken in any order, twice, or
 * never: whatever a queue may do to them.
 */
export class LifeWorld {
  readonly house: LifeHouse;
  readonly provider: LifeProvider;
  readonly delivery: Omit<Delivery, "channels">;
  now: Date;
  /** Counts the commands. */
  step = 0;
  queue: (Ticket & { dueAt: Date })[] = [];
  waiting: Waiting[] = [];
  #patients = 0;

  constructor(house: LifeHouse, start: Date) {
    this.house = house;
    this.now = start;
    this.provider = new LifeProvider(() => ({ at: this.now, step: this.step }));
    this.delivery = {
      ledger: house.ledger,
      statements: gatherStatements(house.ledger),
      maker: house.maker,
      limits: UNLIMITED,
      clock: { now: () => this.now, toRealMs: (ms) => ms },
      metrics: createMetrics(),
      onPause: () => {},
    };
  }

  /** A new patient, whose name is in every message, so that no two patients get the same. */
  async enrol(visit: Visit): Promise<Enrolled> {
    const { clinic, keyId, ledger, maker } = this.house;
    const protocol = maker.content.protocols.get(visit.protocol);
    if (protocol === undefined) throw new Error(`no protocol ${visit.protocol}`);
    this.#patients += 1;
    const enrolment = {
      protocol: visit.protocol,
      performedAt: new Date(this.now.getTime() - visit.performedAgoMs),
      patient: {
        externalId: null,
        firstName: `Patient${this.#patients}`,
        ...addressesOf(visit.home),
        timeZone: visit.timeZone,
        locale: "en",
      },
      channels: visit.channels,
      consent: {
        care: visit.consent,
        rebook: [],
        source: "a life",
        at: this.now,
        textVersion: null,
        takenBy: null,
      },
      overrides: {},
      overrideReason: null,
    };
    const request = { clinic, actor: `key:${keyId}`, protocol, enrolment, idempotency: null };
    const result = await enrol(ledger, request, this.now, (enrolled) => enrolled);
    if (result.kind !== "created") throw new Error(result.kind);
    return result.answer;
  }

  /** What dispatchers do, some beside one another. */
  async dispatch(dispatchers: number): Promise<void> {
    const horizon = new Date(this.now.getTime() + HORIZON_MS);
    const rounds = Array.from({ length: dispatchers }, () =>
      takeDue(this.house.ledger, horizon, 500, this.now),
    );
    for (const taken of await Promise.all(rounds)) this.queue.push(...taken);
  }

  /** What a worker does with a ticket; where the provider is silent the worker goes on waiting. */
  async deliver(ticket: Ticket, answer: Answer): Promise<void> {
    const { channels, silence, told } = this.provider.channels(answer);
    const work = deliver({ ...this.delivery, channels }, ticket);
    const ended = await Promise.race([work, silence]);
    if ("send" in ended) {
      this.waiting.push({ ...ended, work });
      this.#drop(ticket);
      return;
    }
    const { outcome } = answer;
    for (const send of told) if (outcome !== "silence") this.provider.tell(send, wordOf(outcome));
    if (ended.kind === "done") this.#drop(ticket);
  }

  /** The provider answers a worker that waits, however late. */
  async answer(waiting: Waiting, outcome: Exclude<Answer["outcome"], "silence">): Promise<void> {
    this.waiting = this.waiting.filter((each) => each !== waiting);
    waiting.answer(outcome);
    await waiting.work;
    this.provider.tell(waiting.send, wordOf(outcome));
  }

  /** A round of the rescuer, with the program's own times. */
  rescue(): Promise<void> {
    const { channels } = this.provider.channels({ taken: false, outcome: "silence" });
    const known = new Set(this.queue.map(keyOf));
    let fault: unknown = null;
    const loop = startRescuer({
      delivery: { ...this.delivery, channels },
      lostJobs: (tickets) => Promise.resolve(tickets.filter((ticket) => !known.has(keyOf(ticket)))),
      times: RESCUE_TIMES,
      everyMs: 1_000,
      onError: (error) => {
        fault = error;
      },
    });
    return loop.stop().then(() => {
      if (fault !== null) throw fault;
    });
  }

  #drop(ticket: Ticket): void {
    this.queue = this.queue.filter((each) => keyOf(each) !== keyOf(ticket));
  }
}

const keyOf = ({ reminderId, dispatchNo }: Ticket) => `${reminderId}-${dispatchNo}`;

export function addressesOf(home: number): { phone: string; email: string } {
  return { phone: `+1212555010${home}`, email: `home${home}@example.test` };
}
