import type { Answer } from './answer.ts';
import type { Api, Call } from './api.ts';
import type { Door, Params } from './door.ts';

/** What a gateway makes of a request: somebody who may ask, and what they ask; or why not. */
export type Admission = {
  readonly door: Door;
  readonly vendor: 'aliyun' | 'huawei';
  readonly action: string;
  /** The access key id it came with, or an empty text. */
  readonly key: string;
} & ({ readonly refusal: Answer } | { readonly api: Api; readonly call: Call; readonly params: Params });
