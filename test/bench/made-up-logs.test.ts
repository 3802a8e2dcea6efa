/** The forecast on logs whose shape is known: it must hold for other kinds than those of one log that was at hand. */
import { expect, test } from 'vitest';
import { type Result, resultOf, timesTheDelay } from './forecast/result.ts';
import type { Trace } from './forecast/trace.ts';

/** Numbers from 0 to 1, the same in every run. */
const createRng = (): (() => number) => {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** What a duration depends on: the usual one of its kind, how much the kind varies, chance, and how far the log has come. */
type Shape = (
  kind: { usual: number; spread: number },
  bell: () => number,
  chance: () => number,
  part: number,
) => number;

const logOf = (shape: Shape, types: number, jobs: number): Trace => {
  const chance = createRng();
  const bell = (): number => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  const usual = Array.from({ length: types }, () => ({
    usual: Math.exp(3 + 5 * chance()),
    spread: 0.1 + 1.2 * chance(),
  }));
  const kinds = Int32Array.from({ length: jobs }, () => Math.floor(types * chance() ** 2));
  const durations = Float64Array.from(kinds, (kind, job) =>
    Math.round(shape(usual[kind] ?? { usual: 1, spread: 1 }, bell, chance, job / jobs)),
  );
  return { submitted: Float64Array.from(kinds, (_, job) => 200 * job), durations, kinds, types };
};

const lognormal: Shape = ({ usual, spread }, bell) => usual * Math.exp(spread * bell());
const bimodal: Shape = ({ usual }, bell, chance) => usual * (chance() < 0.3 ? 0.1 : 2) * Math.exp(0.15 * bell());
const longer: Shape = ({ usual, spread }, bell, _, part) => usual * 4 ** part * Math.exp((spread / 2) * bell());
const shorter: Shape = ({ usual, spread }, bell, _, part) => usual * 4 ** -part * Math.exp((spread / 2) * bell());
const stepped: Shape = ({ usual }, bell, _, part) =>
  usual * ([1, 4, 0.5, 2][Math.floor(4 * part)] ?? 1) * Math.exp(0.3 * bell());
const heavy: Shape = ({ usual }, _, chance) => Math.min(usual * (1 - chance()) ** -0.8, 600_000);
const alike: Shape = ({ usual }, bell) => usual * Math.exp(0.05 * bell());

const within = (result: Result, least: number, most: number): void => {
  for (const share of Object.values(result.eta.byRuns)) {
    expect(share).toBeGreaterThanOrEqual(least);
    expect(share).toBeLessThanOrEqual(most);
  }
};

test.each([
  ['vary as most do', lognormal, 30, 1.7],
  ['are few of each kind', lognormal, 800, 1.2],
  ['come in two lengths', bimodal, 30, 2.5],
  ['become shorter and shorter', shorter, 30, 2.4],
  ['change at a stroke', stepped, 30, 1.9],
  ['have no bound', heavy, 30, 1.6],
] as const)(
  'jobs that %s are seen earlier, end within their interval, and are seldom late',
  (_, shape, types, times) => {
    const result = resultOf(logOf(shape, types, 4_000));
    expect(timesTheDelay(result, 2)).toBeGreaterThan(times);
    within(result, 0.75, 0.95);
    expect(result.eta.coverage80).toBeGreaterThan(0.77);
    expect(result.eta.coverage80).toBeLessThan(0.88);
    expect(result.late.share).toBeLessThan(0.06);
  },
);

test('jobs that grow longer and longer are late more often, and seen earlier', () => {
  const result = resultOf(logOf(longer, 30, 4_000));
  expect(timesTheDelay(result, 2)).toBeGreaterThan(2.2);
  expect(result.eta.coverage80).toBeGreaterThan(0.77);
  expect(result.late.share).toBeLessThan(0.1);
});

test('jobs that are alike have an interval that is too wide, and are seen much earlier', () => {
  const result = resultOf(logOf(alike, 30, 4_000));
  expect(timesTheDelay(result, 2)).toBeGreaterThan(4.5);
  within(result, 0.8, 1);
  expect(result.late.share).toBeLessThan(0.06);
});
