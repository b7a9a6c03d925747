/** The OpenAPI 3.1 document at /api/openapi.json and its page at /api/docs, made from the routes' own schemas. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { App } from './app-types.ts';

/** The page's own styles are inline; its scripts are files. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

export async function openApi(app: App, version: string): Promise<void> {
  const components = new Map<string, unknown>();
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Gaya',
        version,
        description:
          'Open remote health monitoring hub. Times are UTC, ms since 1970; decimals are text with the digits that the device sent.',
      },
      tags: ['worklist', 'patients', 'readings', 'devices', 'bindings', 'gateways', 'feed', 'health', 'fhir'].map(
        (name) => ({ name }),
      ),
    },
    transform: ({ schema, url }) => ({ schema: named(schema, components) as typeof schema, url }),
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      return {
        ...document.openapiObject,
        components: { ...document.openapiObject.components, schemas: Object.fromEntries(components) },
      } as never;
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: DOCS_POLICY,
    uiConfig: { deepLinking: true, validatorUrl: null },
  });
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

/** A copy in which every schema with an `$id` is a reference to a component of that name. */
function named(value: unknown, components: Map<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => named(item, components));
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, named(inner, components)]));
  const { $id: id, ...schema } = copy;
  if (typeof id !== 'string') return copy;
  components.set(id, schema);
  return { $ref: `#/components/schemas/${id}` };
}
