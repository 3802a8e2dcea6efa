/** The names of targets: a name in the configuration, or the address of a callback. */

/** Answers whether a target is an address and not a name. */
export const isCallback = (target: string): boolean => target.includes(':');

/** Returns the name, or the origin of a callback. Rate limiters and tokens use it. */
export const targetName = (target: string): string => (URL.canParse(target) ? new URL(target).origin : target);

/** In a list of targets this entry allows callbacks to any origin. */
export const ANY_CALLBACK = 'https://*';

/** Answers whether a text is an origin as lists of targets name it: `https://ci.example.com`. */
export const isOrigin = (text: string): boolean =>
  text.startsWith('https://') && URL.canParse(text) && new URL(text).origin === text;

/** Answers whether a list of targets allows a target, by its name or by the origin of a callback. */
export const tellableBy = (targets: readonly string[], target: string): boolean =>
  targets.includes(targetName(target)) || (/^https?:/i.test(target) && targets.includes(ANY_CALLBACK));
