import type { ChannelName } from "../../../src/domain/channel.ts";
import { withOverrides } from "../../../src/domain/overrides.ts";
import { restrictionsOf } from "../../../src/domain/restrictions.ts";
import { act, actOn } from "../../../src/ledger/actions.ts";
import { cancelTreatment } from "../../../src/ledger/cancel.ts";
import { correctTreatment } from "../../../src/ledger/correct.ts";
import { type Enrolled, enrol } from "../../../src/ledger/enrol.ts";
import { resumeMessages, stopMessages } from "../../../src/ledger/messageChoices.ts";
import { pinProtocols } from "../../../src/ledger/protocols.ts";
import { skipStale } from "../../../src/ledger/rescue.ts";
import { listUntoldCorrections } from "../../../src/ledger/untoldCorrections.ts";
import { clear, type LifeHouse, openLifeHouse } from "./lifeWorld.ts";
import { loadOverlapping } from "./overlapContent.ts";
import { type Answering, sendDue } from "./sendDue.ts";

export const HOUR = 3_600_000;
export const ZONE = "America/New_York";

/** A house whose protocols overlap. */
export async function openOverlapHouse(): Promise<LifeHouse> {
  const { maker, ...rest } = await openLifeHouse();
  const content = await loadOverlapping();
  await pinProtocols(rest.ledger.db, content.protocols.values(), new Date());
  return { ...rest, maker: { ...maker, content } };
}

/** A treatment at the desk, of a patient in New York; the rest is as of the only one unless it is given. */
export interface OverlapVisit {
  protocol: string;
  hoursAgo: number;
  externalId?: string;
  firstName?: string;
  consent?: ChannelName[];
  phone?: string;
}

const PHONE = "+12125550123";
const EMAIL = "ana@example.test";

/** Enrols a treatment of one of the overlapping protocols at `now`. */
export async function enrolAt(
  { ledger, clinic, keyId, maker }: LifeHouse,
  visit: OverlapVisit,
  now: Date,
): Promise<Enrolled> {
  const { protocol, hoursAgo, externalId = "p-1", firstName = "Ana", phone = PHONE } = visit;
  const { consent = ["sms"] } = visit;
  const definition = maker.content.protocols.get(protocol);
  if (definition === undefined) throw new Error("no such protocol");
  const said = { source: "test", at: now, textVersion: null, takenBy: null };
  const enrolment = {
    protocol,
    performedAt: new Date(now.getTime() - hoursAgo * HOUR),
    patient: { externalId, firstName, phone, email: EMAIL, timeZone: ZONE, locale: "en" },
    channels: consent,
    consent: { care: consent, rebook: [], ...said },
    overrides: {},
    overrideReason: null,
  };
  const actor = `key:${keyId}`;
  const request = { clinic, actor, protocol: definition, enrolment, idempotency: null };
  const result = await enrol(ledger, request, now, (enrolled) => enrolled);
  if (result.kind !== "created") throw new Error(result.kind);
  return result.answer;
}

/** A patient of the clinic, whose treatments overlap, by a clock that only moves when it is told. */
export class OverlapPatient {
  now: Date;
  readonly treatments: string[] = [];
  /** The permissions that the last deed named as told to nobody. */
  untold: string[] = [];
  readonly #house: LifeHouse;
  readonly #consent: ChannelName[];

  private constructor(house: LifeHouse, start: Date, consent: ChannelName[]) {
    this.#house = house;
    this.now = start;
    this.#consent = consent;
  }

  /** The only patient of the house. */
  static async alone(
    house: LifeHouse,
    start: Date,
    consent: ChannelName[] = ["sms"],
  ): Promise<OverlapPatient> {
    await clear(house);
    return new OverlapPatient(house, start, consent);
  }

