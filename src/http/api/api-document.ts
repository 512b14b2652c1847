// The parts of an OpenAPI 3.1 document that the description of the API uses.

import type { JsonSchema } from '@valibot/to-json-schema';

/** The document. */
export interface ApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  /** Absent: nobody has to show credentials. */
  readonly security?: readonly SecurityNeed[];
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: {
    readonly schemas: { readonly [name: string]: JsonSchema };
    readonly examples: { readonly [name: string]: ContentExample };
    readonly securitySchemes: { readonly [name: string]: object };
  };
}

/** One of these is enough; an empty one is no credentials at all. */
export type SecurityNeed = { readonly [scheme: string]: readonly string[] };

/** One method of one path. */
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly security?: readonly SecurityNeed[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: { readonly [status: string]: ApiResponse };
  /** Commands with their answers. */
  readonly 'x-codeSamples'?: readonly CodeSample[];
}

/** A header, or something in the query or the path. */
export interface Parameter {
  readonly name: string;
  readonly in: 'header' | 'query' | 'path';
  readonly description: string;
  readonly required?: boolean;
  readonly explode?: boolean;
  readonly schema: JsonSchema;
}

/** A body, or where it is among the components. */
export type ContentExample = { readonly summary: string; readonly value: unknown } | { readonly $ref: string };

/** Bodies by media type. */
export interface Content {
  readonly [mediaType: string]: {
    readonly schema: JsonSchema;
    readonly examples?: { readonly [name: string]: ContentExample };
  };
}

/** One status. */
export interface ApiResponse {
  readonly description: string;
  readonly headers?: { readonly [name: string]: ResponseHeader };
  readonly content?: Content;
}

/** A header of an answer. */
export interface ResponseHeader {
  readonly description: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

/** A command for a shell, and the status that it is answered with. */
export interface CodeSample {
  readonly lang: string;
  readonly label: string;
  readonly source: string;
  readonly status: number;
  /** The body of the answer, up to ids; left out where every gateway writes it differently. */
  readonly answer?: string;
}
