import { randomUUID } from "node:crypto";

/** Who makes a request: the two roles of a clinic, and those who have no key of use. */
export const REQUESTERS = [
  "desk",
  "admin",
  "nobody",
  "basic",
  "unknown",
  "revoked",
  "mangled",
] as const;

/** A request that is refused, whatever is in the ledger. */
export interface BadRequest {
  name: string;
  as: (typeof REQUESTERS)[number];
  request: string;
  body?: unknown;
  status: number;
  code: string;
  paths?: string[];
}

const LIST = "GET /v1/reminders";
const UNKNOWN = randomUUID();
const REASON = { reason: "the patient asked for it" };
const BULK = { ...REASON, filter: { status: "failed" } };

const KEYS: BadRequest[] = [
  ...["GET /v1/treatments", "GET /v1/protocols", `POST /v1/reminders/${UNKNOWN}/cancel`].map(
    (request): BadRequest => unsigned("no key", "nobody", request, "no_key"),
  ),
  unsigned("a user and a password", "basic", LIST, "no_key"),
  unsigned("a key that nobody has", "unknown", LIST, "bad_key"),
  unsigned("a key that was revoked", "revoked", LIST, "bad_key"),
  unsigned("a key with a letter too many", "mangled", LIST, "bad_key"),
  {
    name: "a key of the desk, to cancel a treatment",
    as: "desk",
    request: `POST /v1/treatments/${UNKNOWN}/cancel`,
    body: REASON,
    status: 403,
    code: "admin_only",
  },
  {
    name: "a key of the desk, to let permissions go on",
    as: "desk",
    request: `POST /v1/patients/${UNKNOWN}/resume`,
    body: REASON,
    status: 403,
    code: "admin_only",
  },
  ...["cancel", "replay", "send-now"].flatMap((action) =>
    [`${UNKNOWN}/${action}`, action].map((path): BadRequest => {
      const name = `a key of the desk, for ${path.replace(UNKNOWN, ":id")}`;
      const request = `POST /v1/reminders/${path}`;
      return { name, as: "desk", request, body: BULK, status: 403, code: "admin_only" };
    }),
  ),
];

const ADDRESSES: BadRequest[] = [
  nowhere("an address of nothing", "GET /nothing"),
  nowhere("an address of nothing in the API", "GET /v1/nothing"),
  nowhere("a method that is not there", "DELETE /v1/treatments"),
  nowhere("the id of no treatment", `GET /v1/treatments/${UNKNOWN}`),
  {
    ...nowhere("the id of no treatment, to correct it", `PATCH /v1/treatments/${UNKNOWN}`),
    body: { overrides: { "gym-ok": "96h" }, ...REASON },
  },
  { ...nowhere("the id of no patient", `POST /v1/patients/${UNKNOWN}/resume`), body: REASON },
  nowhere("the id of no reminder", `GET /v1/reminders/${UNKNOWN}`),
  nowhere("an id that is none", "GET /v1/treatments/1"),
  nowhere("an id with SQL in it", "GET /v1/reminders/1'%20or%20'1'='1"),
  nowhere("an id with a null in it", `GET /v1/reminders/${UNKNOWN}%00`),
  nowhere("an id longer than any", `GET /v1/treatments/${"a".repeat(150)}`),
  nowhere("a treatment to cancel that is not there", `POST /v1/treatments/${UNKNOWN}/cancel`),
  nowhere("a reminder to cancel that is not there", `POST /v1/reminders/${UNKNOWN}/cancel`),
  nowhere("a reminder to replay that is not there", `POST /v1/reminders/${UNKNOWN}/replay`),
  nowhere("a reminder to send now that is not there", `POST /v1/reminders/${UNKNOWN}/send-now`),
  nowhere("a reminder to replay whose id is none", "POST /v1/reminders/1/replay"),
  {
    name: "an address that is not encoded",
    as: "admin",
    request: "GET /v1/treatments/%zz",
    status: 400,
    code: "bad_address",
  },
];

