// Writes schemas/, by which editors know what may stand in jobs/*.yaml. A test tells when it is stale.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PROTOCOL_JSON_SCHEMA, protocolJsonSchema } from "./src/content/protocolJsonSchema.ts";

mkdirSync(path.dirname(PROTOCOL_JSON_SCHEMA), { recursive: true });
writeFileSync(PROTOCOL_JSON_SCHEMA, `${JSON.stringify(protocolJsonSchema(), null, 2)}\n`);
