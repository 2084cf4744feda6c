import { createHmac, timingSafeEqual } from "node:crypto";
import { CHANNELS, type ChannelName } from "../domain/channel.ts";

/** Whom an unsubscribe link is for, and which channel it stops. */
export interface UnsubscribeGrant {
  patientId: string;
  channel: ChannelName;
}

const MAC_BYTES = 16;

/**
 * A link token that needs no row: the patient's id and the channel, signed with HMAC-SHA-256 cut to
 * 128 bits, in base64url. It names nobody to one who reads it, and does not expire: a law that
 * gives the right to stop gives it for as long as messages may come (RFC 8058, section 3.1).
 */
export function signUnsubscribeToken(grant: UnsubscribeGrant, key: string): string {
  const payload = Buffer.concat([
    Buffer.from(grant.patientId.replaceAll("-", ""), "hex"),
    Buffer.from([CHANNELS.indexOf(grant.channel)]),
  ]);
  return Buffer.concat([payload, macOf(payload, key)]).toString("base64url");
}

/** What a token grants, or null where it was not signed with `key`. */
export function readUnsubscribeToken(token: string, key: string): UnsubscribeGrant | null {
  const bytes = Buffer.from(token, "base64url");
  const payload = bytes.subarray(0, 17);
  const mac = bytes.subarray(17);
  if (bytes.length !== 17 + MAC_BYTES || !timingSafeEqual(mac, macOf(payload, key))) return null;
  const channel = CHANNELS[payload[16] ?? -1];
  if (channel === undefined) return null;
  const hex = payload.toString("hex", 0, 16);
  const patientId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { patientId, channel };
}

function macOf(payload: Buffer, key: string): Buffer {
  return createHmac("sha256", key).update(payload).digest().subarray(0, MAC_BYTES);
}