const QUERIES: BadRequest[] = [
  ...["0", "201", "1.5", "-1", "many", "", "1&limit=2"].map((limit) => wrongQuery("limit", limit)),
  wrongQuery("cursor", "next"),
  wrongQuery("cursor", Buffer.from(`2026-11-23T15:30:00.000Z ' or 1=1`).toString("base64url")),
  wrongQuery("cursor", Buffer.from(`yesterday ${UNKNOWN}`).toString("base64url")),
  wrongQuery("status", "overdue"),
  wrongQuery("status", "sent&status=failed"),
  wrongQuery("from", "yesterday"),
  wrongQuery("to", "2026-11-23T15:30:00"),
  wrongQuery("patientId", "1"),
  wrongQuery("treatmentId", "%00"),
  wrongQuery("channel", "sms"),
];

const REASONS: BadRequest[] = [
  wrongReason("no reason", {}),
  wrongReason("a reason of blanks", { reason: "  " }),
  wrongReason("a reason over 500 characters", { reason: "r".repeat(501) }),
  wrongReason("a reason with a null", { reason: "asked\0for" }),
  wrongReason("a reason with half a character", { reason: "asked \ud83d for" }),
  wrongReason("a reason that is a list", { reason: ["asked for"] }),
  wrongReason("an unknown field beside the reason", { ...REASON, force: true }, "force"),
];

const BULKS: BadRequest[] = [
  wrongBulk("no filter", { filter: undefined }, "filter"),
  wrongBulk("a filter without a condition", { filter: {} }, "filter"),
  wrongBulk(
    "a filter of what is not known",
    { filter: { step: "sun", kind: "caution" } },
    "filter.kind",
  ),
  wrongBulk("a filter of no status", { filter: { status: [] } }, "filter.status"),
  wrongBulk("a filter of a status that is none", { filter: { status: "late" } }, "filter.status"),
  wrongBulk("a filter of another channel", { filter: { channel: "fax" } }, "filter.channel"),
  wrongBulk(
    "a filter of a time without its offset",
    { filter: { from: "2026-11-23" } },
    "filter.from",
  ),
  wrongBulk(
    "a filter of a patient without an id",
    { filter: { patientId: "1" } },
    "filter.patientId",
  ),
  wrongBulk("a filter with a null in it", { filter: { step: "gym\0ok" } }, "filter.step"),
  wrongBulk("no reason", { reason: undefined }, "reason"),
  wrongBulk("a dry run that is a word", { dryRun: "no" }, "dryRun"),
  ...[0, 10_001, 1.5, "10"].map((limit) => wrongBulk(`a limit of ${limit}`, { limit }, "limit")),
  wrongBulk("a cursor of its own", { cursor: "next" }, "cursor"),
  wrongBulk(
    "a list's cursor",
    { cursor: Buffer.from(`2026-11-23T15:30:00.000Z ${UNKNOWN}`).toString("base64url") },
    "cursor",
  ),
  wrongBulk("an unknown field", { force: true }, "force"),
];

export const BAD_REQUESTS: BadRequest[] = [...KEYS, ...ADDRESSES, ...QUERIES, ...REASONS, ...BULKS];

function unsigned(name: string, as: BadRequest["as"], request: string, code: string): BadRequest {
  return { name: `${name}: ${request}`, as, request, status: 401, code };
}

function nowhere(name: string, request: string): BadRequest {
  const body = request.startsWith("POST ") ? { body: REASON } : {};
  return { name, as: "admin", request, ...body, status: 404, code: "not_found" };
}

function wrongQuery(field: string, value: string): BadRequest {
  const request = `${LIST}?${field}=${value}`;
  const code = "validation_failed";
  return { name: `?${field}=${value}`, as: "desk", request, status: 422, code, paths: [field] };
}

function wrongReason(name: string, body: object, field = "reason"): BadRequest {
  const request = `POST /v1/treatments/${UNKNOWN}/cancel`;
  const code = "validation_failed";
  return { name, as: "admin", request, body, status: 422, code, paths: [field] };
}

function wrongBulk(name: string, change: object, field: string): BadRequest {
  const body = { ...BULK, ...change };
  const code = "validation_failed";
  const request = "POST /v1/reminders/replay";
  return {
    name: `${name}, in bulk`,
    as: "admin",
    request,
    body,
    status: 422,
    code,
    paths: [field],
  };
}
