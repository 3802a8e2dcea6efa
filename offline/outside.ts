/** The world outside: stand-ins for the clouds and an inbox for webhooks, and what opwatch must know to reach them. */
import { randomBytes } from 'node:crypto';
import { createClouds } from './clouds/server.ts';
import { createInbox, type Inbox } from './inbox.ts';

export type Outside = {
  readonly clouds: Awaited<ReturnType<typeof createClouds>>;
  readonly inbox: Inbox;
  /** Variables that offline/opwatch.config.ts reads, its secrets among them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
};

/** Starts both, on free ports where none are given, with keys and a signing secret made for the occasion. */
export const startOutside = async ({ cloudsPort = 0, inboxPort = 0 } = {}): Promise<Outside> => {
  const keyOf = (vendor: string) => ({
    accessKeyId: `${vendor}-stand-in`,
    secretAccessKey: randomBytes(24).toString('base64url'),
  });
  const aliyun = keyOf('aliyun');
  const huawei = keyOf('huawei');
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const [clouds, inbox] = await Promise.all([
    createClouds({ port: cloudsPort, credentials: [aliyun, huawei] }),
    createInbox({ port: inboxPort, secrets: [secret] }),
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
    },
    close: async () => {
      await Promise.all([clouds.close(), inbox.close()]);
    },
  };
};
