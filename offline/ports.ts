/** Ports of the loopback address. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** `count` different ports that are free now; whoever wants them should be quick. */
export const freePorts = async (count: number): Promise<number[]> => {
  const holders = await Promise.all(Array.from({ length: count }, () => hold(0)));
  const ports = holders.map((holder) => (holder.address() as AddressInfo).port);
  await Promise.all(holders.map(release));
  return ports;
};

/** `count` ports from `base` on, or undefined when one of them is taken. */
export const portsFrom = async (base: number, count: number): Promise<number[] | undefined> => {
  const ports = Array.from({ length: count }, (_, i) => base + i);
  const holders = await Promise.all(ports.map((port) => hold(port).catch(() => undefined)));
  await Promise.all(holders.map((holder) => holder && release(holder)));
  return holders.includes(undefined) ? undefined : ports;
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