  /** Time passes by two hours at most, and all that is due meanwhile is sent. */
  async wait(hours: number, answer?: Answering): Promise<void> {
    const until = this.now.getTime() + hours * HOUR;
    do {
      this.now = new Date(Math.min(until, this.now.getTime() + 2 * HOUR));
      await sendDue(this.#house, this.now, answer);
    } while (this.now.getTime() < until);
  }

  /** The id of the treatment, which was done this long ago. */
  async enrol(
    protocol: string,
    hoursAgo: number,
    consent: ChannelName[] = this.#consent,
    phone = PHONE,
  ): Promise<string> {
    const visit = { protocol, hoursAgo, consent, phone };
    const { treatment, warnings } = await enrolAt(this.#house, visit, this.now);
    this.untold = warnings.flatMap(({ code, steps }) =>
      code === "permission_too_early" ? steps : [],
    );
    this.treatments.push(treatment.id);
    return treatment.id;
  }

  /** How many permissions were taken back. */
  async correct(
    id: string,
    change: { hoursAgo?: number; changes?: Record<string, string | null> },
  ): Promise<number> {
    const { hoursAgo, changes = {} } = change;
    const performedAt = hoursAgo === undefined ? null : this.#ago(hoursAgo);
    const request = { ...this.#asked, id, performedAt, changes };
    const result = await correctTreatment(this.#house.ledger, request, this.now);
    if (result === undefined || result === "cancelled") return 0;
    this.untold = result.untold;
    return result.retracted;
  }

  /** How many permissions were taken back. */
  async cancel(id: string, retract = false): Promise<number> {
    const request = { ...this.#asked, id, retract };
    const result = await cancelTreatment(this.#house.ledger, request, this.now);
    this.untold = result?.untold ?? [];
    return result?.retracted ?? 0;
  }

  /** Replays all of a step, the oldest first; returns why each was refused, or null where it was not. */
  async replay(step: string): Promise<(string | null)[]> {
    const codes = [];
    for (const { id } of (await this.reminders()).filter((row) => row.step === step)) {
      const request = { ...this.#asked, action: "replay" as const, id };
      const acted = await act(this.#house.ledger, request, this.now);
      codes.push(acted?.refusal?.code ?? null);
    }
    return codes;
  }

  async stop(channel: ChannelName): Promise<void> {
    await stopMessages(this.#house.ledger, await this.#choice(channel), this.now);
  }

  async resume(channel: ChannelName): Promise<void> {
    await resumeMessages(this.#house.ledger, await this.#choice(channel), this.now);
  }

  /** What the active treatments restrict, now and before. */
  async restrictions() {
    const { ledger, maker } = this.#house;
    const rows = await ledger.db
      .selectFrom("treatments")
      .select(["id", "protocol", "overrides", "performed_at"])
      .where("status", "=", "active")
      .execute();
    return rows.flatMap((row) => {
      const protocol = maker.content.protocols.get(row.protocol);
      if (protocol === undefined) throw new Error("no such protocol");
      return restrictionsOf(withOverrides(protocol, row.overrides), row.performed_at, ZONE);
    });
  }

  /** All reminders, the oldest of a treatment first. */
  reminders() {
    return this.#house.ledger.db
      .selectFrom("reminders")
      .selectAll()
      .orderBy("created_at")
      .orderBy("treatment_id")
      .orderBy("position")
      .execute();
  }

  /** What became of a step of a treatment, the oldest first. */
  async fates(treatmentId: string, step: string): Promise<string[]> {
    const rows = await this.reminders();
    return rows
      .filter((row) => row.treatment_id === treatmentId && row.step === step)
      .map(({ status, status_reason: reason }) =>
        reason === null ? status : `${status}: ${reason}`,
      );
  }

  /** The ids of the retractions of which the clinic is told that they reached nobody. */
  async noticed(): Promise<string[]> {
    const { db } = this.#house.ledger;
    const rows = await db.selectFrom("notices").select("reminder_id as id").execute();
    return rows.flatMap(({ id }) => id ?? []);
  }

  /** The ids of the retractions because of which the clinic is to call the patient now. */
  async toCall(): Promise<string[]> {
    const { ledger, clinic } = this.#house;
    const found = await listUntoldCorrections(ledger.db, clinic.id, this.now);
    return found.map(({ reminderId }) => reminderId);
  }

  /** Replays all of a step at once; returns how many go. */
  async replayAll(step: string): Promise<number> {
    const ids = (await this.reminders()).filter((row) => row.step === step).map(({ id }) => id);
    const request = { ...this.#asked, action: "replay" as const };
    const decided = await this.#house.ledger.db
      .transaction()
      .execute((db) => actOn(db, request, ids, this.now));
    return decided.filter(({ decision }) => decision.kind === "move").length;
  }

  /** What went stale by now is skipped. */
  async goStale(): Promise<void> {
    await skipStale(this.#house.ledger, 100, this.now);
  }

  get #asked() {
    return { clinicId: this.#house.clinic.id, reason: "a test", actor: "test" };
  }

  async #choice(channel: ChannelName) {
    const { ledger, clinic } = this.#house;
    const { id } = await ledger.db.selectFrom("patients").select("id").executeTakeFirstOrThrow();
    return { clinicId: clinic.id, patientId: id, channel };
  }

  #ago(hours: number): Date {
    return new Date(this.now.getTime() - hours * HOUR);
  }
}
