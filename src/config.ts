import { isIP } from "node:net";
import path from "node:path";
import { getCountries } from "libphonenumber-js/max";
import { z } from "zod";
import { isTimeZone } from "./domain/localTime.ts";
import { type Pace, type Pacing, PER_SECOND_BY_KIND, type SenderKind } from "./domain/pacing.ts";
import { AppError } from "./errors.ts";

/** How to reach Twilio, or an endpoint that speaks like it. */
export interface TwilioConfig {
  accountSid: string;
  authToken: string;
  /** The sender: a number of one's own, or a messaging service that picks one. */
  sender: { from: string } | { messagingServiceSid: string };
  baseUrl: string;
}

/** How to reach the mail server, and whom mail is from. */
export interface SmtpConfig {
  url: string;
  from: string;
  /** Whom marketing is from, where that is another sender. */
  fromRebook?: string;
}

/** An OpenID Connect provider that staff may sign in with. */
export interface OidcConfig {
  /** Its address, without a slash at the end; its discovery document is found from there. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** What the button of the sign-in page calls it. */
  name: string;
}

/** Everything that the surroundings decide, read once and frozen. */
export interface Config {
  host: string;
  port: number;
  /** Address at which patients and Twilio reach this server, without a slash at its end. */
  publicUrl: string;
  /** Addresses and ranges of the web servers before this one, which say truly who asks. */
  trustedProxies: readonly string[];
  dataDir: string;
  databaseUrl: string | null;
  redisUrl: string | null;
  /** Whether `redisUrl` is a node of a Redis Cluster. */
  redisCluster: boolean;
  /** Over how many queues the deliveries are split, by clinic. */
  queueShards: number;
  twilio: TwilioConfig | null;
  smtp: SmtpConfig | null;
  /** How fast each channel's sender may send; one that is not here sends what is due. */
  pacing: Pacing;
  oidc: OidcConfig | null;
  /** Signs links and cookies; null means: the ledger makes one and keeps it. */
  secretKey: string | null;
  /** The first clinic, made at the first start of an empty ledger. */
  firstClinic: { name: string; timeZone: string; region: string; apiKey: string | null };
  logLevel: (typeof LOG_LEVELS)[number];
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
const REGIONS: ReadonlySet<string> = new Set(getCountries());

const webUrl = (what: string) =>
  z.url({ protocol: /^https?$/, error: `must be ${what}, such as https://care.example.com` });

const mailAddress = z
  .string()
  .regex(/^[^\r\n]*[^\s<>@]+@[^\s<>@]+>?$/, "must be an address such as care@example.com");

const perSecond = z.coerce
  .number("must be a number")
  .min(0.001, "must be at least 0.001")
  .max(1000, "must be at most 1000")
  .optional();

const perDay = z.coerce
  .number("must be a number")
  .int("must be a whole number")
  .min(1, "must be at least 1")
  .optional();

const envSchema = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number("must be a number").int().min(0).max(65535).default(3000),
  PUBLIC_URL: webUrl("the address of this server as seen from outside").optional(),
  TRUSTED_PROXIES: z
    .string()
    .default("")
    .transform((text) => text.split(",").flatMap((each) => each.trim() || []))
    .refine((each) => each.every(isAddressOrRange), {
      message: "must be IP addresses or ranges such as 127.0.0.1, 10.0.0.0/8",
    }),
  DATA_DIR: z.string().default("./data"),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: "must begin with postgres:// or postgresql://" })
    .optional(),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: "must begin with redis:// or rediss://" })
    .optional(),
  REDIS_CLUSTER: z.enum(["yes", "no"], "must be yes or no").default("no"),
  QUEUE_SHARDS: z.coerce
    .number("must be a number")
    .int("must be a whole number")
    .min(1, "must be at least 1")
    .max(64, "must be at most 64")
    .default(1),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-fA-F]{32}$/, "must be AC and 32 hexadecimal digits")
    .optional(),
  TWILIO_AUTH_TOKEN: z.string().min(8, "is too short to be an auth token").optional(),
  TWILIO_FROM: z
    .string()
    .regex(
      /^(\+[1-9]\d{6,14}|\d{3,8}|[A-Za-z0-9 ]{1,11})$/,
      "must be a number such as +12125550100",
    )
    .optional(),
  TWILIO_MESSAGING_SERVICE_SID: z
    .string()
    .regex(/^MG[0-9a-fA-F]{32}$/, "must be MG and 32 hexadecimal digits")
    .optional(),
  TWILIO_BASE_URL: webUrl("an address that speaks Twilio's API").default("https://api.twilio.com"),
  SMS_SENDER: z
    .enum(
      Object.keys(PER_SECOND_BY_KIND) as SenderKind[],
      "must be long-code, toll-free or short-code",
    )
    .optional(),
  SMS_PER_SECOND: perSecond,
  SMS_PER_DAY: perDay,
  EMAIL_PER_SECOND: perSecond,
  EMAIL_PER_DAY: perDay,
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: "must begin with smtp:// or smtps://" })
    .optional(),
  MAIL_FROM: mailAddress.optional(),
  MAIL_FROM_REBOOK: mailAddress.optional(),
  OIDC_ISSUER: webUrl("the address of an OpenID Connect provider").optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().max(40).default("single sign-on"),
  SECRET_KEY: z.string().min(32, "must have at least 32 characters").optional(),
  AFTERCARE_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, "must have no spaces or control characters")
    .min(24, "must have at least 24 characters")
    .optional(),
  CLINIC_NAME: z.string().min(1).max(60).default("Your clinic"),
  CLINIC_TIME_ZONE: z
    .string()
    .refine(isTimeZone, "must be an IANA zone such as America/New_York")
    .default("America/New_York"),
  CLINIC_REGION: z
    .string()
    .refine((region) => REGIONS.has(region), "must be a country code such as US")
    .default("US"),
  LOG_LEVEL: z.enum(LOG_LEVELS).default("info"),
});

