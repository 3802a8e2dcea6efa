import { expect, it } from 'vitest';
import { sampleEvent, sampleEvents } from '../../lib/commands/sample-events.ts';
import { runContract } from './contract.ts';
import { AT } from './events.ts';
import { ATTEMPT, prepared, TOKEN } from './stand-in.ts';

const contract = {
  type: 'pagerduty',
  settings: { routingKey: 'env:TOKEN', endpoint: 'https://stand-in.example.com/pagerduty/ops' },
  verdicts: {
    refused: 'retry: PagerDuty invalid event: Event object is invalid',
    limited: 'retry: HTTP 429, slow',
    unknown: 'retry: HTTP 400: PagerDuty invalid event: Event object is invalid: unknown routing key, ended',
  },
  rows: [['202 without a word', { status: 202 }, 'retry: HTTP 202: PagerDuty did not say "success"']],
} as const;
runContract(contract);

it('opens one alert a watch, as bad as it is, and resolves it when nothing is left to do', () => {
  const { target, settings } = prepared(contract);
  const told = sampleEvents(AT).map((event) => {
    const { routing_key, event_action, dedup_key, payload } = JSON.parse(
      target.request(event, settings, ATTEMPT).body ?? '',
    );
    expect([routing_key, dedup_key]).toEqual([TOKEN, 'w_sample']);
    return [event.type.slice('operation.'.length), event_action, payload.severity];
  });
  expect(told).toEqual([
    ['succeeded', 'resolve', 'info'],
    ['partial', 'trigger', 'error'],
    ['failed', 'trigger', 'critical'],
    ['canceled', 'trigger', 'info'],
    ['lost', 'trigger', 'error'],
    ['timed_out', 'trigger', 'error'],
    ['stopped', 'resolve', 'info'],
    ['attention', 'trigger', 'warning'],
    ['resumed', 'resolve', 'info'],
    ['blocked', 'trigger', 'warning'],
    ['unblocked', 'resolve', 'info'],
  ]);
});

it('keeps the alert of a watch that can be checked again and still waits for a person', () => {
  const { target, settings } = prepared(contract);
  const event = sampleEvent('operation.unblocked', AT);
  const waiting = { ...event, data: { ...event.data, status: 'attention' as const } };
  expect(JSON.parse(target.request(waiting, settings, ATTEMPT).body ?? '').event_action).toBe('trigger');
});
