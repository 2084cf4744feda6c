import type { ChannelName } from "../domain/channel.ts";
import { CHANNEL_WORDS } from "../domain/channel.ts";
import { readPhone } from "../domain/phone.ts";
import type { ClosedAddress, ConsentRecord, PatientRecord } from "../ledger/patientRecords.ts";
import type { TimelineEntry, TimelinePage } from "../ledger/patientTimeline.ts";
import type { Treatment } from "../ledger/treatments.ts";
import type { Did } from "./acts.ts";
import { clockText, countWords, PURPOSE_WORDS, placedText, stopWords } from "./careWords.ts";
import type { Place } from "./guard.ts";
import { OpenAlarms, Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Badge, Empty, Facts, Given, LiveOff, LocalTime, Notice, Row, Table } from "./pieces.tsx";
import type { Names } from "./planWords.ts";
import { languageInWords } from "./stepWords.ts";
import { Timeline } from "./timelineView.tsx";

interface PatientProps {
  place: Place;
  patient: PatientRecord;
  stops: readonly ClosedAddress[];
  dead: readonly ClosedAddress[];
  consents: readonly ConsentRecord[];
  /** Alarming replies that nobody has handled. */
  openAlarms: number;
  treatments: readonly Treatment[];
  timeline: TimelinePage;
  /** The messages that are still ahead, the nearest first. */
  ahead: readonly TimelineEntry[];
  /** Whether the page does not begin with what comes last. */
  earlier: boolean;
  names: Names;
  now: Date;
  /** Stands for all of this: another mark is another state. */
  mark: string;
}

/** All that is known of one patient. */
export function PatientPage({ did, ...props }: PatientProps & { did: Did }) {
  const { place, patient, earlier } = props;
  return (
    <Page
      title="Patient"
      heading={<Given>{patient.firstName}</Given>}
      place={place}
      visitor={place.visitor}
      current="patients"
    >
      <DidNotice did={did} />
      <div {...(!earlier && { "data-live": "on" })}>
        {!earlier && (
          <p class="quiet">
            <span class="live-on" role="status" id="patient-news">
              This page keeps itself up to date.
            </span>
            <LiveOff />
          </p>
        )}
        <PatientState {...props} />
      </div>
    </Page>
  );
}

/** The state of a patient that is another than the page showed, and a word that it is. */
export function PatientNews(props: PatientProps) {
  const { place, patient, now } = props;
  const zone = patient.timeZone ?? place.clinic.timeZone;
  return (
    <>
      <PatientState {...props} />
      <div hx-swap-oob="innerHTML:main > h1">
        <Given>{patient.firstName}</Given>
      </div>
      <div hx-swap-oob="innerHTML:#patient-news">
        Something has changed: brought up to date at {clockText(now, zone)}.
      </div>
      <OpenAlarms count={place.openAlarms} fresh />
    </>
  );
}

/** What changes while somebody looks; it asks by itself whether it has. */
function PatientState(props: PatientProps) {
  const { place, patient, stops, dead, treatments, names, earlier, mark } = props;
  const { clinic } = place;
  const zone = patient.timeZone ?? clinic.timeZone;
  const live = !earlier && {
    "hx-get": `${clinicPath(clinic.id, `patients/${patient.id}/news`)}?seen=${mark}`,
    "hx-trigger": "every 5s",
    "hx-swap": "outerHTML",
  };
  return (
    <div {...live}>
      <Pause {...props} zone={zone} />
      {stops.map((stop) => (
        <Notice key={stop.channel} tone="warn">
          No {CHANNEL_WORDS[stop.channel].many} since {placedText(stop.since, zone)}: stopped{" "}
          {stopWords(stop.by)}. {stop.channel === "sms" && "A START from that phone allows them."}
        </Notice>
      ))}
      {dead.map((address) => (
        <Notice key={address.channel} tone="warn">
          The {address.channel === "sms" ? "number" : "email address"} takes no messages since{" "}
          {placedText(address.since, zone)} (code {address.by}). Ask for another one at the next
          visit; replaying a message tries it once more.
        </Notice>
      ))}
      <Facts
        facts={[
          { name: "Phone", value: <Phone number={patient.phone} region={clinic.region} /> },
          { name: "Email", value: <Given>{patient.email}</Given> },
          { name: "Your number", value: <Given>{patient.externalId}</Given> },
          {
            name: "Time zone",
            value: `${zone}${patient.timeZone === null ? " (the clinic's)" : ""}`,
          },
          {
            name: "Language",
            value: `${languageInWords(patient.locale ?? clinic.locale)}${patient.locale === null ? " (the clinic's)" : ""}`,
          },
          {
            name: "Patient since",
            value: <LocalTime at={patient.createdAt} zone={clinic.timeZone} />,
          },
        ]}
      />
      <StopActions {...props} />
      <h2>Treatments</h2>
      <Treatments place={place} treatments={treatments} names={names} />
      <Timeline {...props} zone={zone} />
      <Consents {...props} zone={zone} />
    </div>
  );
}

