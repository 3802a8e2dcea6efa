/** The connections whose credentials stand in SSM, as a deployment's do: `aliyun-stored` and `huawei-stored`, at the default pace. */
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Key } from '../../offline/clouds/state.ts';
import type { Opwatch } from '../e2e/kit/opwatch.ts';

/** Puts a vendor's credentials into SSM, over those that are there: what `aws ssm put-parameter --overwrite` does. */
export const store = async ({ stack }: Opwatch, vendor: 'aliyun' | 'huawei', key: Key): Promise<void> => {
  const ssm = new SSMClient({
    endpoint: stack.urls.ssm,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { expiresAt: _, ...credentials } = key;
  const Value = JSON.stringify(credentials);
  await ssm.send(new PutParameterCommand({ Name: `/opwatch/${vendor}`, Type: 'SecureString', Overwrite: true, Value }));
  ssm.destroy();
};
