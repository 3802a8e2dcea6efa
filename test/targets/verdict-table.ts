/** The table target x case -> verdict, from the stand-ins' own answers to the samples. */
import type { OperationEvent } from '../../lib/core/event.ts';
import type { Answer } from '../../offline/inbox/receiver.ts';
import { everyTarget } from '../../offline/inbox/targets.ts';
import { failed, injection, tooLong } from './events.ts';
import { ATTEMPT, fromStandIn, inWords, prepared, received, standInFor, TOKEN } from './stand-in.ts';

/** A row a target, as docs/targets.md has it: success, refusal, rate limit, too long, injection. */
export const verdictTable = (): string[][] =>
  Object.values(everyTarget('https://stand-in.example.com', TOKEN)).map(({ type, ...settings }) => {
    const { target, settings: given } = prepared({ type, settings });
    const said = (answer: Answer): string => inWords(target.verdict(fromStandIn(answer), ATTEMPT.at));
    const told = (event: OperationEvent): string => said(received(target.request(event, given, ATTEMPT)).answer);
    const { refused, limited } = standInFor(type);
    const long = [...new Set(tooLong.map(told))].join(' or ');
    return [type, told(failed), said(refused), said(limited), long, told(injection)];
  });
