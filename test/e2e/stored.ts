/** Credentials that stand in SSM, as a deployment's do. */
import { expect, it } from 'vitest';
import type { WatchView } from '../../lib/core/view.ts';
import { store } from '../soak/stored.ts';
import { anOperation, type Opwatch, type Submission } from './kit/opwatch.ts';

const aJob: Submission = {
  provider: 'huawei-job',
  operation: { service: 'ecs', region: 'cn-north-4', project_id: 'p1', job_id: 'stored' },
};

export const storedCredentials = (running: () => Opwatch): void => {
  it.each([
    ['aliyun', 'ALIYUN', anOperation()],
    ['huawei', 'HUAWEI', aJob],
  ] as const)('of %s are read when they are used', async (vendor, name, submission) => {
    const opwatch = running();
    const { [`STAND_IN_${name}_KEY`]: accessKeyId = '', [`STAND_IN_${name}_SECRET`]: secretAccessKey = '' } =
      opwatch.stack.endpoints.environment;
    await store(opwatch, vendor, { accessKeyId, secretAccessKey });
    await opwatch.begin(submission);
    const { body } = await opwatch.ask('/watches', { body: { ...submission, connection: `${vendor}-stored` } });
    const { status } = await opwatch.readUntil((body as WatchView).id, ({ over }) => over);
    expect(status).toBe('succeeded');
  });
};
