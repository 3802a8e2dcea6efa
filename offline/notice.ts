/**
 * Notices in .opwatch/ by which a checkout's commands find the stacks that run from it: one file for each stack, which
 * nobody else writes or removes. The first stack's is stack.json; a stack beside it adds its API's port.
 */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isRecord } from './resolve.ts';

const FOLDER = '.opwatch';
const FIRST = 'stack.json';
const isNotice = (name: string): boolean => /^stack(-\d+)?\.json$/.test(name);

/** Lets commands find this stack. Answers how to take the notice down, and whether commands find another one first. */
export const announce = (
  root: string,
  stack: { readonly api: string },
): { readonly takeDown: () => void; readonly isFirst: boolean } => {
  const isFirst = runningStacks(root).length === 0;
  const file = join(root, FOLDER, isFirst ? FIRST : `stack-${new URL(stack.api).port}.json`);
  writeFileSync(file, JSON.stringify({ ...stack, pid: process.pid }), { mode: 0o600 });
  return { takeDown: () => rmSync(file, { force: true }), isFirst };
};

/** The notes of the stacks of this checkout, the first stack first. Notes of dead processes are left out. */
export const runningStacks = (root: string): readonly unknown[] =>
  filesIn(join(root, FOLDER))
    .map((file) => ({ notice: read(file), since: sinceOf(file) }))
    .filter(({ notice }) => isRecord(notice) && isAlive(notice.pid))
    .sort((one, other) => one.since - other.since)
    .map(({ notice }) => notice);

/** The first stack's notice is older than any other: a file system may give both the same time. */
const sinceOf = (file: string): number =>
  basename(file) === FIRST ? 0 : (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);

const filesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
      .filter(isNotice)
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
};

const read = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
};

/** A notice without a process is believed. */
const isAlive = (pid: unknown): boolean => {
  if (typeof pid !== 'number') return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
