/** Logs of jobs: CSV with the columns submitted_s, duration_s and type, in any order, plain or packed with gzip. */
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The jobs in order of arrival, in columns: a log may have hundreds of thousands. */
export type Trace = {
  readonly submitted: Float64Array;
  readonly durations: Float64Array;
  /** Of each job, the number of its type. */
  readonly kinds: Int32Array;
  readonly types: number;
};

/** What is wrong with a log: whoever gave it can mend it. */
export class BadTrace extends Error {}

const COLUMNS = ['submitted_s', 'duration_s', 'type'] as const;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const isGzip = (file: string): boolean => {
  const start = Buffer.alloc(2);
  const fd = openSync(file, 'r');
  readSync(fd, start, 0, 2, 0);
  closeSync(fd);
  return start.readUInt16BE() === 0x1f8b;
};

const open = (file: string): Readable => {
  const raw = createReadStream(file);
  if (!isGzip(file)) return raw;
  const plain = createGunzip();
  raw.on('error', (error) => plain.destroy(error));
  return raw.pipe(plain);
};

const FIELD = /\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(,|$)/y;

/** The fields of a line; a field in quotes may hold commas, and quotes written twice. */
const fieldsOf = (line: string): string[] => {
  if (!line.includes('"')) return line.split(',').map((field) => field.trim());
  const fields: string[] = [];
  FIELD.lastIndex = 0;
  for (let goesOn = true; goesOn; ) {
    const [, quoted, plain = '', end] = FIELD.exec(line) ?? [];
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    goesOn = end === ',';
  }
  return fields;
};

const columnsOf = (header: readonly string[]): readonly number[] => {
  const places = COLUMNS.map((name) => header.indexOf(name));
  const missing = COLUMNS.filter((_, i) => places[i] === -1);
  if (missing.length > 0) throw new BadTrace(`has no column ${missing.join(', ')} in its first line`);
  return places;
};

const numberOf = (name: string, field: string, least: number): number => {
  const value = NUMBER.test(field) ? Number(field) : Number.NaN;
  if (value >= least && Number.isFinite(value)) return value;
  const wanted = least === 0 ? 'a number of at least 0' : 'a number';
  throw new BadTrace(`${name} must be ${wanted}, and is ${JSON.stringify(field.slice(0, 40))}`);
};

type Collected = { submitted: number[]; durations: number[]; kinds: number[]; names: Map<string, number> };

const collect = (into: Collected, fields: readonly string[], width: number, places: readonly number[]): void => {
  if (fields.length !== width) throw new BadTrace(`has ${fields.length} fields, and the first line has ${width}`);
  const [submitted = '', duration = '', type = ''] = places.map((place) => fields[place] ?? '');
  into.submitted.push(numberOf('submitted_s', submitted, Number.NEGATIVE_INFINITY));
  into.durations.push(numberOf('duration_s', duration, 0));
  const kind = into.names.get(type) ?? into.names.size;
  into.names.set(type, kind);
  into.kinds.push(kind);
};

const inOrder = ({ submitted, durations, kinds, names }: Collected): Trace => {
  const order = Int32Array.from(submitted.keys()).sort((a, b) => (submitted[a] ?? 0) - (submitted[b] ?? 0) || a - b);
  return {
    submitted: Float64Array.from(order, (i) => submitted[i] ?? 0),
    durations: Float64Array.from(order, (i) => durations[i] ?? 0),
    kinds: Int32Array.from(order, (i) => kinds[i] ?? 0),
    types: names.size,
  };
};

/** Reads a log. Throws BadTrace, with the file and the line, for what cannot be understood. */
export const readTrace = async (file: string): Promise<Trace> => {
  const into: Collected = { submitted: [], durations: [], kinds: [], names: new Map() };
  let [header, places]: [readonly string[], readonly number[]] = [[], []];
  let number = 0;
  try {
    for await (const line of createInterface({ input: open(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
      if (text.trim() === '') continue;
      const fields = fieldsOf(text);
      if (places.length > 0) collect(into, fields, header.length, places);
      else [header, places] = [fields, columnsOf(fields)];
    }
  } catch (error) {
    throw new BadTrace(`${file}${error instanceof BadTrace ? `:${number}` : ''}: ${(error as Error).message}`);
  }
  if (into.kinds.length === 0) throw new BadTrace(`${file}: has no jobs`);
  return inOrder(into);
};
