import type { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { openConfiguredLedger } from "../../../src/app.ts";
import { type Clock, type ScaledClock, scaledClock } from "../../../src/clock.ts";
import { loadConfig } from "../../../src/config.ts";
import type { ChannelName } from "../../../src/domain/channel.ts";
import type { Pacing } from "../../../src/domain/pacing.ts";
import type { ReminderStatus } from "../../../src/domain/reminder.ts";
import { createApiKey } from "../../../src/ledger/apiKeys.ts";
import { type Attempt, listAttempts } from "../../../src/ledger/attempts.ts";
import type { PauseChange } from "../../../src/ledger/channelStates.ts";
import { type Clinic, createClinic } from "../../../src/ledger/clinics.ts";
import { enrol } from "../../../src/ledger/enrol.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import { pinProtocols } from "../../../src/ledger/protocols.ts";
import { findReminder, type Reminder } from "../../../src/ledger/reminders.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { lostJobs, openQueueBackend, type QueueBackend } from "../../../src/queue/backend.ts";
import type { Delivery } from "../../../src/queue/deliver.ts";
import { dispatchDue } from "../../../src/queue/dispatcher.ts";
import { limitsOf } from "../../../src/queue/limits.ts";
import { RESCUE_TIMES, startRescuer } from "../../../src/queue/rescuer.ts";
import { gatherStatements } from "../../../src/queue/statements.ts";
import { startWorker } from "../../../src/queue/worker.ts";
import { type DeploymentKind, openDeployment } from "../../support/deployments.ts";
import { type FakeSmtp, startFakeSmtp } from "../../support/fakeSmtp.ts";
import { type FakeTwilio, startFakeTwilio } from "../../support/fakeTwilio.ts";
import { until } from "../../support/poll.ts";
import { openChannels } from "./rigChannels.ts";
import { loadRigContent, type RigProtocol } from "./rigContent.ts";

export const ZONE = "America/New_York";

/** A Monday in the afternoon, in the middle of the clinic's send window of 09:00 to 20:00. */
const START = new Date("2026-11-23T15:00:00-05:00");

const HORIZON_MS = 60_000;

/** A patient, and the first of the reminders. */
export interface Enrolled {
  treatmentId: string;
  patientId: string;
  phone: string;
  email: string;
  reminder: Reminder;
  reminders: Reminder[];
}

/**
 * The parts behind the API, each started by hand, with the two fakes as providers. Its clock runs
 * as fast as the machine's, and can skip a stretch.
 */
export interface Rig {
  clinic: Clinic;
  ledger: Ledger;
  backend: QueueBackend;
  /** The same queue with all that BullMQ offers. */
  queue: Queue;
  delivery: Delivery;
  clock: ScaledClock;
  twilio: FakeTwilio;
  smtp: FakeSmtp;
  /** What the dispatcher paces: nothing, until a test puts a sender here. */
  pacing: Pacing;
  /** The channels whose day's cap began to hold messages back, in turn. */
  caps: ChannelName[];
  /** The channels that were paused, and that went on, in turn. */
  pauses: PauseChange[];
  /** What the queue reported. It fails the run at the end, unless a test takes it out of here. */
  faults: unknown[];
  /** Enrols a new patient, of the clinic or another, who prefers texts unless told otherwise. */
  enrol(protocol: RigProtocol, channels?: ChannelName[], at?: Clinic): Promise<Enrolled>;
  /** Opens queues beside the rig's own, in the same place; the caller closes them. */
  openQueues(shards: number): Promise<QueueBackend>;
  /** One round of the dispatcher, by the rig's clock or another. */
  dispatch(clock?: Clock): Promise<void>;
  /** A worker, until the test is over or it is closed. */
  work(delivery?: Delivery): { close(): Promise<void> };
  /** One round of the rescuer, with the program's own times. */
  rescue(delivery?: Delivery): Promise<void>;
  /** Takes everything out of the queue, as a Redis that starts anew without its data. */
  loseQueue(): Promise<void>;
  /** Resolves with the reminder once it has this status. */
  ends(of: Enrolled, status: ReminderStatus): Promise<Reminder>;
  /** Lets this many milliseconds pass at once. */
  skip(ms: number): void;
  /** Lets time pass until the patients' clocks show the whole hour, at most a day later. */
  skipToHour(hour: number): void;
  reminder(of: Enrolled): Promise<Reminder>;
  attempts(of: Enrolled): Promise<Attempt[]>;
  /** The texts of this patient that the provider took. */
  texts(of: Enrolled): FakeTwilio["messages"];
  mails(of: Enrolled): FakeSmtp["messages"];
}

/** Gives a `describe` block a rig of its own. */
export function useRig(kind: DeploymentKind): Rig {
  const rig = {} as Rig;
  const closers: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    Object.assign(rig, await openRig(kind, closers));
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
    for (const fault of rig.faults) throw fault;
  });
  return rig;
}

