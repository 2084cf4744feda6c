import { randomUUID } from "node:crypto";

/** The time in milliseconds since 1970, UTC, takes so many digits of an id, in hexadecimal. */
const DIGITS_OF_TIME = 12;

/** From where on an id of version 7 has the same form as a random one. */
const AFTER_VERSION = 15;

/**
 * The id of a new patient, treatment, reminder or attempt: a UUID of version 7 (RFC 9562, section 5.7),
 * which begins with the time and is random after it. Rows of one time lie beside each other in the index of
 * ids, so that how many there are already does not change what one more costs there. It tells when it was
 * made: it is no secret, nor may it stand for one.
 */
export function newId(): string {
  const time = Date.now().toString(16).padStart(DIGITS_OF_TIME, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(AFTER_VERSION)}`;
}
