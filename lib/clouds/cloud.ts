/** The types of a cloud as an adapter receives it: the credentials, and the function that makes a call. */
import type { Send } from '../net/http.ts';

export type Vendor = 'aliyun' | 'huawei';

export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Alibaba STS token or Huawei temporary security token. */
  readonly securityToken?: string;
  /** The lifetime of temporary credentials. Missing when the place of the credentials does not tell it. */
  readonly lifetime?: Lifetime;
};

/** Epoch ms. */
export type Lifetime = {
  /** The time when this function first read the credentials. */
  readonly seenAt: number;
  readonly expiresAt: number;
};

/** The tools that an adapter receives for a look. */
export type Cloud = {
  readonly credentials: Credentials;
  /**
   * The endpoint overrides of the connection, by product (`emr`, `dws`): a host or an origin, with `{region}` already
   * replaced.
   */
  readonly endpoints: Readonly<Record<string, string>>;
  /**
   * Makes one HTTP call within limits of time and bytes. The caller of the adapter counts the call and keeps the rate
   * limit of the connection.
   */
  readonly send: Send;
  /** Now, epoch ms. `Ask.submittedAt` comes from the same clock, so an adapter may subtract one from the other. */
  readonly now: number;
  /** The cloud's clock is this many ms ahead of `now`. An adapter signs a request with the cloud's time. */
  readonly skewMs: number;
  /** Returns a new random nonce for each call. */
  readonly nonce: () => string;
};
