import { CHANNELS } from "../domain/channel.ts";
import {
  guessColumns,
  IMPORT_FIELDS,
  type ImportColumns,
  type ImportField,
} from "../domain/importColumns.ts";
import type { Confirmation, ImportSettings } from "../domain/importRow.ts";
import { joinTime, lookAtTimes, type TimesSeen } from "../domain/importTime.ts";
import { isLanguageTag } from "../domain/languageTag.ts";
import { isTimeZone, parseLocalTime } from "../domain/localTime.ts";
import type { Protocol } from "../domain/protocol.ts";
import { columnsOf } from "../ledger/importRows.ts";
import type { Import } from "../ledger/imports.ts";
import type { Queries } from "../ledger/ledger.ts";
import type { FormProblems, FormValues } from "./forms.ts";
import { confirmWords } from "./importWords.ts";

/** What stands before a field in the name of the list of its columns. */
export const COLUMN = "column.";

/** In place of a protocol: the column says it. A form cannot send an empty choice that is needed. */
export const BY_COLUMN = "*";

/** What the times of a file look like, with those that stand in its first rows. */
export interface FileTimes extends TimesSeen {
  first: string[];
}

/** The form as it is first shown: what the headers say. */
export function guessedValues(
  headers: readonly string[],
  protocols: ReadonlyMap<string, Protocol>,
): FormValues {
  const columns = guessColumns(headers);
  const only = protocols.size === 1 ? (protocols.keys().next().value ?? "") : "";
  return {
    ...columnValues(columns),
    protocol: columns.protocol === undefined ? only : BY_COLUMN,
    consent: columns.careSms === undefined && columns.careEmail === undefined ? "" : "file",
  };
}

/** The form as it was sent before. */
export function valuesOfSettings(settings: ImportSettings): FormValues {
  const { columns, protocol, order, timeOfDay, timeZone, locale, confirmed } = settings;
  return {
    ...columnValues(columns),
    protocol: protocol ?? BY_COLUMN,
    order: order ?? "",
    timeOfDay: timeOfDay ?? "",
    timeZone: timeZone ?? "",
    locale: locale ?? "",
    consent: confirmed === null ? "file" : "confirmed",
    ...(confirmed?.care.includes("sms") && { sms: "yes" }),
    ...(confirmed?.care.includes("email") && { email: "yes" }),
    ...(confirmed?.rebook && { offers: "yes" }),
    // What is confirmed is confirmed anew each time.
  };
}

function columnValues(columns: ImportColumns): FormValues {
  return Object.fromEntries(
    Object.entries(columns).map(([field, column]) => [`${COLUMN}${field}`, String(column)]),
  );
}

/** The columns that were chosen, of those that the file has. */
export function columnsIn(values: FormValues, width: number): ImportColumns {
  const chosen: Partial<Record<ImportField, number>> = {};
  for (const field of IMPORT_FIELDS) {
    const text = values[`${COLUMN}${field}`] ?? "";
    if (/^\d{1,3}$/.test(text) && Number(text) < width) chosen[field] = Number(text);
  }
  return chosen;
}

/** Looks at all times of a file in the columns that were chosen for them. */
export async function timesOf(
  db: Queries,
  of: Import,
  { performedAt, time, consentAt }: ImportColumns,
): Promise<FileTimes> {
  const picked = [performedAt, time, consentAt];
  const columns = picked.filter((column) => column !== undefined);
  const rows = await columnsOf(db, of, columns);
  const at = (column: number | undefined, texts: readonly string[]) =>
    column === undefined ? "" : (texts[columns.indexOf(column)] ?? "");
  const done = rows.map((texts) => joinTime(at(performedAt, texts), at(time, texts)));
  const agreed = rows.map((texts) => at(consentAt, texts));
  return {
    // One program wrote both columns, and writes dates in one order.
    ...lookAtTimes([...done, ...agreed]),
    withoutTime: lookAtTimes(done).withoutTime,
    first: done.filter((text) => text !== "").slice(0, 3),
  };
}

/** What the form is read against. */
export interface SettingsContext {
  import: Import;
  times: FileTimes;
  clinicName: string;
  /** Who sends it, by name. */
  takenBy: string;
  protocols: ReadonlyMap<string, Protocol>;
  now: Date;
}

/** Reads how the rows are to be read. */
export function readSettings(
  values: FormValues,
  context: SettingsContext,
): { settings: ImportSettings } | { problems: FormProblems } {
  const { times, protocols, now } = context;
  const problems: Record<string, string> = {};
  const text = (name: string) => values[name]?.trim() ?? "";
  const columns = columnsIn(values, context.import.headers.length);
  for (const field of ["firstName", "performedAt"] as const) {
    if (columns[field] === undefined) problems[`${COLUMN}${field}`] = "choose the column";
  }
  if ([columns.phone, columns.email, columns.externalId].every((each) => each === undefined)) {
    problems[`${COLUMN}phone`] = "choose this one, or the email’s, or your own number’s";
  }
  const protocol = text("protocol");
  const byColumn = protocol === BY_COLUMN && columns.protocol !== undefined;
  if (!byColumn && !protocols.has(protocol)) {
    problems["protocol"] = "choose one, or above the column that says it";
  }
  const order = text("order") === "dmy" || text("order") === "mdy" ? text("order") : null;
  if (order === null && times.ordered !== null) {
    problems["order"] = "Dates of this file can be read in two ways: say which one is right.";
  }
  const timeOfDay = text("timeOfDay");
  if (timeOfDay === "" ? times.withoutTime > 0 : parseLocalTime(timeOfDay) === null) {
    problems["timeOfDay"] = "is needed, such as 18:00: some dates have no time of day";
  }
  const timeZone = text("timeZone");
  if (timeZone !== "" && !isTimeZone(timeZone)) {
    problems["timeZone"] = "must be an IANA time zone such as America/New_York";
  }
  const locale = text("locale");
  if (locale !== "" && !isLanguageTag(locale)) problems["locale"] = "choose one of these";
  const confirmed = readConsent(values, columns, context, problems);
  if (Object.keys(problems).length > 0) return { problems };
  return {
    settings: {
      columns,
      protocol: byColumn ? null : protocol,
      order: order as ImportSettings["order"],
      timeOfDay: timeOfDay === "" ? null : timeOfDay,
      timeZone: timeZone === "" ? null : timeZone,
      locale: locale === "" ? null : locale,
      confirmed,
      at: now.toISOString(),
    },
  };
}

/** Consent is never assumed: the file says it, or somebody confirms it in words that are kept. */
function readConsent(
  values: FormValues,
  columns: ImportColumns,
  { clinicName, takenBy }: SettingsContext,
  problems: Record<string, string>,
): Confirmation | null {
  const inFile = [columns.careSms, columns.careEmail].some((each) => each !== undefined);
  if (values["consent"] === "file") {
    if (!inFile) problems["consent"] = "Choose the columns above in which patients agree.";
    return null;
  }
  if (values["consent"] !== "confirmed") {
    problems["consent"] = "Say where the patients’ consent is.";
    return null;
  }
  if (inFile || columns.rebook !== undefined) {
    problems["consent"] =
      "The file says itself who agrees, and may say no: use that, or take these columns out above.";
  }
  const care = CHANNELS.filter((channel) => values[channel] === "yes");
  if (care.length === 0) problems["sms"] = "Tick the ways in which the patients agreed.";
  if (values["confirm"] !== "yes") problems["confirm"] = "is needed, or nobody can be enrolled";
  const { version: textVersion } = confirmWords(clinicName);
  return { care, rebook: values["offers"] === "yes", textVersion, takenBy };
}
