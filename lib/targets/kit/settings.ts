/** What the settings of several targets have in common. */
import * as v from 'valibot';
import { EVENT_TYPES } from '../../core/event.ts';
import { Reference } from '../../core/reference.ts';
import { TimeZone } from './clock.ts';
import { LANGUAGES } from './words.ts';

export { Reference } from '../../core/reference.ts';

const isHttp = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);

/** Where to send: an address, or a reference where the address is a secret itself. */
export const Address = v.pipe(
  v.string(),
  v.check(
    (text) => v.is(Reference, text) || isHttp(text),
    'must be an https URL, or a reference to one (ssm:/path, secret:name or env:NAME)',
  ),
);

/** The beginning of a service's addresses, no secret. */
export const Base = v.pipe(
  v.string(),
  v.check(
    (text) => isHttp(text) && !/[?#]|\/$/.test(text),
    'must be an https URL without a query and without a slash at its end',
  ),
);

/** Where a service's API is, if not in the usual place: a private installation, another region, a stand-in. */
export const endpoint = (usual: string) => v.optional(Base, usual);

const EventTypes = v.pipe(v.array(v.picklist(EVENT_TYPES)), v.minLength(1, 'must name an event'));

const times = v.pipe(v.number(), v.minValue(0.01), v.maxValue(1_000));

/** What opwatch itself heeds of every target's settings, whatever its type. */
export const commonEntries = {
  /** Which events it is told; left out, all. */
  events: v.optional(EventTypes),
  /** How often it may be told at most, in place of its type's own rate. */
  rate: v.optional(v.strictObject({ perSecond: v.optional(times), perMinute: v.optional(times) })),
  /** Whether one message is kept up to date from the beginning to the end, where its type can. */
  progress: v.optional(v.boolean()),
  /** `none`: its messages have no link that opens without a token. `watch`: they have one, where there are keys for it. */
  link: v.optional(v.picklist(['none', 'watch'])),
};

/** What somebody has to look at. */
const MENTION_ON = [
  'operation.failed',
  'operation.partial',
  'operation.lost',
  'operation.timed_out',
  'operation.attention',
  'operation.blocked',
] as const;

export const mentionEntries = {
  /** For which events; left out, for all that somebody has to look at. */
  on: v.optional(EventTypes, [...MENTION_ON]),
};

export const chatEntries = {
  language: v.optional(v.picklist(LANGUAGES), 'en'),
  /** In which messages tell the time. */
  timeZone: v.optional(TimeZone, 'UTC'),
};

/** Whom to mention, as a chat names them. */
export const names = (pattern: RegExp, what: string) =>
  v.optional(v.pipe(v.array(v.pipe(v.string(), v.regex(pattern, what))), v.maxLength(20)), []);

/** A type's own name for something: an owner, a channel, a job. No control characters, no white space around it. */
export const word = (pattern: RegExp, what: string) => v.pipe(v.string(), v.regex(pattern, what));
