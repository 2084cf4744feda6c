import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";

/** What the page of docs may load: its own files, and the small images inside its style sheet. */
const CSP = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'";

/**
 * Adds `/openapi.json` for programs and `/docs` for people; the page loads nothing from elsewhere.
 * To be called before the routes that it is to describe.
 */
export async function addDocs(server: FastifyInstance): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Aftercare",
        version: "1",
        description:
          "Enrol a treatment; its aftercare reaches the patient as timed text messages and emails.",
      },
      components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
      security: [{ key: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withoutUnusedSchemas(jsonSchemaTransformObject(document)),
  });
  await server.register(swaggerUi, { routePrefix: "/docs", staticCSP: CSP });
  server.get("/openapi.json", { schema: { hide: true } }, () => server.swagger());
}

/** The part of an OpenAPI document that is looked into here. */
interface Document {
  paths?: unknown;
  components?: { schemas?: Record<string, unknown> };
}

/** The transform writes every schema as input and as output; only those that are named stay. */
function withoutUnusedSchemas<T extends object>(document: T & Document): T {
  const schemas = document.components?.schemas ?? {};
  const used = new Set<string>();
  const follow = (part: unknown) => {
    const text = JSON.stringify(part);
    for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      follow(schemas[name]);
    }
  };
  follow(document.paths);
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
  return { ...document, components: { ...document.components, schemas: kept } };
}
