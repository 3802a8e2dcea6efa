import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { describe, expect, test } from 'vitest';
import { replacements } from '../../offline/endpoints.ts';
import { givenEmulators, mustAnswer } from '../../offline/given-emulators.ts';
import { freePorts, portFaults, portsFrom } from '../../offline/ports.ts';

describe('what the environment says of other emulators', () => {
  test.each([
    ['nothing', {}, { urls: {}, account: '000000000000' }],
    ['empty variables', { OPWATCH_SQS_URL: '', OPWATCH_ACCOUNT: '' }, { urls: {}, account: '000000000000' }],
    [
      'each part, with an account',
      {
        OPWATCH_DYNAMODB_URL: 'http://localhost:8000',
        OPWATCH_SQS_URL: 'http://127.0.0.1:9324/',
        OPWATCH_SSM_URL: ' http://localhost:4566 ',
        OPWATCH_ACCOUNT: '123456789012',
      },
      {
        urls: { dynamodb: 'http://localhost:8000', sqs: 'http://127.0.0.1:9324', ssm: 'http://localhost:4566' },
        account: '123456789012',
      },
    ],
  ])('%s', (_, env, given) => {
    expect(givenEmulators(env)).toEqual(given);
  });

  test.each([
    ['a real endpoint', { OPWATCH_SQS_URL: 'https://sqs.eu-west-1.amazonaws.com' }, 'OPWATCH_SQS_URL'],
    ['another host', { OPWATCH_DYNAMODB_URL: 'http://dynamodb:8000' }, 'OPWATCH_DYNAMODB_URL'],
    ['a host that only begins like this one', { OPWATCH_SSM_URL: 'http://localhost.example.com:1' }, 'OPWATCH_SSM_URL'],
    ['a user of another host', { OPWATCH_SQS_URL: 'http://localhost:1@example.com' }, 'OPWATCH_SQS_URL'],
    ['a path', { OPWATCH_SQS_URL: 'http://localhost:4566/queue' }, 'OPWATCH_SQS_URL'],
    ['a port that is none', { OPWATCH_SQS_URL: 'http://localhost:99999' }, 'OPWATCH_SQS_URL'],
    ['no port', { OPWATCH_SQS_URL: 'http://localhost' }, 'OPWATCH_SQS_URL'],
    ['an account that is none', { OPWATCH_SQS_URL: 'http://localhost:1', OPWATCH_ACCOUNT: '1234' }, 'OPWATCH_ACCOUNT'],
    ['an account for the own SQS', { OPWATCH_ACCOUNT: '123456789012' }, 'OPWATCH_ACCOUNT needs OPWATCH_SQS_URL'],
  ])('%s is refused by name [S15]', (_, env, name) => {
    expect(() => givenEmulators(env)).toThrow(name);
  });

  test('all faults are told at once', () => {
    const env = { OPWATCH_DYNAMODB_URL: 'x', OPWATCH_SQS_URL: 'y', OPWATCH_SSM_URL: 'z', OPWATCH_ACCOUNT: 'a' };
    const told = () => givenEmulators(env);
    for (const name of Object.keys(env)) expect(told).toThrow(name);
  });

  test('a part that is replaced needs no port and is told to the functions', () => {
    expect(replacements({ urls: {}, account: '000000000000' })).toEqual({});
    const urls = { sqs: 'http://localhost:9324' };
    expect(replacements({ urls, account: '123456789012' })).toEqual({
      sqs: 'http://localhost:9324',
      replaced: ['sqs'],
      account: '123456789012',
    });
  });
});

const listen = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

test('an emulator must answer, whatever it answers; those that do not are all named', async () => {
  const server = createHttpServer((_, answer) => answer.writeHead(400).end('what?'));
  const tongueless = createServer((socket) => socket.end('this is not HTTP\n'));
  const dynamodb = `http://localhost:${await listen(server)}`;
  const ssm = `http://localhost:${await listen(tongueless)}`;
  const [free] = await freePorts(1);
  try {
    await mustAnswer({ urls: { dynamodb }, account: '' });
    const deserted = { urls: { dynamodb, sqs: `http://localhost:${free}`, ssm }, account: '' };
    const told = await mustAnswer(deserted).then(String, (error: Error) => error.message);
    expect(told).toContain(`http://localhost:${free}, which OPWATCH_SQS_URL names, is refused: nobody listens there`);
    expect(told).toContain('which OPWATCH_SSM_URL names, does not answer HTTP');
    expect(told).not.toContain('OPWATCH_DYNAMODB_URL');
  } finally {
    server.close();
    tongueless.close();
  }
});

test.each([
  [0, 'the API'],
  [1, 'the inbox'],
  [2, 'the stand-in clouds'],
  [3, 'DynamoDB'],
  [4, 'SQS'],
  [5, 'the functions'],
  [6, 'SSM'],
])('the port that is taken is named, and who needs it: %i', async (offset, user) => {
  const taken = createServer();
  const port = await listen(taken);
  try {
    const faults = await portFaults(portsFrom(port - offset), {});
    expect(faults).toContain(`port ${port} is taken, and ${user} needs it`);
    const replaced = { dynamodb: '', sqs: '', ssm: '' };
    const isOwn = offset === 3 || offset === 4 || offset === 6;
    expect((await portFaults(portsFrom(port - offset), replaced)).some((fault) => fault.includes(` ${port} `))).toBe(
      !isOwn,
    );
  } finally {
    taken.close();
  }
});
