/** Structured logs: one JSON line each, few and named. A look that changes nothing logs nothing. */

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

export type Log = {
  readonly info: (what: string, fields?: Fields) => void;
  /** Something a person should look at. */
  readonly warn: (what: string, fields?: Fields) => void;
  readonly error: (what: string, fields?: Fields) => void;
};

export const createLog = (write: (line: string) => void): Log => {
  const line =
    (level: string) =>
    (what: string, fields: Fields = {}) =>
      write(JSON.stringify({ level, what, ...fields }));
  return { info: line('info'), warn: line('warn'), error: line('error') };
};
