import type { ChannelName } from "./channel.ts";
import {
  type Enrolment,
  type EnrolmentBody,
  enrolmentBody,
  type FieldProblem,
  readEnrolment,
} from "./enrolment.ts";
import { findProtocol, localeOf, readYesNo, unmarked } from "./importCells.ts";
import type { ImportColumns, ImportField } from "./importColumns.ts";
import { type DateOrder, joinTime, readImportTime } from "./importTime.ts";
import type { Protocol } from "./protocol.ts";

/** What an admin confirms for the patients of a file that says nothing of consent. */
export interface Confirmation {
  care: ChannelName[];
  rebook: boolean;
  /** The version under which the words that were confirmed are kept, and who confirmed them. */
  textVersion: string;
  takenBy: string;
}

/** How the rows of an import are to be read. */
export interface ImportSettings {
  columns: ImportColumns;
  /** The protocol of every row; null where a column has it. */
  protocol: string | null;
  order: DateOrder | null;
  /** The time of day of dates without one. */
  timeOfDay: string | null;
  /** Of patients whose row has none; null leaves what is known, else the clinic's. */
  timeZone: string | null;
  locale: string | null;
  /** Null where the file has columns for it. */
  confirmed: Confirmation | null;
  /** When these were chosen, and consent was confirmed: RFC 3339. */
  at: string;
}

/** What is wrong with a row, by the field; `row` is the row as a whole. Holds no value. */
export interface RowProblem {
  field: ImportField | "row";
  message: string;
}

/** What rows are read against. */
export interface ImportContext {
  importId: string;
  settings: ImportSettings;
  /** The clinic's country, and its zone. */
  region: string;
  zone: string;
  now: Date;
  protocols: ReadonlyMap<string, Protocol>;
  /** How many columns have a name. */
  width: number;
}

/** A row that can be enrolled, or what is wrong with it, the first of each field. */
export type ReadRow = { enrolment: Enrolment; protocol: Protocol } | { problems: RowProblem[] };

/** Something that a cell says, or what is wrong with it. */
type Said<T> = { value: T } | { field: RowProblem["field"]; message: string };

/** Reads a row by the rules of every enrolment; all that is wrong with it is told at once. */
export function readImportRow(cells: readonly string[], context: ImportContext): ReadRow {
  const { settings, region, now, protocols } = context;
  const cell = (field: ImportField) => {
    const column = settings.columns[field];
    return column === undefined ? "" : unmarked(cells[column] ?? "");
  };
  const problems: RowProblem[] = [];
  /** What was said, or something harmless in place of what is refused here already. */
  const take = <T>(said: Said<T>, instead: T): T => {
    if ("value" in said) return said.value;
    problems.push({ field: said.field, message: said.message });
    return instead;
  };

  const [phone, email, externalId] = [cell("phone"), cell("email"), cell("externalId")];
  if (cells.slice(context.width).some((each) => each.trim() !== "")) {
    const message =
      "has more cells than the first row has names: a text with a separator needs quotes";
    problems.push({ field: "row", message });
  } else if (phone === "" && email === "" && externalId === "") {
    const message = "needs a phone, an email or an id of the patient, to be known again by";
    problems.push({ field: "row", message });
  }
  const protocol = take(protocolIn(cell, context), null);
  const performedAt = take(timeIn("performedAt", cell, context), now);
  const consentAt = take(timeIn("consentAt", cell, context), now);
  const care = take(careIn(cell, settings), []);
  const rebook = take(rebookIn(cell, settings), false);
  const { confirmed } = settings;
  const body: EnrolmentBody = {
    protocol: protocol?.name ?? protocols.keys().next().value ?? "",
    performedAt: performedAt.toISOString(),
    patient: {
      firstName: cell("firstName"),
      ...given({ phone, email, externalId }),
      ...given({
        timeZone: cell("timeZone") || (settings.timeZone ?? ""),
        locale: localeOf(cell("locale")) || (settings.locale ?? ""),
      }),
    },
    consent: {
      care,
      rebook: rebook ? care : [],
      source: `import ${context.importId}`,
      at: consentAt.toISOString(),
      ...(confirmed && { textVersion: confirmed.textVersion, takenBy: confirmed.takenBy }),
    },
  };
  const read = readBody(body, { region, now, protocols });
  if ("problems" in read) {
    const found = read.problems.map(({ path, message }) => ({
      field: fieldOf(path, care),
      message,
    }));
    problems.push(...found);
  }
  if ("problems" in read || protocol === null || problems.length > 0) {
    const isFirst = ({ field }: RowProblem, index: number) =>
      problems.findIndex((other) => other.field === field) === index;
    return { problems: problems.filter(isFirst) };
  }
  return { enrolment: read.enrolment, protocol };
}

