/** Ports of the loopback address. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { EmulatorUrls } from './emulators.ts';

/** Who needs a port, in the order in which they stand from `portBase` on. */
const USERS = {
  api: 'the API',
  inbox: 'the inbox',
  clouds: 'the stand-in clouds',
  dynamodb: 'DynamoDB',
  sqs: 'SQS',
  lambda: 'the functions',
  ssm: 'SSM',
} as const;
export type User = keyof typeof USERS;
export type Ports = Readonly<Record<User, number>>;
export const NAMES = Object.keys(USERS) as User[];

/** Ports by their users, in that order. */
export const numbered = (ports: readonly number[]): Ports =>
  Object.fromEntries(NAMES.map((name, i) => [name, ports[i]])) as Ports;

export const portsFrom = (base: number): Ports => numbered(NAMES.map((_, i) => base + i));

/** Each port that cannot be had, with who needs it. A part that is replaced needs none. */
export const portFaults = async (ports: Ports, replaced: Partial<EmulatorUrls>): Promise<readonly string[]> => {
  const needed = NAMES.filter((name) => !(name in replaced));
  const faults = await Promise.all(needed.map((name) => portFault(ports[name])));
  return needed.flatMap((name, i) =>
    faults[i] ? [`port ${ports[name]} ${faults[i]}, and ${USERS[name]} needs it`] : [],
  );
};

export const PORT_CURE =
  'Stop whoever listens there (lsof -i shows who), or begin elsewhere: npm start -- --port-base N takes the seven ports from N on.';

/** `count` different ports that are free now; whoever wants them should be quick. */
export const freePorts = async (count: number): Promise<number[]> => {
  const holders = await Promise.all(Array.from({ length: count }, () => hold(0)));
  const ports = holders.map((holder) => (holder.address() as AddressInfo).port);
  await Promise.all(holders.map(release));
  return ports;
};

/** Why `port` cannot be had, or undefined when it can. */
const portFault = async (port: number): Promise<string | undefined> => {
  try {
    await release(await hold(port));
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EADDRINUSE' ? 'is taken' : `cannot be opened (${code})`;
  }
};

const hold = async (port: number) => {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

const release = async (server: Awaited<ReturnType<typeof hold>>): Promise<void> => {
  server.close();
  await once(server, 'close');
};
