import type { Protocol } from "../domain/protocol.ts";
import type { FoundPatient, PatientPage } from "../ledger/patientSearch.ts";
import { FormRefusal } from "./fields.tsx";
import type { FormProblems } from "./forms.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Badge, Empty, Given, LocalTime, Row, Table } from "./pieces.tsx";

interface FoundProps extends PatientPage {
  place: Place;
  /** What was typed. */
  sought: string;
  /** Whether this is a page after the first one. */
  further: boolean;
  protocols: ReadonlyMap<string, Protocol>;
  problems?: FormProblems;
}

/** The page on which patients are looked up. */
export function PatientsPage(props: FoundProps) {
  const { place, sought } = props;
  const action = clinicPath(place.clinic.id, "patients");
  return (
    <Page title="Patients" place={place} visitor={place.visitor} current="patients">
      <search>
        <form
          method="post"
          action={action}
          class="search"
          hx-post={action}
          hx-target="#found"
          hx-trigger="submit, input changed delay:300ms from:#field-sought"
          hx-sync="this:replace"
          hx-indicator="#looking"
        >
          <div class="field">
            <label for="field-sought">Find a patient</label>
            <input
              id="field-sought"
              name="sought"
              type="search"
              value={sought}
              maxlength={100}
              autocomplete="off"
              aria-describedby="field-sought-hint"
              autofocus
            />
            <small id="field-sought-hint">
              The beginning of a first name; a phone number, or its last digits; an email address;
              your own number for the patient.
            </small>
          </div>
          <button type="submit">Find</button>
          <span id="looking" class="htmx-indicator" aria-hidden="true">
            Looking …
          </span>
        </form>
      </search>
      <section id="found" aria-live="polite" aria-label="Patients found">
        <FoundPatients {...props} />
      </section>
    </Page>
  );
}

/** Whom a search found: the part of the page that changes while somebody types. */
export function FoundPatients(props: FoundProps) {
  const { place, patients, next, sought, further, protocols, problems } = props;
  if (problems !== undefined) {
    return <FormRefusal problems={{ "": `What you look for ${Object.values(problems)[0]}.` }} />;
  }
  const looking = sought.trim() !== "";
  if (patients.length === 0) return <Nobody place={place} looking={looking} />;
  const action = clinicPath(place.clinic.id, "patients");
  return (
    <>
      <h2>{looking ? "Found" : "Newest patients"}</h2>
      <Table label="Patients" head={["Name", "Phone", "Email", "Your number", "Last treatment"]}>
        {patients.map((patient) => (
          <Line key={patient.id} patient={patient} place={place} protocols={protocols} />
        ))}
      </Table>
      <div class="actions">
        {further && (
          <More action={action} sought={sought} label="From the beginning" after={null} />
        )}
        {next !== null && (
          <More action={action} sought={sought} label="Next" after={`${next.way}.${next.id}`} />
        )}
      </div>
    </>
  );
}

function Line({
  patient,
  place: { clinic },
  protocols,
}: {
  patient: FoundPatient;
  place: Place;
  protocols: ReadonlyMap<string, Protocol>;
}) {
  const { protocol, performedAt } = patient;
  return (
    <Row>
      <th scope="row">
        <a href={clinicPath(clinic.id, `patients/${patient.id}`)}>
          <Given>{patient.firstName}</Given>
        </a>{" "}
        {patient.permissionsPausedAt !== null && <Badge tone="bad">paused</Badge>}
      </th>
      <td class="tight">
        <Given>{patient.phone}</Given>
      </td>
      <td>
        <Given>{patient.email}</Given>
      </td>
      <td>
        <Given>{patient.externalId}</Given>
      </td>
      <td>
        {protocol === null || performedAt === null ? (
          <span class="none">none</span>
        ) : (
          <>
            {protocols.get(protocol)?.title ?? protocol},{" "}
            <LocalTime at={performedAt} zone={clinic.timeZone} />
          </>
        )}
      </td>
    </Row>
  );
}

function Nobody({ place, looking }: { place: Place; looking: boolean }) {
  if (looking) {
    return (
      <Empty>
        Nobody was found. Try fewer letters, or the last digits of the number: patients are known by
        their first names.
      </Empty>
    );
  }
  return (
    <Empty>
      There are no patients yet. <a href={clinicPath(place.clinic.id)}>Enrol the first one</a>.
    </Empty>
  );
}

function More({
  action,
  sought,
  label,
  after,
}: {
  action: string;
  sought: string;
  label: string;
  after: string | null;
}) {
  return (
    <form method="post" action={action} class="press" hx-post={action} hx-target="#found">
      <input type="hidden" name="sought" value={sought} />
      {after !== null && <input type="hidden" name="after" value={after} />}
      <button type="submit" class="secondary">
        {label}
      </button>
    </form>
  );
}
