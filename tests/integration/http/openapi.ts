import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { callerAt } from "../../support/appCaller.ts";

/** The part of an OpenAPI document that is looked into here. */
export interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

export interface Operation {
  summary?: string;
  security?: unknown[];
  responses?: Record<string, { content?: Record<string, unknown> }>;
}

/** An answer that the document describes: `path` as the document writes it. */
export interface Described {
  method: "get" | "post";
  path: string;
  status: number;
  type?: string;
}

/** What the server says of itself, and a check of its answers against that. */
export interface OwnWord {
  document: OpenApi;
  /** What in `body` is not as the document says; null where all is. */
  faultsOf: (described: Described, body: unknown) => string | null;
}

const DOCUMENT = "https://care.example.test/openapi.json";

/** Reads `/openapi.json`, whose schemas are JSON Schema 2020-12, as OpenAPI 3.1 has it. */
export async function readOpenApi(address: string): Promise<OwnWord> {
  const { body: document } = await callerAt(address, null).get<OpenApi>("/openapi.json");
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  formats.default(ajv);
  ajv.addSchema(document, DOCUMENT);
  return {
    document,
    faultsOf({ method, path, status, type = "application/json" }, body) {
      const place = ["paths", path, method, "responses", String(status), "content", type, "schema"];
      const pointer = place.map((name) => encodeURIComponent(escaped(name))).join("/");
      const validate = ajv.getSchema(`${DOCUMENT}#/${pointer}`);
      if (validate === undefined) return `${method} ${path} has no answer ${status} of ${type}`;
      return validate(body) === true ? null : ajv.errorsText(validate.errors);
    },
  };
}

/** A name as a part of a JSON pointer (RFC 6901). */
function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
