/** The only file that knows all adapters. */
import { aliyunBpStudio } from './aliyun-bpstudio.ts';
import { aliyunEhpc } from './aliyun-ehpc.ts';
import { aliyunEmr } from './aliyun-emr.ts';
import { aliyunRos } from './aliyun-ros.ts';
import { canaries } from './canary.ts';
import { huaweiDws } from './huawei-dws.ts';
import { huaweiJob } from './huawei-job.ts';
import { huaweiModelArts } from './huawei-modelarts.ts';
import type { Provider } from './provider.ts';

/** Forgets which operation an adapter takes: it is only ever given what its own `traits.operation` has let through. */
const erased = <O>(provider: Provider<O>): Provider => provider as Provider<unknown> & Provider<O>;

/** Those of clouds: callers submit their operations. */
export const providers: readonly Provider[] = [
  erased(aliyunEmr),
  erased(aliyunEhpc),
  erased(aliyunBpStudio),
  erased(aliyunRos),
  erased(huaweiModelArts),
  erased(huaweiDws),
  erased(huaweiJob),
];

/** opwatch's own, one for the pollers of each vendor. */
export const ownProviders: readonly Provider[] = canaries.map(erased);

const byName = new Map([...providers, ...ownProviders].map((provider) => [provider.traits.name, provider]));

/** The provider of this name, if there is one: of a cloud, or opwatch's own. */
export const providerNamed = (name: string): Provider | undefined => byName.get(name);