async function openRig(kind: DeploymentKind, closers: (() => Promise<unknown>)[]): Promise<Rig> {
  const deployment = await openDeployment(kind);
  closers.push(() => deployment.close());
  const clock = scaledClock(START, 1);
  const twilio = await startFakeTwilio({ now: () => clock.now() });
  closers.push(() => twilio.close());
  const smtp = await startFakeSmtp();
  closers.push(() => smtp.close());

  const config = loadConfig(deployment.env);
  const ledger = await openConfiguredLedger(config);
  closers.push(() => ledger.close());
  const content = await loadRigContent();
  await pinProtocols(ledger.db, content.protocols.values(), clock.now());
  const clinic = await createClinic(
    ledger.db,
    { name: "Willow Skin Clinic", timeZone: ZONE, region: "US" },
    clock.now(),
  );
  const key = await createApiKey(
    ledger.db,
    { clinicId: clinic.id, role: "admin", label: "rig", secret: "rig" },
    "test",
    clock.now(),
  );

  const channels = openChannels(twilio, smtp);
  closers.push(() => Promise.all([channels.sms.close(), channels.email.close()]));
  const faults: unknown[] = [];
  const { redisUrl } = config;
  const openQueues = (shards: number) =>
    openQueueBackend({ ledger, redisUrl, shards }, (fault) => faults.push(fault));
  const backend = await openQueues(1);
  closers.push(() => backend.close());
  const publicUrl = "https://care.example.test";
  const maker = { content, publicUrl, linkKey: "a key for the links of the rigs" };
  const metrics = createMetrics();
  const pauses: PauseChange[] = [];
  const onPause = (change: PauseChange) => void pauses.push(change);
  const statements = gatherStatements(ledger);
  const limits = limitsOf(channels);
  const delivery: Delivery = {
    ledger,
    statements,
    maker,
    channels,
    limits,
    clock,
    metrics,
    onPause,
  };

  const pacing: Pacing = {};
  const caps: ChannelName[] = [];
  const onCapReached = (channel: ChannelName) => void caps.push(channel);
  const queued = { ledger, queue: backend, metrics, pacing, onCapReached };

  let patients = 0;
  const queue = backend.queues[0] as Queue;
  const reminder = async (of: Enrolled) => {
    const found = await findReminder(ledger.db, clinic.id, of.reminder.id);
    if (!found) throw new Error("the reminder is gone");
    return found;
  };
  const skip = (ms: number) => clock.hurryTo(new Date(clock.now().getTime() + ms), 0);

  return {
    clinic,
    ledger,
    backend,
    queue,
    delivery,
    clock,
    twilio,
    smtp,
    faults,
    pacing,
    caps,
    openQueues,
    pauses,
    skip,
    async enrol(protocol, wanted = ["sms", "email"], at = clinic) {
      patients += 1;
      const phone = `+1212555${String(patients).padStart(4, "0")}`;
      const email = `patient${patients}@example.test`;
      const definition = content.protocols.get(protocol);
      if (!definition) throw new Error(`no protocol ${protocol}`);
      const now = clock.now();
      const result = await enrol(
        ledger,
        {
          clinic: at,
          actor: `key:${key.id}`,
          protocol: definition,
          enrolment: {
            protocol,
            performedAt: now,
            patient: {
              externalId: null,
              firstName: `Patient${patients}`,
              phone,
              email,
              timeZone: ZONE,
              locale: "en",
            },
            channels: wanted,
            consent: {
              care: wanted,
              rebook: [],
              source: "a rig",
              at: now,
              textVersion: null,
              takenBy: null,
            },
            overrides: {},
            overrideReason: null,
          },
          idempotency: null,
        },
        now,
        (enrolled) => enrolled,
      );
      if (result.kind !== "created") throw new Error(result.kind);
      const { treatment, reminders } = result.answer;
      const [reminder] = reminders;
      if (!reminder) throw new Error("a protocol without steps");
      const { id: treatmentId, patientId } = treatment;
      return { treatmentId, patientId, phone, email, reminder, reminders };
    },
    dispatch: (by = clock) =>
      dispatchDue({ ...queued, clock: by, horizonMs: HORIZON_MS }, () => false),
    work(by = delivery) {
      const worker = startWorker(backend, by);
      onTestFinished(() => worker.close());
      return worker;
    },
    rescue: (by = delivery) =>
      startRescuer({
        delivery: by,
        lostJobs: (tickets) => lostJobs(backend, tickets),
        times: RESCUE_TIMES,
        everyMs: 1_000,
        onError: failTest,
      }).stop(),
    async loseQueue() {
      if (config.redisUrl === null) {
        await queue.obliterate({ force: true });
        return;
      }
      const redis = new Redis(config.redisUrl);
      await redis.flushdb();
      redis.disconnect();
    },
    ends: (of, status) =>
      until(`the reminder is ${status}`, async () => {
        const found = await reminder(of);
        return found.status === status && found;
      }),
    skipToHour(hour) {
      const now = clock.now();
      // The rig's days are in one season, at an offset of -05:00.
      const wanted = new Date(now);
      wanted.setUTCHours(hour + 5, 0, 0, 0);
      const ms = wanted.getTime() - now.getTime();
      skip(ms > 0 ? ms : ms + 24 * 3_600_000);
    },
    reminder,
    attempts: (of) => listAttempts(ledger.db, clinic.id, of.reminder.id),
    texts: (of) => twilio.messages.filter(({ params }) => params.To === of.phone),
    mails: (of) => smtp.messages.filter(({ envelope }) => envelope.to.includes(of.email)),
  };
}

/** A fault of a loop that no rig asked for ends its round, and the test. */
function failTest(error: unknown): void {
  throw error instanceof Error ? error : new Error(String(error));
}
