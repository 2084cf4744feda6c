import type { ApiKeyInfo } from "../ledger/apiKeys.ts";
import type { ClinicEvent } from "../ledger/events.ts";
import type { Page as ListPage } from "../ledger/page.ts";
import { detailWords } from "./auditWords.ts";
import { actorWords, EVENT_WORDS, eventWords, keyWords, OTHER_ACTORS } from "./eventWords.ts";
import { FormRefusal, SelectField, TextField } from "./fields.tsx";
import type { FormProblems, FormValues } from "./forms.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { markOf } from "./listMark.ts";
import { clinicPath } from "./paths.ts";
import { Empty, Given, LocalTime, Row, Table } from "./pieces.tsx";

const FILTERS = ["type", "actor", "from", "to", "treatment"] as const;

interface AuditProps {
  place: Place;
  /** Whoever works at the clinic or once did, for the filter. */
  staff: readonly { userId: string; name: string }[];
  keys: readonly ApiKeyInfo[];
  events: ListPage<ClinicEvent>;
  names: ReadonlyMap<string, string>;
  values: FormValues;
  problems?: FormProblems | undefined;
}

/** A clinic's history, newest first, with what it was narrowed to. */
export function AuditPage({ place, staff, keys, events, names, values, problems }: AuditProps) {
  const { clinic, visitor } = place;
  const narrowed = FILTERS.some((name) => values[name]);
  const address = (page: string, more: Record<string, string> = {}) => {
    const given = FILTERS.flatMap((name) => (values[name] ? [[name, values[name]]] : []));
    const query = new URLSearchParams([...given, ...Object.entries(more)]).toString();
    return clinicPath(clinic.id, page) + (query === "" ? "" : `?${query}`);
  };
  return (
    <Page title="Audit" place={place} visitor={visitor} current="audit">
      <Filter place={place} staff={staff} keys={keys} values={values} problems={problems} />
      {events.items.length > 0 && (
        <p>
          <a href={address("audit.csv")} download>
            {narrowed ? "Export what is found as CSV" : "Export all as CSV"}
          </a>
        </p>
      )}
      {events.items.length === 0 ? (
        problems === undefined && (
          <Empty>
            {narrowed
              ? "Nothing matches. Leave out a filter, or choose other days."
              : "Nothing has happened yet. Enrolments, messages and changes will stand here."}
          </Empty>
        )
      ) : (
        <Table label="Events" head={["When", "Who", "What", "Of"]}>
          {events.items.map((event) => (
            <Line key={event.id} place={place} event={event} names={names} />
          ))}
        </Table>
      )}
      <nav class="pages" aria-label="Pages of the list">
        {values["before"] && <a href={address("audit")}>Newest</a>}
        {events.next !== null && (
          <a href={address("audit", { before: markOf(events.next) })}>Older</a>
        )}
      </nav>
    </Page>
  );
}

function Filter({
  place,
  staff,
  keys,
  values,
  problems,
}: Pick<AuditProps, "place" | "staff" | "keys" | "values" | "problems">) {
  const field = (name: string) => ({ name, value: values[name], problems });
  const everything = { value: "", label: "all" };
  return (
    <form method="get" action={clinicPath(place.clinic.id, "audit")} class="filter">
      <FormRefusal problems={problems} />
      <div class="grid-fields">
        <SelectField
          {...field("type")}
          label="What"
          options={[
            everything,
            ...Object.entries(EVENT_WORDS).map(([value, label]) => ({ value, label })),
          ]}
        />
        <SelectField
          {...field("actor")}
          label="Who"
          options={[
            everything,
            ...staff.map(({ userId, name }) => ({ value: `staff:${userId}`, label: name })),
            ...keys.map(({ id, label }) => ({ value: `key:${id}`, label: keyWords(label) })),
            ...Object.entries(OTHER_ACTORS).map(([value, label]) => ({ value, label })),
          ]}
        />
        <TextField {...field("from")} label="From" type="date" />
        <TextField {...field("to")} label="To" type="date" />
        <TextField {...field("treatment")} label="Treatment's id" maxlength={36} />
      </div>
      <div class="actions">
        <button type="submit" class="secondary">
          Show
        </button>
        <a href={clinicPath(place.clinic.id, "audit")}>Show all</a>
      </div>
    </form>
  );
}

function Line({
  place,
  event,
  names,
}: Pick<AuditProps, "place" | "names"> & { event: ClinicEvent }) {
  const { clinic } = place;
  const { at, actor, treatmentId, reminderId } = event;
  const details = detailWords(event, names, clinic.timeZone);
  return (
    <Row>
      <td>
        <LocalTime at={at} zone={clinic.timeZone} />
      </td>
      <td>
        <Given>{actorWords(actor, names)}</Given>
      </td>
      <td>
        {eventWords(event)}
        {details.length > 0 && (
          <small class="detail">
            {details.map((detail, index) => (
              // Each in its own direction: a name that is read from the right turns no other around.
              <>
                {index > 0 && "; "}
                <Given>{detail}</Given>
              </>
            ))}
          </small>
        )}
      </td>
      <td>
        {treatmentId !== null && (
          <a href={clinicPath(clinic.id, `treatments/${treatmentId}`)}>treatment</a>
        )}
        {treatmentId !== null && reminderId !== null && ", "}
        {reminderId !== null && (
          <a href={clinicPath(clinic.id, `reminders/${reminderId}`)}>reminder</a>
        )}
      </td>
    </Row>
  );
}