type Cell = (field: ImportField) => string;

function readBody(
  body: EnrolmentBody,
  context: Parameters<typeof readEnrolment>[1],
): ReturnType<typeof readEnrolment> {
  const shape = enrolmentBody.safeParse(body);
  if (shape.success) return readEnrolment(shape.data, context);
  return {
    problems: shape.error.issues.map(({ path, message }): FieldProblem => {
      return { path: path.join("."), message };
    }),
  };
}

function protocolIn(cell: Cell, { settings, protocols }: ImportContext): Said<Protocol | null> {
  const value =
    settings.protocol === null
      ? findProtocol(cell("protocol"), protocols)
      : protocols.get(settings.protocol);
  if (value !== undefined) return { value };
  const known = [...protocols.values()].map(({ title }) => title).join(", ");
  return { field: "protocol", message: `is no treatment that is known here; there is: ${known}` };
}

function timeIn(
  field: "performedAt" | "consentAt",
  cell: Cell,
  { settings, zone, now }: ImportContext,
): Said<Date> {
  const text = field === "performedAt" ? joinTime(cell(field), cell("time")) : cell(field);
  if (field === "consentAt" && text === "") return { value: new Date(settings.at) };
  if (text === "") return { field, message: "must not be empty" };
  // The time of day matters for what is counted from it, and nothing is counted from a consent.
  const timeOfDay = field === "performedAt" ? settings.timeOfDay : "00:00";
  const read = readImportTime(text, { order: settings.order, timeOfDay, zone, now });
  return "at" in read ? { value: read.at } : { field, message: read.problem };
}

const NEITHER = "is neither yes nor no";

/** What the patient agreed to: by the file, else what was confirmed for all who can be reached so. */
function careIn(cell: Cell, { confirmed }: ImportSettings): Said<ChannelName[]> {
  const address = { sms: cell("phone"), email: cell("email") };
  if (confirmed !== null) {
    const usable = confirmed.care.filter((channel) => address[channel] !== "");
    // Where there is none, that is refused as it is for everybody, and not enrolled in silence.
    return { value: usable.length > 0 ? usable : confirmed.care };
  }
  const [sms, email] = [readYesNo(cell("careSms")), readYesNo(cell("careEmail"))];
  if (sms === null) return { field: "careSms", message: NEITHER };
  if (email === null) return { field: "careEmail", message: NEITHER };
  return { value: [...(sms ? ["sms" as const] : []), ...(email ? ["email" as const] : [])] };
}

function rebookIn(cell: Cell, { confirmed }: ImportSettings): Said<boolean> {
  if (confirmed !== null) return { value: confirmed.rebook };
  const value = readYesNo(cell("rebook"));
  return value === null ? { field: "rebook", message: NEITHER } : { value };
}

/** Of the fields of a patient, those that say something. */
function given<T extends Record<string, string>>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== ""),
  ) as Partial<T>;
}

/** The column that a field of an enrolment comes from. */
function fieldOf(path: string, care: readonly ChannelName[]): RowProblem["field"] {
  if (path === "patient") return care[0] === "email" ? "email" : "phone";
  if (path === "performedAt" || path === "protocol") return path;
  if (path === "consent.at") return "consentAt";
  const part = path.replace(/^patient\./, "");
  const known = ["firstName", "phone", "email", "externalId", "timeZone", "locale"] as const;
  return known.find((field) => field === part) ?? "row";
}
