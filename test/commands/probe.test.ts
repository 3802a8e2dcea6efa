/** The command itself: its words, its options, its exit code, and its way into the local stack. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VARIABLE } from '../../offline/endpoints.ts';
import { type Outside, startOutside } from '../../offline/outside.ts';

const root = join(import.meta.dirname, '..', '..');
const EMR = '@events/trigger-emr.json';

let outside: Outside;
beforeAll(async () => {
  outside = await startOutside();
});
afterAll(() => outside.close());

type Ended = { readonly code: number; readonly out: string; readonly err: string };

const run = (...args: string[]): Promise<Ended> => {
  // Nobody listens there, and nobody asks.
  const nowhere = 'http://127.0.0.1:9';
  const emulators = { dynamodb: nowhere, sqs: nowhere, ssm: nowhere, api: nowhere };
  const surroundings = { ...emulators, environment: outside.environment };
  const env = { PATH: process.env.PATH, [VARIABLE]: JSON.stringify(surroundings) };
  return new Promise((resolve) => {
    execFile(process.execPath, ['lib/commands/probe.ts', ...args], { cwd: root, env }, (error, out, err) => {
      resolve({ code: Number(error?.code ?? 0), out, err });
    });
  });
};

describe('npm run probe', () => {
  it('looks through the local stack’s connection at its stand-in clouds', async () => {
    const { code, out, err } = await run('--offline', 'aliyun-emr', EMR);
    expect(err).toBe('');
    expect(out).toContain(`> POST ${outside.clouds.url}/?ClusterId=c-b933c5aac8fe0001`);
    expect(out).toContain('absent: the cloud does not know the operation');
    expect(code).toBe(0);
  });

  it('ends with 1 when the cloud did not answer for the operation', async () => {
    const { code, out } = await run('--offline', 'aliyun-emr', EMR, '--endpoint', 'http://127.0.0.1:1');
    expect(out).toContain('RetryLater: connect: 127.0.0.1 cannot be connected to');
    expect(code).toBe(1);
  });

  it('looks with the configuration of the deployment otherwise', async () => {
    const { code, err } = await run('aliyun-emr', EMR);
    expect(err).toContain('the credentials of connection aliyun could not be fetched from AWS');
    expect(code).toBe(1);
  });

  it.each([
    ['nothing', [], 'name one provider and one operation'],
    ['too much', ['aliyun-emr', '{}', '{}'], 'name one provider and one operation'],
    ['no JSON', ['aliyun-emr', '{"RegionId"'], 'the operation is not JSON'],
    ['a file of no JSON', ['aliyun-emr', '@README.md'], 'README.md is not JSON'],
    ['no such option', ['aliyun-emr', '{}', '--scenario', 'x'], "Unknown option '--scenario'"],
  ])('says how it is used when given %s', async (_, args, words) => {
    const { code, out, err } = await run(...args);
    expect(err).toContain(words);
    expect(err).toContain('npm run probe -- <provider>');
    expect(out).toBe('');
    expect(code).toBe(1);
  });

  it('says which file is not there', async () => {
    expect(await run('aliyun-emr', '@nowhere.json')).toMatchObject({
      code: 1,
      err: expect.stringContaining("open 'nowhere.json'"),
    });
  });

  it('tells its use when asked', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('--record DIR'), err: '' });
  });
});
