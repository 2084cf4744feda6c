import { z } from "zod";
import { protocolSchema } from "../domain/protocol.ts";

/** Where the schema is kept, from the package's root. */
export const PROTOCOL_JSON_SCHEMA = "schemas/protocol.schema.json";

/**
 * What an editor knows of a protocol file, as JSON Schema 2020-12: the same fields, kinds and
 * bounds that the program reads by. What depends on several fields at once (a key used twice, a
 * retraction of what is no permission) only `aftercare check` can tell.
 */
export function protocolJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(protocolSchema, { io: "input" }),
    title: "Aftercare protocol",
    description: "The aftercare of one kind of treatment: docs/protocols.md explains every field.",
  };
}
