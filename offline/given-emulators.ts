/**
 * Emulators of AWS that somebody else runs on this machine, in place of the local stack's own: docs/local-stack.md.
 * Origins on this machine and nothing else: functions that took a real queue for theirs would eat its messages.
 */
import { StartFault } from './child.ts';
import type { EmulatorUrls } from './emulators.ts';
import { LOCAL_ACCOUNT } from './resolve.ts';

export type GivenEmulators = {
  /** The parts that are replaced, and where they answer. */
  readonly urls: Partial<EmulatorUrls>;
  /** The account that their ARNs and queue URLs carry. */
  readonly account: string;
};

export const NO_EMULATORS: GivenEmulators = { urls: {}, account: LOCAL_ACCOUNT };

/** The settings that people give for each part. */
export const URL_VARIABLES = {
  dynamodb: 'OPWATCH_DYNAMODB_URL',
  sqs: 'OPWATCH_SQS_URL',
  ssm: 'OPWATCH_SSM_URL',
} as const satisfies Record<keyof EmulatorUrls, string>;
const ACCOUNT_VARIABLE = 'OPWATCH_ACCOUNT';

export type Part = keyof typeof URL_VARIABLES;
export const PARTS = Object.keys(URL_VARIABLES) as Part[];

export const ON_THIS_MACHINE = /^http:\/\/(127\.0\.0\.1|localhost):\d{1,5}$/;

const ANSWER_MS = 5_000;

/** Reads the environment. Throws a StartFault that names every fault in it. */
export const givenEmulators = (env: Readonly<Record<string, string | undefined>>): GivenEmulators => {
  const faults: string[] = [];
  const urls: { [P in Part]?: string } = {};
  for (const part of PARTS) {
    const given = env[URL_VARIABLES[part]]?.trim().replace(/\/$/, '');
    if (given === undefined || given === '') continue;
    if (ON_THIS_MACHINE.test(given) && URL.canParse(given)) urls[part] = given;
    else
      faults.push(`${URL_VARIABLES[part]} must be an origin on this machine, such as http://localhost:4566: ${given}`);
  }
  const account = env[ACCOUNT_VARIABLE]?.trim() || LOCAL_ACCOUNT;
  if (!/^\d{12}$/.test(account)) faults.push(`${ACCOUNT_VARIABLE} must be the 12 digits of an account: ${account}`);
  if (account !== LOCAL_ACCOUNT && urls.sqs === undefined && faults.length === 0)
    faults.push(
      `${ACCOUNT_VARIABLE} needs ${URL_VARIABLES.sqs}: the local stack's own SQS knows only the account ${LOCAL_ACCOUNT}`,
    );
  if (faults.length > 0) throw new StartFault(faults.join('\n'));
  return { urls, account };
};

/** Waits until each of them has answered something. Throws a StartFault that names those that do not. */
export const mustAnswer = async ({ urls }: GivenEmulators): Promise<void> => {
  const faults = await Promise.all(
    PARTS.map(async (part) => {
      const url = urls[part];
      if (url === undefined) return [];
      const failure = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'manual' }).then(
        () => undefined,
        (error: Error) => error,
      );
      if (!failure) return [];
      const how = failure.name === 'TimeoutError' ? `gives no answer within ${ANSWER_MS / 1_000} s` : causeOf(failure);
      return [
        `${url}, which ${URL_VARIABLES[part]} names, ${how}: start the emulator there, or unset the variable and the local stack starts its own`,
      ];
    }),
  );
  if (faults.flat().length > 0) throw new StartFault(faults.flat().join('\n'));
};

const causeOf = ({ message, cause }: Error): string => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : message;
  return code === 'ECONNREFUSED' ? 'is refused: nobody listens there' : `does not answer HTTP (${code})`;
};