/** An address of either version of IP, or a range in CIDR form (RFC 4632, RFC 4291). */
function isAddressOrRange(text: string): boolean {
  const [address = "", length, ...rest] = text.split("/");
  const bits = isIP(address) === 6 ? 128 : 32;
  if (isIP(address) === 0 || rest.length > 0) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits);
}

/** What is wrong between variables that are each right, or absent. */
function problemsTogether(env: NodeJS.ProcessEnv): string[] {
  const problems: string[] = [];
  const sender = [env["TWILIO_FROM"], env["TWILIO_MESSAGING_SERVICE_SID"]].filter(Boolean);
  if (env["TWILIO_ACCOUNT_SID"] || env["TWILIO_AUTH_TOKEN"] || sender.length > 0) {
    for (const name of ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"]) {
      if (!env[name]) problems.push(`${name} is needed to send through Twilio`);
    }
    if (sender.length !== 1) {
      problems.push("TWILIO_FROM set either this or TWILIO_MESSAGING_SERVICE_SID");
    }
  }
  if (env["SMTP_URL"] && !env["MAIL_FROM"]) problems.push("MAIL_FROM is needed to send email");
  const oidc = ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"];
  if (oidc.some((name) => env[name])) {
    for (const name of oidc)
      if (!env[name]) problems.push(`${name} is needed to sign in with OIDC`);
  }
  if (env["SMS_PER_DAY"] && !env["SMS_SENDER"] && !env["SMS_PER_SECOND"]) {
    problems.push("SMS_PER_DAY needs SMS_SENDER or SMS_PER_SECOND beside it");
  }
  if (env["EMAIL_PER_DAY"] && !env["EMAIL_PER_SECOND"]) {
    problems.push("EMAIL_PER_DAY needs EMAIL_PER_SECOND beside it");
  }
  if (env["REDIS_URL"] && !env["DATABASE_URL"]) {
    problems.push("REDIS_URL needs DATABASE_URL: Redis is only the queue, not the ledger");
  }
  if (env["REDIS_CLUSTER"] === "yes" && !(Number(env["QUEUE_SHARDS"]) > 1)) {
    problems.push("QUEUE_SHARDS has to be 2 or more for a REDIS_CLUSTER");
  }
  return problems;
}

