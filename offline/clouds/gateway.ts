/** The gateway's part: it checks a request before any API sees it. */
import type { Answer } from './answer.ts';
import type { Api, Call } from './api.ts';
import type { Params, Responder } from './responder.ts';

type Visitor = {
  readonly responder: Responder;
  readonly vendor: 'aliyun' | 'huawei';
  readonly action: string;
  /** The access key id it came with, or an empty text. */
  readonly key: string;
};

/** Somebody who may ask, and what they ask. */
export type Admitted = Visitor & { readonly api: Api; readonly call: Call; readonly params: Params };

export type Admission = Admitted | (Visitor & { readonly refusal: Answer });
