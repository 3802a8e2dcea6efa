/** Where a delivery goes, as it is named: a target of the configuration, or an address to call back. */

/** Whether it is an address, not a name. */
export const isCallback = (target: string): boolean => target.includes(':');

/** The name, or of a callback its origin: what turns and tokens go by. */
export const targetName = (target: string): string => (URL.canParse(target) ? new URL(target).origin : target);

/** Stands, in a list of targets, for callbacks to any origin. */
export const ANY_CALLBACK = 'https://*';

/** Whether a text is the origin of callbacks as lists of targets name it: `https://ci.example.com`. */
export const isOrigin = (text: string): boolean =>
  text.startsWith('https://') && URL.canParse(text) && new URL(text).origin === text;

/** Whether a list of targets allows one: a name or, for a callback, its origin. */
export const tellableBy = (targets: readonly string[], target: string): boolean =>
  targets.includes(targetName(target)) || (/^https?:/i.test(target) && targets.includes(ANY_CALLBACK));
