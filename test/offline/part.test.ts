/** What dies is started again, and whoever watches is told. No process here: parts that do as they are bid. */
import { expect, test } from 'vitest';
import type { Child } from '../../offline/child.ts';
import { createPart } from '../../offline/part.ts';

/** A child that lives until it is told to end. */
const livingChild = () => {
  let die = (): void => {};
  const ended = new Promise<void>((resolve) => {
    die = resolve;
  });
  const child: Child = {
    ready: 'ready',
    ended,
    stop: async () => die(),
    kill: async () => die(),
  };
  return { child, die };
};

/** A part whose starts go as `course` has them: a text is the error of one that fails. */
const partOf = (course: readonly ('lives' | string)[]) => {
  const born: ReturnType<typeof livingChild>[] = [];
  const told: string[] = [];
  const pauses: number[] = [];
  let starts = 0;
  const part = createPart({
    name: 'the functions',
    launch: async () => {
      const next = course[starts] ?? 'lives';
      starts += 1;
      if (next !== 'lives') throw new Error(next);
      const one = livingChild();
      born.push(one);
      return one.child;
    },
    pause: async (ms) => void pauses.push(ms),
  });
  return { part, born, told, pauses, tell: (line: string) => void told.push(line), starts: () => starts };
};

/** Lets whatever has been promised come about. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a part that dies while it is started again is started again still, and each time people are told', async () => {
  const { part, born, told, pauses, tell, starts } = partOf(['lives', 'no port', 'no table', 'lives']);
  expect(await part.start()).toBe('ready');
  const keeping = part.keepUp(tell);
  born[0]?.die();
  await settle();
  expect(told).toEqual([
    'the functions died; the stack starts this part again',
    'no port\nThe stack tries again in 1 s',
    'no table\nThe stack tries again in 2 s',
    'the functions run again',
  ]);
  expect(pauses).toEqual([1_000, 2_000]);
  expect(starts()).toBe(4);
  born[1]?.die();
  await settle();
  expect(told.slice(4)).toEqual(['the functions died; the stack starts this part again', 'the functions run again']);
  await part.stop();
  await keeping;
  expect(starts()).toBe(5);
});

test('the wait between two tries grows, and not for ever', async () => {
  const { part, born, pauses, tell } = partOf(['lives', ...Array.from({ length: 8 }, () => 'no luck')]);
  await part.start();
  const keeping = part.keepUp(tell);
  born[0]?.die();
  await settle();
  expect(pauses).toEqual([1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1_000));
  await part.stop();
  await keeping;
});

test('a part that is stopped is not started again, in the middle of a start either', async () => {
  const { part, born, told, tell } = partOf([]);
  await part.start();
  const keeping = part.keepUp(tell);
  await part.stop();
  await keeping;
  expect([born.length, told]).toEqual([1, []]);

  let begin = (_: AbortSignal): void => {};
  const begun = new Promise<AbortSignal>((resolve) => {
    begin = resolve;
  });
  const slow = createPart({
    name: 'the emulators',
    launch: (signal) => {
      begin(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    },
  });
  const starting = slow.start();
  await begun;
  await Promise.all([slow.stop(), expect(starting).rejects.toThrow('stopped')]);
});
