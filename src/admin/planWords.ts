import type { Content } from "../content/content.ts";
import type { PlannedReminder, ReminderStatus } from "../domain/reminder.ts";
import { localZoneOf } from "../domain/reminder.ts";
import { waitsOf } from "../domain/waits.ts";
import type { Clinic } from "../ledger/clinics.ts";
import { localText } from "./pieces.tsx";

/** A message of a plan, whether or not it is stored. */
export interface PlanRow
  extends Pick<
    PlannedReminder,
    "step" | "kind" | "topics" | "channel" | "dueAt" | "expiresAt" | "trace"
  > {
  status: ReminderStatus;
  statusReason: string | null;
}

/** What names messages and treatments to staff. */
export interface Names {
  message(protocol: string, step: string): string;
  treatment(protocol: string): string;
}

/** The names by which staff of a clinic know messages and treatments. */
export function namesFor(content: Content, clinic: Clinic): Names {
  const treatment = (name: string) => content.protocols.get(name)?.title ?? name;
  return {
    treatment,
    message(name, step) {
      const protocol = content.protocols.get(name);
      const subject = content.renderSubject({
        protocol: name,
        step,
        locale: "en",
        clinicLocale: clinic.locale,
        privacy: "explicit",
        variables: {
          patient: { firstName: "the patient" },
          clinic: { name: clinic.name, phone: clinic.phone, postalAddress: clinic.postalAddress },
          treatment: { title: treatment(name) },
          wait: { until: null },
          waits: protocol === undefined ? {} : waitsOf(protocol),
          unsubscribeUrl: "",
          pageUrl: "",
        },
      });
      // A step that its protocol has no more: its key is all that is known of it.
      return subject ?? step.replaceAll("-", " ");
    },
  };
}

/** Whether a message is to go out, or has. */
export function goesOut({ status }: Pick<PlanRow, "status">): boolean {
  return status !== "skipped" && status !== "cancelled";
}

/** Why a message is not sent, in words. */
export function whyNot(row: PlanRow, names: Names): string {
  const { statusReason, status, kind, trace } = row;
  if (status === "cancelled") return "cancelled";
  const by = trace.supersededBy ?? [];
  switch (statusReason) {
    case "expired":
      return trace.cappedDays === null
        ? "no day has room for it before it is out of date"
        : "out of date by then";
    case "opted_out":
      return "the patient has stopped these messages";
    case "no_consent":
      return kind === "rebook" ? "marketing was not agreed to" : "not agreed to";
    case "no_address":
      return trace.channels.some(({ use }) => use === "dead_address")
        ? "the number or address takes no messages"
        : "no number or address";
    case "paused":
      return "permissions wait: the patient told of an alarming sign";
    case "superseded":
    case "collapsed":
      if (by.length === 0) return "a later message on the same says it";
      return by
        .map(({ protocol, step }) =>
          step === null
            ? `the other treatment (${names.treatment(protocol)}) does not permit it`
            : `“${names.message(protocol, step)}” of the other treatment says it later`,
        )
        .join("; ");
    case null:
      return "not sent";
    default:
      return statusReason.replaceAll("_", " ");
  }
}

/** What moved a message away from its protocol's own time; null where nothing did. */
export function movedWords({ trace }: PlanRow, names: Names): string | null {
  const { waits = [], overridden, movedBy, cappedDays, after } = trace;
  const zone = localZoneOf(trace);
  const said = [
    ...(overridden === undefined ? [] : [`after ${after} instead of ${overridden.after}`]),
    ...[...new Set(waits.map(({ protocol, until }) => `${protocol} ${until}`))].map((each) => {
      const [protocol = "", until = ""] = each.split(" ");
      return `waits for ${names.treatment(protocol)} until ${localText(new Date(until), zone)}`;
    }),
    ...(movedBy === "window" || movedBy === "late enrolment and window"
      ? [`in sending hours; true from ${localText(new Date(trace.trueAt), zone)}`]
      : []),
    ...(movedBy === "late enrolment" ? ["late, because the treatment was entered late"] : []),
    ...(cappedDays
      ? [`${cappedDays === 1 ? "a day" : `${cappedDays} days`} later: enough that day`]
      : []),
  ];
  return said.length === 0 ? null : said.join("; ");
}
