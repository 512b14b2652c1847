// An example of the API: a request with its answer, as data for the description and as a command for people to copy.

/** One example; ids in answers are those of one day, every run has its own. */
export interface Example {
  /** Key in the document, unique within an operation. */
  readonly name: string;
  readonly title: string;
  readonly method: 'GET' | 'POST' | 'OPTIONS';
  /** With its query. */
  readonly path: string;
  /** Beside Content-Type. */
  readonly headers?: { readonly [name: string]: string };
  /** HTTP Basic, `user:password`. */
  readonly user?: string;
  readonly body?: ExampleBody;
  readonly status: number;
  /** Left out: the answer has no body, or one that every gateway writes differently. */
  readonly answer?: ExampleAnswer;
}

/** What is sent. */
export type ExampleBody =
  | { readonly type: 'application/json'; readonly value: object }
  | { readonly type: 'application/x-ndjson'; readonly values: readonly object[] }
  | { readonly type: 'message/rfc822' | 'application/octet-stream'; readonly text: string }
  | { readonly type: 'multipart/form-data'; readonly fields: readonly FormField[] };

/** A field of a form; one that has a file takes its content from the command's standard input. */
export type FormField =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly file: string; readonly text: string };

/** What is answered. */
export type ExampleAnswer =
  | { readonly type: 'application/json' | 'application/problem+json'; readonly value: object }
  | { readonly type: 'application/x-ndjson'; readonly values: readonly object[] };

/** Where the commands find the gateway. */
export const EXAMPLE_ORIGIN = 'http://127.0.0.1:8485';

/** The command line for a POSIX shell with curl. */
export function toCommand(example: Example): string {
  const { method, path, headers = {}, user, body } = example;
  const words = [
    `curl -i ${quote(`${EXAMPLE_ORIGIN}${path}`)}`,
    ...(method === 'OPTIONS' ? ['-X OPTIONS'] : []),
    ...(user === undefined ? [] : [`--user ${user}`]),
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : toBodyWords(body)),
  ];
  const input = body === undefined ? undefined : toInput(body);
  return `${input === undefined ? '' : `${input} |\n`}${words.join(' \\\n  ')}`;
}

function toBodyWords(body: ExampleBody): string[] {
  if (body.type === 'multipart/form-data') {
    return body.fields.map((field) =>
      'file' in field
        ? `-F ${quote(`${field.name}=@-;filename=${field.file}`)}`
        : `--form-string ${quote(`${field.name}=${field.value}`)}`
    );
  }
  const data = body.type === 'application/json'
    ? `-d ${quote(JSON.stringify(body.value, null, 2))}`
    : '--data-binary @-';
  return [`-H 'Content-Type: ${body.type}'`, data];
}

/** What writes the body to curl's standard input; none where the body is an argument. */
function toInput(body: ExampleBody): string | undefined {
  switch (body.type) {
    case 'application/json':
      return undefined;
    case 'application/x-ndjson':
      return ["printf '%s\\n'", ...body.values.map((value) => quote(JSON.stringify(value)))].join(' \\\n  ');
    case 'multipart/form-data': {
      const file = body.fields.find((field) => 'file' in field);
      return file === undefined ? undefined : toPrintf(file.text);
    }
    default:
      return toPrintf(body.text);
  }
}

/** Line ends as escapes that printf resolves, so that they survive every terminal. */
function toPrintf(text: string): string {
  const format = text.replaceAll('\\', '\\\\').replaceAll('%', '%%').replaceAll('\r', '\\r').replaceAll('\n', '\\n');
  return `printf ${quote(format)}`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
