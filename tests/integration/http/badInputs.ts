import { TEST_START } from "../../support/appClock.ts";

/** A change to an enrolment that is right, by which it becomes wrong. */
export interface BadInput {
  name: string;
  /** Fields by their path, and what stands in them instead. */
  set?: Record<string, unknown>;
  /** Paths of fields that are left out. */
  drop?: string[];
  /** Makes the body of the JSON that is right. */
  raw?: (json: string) => string | Uint8Array | undefined;
  headers?: Record<string, string>;
  status: number;
  code: string;
  /** The paths that the refusal names. */
  paths: string[];
}

/** The instant so many milliseconds after the clock of the tests, as a body holds it. */
const after = (ms: number) => new Date(TEST_START.getTime() + ms).toISOString();

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Fields that are wrong; the refusal names these fields unless `paths` says otherwise. */
function wrong(name: string, set: Record<string, unknown>, paths = Object.keys(set)): BadInput {
  return { name, set, status: 422, code: "validation_failed", paths };
}

function missing(path: string): BadInput {
  const paths = [path];
  return { name: `no ${path}`, drop: paths, status: 422, code: "validation_failed", paths };
}

function unreadable(
  name: string,
  raw: NonNullable<BadInput["raw"]>,
  status = 400,
  code = "invalid_json",
): BadInput {
  return { name, raw, status, code, paths: [] };
}

const BODIES: BadInput[] = [
  unreadable("no JSON", () => "protocol=microneedling"),
  unreadable("JSON that breaks off", (json) => json.slice(0, -20)),
  unreadable("an empty body", () => ""),
  unreadable("a key __proto__", (json) => `{"__proto__":{"polluted":true},${json.slice(1)}`),
  unreadable("a key __proto__, escaped", (json) => `{"\\u005f_proto__":{},${json.slice(1)}`),
  unreadable("a key __proto__ further in", (json) =>
    json.replace('"firstName"', '"__proto__":{"polluted":true},"firstName"'),
  ),
  unreadable("a constructor with a prototype", (json) =>
    json.replace("{", '{"constructor":{"prototype":{"polluted":true}},'),
  ),
  unreadable("a name in another encoding than UTF-8", (json) =>
    Buffer.from(json.replace("Wilhelmina", "Jos\xe9"), "latin1"),
  ),
  unreadable("a body over 64 KiB", (json) => json + " ".repeat(65_537), 413, "body_too_large"),
  {
    ...unreadable("a text", (json) => json, 415, "unsupported_media_type"),
    headers: { "content-type": "text/plain" },
  },
  {
    ...unreadable("a form", (json) => json, 415, "unsupported_media_type"),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  },
  { ...unreadable("an array", (json) => `[${json}]`, 422, "validation_failed"), paths: [""] },
  { ...unreadable("null", () => "null", 422, "validation_failed"), paths: [""] },
  {
    ...unreadable("a string", (json) => JSON.stringify(json), 422, "validation_failed"),
    paths: [""],
  },
  {
    ...unreadable("arrays thirty thousand deep", () => "[".repeat(3e4) + "]".repeat(3e4), 422),
    code: "validation_failed",
    paths: [""],
  },
  { ...unreadable("no body at all", () => undefined, 422, "validation_failed"), paths: [""] },
];

const SHAPES: BadInput[] = [
  wrong("a field that nobody knows", { discount: "ten percent" }),
  wrong("an unknown field of the patient", { "patient.lastName": "Harker" }),
  wrong("an unknown field of the consent", { "consent.signature": "Harker" }),
  wrong("a field called constructor", { constructor: "Harker" }),
  wrong("a field called toString", { "patient.toString": "Harker" }),
  missing("protocol"),
  missing("performedAt"),
  missing("patient"),
  missing("patient.firstName"),
  missing("consent"),
  missing("consent.care"),
  missing("consent.source"),
  missing("consent.at"),
  wrong("numbers in place of texts", { protocol: 1, "patient.firstName": 4711 }),
  wrong("texts in place of lists and objects", { channels: "email", consent: "given" }),
  wrong("a list in place of the patient", { patient: [] }),
  wrong("null in place of what may be left out", { channels: null, "patient.email": null }),
  wrong("a number past all bounds", { performedAt: 1e308 }),
  wrong("objects a hundred deep in place of a text", { "patient.externalId": nested(100) }),
  wrong("a protocol that there is not", { protocol: "hair-removal" }),
  wrong("a protocol that every object has", { protocol: "constructor" }),
  wrong("a protocol with a path in it", { protocol: "../../etc/passwd" }),
];

