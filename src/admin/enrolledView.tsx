import { renderSVG } from "uqr";
import { CHANNEL_WORDS } from "../domain/channel.ts";
import type { Warning } from "../domain/warnings.ts";
import type { Clinic } from "../ledger/clinics.ts";
import type { GivenConsent } from "../ledger/consentTexts.ts";
import type { PatientFacts } from "../ledger/patients.ts";
import type { Reminder } from "../ledger/reminders.ts";
import type { Treatment } from "../ledger/treatments.ts";
import { PlanList } from "./enrolPlan.tsx";
import { Warnings } from "./enrolPreview.tsx";
import { clinicPath } from "./paths.ts";
import { Facts, Given, LocalTime, localText, Notice } from "./pieces.tsx";
import { goesOut, type Names } from "./planWords.ts";

/** How soon a message is due that is worth waiting for at the desk, in milliseconds. */
const SOON_MS = 10 * 60_000;

/** What each warning of an enrolment says once it is done. */
const WARNED: Record<Warning["code"], string> = {
  permission_too_early:
    "The patient was permitted something by another treatment that is not true now, and no message takes it back: tell the patient.",
  permission_taken_back:
    "Something that an earlier treatment permitted has to wait again: a message says so, and the patient should hear it now.",
  entered_twice:
    "The patient has this treatment at this time already. If it was entered twice, cancel one.",
  nothing_will_be_sent: "Nothing of this treatment will be sent.",
  no_consent: "Some messages are not sent, because the patient did not agree to them.",
  opted_out:
    "The patient has stopped these messages. Only the patient can allow them again, by a START or on the patient’s page.",
  no_address: "There is no number or address for some of what the patient agreed to.",
  dead_address: "The number or address is known to take no messages. Ask for another.",
  overlapping_treatment:
    "Another treatment of the patient says some of these in their place, or makes them wait.",
  permissions_paused:
    "The patient told of an alarming sign. Permissions wait until somebody has looked into it.",
  daily_cap: "Some messages find no day with room for them before they are out of date.",
  entered_late: "Some messages were out of date already when the treatment was entered.",
};

export interface EnrolledProps {
  did: "enrolled" | "before" | undefined;
  clinic: Clinic;
  treatment: Treatment;
  patient: PatientFacts;
  reminders: Reminder[];
  consents: GivenConsent[];
  /** As people write it. */
  phone: string | null;
  landline: boolean;
  warnings: readonly Warning["code"][];
  pageUrl: string;
  now: Date;
  names: Names;
}

/** What was enrolled, what goes out next, and the sheet that is printed of it. */
export function Enrolled(props: EnrolledProps) {
  const { did, clinic, treatment, patient, reminders, phone, landline, names } = props;
  const zone = reminders[0]?.timeZone ?? clinic.timeZone;
  const title = names.treatment(treatment.protocol.name);
  const texted = reminders.some((each) => each.channel === "sms" && goesOut(each));
  const warnings = [
    ...props.warnings.map((code) => WARNED[code]),
    ...(landline && texted ? [`${phone} is no mobile, and takes no texts. Ask for another.`] : []),
  ];
  return (
    <>
      <Said did={did} cancelled={treatment.status === "cancelled"} name={patient.firstName} />
      <div class="actions">
        <a role="button" href={clinicPath(clinic.id)} autofocus>
          Enrol the next one
        </a>
        <button type="button" class="secondary" data-print>
          Print for the patient
        </button>
      </div>
      <Warnings warnings={warnings} />
      <header class="for-paper">
        <p class="clinic">
          <Given>{clinic.name}</Given>
          {clinic.phone && `, ${clinic.phone}`}
        </p>
        <p>
          <strong>
            For <Given>{patient.firstName}</Given>
          </strong>
          <br />
          {title}, <LocalTime at={treatment.performedAt} zone={zone} />
        </p>
      </header>
      <div class="no-print">
        <Facts
          facts={[
            { name: "First name", value: <Given>{patient.firstName}</Given> },
            { name: "Treatment", value: title },
            {
              name: "Done",
              value: <LocalTime at={treatment.performedAt} zone={clinic.timeZone} />,
            },
            { name: "Phone", value: <Given>{phone}</Given> },
            { name: "Email", value: <Given>{patient.email}</Given> },
          ]}
        />
      </div>
      <Messages {...props} zone={zone} />
      <h2>The patient’s page</h2>
      <p>
        What is allowed when, and a way to stop the messages:
        <br />
        <span class="page-link">{props.pageUrl}</span>
      </p>
      <div
        class="qr"
        role="img"
        aria-label="The same as a QR code"
        dangerouslySetInnerHTML={{ __html: renderSVG(props.pageUrl) }}
      />
      <Agreed consents={props.consents} zone={clinic.timeZone} />
    </>
  );
}

/** What goes out, looked at again as long as something is about to. */
function Messages(props: EnrolledProps & { zone: string }) {
  const { clinic, treatment, reminders, now, names, zone } = props;
  const soon = reminders.some(({ status, dueAt }) => {
    const waits = status === "scheduled" || status === "queued" || status === "sending";
    return waits && dueAt.getTime() <= now.getTime() + SOON_MS;
  });
  const live = soon && {
    "hx-get": clinicPath(clinic.id, `treatments/${treatment.id}/enrolled`),
    "hx-select": "#messages",
    "hx-swap": "outerHTML",
    "hx-trigger": "every 4s",
  };
  return (
    <section id="messages" aria-labelledby="messages-title" {...live}>
      <h2 id="messages-title">Messages</h2>
      <PlanList
        rows={reminders.filter(({ kind }) => kind !== "retraction")}
        protocol={treatment.protocol.name}
        zone={zone}
        clinicZone={clinic.timeZone}
        now={now}
        names={names}
        stored
      />
    </section>
  );
}

function Said({
  did,
  cancelled,
  name,
}: {
  did: EnrolledProps["did"];
  cancelled: boolean;
  name: string;
}) {
  if (cancelled) return <Notice tone="warn">This treatment was cancelled since.</Notice>;
  if (did === undefined) return null;
  return (
    <Notice tone="good">
      {did === "enrolled" ? (
        <>
          <Given>{name}</Given> is enrolled.
        </>
      ) : (
        <>
          <Given>{name}</Given> was enrolled by this form already, and is enrolled once.
        </>
      )}
    </Notice>
  );
}

/** The evidence: what was agreed to, in which words, and who heard it. */
function Agreed({ consents, zone }: { consents: readonly GivenConsent[]; zone: string }) {
  if (consents.length === 0) return null;
  const words = [...new Set(consents.flatMap((each) => each.words ?? []))];
  return (
    <details class="no-print">
      <summary>What the patient agreed to</summary>
      <ul>
        {consents.map(({ purpose, channel, givenAt, takenBy, source }) => (
          <li key={`${purpose} ${channel}`}>
            {purpose === "care" ? "Aftercare" : "Marketing"} by {CHANNEL_WORDS[channel].one},{" "}
            {localText(givenAt, zone)}
            {takenBy && (
              <>
                , heard by <Given>{takenBy}</Given>
              </>
            )}
            , <Given>{source}</Given>
          </li>
        ))}
      </ul>
      {words.map((each) => (
        <pre key={each} class="kept-words">
          {each}
        </pre>
      ))}
    </details>
  );
}
