import { describe, expect, test } from 'vitest';
import { createSecrets } from '../../lib/config/secrets.ts';
import type { ConnectionConfig } from '../../lib/config/settings.ts';
import { MINUTE, SECOND } from '../samples.ts';

/** SSM with these parameters, which may be changed; keeps what it was asked. */
const ssmWith = (parameters: Record<string, string>) => {
  const asked: string[][] = [];
  let now = 1_000_000;
  const send = (({ input }: { input: { Names: string[] } }) => {
    asked.push(input.Names);
    const known = input.Names.filter((name) => Object.hasOwn(parameters, name));
    return Promise.resolve({ Parameters: known.map((Name) => ({ Name, Value: parameters[Name] })) });
  }) as never;
  const secrets = createSecrets({ send }, { KEY: 'from the environment' }, () => now);
  const pass = (ms: number) => {
    now += ms;
  };
  return { secrets, asked, parameters, pass };
};

const connection = (credentials: ConnectionConfig['credentials']): ConnectionConfig => ({
  name: 'aliyun',
  vendor: 'aliyun',
  credentials,
  endpoints: {},
  callsPerSecond: 10,
});

describe('a reference', () => {
  test.each([
    ['ssm:/opwatch/a', 'value a', [['/opwatch/a']]],
    ['secret:team/b', 'value b', [['/aws/reference/secretsmanager/team/b']]],
    ['env:KEY', 'from the environment', []],
  ])('%s is read from its place [S3]', async (reference, value, calls) => {
    const { secrets, asked } = ssmWith({ '/opwatch/a': 'value a', '/aws/reference/secretsmanager/team/b': 'value b' });
    expect(await secrets.read([reference])).toEqual([value]);
    expect(asked).toEqual(calls);
    expect(secrets.known()).toEqual([value]);
  });

  test.each(['ssm:/opwatch/none', 'secret:none', 'env:NONE'])('%s that leads nowhere is named', async (reference) => {
    const { secrets } = ssmWith({});
    await expect(secrets.read([reference])).rejects.toThrow(
      `${reference} cannot be read: it does not exist or this function may not read it`,
    );
  });

  test('is asked for ten at a time, each once, and answered in order', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `/opwatch/${i}`);
    const { secrets, asked } = ssmWith(Object.fromEntries(names.map((name) => [name, `value of ${name}`])));
    const references = [...names, ...names].map((name) => `ssm:${name}`);
    expect(await secrets.read(references)).toEqual([...names, ...names].map((name) => `value of ${name}`));
    expect(asked).toEqual([names.slice(0, 10), names.slice(10)]);
  });
});

describe('what was read', () => {
  test('is kept for five minutes; a rotation needs no deploy [S3]', async () => {
    const { secrets, asked, parameters, pass } = ssmWith({ '/opwatch/a': 'old' });
    const read = () => secrets.read(['ssm:/opwatch/a']);
    expect(await read()).toEqual(['old']);
    parameters['/opwatch/a'] = 'new';
    pass(5 * MINUTE - 1);
    expect(await read()).toEqual(['old']);
    pass(1);
    expect(await read()).toEqual(['new']);
    expect(asked).toHaveLength(2);
  });

  test('is read anew once it was refused, though not more often than every ten seconds [F38] [S3]', async () => {
    const { secrets, asked, parameters, pass } = ssmWith({ '/opwatch/a': 'old' });
    const fresh = () => secrets.read(['ssm:/opwatch/a'], { fresh: true });
    expect(await fresh()).toEqual(['old']);
    parameters['/opwatch/a'] = 'new';
    pass(10 * SECOND - 1);
    expect(await fresh()).toEqual(['old']);
    pass(1);
    expect(await fresh()).toEqual(['new']);
    expect(await secrets.read(['ssm:/opwatch/a'])).toEqual(['new']);
    expect(asked).toHaveLength(2);
  });

  test('outlives an absence: a parameter that is gone is still known', async () => {
    const { secrets, parameters, pass } = ssmWith({ '/opwatch/a': 'old' });
    await secrets.read(['ssm:/opwatch/a']);
    delete parameters['/opwatch/a'];
    pass(6 * MINUTE);
    expect(await secrets.read(['ssm:/opwatch/a'])).toEqual(['old']);
  });
});

describe('credentials', () => {
  test('lie in one parameter or in one each', async () => {
    const { secrets } = ssmWith({
      '/opwatch/json': '{"accessKeyId":"id","secretAccessKey":"secret","securityToken":"token","more":1}',
      '/opwatch/id': 'id',
      '/opwatch/secret': 'secret',
    });
    expect(await secrets.credentials(connection('ssm:/opwatch/json'))).toEqual({
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      securityToken: 'token',
    });
    expect(secrets.known()).toContain('token');
    const apart = { accessKeyId: 'ssm:/opwatch/id', secretAccessKey: 'ssm:/opwatch/secret' };
    expect(await secrets.credentials(connection(apart))).toEqual({ accessKeyId: 'id', secretAccessKey: 'secret' });
  });

  test.each(['', 'AKIA secret', 'null', '[]', '{"accessKeyId":"id"}', '{"__proto__":{"accessKeyId":"id"}}'])(
    'that are none (%s) are refused without a word of them [S4]',
    async (value) => {
      const { secrets } = ssmWith({ '/opwatch/json': value });
      await expect(secrets.credentials(connection('ssm:/opwatch/json'))).rejects.toThrow(
        'ssm:/opwatch/json must hold JSON with accessKeyId and secretAccessKey (and securityToken, if temporary)',
      );
    },
  );
});
