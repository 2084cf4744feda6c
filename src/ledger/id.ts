import { v7 } from "uuid";

/**
 * The id of a new row: a UUID of version 7 (RFC 9562), which begins with the time in milliseconds since
 * 1970, UTC. Rows of one time lie beside each other in the index of ids, so that how many rows there are
 * already does not change what one more costs. It tells when it was made: it is no secret, nor may it
 * stand for one.
 */
export function newId(): string {
  return v7();
}
