/**
 * The function that runs every minute. It sends a new message for each item that still has work and whose lease has
 * ended.
 */
import middy from '@middy/core';
import { theRuntime } from '../lib/compose.ts';
import { SECOND } from '../lib/core/schedule.ts';
import { sweep } from '../lib/sweep/sweep.ts';

type Context = { readonly getRemainingTimeInMillis: () => number };

export const handler = middy<unknown, { sent: number; oldestMs: number }>().handler((_event, context) =>
  sweep(theRuntime(), () => (context as Context).getRemainingTimeInMillis() > 10 * SECOND),
);
