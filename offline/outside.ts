/** The world outside: stand-ins for the clouds and an inbox for webhooks, and what opwatch must know to reach them. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Operation } from './clouds/operation.ts';
import { createClouds } from './clouds/server.ts';
import { createInbox, type Inbox } from './inbox.ts';
import type { LocalServer } from './local-server.ts';

export type OutsideOptions = {
  /** Left out, free ones. */
  readonly cloudsPort?: number;
  readonly inboxPort?: number;
  /** Keeps the clouds' operations in this directory, from one life to the next. */
  readonly dir?: string;
};

export type Outside = {
  readonly clouds: LocalServer;
  readonly inbox: Inbox;
  /** Variables that offline/opwatch.config.ts reads, its secrets among them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
};

/** Starts both, with access keys, tokens and signing secrets made for the occasion. */
export const startOutside = async ({ cloudsPort = 0, inboxPort = 0, dir }: OutsideOptions = {}): Promise<Outside> => {
  const aliyun = keyOf('aliyun');
  const huawei = keyOf('huawei');
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const token = randomBytes(24).toString('hex');
  const sign = `SEC${randomBytes(32).toString('hex')}`;
  const file = dir === undefined ? undefined : join(dir, 'clouds');
  const operations = file === undefined ? new Map<string, Operation>() : readOperations(file);
  const [clouds, inbox] = await Promise.all([
    createClouds({ port: cloudsPort, credentials: [aliyun, huawei], operations }),
    createInbox({ port: inboxPort, secrets: [secret, token, sign] }),
  ]);
  return {
    clouds,
    inbox,
    environment: {
      OPWATCH_CLOUDS_URL: clouds.url,
      OPWATCH_INBOX_URL: inbox.url,
      STAND_IN_ALIYUN_KEY: aliyun.accessKeyId,
      STAND_IN_ALIYUN_SECRET: aliyun.secretAccessKey,
      STAND_IN_HUAWEI_KEY: huawei.accessKeyId,
      STAND_IN_HUAWEI_SECRET: huawei.secretAccessKey,
      STAND_IN_SIGNING_SECRET: secret,
      STAND_IN_PRIVATE_SECRET: `whsk_${randomBytes(32).toString('base64')}`,
      STAND_IN_TOKEN: token,
      STAND_IN_SIGN: sign,
      STAND_IN_LINK_KEY: randomBytes(32).toString('hex'),
      STAND_IN_NEXT_LINK_KEY: randomBytes(32).toString('hex'),
      STAND_IN_LINK_KEYS: 'env:STAND_IN_LINK_KEY',
    },
    close: async () => {
      await Promise.all([clouds.close(), inbox.close()]);
      if (file !== undefined) writeFileSync(file, serialize({ form: FORM, operations }));
    },
  };
};

const keyOf = (vendor: string) => ({
  accessKeyId: `${vendor}-stand-in`,
  secretAccessKey: randomBytes(24).toString('base64url'),
});

/** The form of the file. The stand-ins forget operations of another form, which an earlier opwatch has kept. */
const FORM = 2;

/** The file is not JSON, because a cloud can keep an operation for `Infinity` seconds. */
const readOperations = (file: string): Map<string, Operation> => {
  try {
    const kept = deserialize(readFileSync(file));
    return kept.form === FORM ? kept.operations : new Map();
  } catch {
    return new Map();
  }
};
