import type { z } from "zod";
import type { ChannelName } from "../../src/domain/channel.ts";
import { type ReachInput, reachOf } from "../../src/domain/consent.ts";
import type { Overrides } from "../../src/domain/overrides.ts";
import { type PlanInput, planTreatment } from "../../src/domain/plan.ts";
import { type Protocol, protocolSchema } from "../../src/domain/protocol.ts";
import type { PlannedReminder } from "../../src/domain/reminder.ts";
import {
  DEFAULT_REBOOK_WINDOW,
  parseSendWindow,
  type SendWindowText,
} from "../../src/domain/sendWindow.ts";

type StepText = z.input<typeof protocolSchema>["steps"][number];

/** A protocol of steps that only differ in what a test is about. */
export function protocolOf(steps: Partial<StepText>[]): Protocol {
  return protocolSchema.parse({
    name: "test",
    version: 3,
    title: "Test",
    source: "none",
    steps: steps.map((step, index) => ({
      key: `step-${index + 1}`,
      kind: "caution",
      topics: ["sun"],
      after: "0h",
      expires: "2d",
      channels: ["sms", "email"],
      ...step,
    })),
  });
}

/** A treatment in New York of a patient who can be reached, but for what a test changes. */
export interface Treatment {
  /** RFC 3339 with its offset. */
  performedAt: string;
  /** RFC 3339; enrolled at once where it is left out. */
  now?: string;
  zone?: string;
  window?: SendWindowText;
  channels?: ChannelName[];
  reach?: Partial<ReachInput>;
  overrides?: Overrides;
  /** The zone of the patient's clocks by now, where that is another one than `zone`. */
  movedTo?: string;
}

/** Consent to care and an address for both channels, and none to marketing. */
export const REACHABLE: ReachInput = {
  consent: { care: ["sms", "email"], rebook: [] },
  phone: "+12125550123",
  email: "ana@example.com",
  optedOut: [],
  dead: [],
};

export function inputOf(steps: Partial<StepText>[], treatment: Treatment): PlanInput {
  return {
    protocol: protocolOf(steps),
    performedAt: new Date(treatment.performedAt),
    now: new Date(treatment.now ?? treatment.performedAt),
    timeZone: treatment.zone ?? "America/New_York",
    timeZoneFrom: "patient",
    ...(treatment.movedTo !== undefined && {
      local: { timeZone: treatment.movedTo, timeZoneFrom: "patient" as const },
    }),
    overrides: treatment.overrides ?? {},
    sendWindow: parseSendWindow(treatment.window ?? "09:00-20:00"),
    rebookWindow: parseSendWindow(DEFAULT_REBOOK_WINDOW),
    channels: treatment.channels ?? ["sms", "email"],
    reach: reachOf({ ...REACHABLE, ...treatment.reach }),
  };
}

export function planOf(steps: Partial<StepText>[], treatment: Treatment): PlannedReminder[] {
  return planTreatment(inputOf(steps, treatment));
}

/** Plans one step; throws where it does not make exactly one reminder. */
export function planOne(step: Partial<StepText>, treatment: Treatment): PlannedReminder {
  const [reminder, ...others] = planOf([step], treatment);
  if (!reminder || others.length > 0) throw new Error("the step did not make one reminder");
  return reminder;
}

/** An instant written with any offset, as the UTC text that `toISOString` gives. */
export function utc(text: string): string {
  return new Date(text).toISOString();
}
