/** What an answer comes to. */
import type { HttpAnswer } from './http.ts';
import { redact } from './redact.ts';
import type { Secrets } from './secrets.ts';
import type { Target, Verdict } from './targets/target.ts';

/** The target judges the answer with every secret masked: so the verdict's reason can quote the receiver. `now` is epoch ms. */
export const verdictOn = (
  target: Pick<Target, 'verdict'>,
  answer: HttpAnswer,
  secrets: Pick<Secrets, 'known'>,
  now: number,
): Verdict => target.verdict({ ...answer, body: redact(answer.body, secrets.known()) }, now);