const TIMES: BadInput[] = [
  wrong("a treatment without an offset", { performedAt: "2026-11-22T15:30:00" }),
  wrong("a treatment on a day", { performedAt: "2026-11-22" }),
  wrong("a treatment on no date", { performedAt: "yesterday at noon" }),
  wrong("a treatment on 30 February", { performedAt: "2026-02-30T12:00:00Z" }),
  wrong("a treatment in milliseconds", { performedAt: TEST_START.getTime() }),
  wrong("a treatment 91 days ago", { performedAt: after(-91 * DAY) }),
  wrong("a treatment a millisecond too long ago", { performedAt: after(-90 * DAY - 1) }),
  wrong("a treatment in 16 minutes", { performedAt: after(16 * MINUTE) }),
  wrong("a treatment a millisecond too far ahead", { performedAt: after(15 * MINUTE + 1) }),
  wrong("a consent without an offset", { "consent.at": "2026-11-22T15:30:00" }),
  wrong("a consent that will be given", { "consent.at": after(16 * MINUTE) }),
  wrong("a consent more than ten years ago", { "consent.at": after(-3_653 * DAY - 1) }),
  wrong("a consent of the year 0", { "consent.at": "0000-01-01T00:00:00Z" }),
  wrong("a consent of the year 9999", { "consent.at": "9999-12-31T23:59:59-23:59" }),
  wrong("a zone that there is not", { "patient.timeZone": "Mars/Olympus_Mons" }),
  wrong("an offset for a zone", { "patient.timeZone": "-05:00" }),
  wrong("an offset from UTC for a zone", { "patient.timeZone": "UTC+5" }),
  wrong("a zone with a null in it", { "patient.timeZone": "America/New_York\0" }),
];

const PATIENTS: BadInput[] = [
  wrong("a number of another country without its code", { "patient.phone": "020 7946 0958" }),
  wrong("a number of too few digits", { "patient.phone": "212555" }),
  wrong("a number of too many digits", { "patient.phone": "+1212555014723456" }),
  wrong("a number in a range that nobody has", { "patient.phone": "+1 000 555 0147" }),
  wrong("a number with an extension", { "patient.phone": "+12125550147 ext. 5" }),
  wrong("a number in letters", { "patient.phone": "1-800-FLOWERS" }),
  wrong("a number within words", { "patient.phone": "call +1 212 555 0147" }),
  wrong("two numbers", { "patient.phone": "2125550147, 2125550148" }),
  wrong("an empty number", { "patient.phone": "" }),
  wrong("an email without a host", { "patient.email": "wilhelmina@" }),
  wrong("two emails", { "patient.email": "mina@example.test, lucy@example.test" }),
  wrong("an email with a name", { "patient.email": "Mina <mina@example.test>" }),
  wrong("an email with a line end", { "patient.email": "mina@example.test\r\nBcc: lucy@x.test" }),
  wrong("an email over 254 characters", { "patient.email": `${"a".repeat(250)}@example.test` }),
  wrong("an empty name", { "patient.firstName": "" }),
  wrong("a name of blanks", { "patient.firstName": "   " }),
  wrong("a name of 41 characters", { "patient.firstName": "M".repeat(41) }),
  wrong("a name with a line end", { "patient.firstName": "Mina\nHarker" }),
  wrong("a name with a null", { "patient.firstName": "Mina\0Harker" }),
  wrong("a name with a bell", { "patient.firstName": "Mina\u0007Harker" }),
  wrong("a name with half a character", { "patient.firstName": "Mina\ud83dHarker" }),
  wrong("a name that is a link", { "patient.firstName": "https://evil.example.test" }),
  wrong("a name that is a host", { "patient.firstName": "www.evil.example.test" }),
  wrong("a name with a host in it", { "patient.firstName": "Mina evil.com" }),
  wrong("a name with a host of one letter", { "patient.firstName": "Mina t.co" }),
  wrong("a name with a path", { "patient.firstName": "Mina bit.ly/x" }),
  wrong("a name with an address", { "patient.firstName": "mina@example" }),
  wrong("a name with a host in another script", { "patient.firstName": "Mina пример.рф" }),
  wrong("a name that is markup", { "patient.firstName": "<b>Mina</b>" }),
  wrong("a name without a letter", { "patient.firstName": "\u200b1234" }),
  wrong("an id over 100 characters", { "patient.externalId": "p".repeat(101) }),
  wrong("a locale with an underscore", { "patient.locale": "en_US" }),
  wrong("a locale in words", { "patient.locale": "english, please" }),
  wrong("a locale with a country of three letters", { "patient.locale": "es-mex" }),
  { ...missing("patient.phone"), drop: ["patient.phone", "patient.email"], paths: ["patient"] },
];

const CONSENTS: BadInput[] = [
  wrong("no channel at all", { channels: [] }),
  wrong("a channel twice", { channels: ["sms", "sms"] }),
  wrong("a channel that there is not", { channels: ["sms", "telegraph"] }, ["channels.1"]),
  wrong("a consent for a channel twice", { "consent.care": ["sms", "sms"] }),
  wrong("a consent for no known channel", { "consent.rebook": ["fax"] }, ["consent.rebook.0"]),
  wrong("a consent without a source", { "consent.source": " " }),
  wrong("a source over 200 characters", { "consent.source": "form ".repeat(41) }),
  wrong("a source of two lines", { "consent.source": "form\u2028three" }),
  {
    ...wrong("a consent for a channel without an address", { "consent.care": ["email"] }),
    drop: ["patient.email"],
    paths: ["patient"],
  },
  wrong(
    "many wrong fields, all named at once",
    { protocol: "hair-removal", performedAt: after(-91 * DAY), "patient.phone": "212555" },
    ["protocol", "performedAt", "patient.phone"],
  ),
];

/** The least that can be wrong with an enrolment, one thing a row. */
export const BAD_INPUTS: BadInput[] = [...BODIES, ...SHAPES, ...TIMES, ...PATIENTS, ...CONSENTS];

function nested(depth: number): object {
  let value = {};
  for (let level = 0; level < depth; level++) value = { deeper: value };
  return value;
}
