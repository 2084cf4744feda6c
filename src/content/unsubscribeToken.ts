import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import { CHANNELS, type ChannelName } from "../domain/channel.ts";
import { memory } from "../domain/memory.ts";

/** Whom an unsubscribe link is for, and which channel it stops. */
export interface UnsubscribeGrant {
  patientId: string;
  channel: ChannelName;
}

/** What a link that was opened grants. */
export interface ReadGrant extends UnsubscribeGrant {
  /**
   * Whether a number or email address may be the one that the link went to: only that one is its
   * reader's to stop. True of any for links of earlier programs, which did not say.
   */
  isFor(address: string): boolean;
}

const MAC_BYTES = 16;
const GRANT_BYTES = 17;
/** Makes the whole a multiple of three bytes, so that no letter of the token has spare bits. */
const DIGEST_BYTES = 9;

/**
 * A link token that needs no row: the patient's id, the channel and a digest of the address that the
 * message goes to, signed with HMAC-SHA-256 cut to 128 bits, in base64url. It names nobody to one who
 * reads it, and does not expire: a law that gives the right to stop gives it for as long as messages
 * may come (RFC 8058, section 3.1).
 */
export function signUnsubscribeToken(
  { patientId, channel, address }: UnsubscribeGrant & { address: string },
  key: string,
): string {
  const payload = Buffer.concat([
    Buffer.from(patientId.replaceAll("-", ""), "hex"),
    Buffer.from([CHANNELS.indexOf(channel)]),
    digestOf(address, key),
  ]);
  return Buffer.concat([payload, macOf(payload, key)]).toString("base64url");
}

/** What a token grants, or null where it was not signed with `key`. */
export function readUnsubscribeToken(token: string, key: string): ReadGrant | null {
  const bytes = Buffer.from(token, "base64url");
  const length = bytes.length - MAC_BYTES;
  if (length !== GRANT_BYTES && length !== GRANT_BYTES + DIGEST_BYTES) return null;
  const payload = bytes.subarray(0, length);
  if (!timingSafeEqual(bytes.subarray(length), macOf(payload, key))) return null;
  const channel = CHANNELS[payload[GRANT_BYTES - 1] ?? -1];
  if (channel === undefined) return null;
  const hex = payload.toString("hex", 0, 16);
  const patientId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  const digest = payload.subarray(GRANT_BYTES);
  const isFor = (address: string) =>
    digest.length === 0 || timingSafeEqual(digest, digestOf(address, key));
  return { patientId, channel, isFor };
}

/** Keyed, so that nobody finds a number by trying all of them. */
function digestOf(address: string, key: string): Buffer {
  const mac = createHmac("sha256", prepared(key)).update(`address ${address.toLowerCase()}`);
  return mac.digest().subarray(0, DIGEST_BYTES);
}

function macOf(payload: Buffer, key: string): Buffer {
  return createHmac("sha256", prepared(key)).update(payload).digest().subarray(0, MAC_BYTES);
}

/** Preparing a key takes longer than signing with it, and there is one. */
const keys = memory<KeyObject>(10);
const prepared = (key: string) => keys(key, () => createSecretKey(key, "utf8"));