/**
 * Reads the configuration from environment variables. An empty value counts as unset.
 * Throws AppError `bad_config` naming every bad variable at once, and no value.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = envSchema.safeParse(given);
  const issues = parsed.error?.issues ?? [];
  const problems = issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  problems.push(...problemsTogether(given));
  if (!parsed.success || problems.length > 0) {
    throw new AppError("bad_config", `configuration: ${[...new Set(problems)].join("; ")}`);
  }
  const read = parsed.data;
  return Object.freeze({
    host: read.HOST,
    port: read.PORT,
    publicUrl: (read.PUBLIC_URL ?? `http://localhost:${read.PORT}`).replace(/\/+$/, ""),
    trustedProxies: read.TRUSTED_PROXIES,
    dataDir: path.resolve(read.DATA_DIR),
    databaseUrl: read.DATABASE_URL ?? null,
    redisUrl: read.REDIS_URL ?? null,
    redisCluster: read.REDIS_CLUSTER === "yes",
    queueShards: read.QUEUE_SHARDS,
    twilio: twilioConfig(read),
    smtp: smtpConfig(read),
    pacing: pacingConfig(read),
    oidc: oidcConfig(read),
    secretKey: read.SECRET_KEY ?? null,
    firstClinic: {
      name: read.CLINIC_NAME,
      timeZone: read.CLINIC_TIME_ZONE,
      region: read.CLINIC_REGION,
      apiKey: read.AFTERCARE_API_KEY ?? null,
    },
    logLevel: read.LOG_LEVEL,
  });
}

function smtpConfig(read: z.infer<typeof envSchema>): SmtpConfig | null {
  if (!read.SMTP_URL || !read.MAIL_FROM) return null;
  const fromRebook = read.MAIL_FROM_REBOOK;
  return { url: read.SMTP_URL, from: read.MAIL_FROM, ...(fromRebook && { fromRebook }) };
}

function twilioConfig(read: z.infer<typeof envSchema>): TwilioConfig | null {
  if (!read.TWILIO_ACCOUNT_SID || !read.TWILIO_AUTH_TOKEN) return null;
  return {
    accountSid: read.TWILIO_ACCOUNT_SID,
    authToken: read.TWILIO_AUTH_TOKEN,
    sender: read.TWILIO_MESSAGING_SERVICE_SID
      ? { messagingServiceSid: read.TWILIO_MESSAGING_SERVICE_SID }
      : { from: read.TWILIO_FROM ?? "" },
    baseUrl: read.TWILIO_BASE_URL.replace(/\/+$/, ""),
  };
}

/** What is paced leaves by one number or address; in the outbox by none, which has a pace all the same. */
function pacingConfig(read: z.infer<typeof envSchema>): Pacing {
  const ofKind = read.SMS_SENDER && PER_SECOND_BY_KIND[read.SMS_SENDER];
  const number = read.TWILIO_MESSAGING_SERVICE_SID ?? read.TWILIO_FROM ?? "outbox";
  const sms = paceOf(`sms ${number}`, read.SMS_PER_SECOND ?? ofKind, read.SMS_PER_DAY);
  const address = read.MAIL_FROM ?? "outbox";
  const email = paceOf(`email ${address}`, read.EMAIL_PER_SECOND, read.EMAIL_PER_DAY);
  return { ...(sms && { sms }), ...(email && { email }) };
}

function paceOf(sender: string, perSecond?: number, perDay?: number): Pace | null {
  return perSecond === undefined ? null : { sender, perSecond, perDay: perDay ?? null };
}

function oidcConfig(read: z.infer<typeof envSchema>): OidcConfig | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = read;
  if (!issuer || !clientId || !clientSecret) return null;
  return { issuer: issuer.replace(/\/+$/, ""), clientId, clientSecret, name: read.OIDC_NAME };
}
