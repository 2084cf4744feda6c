import type { Content } from "../content/content.ts";
import { IMPORT_FIELDS, type ImportField } from "../domain/importColumns.ts";
import type { FileRow, Import } from "../ledger/imports.ts";
import { CheckField, FormRefusal, SelectField, TextField } from "./fields.tsx";
import type { FormProblems, FormValues } from "./forms.ts";
import type { Place } from "./guard.ts";
import { BY_COLUMN, COLUMN, type FileTimes } from "./importForm.ts";
import { Reading } from "./importReading.tsx";
import { CancelImport, importPath } from "./importView.tsx";
import { confirmWords, doubledHeaders, FIELD_LABELS, headerOf, many } from "./importWords.ts";
import { Page } from "./layout.tsx";
import { Given, Notice, Row, Table } from "./pieces.tsx";

const CONSENT_FIELDS: readonly ImportField[] = ["careSms", "careEmail", "rebook", "consentAt"];

const HINTS: Partial<Record<ImportField, string>> = {
  externalId: "By it a patient is known again, also under another name or number.",
  performedAt: "With an offset, or by the clinic’s clocks.",
};

interface ColumnsProps {
  place: Place;
  import: Import;
  /** The first of its rows. */
  rows: readonly FileRow[];
  times: FileTimes;
  content: Content;
  values: FormValues;
  problems?: FormProblems | undefined;
  now: Date;
}

/** The page on which somebody says how a file is to be read. */
export function ColumnsPage(props: ColumnsProps) {
  const { place, import: file, rows, values, problems, content } = props;
  const { clinic, visitor } = place;
  const path = importPath(file);
  const field = (name: string) => ({ name, value: values[name], problems });
  const choices = [
    { value: "", label: "not in the file" },
    ...file.headers.map((_, column) => ({
      value: String(column),
      label: headerOf(file.headers, column),
    })),
  ];
  const columnField = (each: ImportField) => (
    <SelectField
      key={each}
      {...field(`${COLUMN}${each}`)}
      label={FIELD_LABELS[each]}
      options={choices}
      hint={HINTS[each]}
      required={each === "firstName" || each === "performedAt"}
    />
  );
  const own = IMPORT_FIELDS.filter((each) => !CONSENT_FIELDS.includes(each));
  return (
    <Page title="Import: how to read the file" place={place} visitor={visitor} current="import">
      <p>
        {many(file.rowCount, "row")}. Nothing is enrolled yet: say which column is what, and every
        row is looked at first.
      </p>
      {doubledHeaders(file.headers).map((name) => (
        <Notice key={name} tone="warn">
          Several columns are called “<bdi>{name}</bdi>”: look below which one is meant.
        </Notice>
      ))}
      <h2>The first rows</h2>
      <Table
        label="The first rows of the file"
        head={[
          { name: "Row", holds: "numbers" },
          ...file.headers.map((_, column) => headerOf(file.headers, column)),
        ]}
      >
        {rows.map(({ number, cells }) => (
          <Row key={number}>
            <td class="number">{number}</td>
            {file.headers.map((header, column) => (
              <td key={`${column} ${header}`}>
                <bdi>{cells[column]}</bdi>
              </td>
            ))}
          </Row>
        ))}
      </Table>
      <form method="post" action={`${path}/columns`} id="columns">
        <FormRefusal problems={problems} />
        <div id="which">
          <h2>Columns</h2>
          <div class="mapping">{own.map(columnField)}</div>
          <h2>Consent</h2>
          <p>
            Without a consent nobody is sent anything. An empty cell says no; “yes”, “sí”, “x”,
            “true” and 1 say yes.
          </p>
          <div class="mapping">{CONSENT_FIELDS.map(columnField)}</div>
        </div>
        <Consent values={values} problems={problems} clinic={clinic.name} />
        <h2>Treatment and time</h2>
        <SelectField
          {...field("protocol")}
          label="Treatment"
          options={[
            { value: "", label: "choose" },
            { value: BY_COLUMN, label: "as its column says" },
            ...[...content.protocols.values()].map(({ name, title }) => {
              return { value: name, label: `${title}, in every row` };
            }),
          ]}
          required
        />
        <div
          id="reading"
          hx-post={`${path}/reading`}
          hx-include="#columns"
          hx-trigger="change from:#which"
          hx-sync="this:replace"
        >
          <Reading {...props} />
        </div>
        <h2>Where a row has no time zone or language</h2>
        <div class="mapping">
          <TextField
            {...field("timeZone")}
            label="Time zone"
            hint={`Such as America/Denver. Left empty: what is known of the patient, else the clinic’s (${clinic.timeZone}).`}
            extra={{ list: "zones" }}
          />
          <SelectField
            {...field("locale")}
            label="Language"
            options={languages(content, clinic.locale)}
          />
        </div>
        <datalist id="zones">
          {Intl.supportedValuesOf("timeZone").map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
        <button type="submit">{`Check all ${many(file.rowCount, "row")}`}</button>
      </form>
      <CancelImport import={file} label="Throw this file away">
        Nothing of it was enrolled.
      </CancelImport>
    </Page>
  );
}

function Consent({
  values,
  problems,
  clinic,
}: {
  values: FormValues;
  problems: FormProblems | undefined;
  clinic: string;
}) {
  const words = confirmWords(clinic);
  const radio = (value: string, label: string) => (
    <label>
      <input
        type="radio"
        name="consent"
        value={value}
        checked={values["consent"] === value}
        required
      />
      {label}
    </label>
  );
  const box = (name: string, label: string) => (
    <CheckField name={name} label={label} checked={values[name] === "yes"} problems={problems} />
  );
  return (
    <fieldset class="consent-of-file">
      <legend>Where the consent is</legend>
      {radio("file", "In the file: the columns above say who agrees to what")}
      {radio("confirmed", "Not in the file: I confirm it for every patient in it")}
      {problems?.["consent"] !== undefined && <small class="problem">{problems["consent"]}</small>}
      <div class="confirmation">
        {box("sms", "Text messages")}
        {box("email", "Emails")}
        <CheckField
          name="confirm"
          label="I confirm"
          problems={problems}
          hint={<q class="words">{words.care}</q>}
        />
        <CheckField
          name="offers"
          label="Marketing, too"
          checked={values["offers"] === "yes"}
          problems={problems}
          hint={<q class="words">{words.offers}</q>}
        />
        <small>
          These words, your name and the time are kept with each patient’s consent as evidence.
        </small>
      </div>
    </fieldset>
  );
}

/** The languages in which there are messages; empty stands for what is known, or the clinic’s. */
function languages(content: Content, clinicLocale: string) {
  const tags = [...content.protocols.keys()].flatMap((name) => content.locales(name));
  const named = new Intl.DisplayNames("en", { type: "language" });
  const nameOf = (tag: string) => named.of(tag) ?? tag;
  return [
    { value: "", label: `As before, else the clinic’s (${nameOf(clinicLocale)})` },
    ...[...new Set(tags)].sort().map((tag) => ({ value: tag, label: nameOf(tag) })),
  ];
}

/** A value of the file beside what is wrong with it. */
export function CellOf({ text }: { text: string | undefined }) {
  return text === undefined || text === "" ? (
    <span class="none">empty</span>
  ) : (
    <Given>{text}</Given>
  );
}
