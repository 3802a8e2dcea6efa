/** Where a delivery goes, as it is named: a target of the configuration, or an address to call back. */

/** Whether it is an address, not a name. */
export const isCallback = (target: string): boolean => target.includes(':');

/** The name, or of a callback its origin: what turns and tokens go by. */
export const placeOf = (target: string): string => (URL.canParse(target) ? new URL(target).origin : target);
