/** Every target there is. The only file that knows them all. */
import type { Target } from './target.ts';
import { webhook } from './webhook.ts';

// A target is only ever given settings that its own schema let through, which no type can say here.
const targets = new Map<string, Target>([webhook].map((target) => [target.type, target as Target]));

export const targetTypes: readonly string[] = [...targets.keys()];

/** The target of a type as opwatch.config.ts names it, or undefined where there is none. */
export const targetOf = (type: string): Target | undefined => targets.get(type);
