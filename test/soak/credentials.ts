/**
 * Temporary credentials expire while watches are under way; others are put in their place in SSM, and nothing is restarted.
 * For a stack whose functions have not read the connection's credentials yet: they keep them for minutes.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Lane } from '../../lib/core/lane.ts';
import { seconds } from '../bench/report.ts';
import type { Opwatch } from '../e2e/kit/opwatch.ts';
import { until } from '../e2e/kit/until.ts';
import { controlClouds } from './clouds.ts';
import { breaches, gather, inWords } from './load.ts';
import { brokenOf, type Scenario, type ScenarioResult } from './scenario.ts';
import { store } from './stored.ts';

type Size = {
  readonly watches: number;
  /** As if the three minutes for which refused credentials rest were over. */
  readonly letPass?: boolean;
};

const CONNECTION = 'aliyun-stored';
const LANE = { pk: `lane#${CONNECTION}`, sk: 'lane' };
const VALID_MS = 8_000;
const REFUSALS_MAX = 50;
const WITHIN_MS = 235_000;

const newKey = (accessKeyId: string) => ({
  accessKeyId,
  secretAccessKey: randomBytes(24).toString('base64url'),
  securityToken: randomBytes(24).toString('base64url'),
});

export const replaceCredentials = async (
  opwatch: Opwatch,
  { watches, letPass = false }: Size,
): Promise<ScenarioResult> => {
  const { stack, infra } = opwatch;
  const clouds = controlClouds(opwatch);
  const lane = async () => (await infra.table.get([LANE]))[0]?.body as Lane | undefined;
  const others = Object.values(clouds.keys);
  const first = { ...newKey('temporary-1'), expiresAt: Date.now() + VALID_MS };
  const second = newKey('temporary-2');
  await clouds.set({ credentials: [...others, first] });
  await store(opwatch, 'aliyun', first);
  const heard = await clouds.listen();
  const load = gather(opwatch, { name: 'credentials', isStored: true, vendor: 'aliyun' });
  const watched = await load.join(watches, (i) => (i % 2 === 0 ? 1 : VALID_MS / 1_000 + 2));
  await until(async () => (await lane())?.refused);

  await clouds.set({ credentials: [...others, first, second] });
  await store(opwatch, 'aliyun', second);
  const replacedAt = Date.now();
  if (letPass) {
    await infra.edit(LANE, (item) => ({ ...item, body: { ...(item.body as Lane), pausedUntil: 1 } }));
    await opwatch.sweepUp(...watched.map(({ id }) => id));
  }
  const tally = await load.settled();
  const tookMs = Date.now() - replacedAt;

  const refused = (await heard()).filter(({ key, status }) => key === first.accessKeyId && status >= 400).length;
  const log = readFileSync(stack.logFile, 'utf8');
  const leaks = [first, second].flatMap(({ secretAccessKey, securityToken }) =>
    [secretAccessKey, securityToken].filter((secret) => log.includes(secret)),
  );
  return {
    figure:
      `credentials expired and replaced: ${refused} calls with the expired ones, all resumed within ${seconds(tookMs)}` +
      `${letPass ? ' (the rest of three minutes let pass at once)' : ''}: ${inWords(tally)}`,
    broken: [
      ...breaches(tally, WITHIN_MS),
      ...brokenOf(
        [(await lane())?.refused !== undefined, 'the connection still counts as refused'],
        [refused === 0, 'no call was ever refused'],
        [refused > REFUSALS_MAX, `${refused} calls with credentials known to be refused`],
        [leaks.length > 0, 'a secret is in the log'],
      ),
    ],
  };
};

export const credentials: Scenario = {
  name: 'credentials',
  about: "a connection's credentials expire and are replaced in SSM: its watches rest, then go on by themselves",
  long: (opwatch) => replaceCredentials(opwatch, { watches: 60 }),
};
