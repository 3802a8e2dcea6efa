/** Settings that several targets share. */
import * as v from 'valibot';
import { EVENT_TYPES } from '../../core/event.ts';
import { Reference } from '../../core/reference.ts';
import { TimeZone } from './clock.ts';
import { LANGUAGES } from './words.ts';

export { Reference } from '../../core/reference.ts';

const isHttp = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);

/** The address of a target, or a reference when the address is a secret. */
export const Address = v.pipe(
  v.string(),
  v.check(
    (text) => v.is(Reference, text) || isHttp(text),
    'must be an https URL, or a reference to one (ssm:/path, secret:name or env:NAME)',
  ),
);

/** The beginning of a service's addresses. It is no secret. */
export const Base = v.pipe(
  v.string(),
  v.check(
    (text) => isHttp(text) && !/[?#]|\/$/.test(text),
    'must be an https URL without a query and without a slash at its end',
  ),
);

/** The address of a service's API, when it is not the usual one: a private installation, another region, a stand-in. */
export const endpoint = (usual: string) => v.optional(Base, usual);

const EventTypes = v.pipe(v.array(v.picklist(EVENT_TYPES)), v.minLength(1, 'must name an event'));

const times = v.pipe(v.number(), v.minValue(0.01), v.maxValue(1_000));

/** Settings of every target, whatever its type. opwatch itself obeys them. */
export const commonEntries = {
  /** The events that the target gets. Absent means all. */
  events: v.optional(EventTypes),
  /** The rate limit, in place of the type's own. */
  rate: v.optional(v.strictObject({ perSecond: v.optional(times), perMinute: v.optional(times) })),
  /** Whether opwatch edits one live message from the beginning to the end, for types that can edit. */
  progress: v.optional(v.boolean()),
  /**
   * `none`: messages have no link that opens without a token. `watch`: they have one, if the configuration has keys for
   * it.
   */
  link: v.optional(v.picklist(['none', 'watch'])),
};

/** Events that somebody has to look at. */
const MENTION_ON = [
  'operation.failed',
  'operation.partial',
  'operation.lost',
  'operation.timed_out',
  'operation.attention',
  'operation.blocked',
] as const;

export const mentionEntries = {
  /** The events with a mention. Absent means all events that somebody has to look at. */
  on: v.optional(EventTypes, [...MENTION_ON]),
};

export const chatEntries = {
  language: v.optional(v.picklist(LANGUAGES), 'en'),
  /** Messages write times in this zone. */
  timeZone: v.optional(TimeZone, 'UTC'),
};

/** The people to mention, by their names in the chat. */
export const names = (pattern: RegExp, what: string) =>
  v.optional(v.pipe(v.array(v.pipe(v.string(), v.regex(pattern, what))), v.maxLength(20)), []);

/** A name that the type defines: an owner, a channel, a job. It has no control characters and no spaces around it. */
export const word = (pattern: RegExp, what: string) => v.pipe(v.string(), v.regex(pattern, what));
