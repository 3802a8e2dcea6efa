/** What a configuration lacks that a deployment works without, and is the worse for: packaging says so. */
import type { Config } from '../lib/config.ts';

const WITHOUT_LINKS =
  'opwatch.config.ts has no links.keys: messages link to the cloud’s console alone, not to their watch (docs/config.md, links)';
const WITHOUT_OPERATORS =
  'opwatch.config.ts has no operators: alarms ring, but nobody is told why credentials are refused, deliveries are parked or targets have ended (docs/operations.md, Notices)';

/** One sentence each, with the cure. */
export const warningsOf = ({ linkKeys, operators }: Pick<Config, 'linkKeys' | 'operators'>): readonly string[] => [
  ...(linkKeys.length === 0 ? [WITHOUT_LINKS] : []),
  ...(operators.length === 0 ? [WITHOUT_OPERATORS] : []),
];
