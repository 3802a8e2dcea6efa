/** Answers no cloud should give, and answers bent out of the shape a cloud did give. */
import fc from 'fast-check';
import { anyText } from '../helpers/any-text.ts';
import type { Reply } from './scripted.ts';

/** None of these is an answer: every adapter looks again later. */
export const NONSENSE: readonly (readonly [string, Reply])[] = [
  ['HTML with 200', { headers: { 'content-type': 'text/html' }, body: '<html>It works! SUCCESS COMPLETED</html>' }],
  ['nothing with 200', { body: '' }],
  [
    'truncated JSON',
    { body: '{"status": "SUCCESS", "Status": "CREATE_COMPLETE", "Operation": {"OperationState": "COMPL' },
  ],
  ['a whole object of a body that was cut', { body: { status: 'SUCCESS', operation_status: 'success' }, cut: true }],
  ['a JSON array', { body: [{ status: 'SUCCESS' }] }],
  ['a JSON string', { body: '"SUCCESS"' }],
  ['null', { body: 'null' }],
  ['HTML with 502', { status: 502, body: '<html>Bad Gateway</html>' }],
  ['HTML with 404', { status: 404, body: '<html>Not Found</html>' }],
  ['a redirect to another host', { status: 302, headers: { location: 'https://example.net/' }, body: '' }],
  ['JSON of another program', { status: 404, body: { message: 'no Route matched with those values' } }],
];

type Path = readonly (string | number)[];

const pathsOf = (value: unknown, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))]
    : [path];

const replaced = (value: unknown, [key, ...rest]: Path, edit: unknown): unknown => {
  if (key === undefined) return edit;
  if (Array.isArray(value)) return value.map((inner, i) => (String(i) === key ? replaced(inner, rest, edit) : inner));
  const members = Object.entries(value as object).flatMap(([name, inner]): [string, unknown][] => {
    if (name !== key) return [[name, inner]];
    const next = replaced(inner, rest, edit);
    return next === undefined ? [] : [[name, next]];
  });
  return Object.fromEntries(members);
};

const bent = (word: string) =>
  fc.constantFrom(
    word,
    word.toLowerCase(),
    ` ${word}`,
    `${word}\n`,
    `${word}S`,
    word.replace(/S/g, 'ſ'),
    `${word},${word}`,
  );

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  anyText(),
  fc.constantFrom(undefined, null, '', 0, -1, 1e308, [], {}, true),
);

/** Answers made from `bodies` by bending them: values replaced or dropped, texts torn, statuses and headers mixed. */
export const bentAnswers = (bodies: readonly unknown[], words: readonly string[]): fc.Arbitrary<Reply> => {
  const value = fc.oneof(anything, fc.constantFrom(...words), fc.constantFrom(...words).chain(bent));
  const body = fc
    .tuple(fc.constantFrom(...bodies), fc.array(fc.tuple(fc.nat(), value), { maxLength: 3 }))
    .map(([whole, edits]) =>
      edits.reduce((kept: unknown, [at, edit]) => {
        const paths = pathsOf(kept).slice(1);
        return replaced(kept, paths[at % paths.length] ?? [], edit);
      }, whole),
    )
    .map((bentBody) => JSON.stringify(bentBody) ?? '');
  const torn = fc.tuple(body, fc.nat()).map(([whole, at]) => whole.slice(0, at % (whole.length + 1)));
  return fc.record(
    {
      status: fc.oneof(
        { weight: 10, arbitrary: fc.constant(200) },
        { weight: 1, arbitrary: fc.constantFrom(204, 302, 400, 401, 403, 404, 406, 407, 429, 500, 503, 504) },
        { weight: 1, arbitrary: fc.integer({ min: 100, max: 599 }) },
      ),
      headers: fc.dictionary(
        fc.constantFrom('date', 'retry-after', 'x-acs-retry-after', 'x-request-id', 'x-acs-request-id'),
        fc.oneof(fc.string(), fc.constantFrom('0', '3', '1500', '-1', 'Fri, 02 Jan 2026 12:00:00 GMT')),
        { maxKeys: 2 },
      ),
      body: fc.oneof({ weight: 12, arbitrary: body }, torn, anyText(), fc.json()),
      cut: fc.oneof({ weight: 19, arbitrary: fc.constant(false) }, fc.constant(true)),
    },
    { requiredKeys: ['status', 'headers', 'body', 'cut'] },
  );
};

/** Every text in a JSON text, names of members among them. */
export const textsIn = (json: string): string[] => {
  const within = (value: unknown): string[] =>
    typeof value === 'string'
      ? [value]
      : typeof value === 'object' && value !== null
        ? Object.entries(value).flat().flatMap(within)
        : [];
  try {
    return within(JSON.parse(json));
  } catch {
    return [];
  }
};
