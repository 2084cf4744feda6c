import type { ChannelName } from "../../src/domain/channel.ts";
import { type ReachInput, reachOf } from "../../src/domain/consent.ts";
import type { PatientPlanInput, PatientTreatment } from "../../src/domain/patient.ts";
import { planPatient } from "../../src/domain/patientPlan.ts";
import type { PlannedReminder, Told } from "../../src/domain/reminder.ts";
import { DEFAULT_REBOOK_WINDOW, parseSendWindow } from "../../src/domain/sendWindow.ts";
import { protocolOf, REACHABLE } from "./treatment.ts";

type Steps = Parameters<typeof protocolOf>[0];

/** A treatment of the patient, whose restrictions and permissions only differ in what a test is about. */
export interface TreatmentFacts {
  id: string;
  performedAt: string;
  steps: Steps;
  reach?: Partial<ReachInput>;
  channels?: ChannelName[];
  said?: PatientTreatment["said"];
}

export function treatmentOf(facts: TreatmentFacts): PatientTreatment {
  const { id, performedAt, steps, reach, channels = ["sms", "email"], said = new Map() } = facts;
  return {
    id,
    protocol: { ...protocolOf(steps), name: `protocol-${id}` },
    overrides: {},
    performedAt: new Date(performedAt),
    timeZone: "UTC",
    timeZoneFrom: "patient",
    channels,
    reach: reachOf({ ...REACHABLE, ...reach }),
    said,
  };
}

/** A patient by the clocks of UTC, who can be told at any hour but for what a test changes. */
export function patientOf(
  treatments: readonly TreatmentFacts[],
  now: string,
  more: Partial<PatientPlanInput> = {},
): PatientPlanInput {
  return {
    treatments: treatments.map(treatmentOf),
    cancelled: [],
    told: [],
    takenBack: [],
    retracted: new Map(),
    now: new Date(now),
    cap: 3,
    paused: false,
    sendWindow: parseSendWindow("00:00-23:59"),
    rebookWindow: parseSendWindow(DEFAULT_REBOOK_WINDOW),
    ...more,
  };
}

/** What forbids topics, frees them `after` a while, and takes that back. */
export function frees(topics: string[], after: string, more: Steps[number] = {}): Steps {
  return [
    { key: "avoid", kind: "caution", topics },
    { key: "ok", kind: "permission", topics, after, expires: "5d", ...more },
    { key: "wait", kind: "retraction", retracts: "ok", topics, after: "0h", expires: "5d" },
  ];
}

export function toldOf(treatmentId: string, topics: string[], at: string): Told {
  const protocol = `protocol-${treatmentId}`;
  return { treatmentId, protocol, step: "ok", topics, at: new Date(at), sure: true };
}

/** The plan of a treatment's permission. */
export function okOf(input: PatientPlanInput, treatmentId: string): PlannedReminder {
  const found = planPatient(input).find(
    (each) => each.treatmentId === treatmentId && each.planned.step === "ok",
  );
  if (found === undefined) throw new Error("the treatment has no permission");
  return found.planned;
}

/** Why it is not sent, or else when it is due. */
export function fateOf(input: PatientPlanInput, treatmentId: string): string {
  const { statusReason, dueAt } = okOf(input, treatmentId);
  return statusReason ?? dueAt.toISOString();
}
