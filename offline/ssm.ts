/** SSM's parameters on one machine: as much of it as functions read and `aws ssm put-parameter` writes. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallLog } from './calls.ts';
import { BadRequest, readJson, sendJson, serveLocally } from './local-server.ts';
import { isRecord } from './resolve.ts';
import type { Emulator } from './sqs.ts';

type Parameter = { readonly Name: string; readonly Value: string; readonly Type: string; readonly Version: number };

const read = (file: string): Map<string, Parameter> => {
  try {
    return new Map((JSON.parse(readFileSync(file, 'utf8')) as Parameter[]).map((one) => [one.Name, one]));
  } catch {
    return new Map();
  }
};

const NAMES_MAX = 10;

/** Starts SSM. Parameters stay in `dir` and survive a kill. */
export const startSsm = async (port: number, dir: string, log?: CallLog): Promise<Emulator> => {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'parameters.json');
  const parameters = read(file);

  // Words, limits and errors as in the AWS Systems Manager API Reference, PutParameter and GetParameters.
  const actions: Readonly<Record<string, (body: Readonly<Record<string, unknown>>) => object>> = {
    PutParameter({ Name, Value, Type = 'String', Overwrite = false }) {
      const before = parameters.get(String(Name));
      if (before && Overwrite !== true) throw new BadRequest('ParameterAlreadyExists');
      if (typeof Name !== 'string' || typeof Value !== 'string') throw new BadRequest('ValidationException');
      const Version = (before?.Version ?? 0) + 1;
      parameters.set(Name, { Name, Value, Type: String(Type), Version });
      writeFileSync(file, JSON.stringify([...parameters.values()]), { mode: 0o600 });
      return { Version, Tier: 'Standard' };
    },
    GetParameters({ Names }) {
      const names = Array.isArray(Names) ? Names.map(String) : [];
      if (names.length === 0 || names.length > NAMES_MAX) throw new BadRequest('ValidationException');
      return {
        Parameters: names.flatMap((name) => parameters.get(name) ?? []),
        InvalidParameters: names.filter((name) => !parameters.has(name)),
      };
    },
  };

  return serveLocally(port, ({ headers, body }, response) => {
    log?.(headers, body.toString());
    const name = headers['x-amz-target']?.replace(/^AmazonSSM\./, '') ?? '';
    const act = Object.hasOwn(actions, name) ? actions[name] : undefined;
    const asked = readJson(body);
    try {
      if (!act || !isRecord(asked)) throw new BadRequest('UnknownOperationException');
      sendJson(response, 200, act(asked));
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
      sendJson(response, 400, { __type: error.message, message: error.message });
    }
  });
};
