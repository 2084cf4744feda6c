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
    name: "a key of the desk, to cancel a reminder",
    as: "desk",
    request: `POST /v1/reminders/${UNKNOWN}/cancel`,
    body: REASON,
    status: 403,
    code: "admin_only",
  },
];

const ADDRESSES: BadRequest[] = [
  nowhere("an address of nothing", "GET /nothing"),
  nowhere("an address of nothing in the API", "GET /v1/nothing"),
  nowhere("a method that is not there", "DELETE /v1/treatments"),
  nowhere("the id of no treatment", `GET /v1/treatments/${UNKNOWN}`),
  nowhere("the id of no reminder", `GET /v1/reminders/${UNKNOWN}`),
  nowhere("an id that is none", "GET /v1/treatments/1"),
  nowhere("an id with SQL in it", "GET /v1/reminders/1'%20or%20'1'='1"),
  nowhere("an id with a null in it", `GET /v1/reminders/${UNKNOWN}%00`),
  nowhere("an id longer than any", `GET /v1/treatments/${"a".repeat(150)}`),
  nowhere("a treatment to cancel that is not there", `POST /v1/treatments/${UNKNOWN}/cancel`),
  nowhere("a reminder to cancel that is not there", `POST /v1/reminders/${UNKNOWN}/cancel`),
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

export const BAD_REQUESTS: BadRequest[] = [...KEYS, ...ADDRESSES, ...QUERIES, ...REASONS];

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
