/** The list of all providers. No other file knows all adapters. */
import { aliyunBpStudio } from './aliyun-bpstudio.ts';
import { aliyunEhpc } from './aliyun-ehpc.ts';
import { aliyunEmr } from './aliyun-emr.ts';
import { aliyunRos } from './aliyun-ros.ts';
import { canaries } from './canary.ts';
import { huaweiDws } from './huawei-dws.ts';
import { huaweiJob } from './huawei-job.ts';
import { huaweiModelArts } from './huawei-modelarts.ts';
import type { Provider } from './provider.ts';

/**
 * Removes the type of the operation from an adapter. This is safe, because an adapter receives only operations that its
 * own `traits.operation` has accepted.
 */
const erased = <O>(provider: Provider<O>): Provider => provider as Provider<unknown> & Provider<O>;

/** The providers of the clouds. Callers submit their operations. */
export const providers: readonly Provider[] = [
  erased(aliyunEmr),
  erased(aliyunEhpc),
  erased(aliyunBpStudio),
  erased(aliyunRos),
  erased(huaweiModelArts),
  erased(huaweiDws),
  erased(huaweiJob),
];

/** The canary providers of opwatch itself, one for the pollers of each vendor. */
export const ownProviders: readonly Provider[] = canaries.map(erased);

const byName = new Map([...providers, ...ownProviders].map((provider) => [provider.traits.name, provider]));

/** Returns the provider with this name, of a cloud or of opwatch itself. Undefined when there is none. */
export const providerNamed = (name: string): Provider | undefined => byName.get(name);
