import type { ChannelName } from "../domain/channel.ts";
import { CHANNEL_WORDS } from "../domain/channel.ts";
import type { PatientRecord } from "../ledger/patientRecords.ts";
import { countWords } from "./careWords.ts";
import { FormRefusal, ReasonField } from "./fields.tsx";
import type { FormProblems } from "./forms.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Given, Notice } from "./pieces.tsx";

interface ActProps {
  place: Place;
  patient: PatientRecord;
  reason?: string | undefined;
  problems?: FormProblems | undefined;
}

/** Asks whether the permissions of a patient are to go on after an alarming reply. */
export function ResumePage({
  place,
  patient,
  openAlarms,
  reason,
  problems,
}: ActProps & { openAlarms: number }) {
  const path = clinicPath(place.clinic.id, `patients/${patient.id}`);
  return (
    <Page
      title="Resume the permissions"
      place={place}
      visitor={place.visitor}
      current="patients"
      width="narrow"
    >
      {openAlarms > 0 && (
        <Notice tone="warn">
          {countWords(openAlarms, "alarming reply", "alarming replies")} of this patient still{" "}
          {openAlarms === 1 ? "waits" : "wait"} in the{" "}
          <a href={clinicPath(place.clinic.id, "inbox")}>inbox</a>. The pause ends only when each is
          handled there; come back then.
        </Notice>
      )}
      <p>
        The permissions of <Given>{patient.firstName}</Given> are held back, because the patient
        told of an alarming sign. Resume them once somebody of the clinic has looked.
      </p>
      {openAlarms > 0 ? (
        <p>
          <a href={path}>Back to the patient</a>
        </p>
      ) : (
        <>
          <p>What was held back and is not out of date is planned again, and may go out at once.</p>
          <form method="post" action={`${path}/resume`}>
            <FormRefusal problems={problems} />
            <ReasonField value={reason} problems={problems} />
            <div class="actions">
              <button type="submit">Resume</button>
              <a href={path}>Back, and change nothing</a>
            </div>
          </form>
        </>
      )}
    </Page>
  );
}

/** Asks whether a channel is to stop, because the patient said so to somebody. */
export function StopPage({
  place,
  patient,
  channel,
  reason,
  problems,
}: ActProps & { channel: ChannelName }) {
  const { many } = CHANNEL_WORDS[channel];
  const path = clinicPath(place.clinic.id, `patients/${patient.id}`);
  const address = channel === "sms" ? patient.phone : patient.email;
  return (
    <Page
      title={`Stop the ${many}`}
      place={place}
      visitor={place.visitor}
      current="patients"
      width="narrow"
    >
      <p>
        Do this where <Given>{patient.firstName}</Given> told you to stop. Nothing more goes to{" "}
        <Given>{address}</Given> from your clinic, and nobody else who has it gets any {many},
        either. What waits is not sent another way instead.
      </p>
      <Notice tone="warn">
        {channel === "sms"
          ? "You cannot take this back. Only the patient can, by texting START from that phone."
          : "You cannot take this back. Only the patient can, on the page that the messages link to."}
      </Notice>
      <form method="post" action={`${path}/stop/${channel}`}>
        <FormRefusal problems={problems} />
        <ReasonField value={reason} problems={problems} />
        <div class="actions">
          <button type="submit" class="danger">
            Stop the {many}
          </button>
          <a href={path}>Back, and change nothing</a>
        </div>
      </form>
    </Page>
  );
}