/** A number as people write it, to be called. */
function Phone({ number, region }: { number: string | null; region: string }) {
  if (number === null) return <Given>{null}</Given>;
  return (
    <a href={`tel:${number}`}>
      <span class="hidden">Call </span>
      <bdi>{readPhone(number, region)?.international ?? number}</bdi>
    </a>
  );
}

function DidNotice({ did: { did, n = 0 } }: { did: Did }) {
  switch (did) {
    case "resumed":
      return (
        <Notice tone="good">
          The permissions go on. {countWords(n, "message")} {n === 1 ? "is" : "are"} planned again.
        </Notice>
      );
    case "still-paused":
      return (
        <Notice tone="warn">
          The pause goes on: {countWords(n, "alarming reply", "alarming replies")} still waits in
          the inbox.
        </Notice>
      );
    case "not-paused":
      return <Notice tone="plain">Nothing was paused, and nothing changed.</Notice>;
    case "stopped-sms":
      return <Notice tone="good">The text messages are stopped.</Notice>;
    case "stopped-email":
      return <Notice tone="good">The emails are stopped.</Notice>;
    case undefined:
    default:
      return null;
  }
}

function Pause({ place, patient, openAlarms, zone }: PatientProps & { zone: string }) {
  if (patient.permissionsPausedAt === null) return null;
  return (
    <Notice tone="bad">
      <p>
        The patient told of an alarming sign. Permissions are held back since{" "}
        {placedText(patient.permissionsPausedAt, zone)}; cautions still go out.{" "}
        {openAlarms > 0 && (
          <a href={clinicPath(place.clinic.id, "inbox")}>
            {countWords(openAlarms, "reply", "replies")} to be handled in the inbox
          </a>
        )}
      </p>
      {openAlarms > 0 ? (
        <p>
          {place.role === "admin"
            ? "Then you can resume them here."
            : "Then an admin of the clinic can resume them."}
        </p>
      ) : place.role === "admin" ? (
        <p>
          <a id="resume" href={clinicPath(place.clinic.id, `patients/${patient.id}/resume`)}>
            Resume the permissions
          </a>
        </p>
      ) : (
        <p>An admin of the clinic can resume them.</p>
      )}
    </Notice>
  );
}

function StopActions({ place, patient, stops }: PatientProps) {
  const address: Record<ChannelName, string | null> = { sms: patient.phone, email: patient.email };
  const open = (["sms", "email"] as const).filter(
    (channel) => address[channel] !== null && !stops.some((stop) => stop.channel === channel),
  );
  if (open.length === 0) return null;
  return (
    <div class="actions">
      {open.map((channel) => (
        <a
          key={channel}
          id={`stop-${channel}`}
          role="button"
          class="secondary outline small"
          href={clinicPath(place.clinic.id, `patients/${patient.id}/stop/${channel}`)}
        >
          Stop the {CHANNEL_WORDS[channel].many}
        </a>
      ))}
    </div>
  );
}

function Treatments({
  place: { clinic },
  treatments,
  names,
}: Pick<PatientProps, "place" | "treatments" | "names">) {
  if (treatments.length === 0) return <Empty>No treatment is known.</Empty>;
  return (
    <Table label="Treatments" head={["Treatment", "Done", "Status"]}>
      {treatments.map((treatment) => (
        <Row key={treatment.id}>
          <th scope="row">
            <a
              id={`treatment-${treatment.id}`}
              href={clinicPath(clinic.id, `treatments/${treatment.id}`)}
            >
              {names.treatment(treatment.protocol.name)}
            </a>
          </th>
          <td>
            <LocalTime at={treatment.performedAt} zone={treatment.timeZone} />
          </td>
          <td>
            <Badge tone="plain">{treatment.status}</Badge>
          </td>
        </Row>
      ))}
    </Table>
  );
}

function Consents({ consents, zone }: PatientProps & { zone: string }) {
  return (
    <>
      <h2>Consents</h2>
      {consents.length === 0 ? (
        <Empty>The patient has agreed to nothing, so nothing is sent.</Empty>
      ) : (
        <Table label="Consents" head={["To", "Given", "Source", "Wording", "Taken by", "Recorded"]}>
          {consents.map((consent) => (
            <Row key={`${consent.treatmentId} ${consent.purpose} ${consent.channel}`}>
              <th scope="row">
                {PURPOSE_WORDS[consent.purpose]} by {CHANNEL_WORDS[consent.channel].one}
              </th>
              <td>
                <LocalTime at={consent.givenAt} zone={zone} />
              </td>
              <td>
                <Given>{consent.source}</Given>
              </td>
              <td>
                <Given>{consent.textVersion}</Given>
              </td>
              <td>
                <Given>{consent.takenBy}</Given>
              </td>
              <td>
                <LocalTime at={consent.recordedAt} zone={zone} />
                {consent.recordedBy !== null && (
                  <>
                    , by <Given>{consent.recordedBy}</Given>
                  </>
                )}
              </td>
            </Row>
          ))}
        </Table>
      )}
    </>
  );
}
