/** A cloud as an adapter is given it: who signs, and how a call is made. */
import type { Send } from '../net/http.ts';

export type Vendor = 'aliyun' | 'huawei';

export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Alibaba STS token or Huawei temporary security token. */
  readonly securityToken?: string;
  /** Of temporary ones, where whoever keeps them says so. */
  readonly lifetime?: Lifetime;
};

/** Epoch ms. */
export type Lifetime = {
  /** When this function first read them. */
  readonly seenAt: number;
  readonly expiresAt: number;
};

/** What an adapter is given to look with. */
export type Cloud = {
  readonly credentials: Credentials;
  /** Endpoint overrides of the connection, by product (`emr`, `dws`): a host or an origin, `{region}` filled in. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** One HTTP call. The caller counts it, bounds it in time and bytes, and keeps the connection's pace. */
  readonly send: Send;
  /** Now, epoch ms, by the clock that `Ask.submittedAt` was read from: what lies between the two is a time that passed. */
  readonly now: number;
  /** How far the cloud's clock is ahead of that one, ms: a request is signed with the cloud's time. */
  readonly skewMs: number;
  /** A fresh random nonce for each call. */
  readonly nonce: () => string;
};
