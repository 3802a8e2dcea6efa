/** Receivers that fail, refuse, misbehave or do not answer at all: what they are sent, how often, and what is written of it. */
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anOperation, type Opwatch, type WholeWatch } from './kit/opwatch.ts';
import { type Receiver, startReceiver, type Verifier } from './kit/receiver.ts';

let opwatch: Opwatch;
/** Somebody at an address of his own who takes what he is sent and does not answer, the first time. */
let deaf: Receiver;
/** Watches that are told to him alone. */
const hanging: string[] = [];
const HANGING = 12;

/** Submits an operation that is over already; answers the watch's id. */
const tell = async (...notify: readonly string[]): Promise<string> => {
  const submission = { ...anOperation(), notify };
  await opwatch.begin(submission);
  return (await opwatch.submit(submission)).id;
};

/** Believes whoever has the private key of a public one (`whpk_…`). */
const withPublicKey = (text: string): Verifier => {
  const x = Buffer.from(text.replace(/^whpk_/, ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return (body, headers) => {
    const [version, value = ''] = headers['webhook-signature']?.split(',') ?? [];
    const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
    if (version !== 'v1a' || !verify(null, signed, key, Buffer.from(value, 'base64'))) throw new Error('not signed');
    return JSON.parse(body);
  };
};

const received = (name: string) => opwatch.receiver.received(name);
const triedAtLeast = (times: number) => (watch: WholeWatch) => (watch.deliveries[0]?.log.length ?? 0) >= times;

export const delivery = (running: () => Opwatch): void => {
  beforeAll(async () => {
    opwatch = running();
    deaf = await startReceiver(opwatch.stack.endpoints.environment.STAND_IN_SIGNING_SECRET ?? '');
    const names = Array.from({ length: HANGING }, (_, i) => `${i}`);
    for (const name of names) deaf.answers(name, 'hang');
    hanging.push(...(await Promise.all(names.map((name) => tell(deaf.urlOf(name))))));
  });
  afterAll(() => deaf.close());

  it('a callback of a tenant with a private key verifies with the public key that GET /keys shows without a token [S18]', async () => {
    const { status, body } = await opwatch.ask('/keys?tenant=signing', { token: '' });
    expect([status, body]).toEqual([200, { keys: [expect.stringMatching(/^whpk_/)] }]);
    const { keys: [key = ''] = [] } = body as { keys: string[] };
    const other = await startReceiver(withPublicKey(key));
    try {
      const submission = { ...anOperation(), notify: [other.urlOf('ci')] };
      await opwatch.begin(submission);
      const token = await opwatch.stack.createToken('signing');
      expect(await opwatch.ask('/watches', { body: submission, token })).toMatchObject({ status: 202 });
      await expect.poll(() => other.received('ci').length).toBe(1);
      expect(other.faults()).toEqual([]);
      const { operation } = submission;
      expect(other.received('ci')[0]?.event).toMatchObject({ type: 'operation.succeeded', data: { operation } });
    } finally {
      await other.close();
    }
    // The others of this stack share a secret: there is nothing to show.
    expect(await opwatch.ask('/keys', { token: '' })).toMatchObject({ status: 200, body: { keys: [] } });
  });

  it('a receiver that does not answer holds up nobody else', async () => {
    await expect.poll(() => deaf.received().length).toBeGreaterThan(0);
    const id = await tell('inbox');
    const { deliveries } = await opwatch.readUntil(id, triedAtLeast(1));
    expect(deliveries).toMatchObject([{ state: 'delivered', attempts: 1 }]);
    // How soon, is for virtual time to say (test/hanging.test.ts).
  });

  it('a receiver that fails twice is told a third time, under the same webhook-id and freshly signed', async () => {
    opwatch.receiver.answers('flaky', 500, 500);
    const id = await tell(opwatch.receiver.urlOf('flaky'));
    await opwatch.readUntil(id, triedAtLeast(2));
    await opwatch.tellAgain(id);
    const { deliveries } = await opwatch.readUntil(
      id,
      ({ deliveries: [delivery] }) => delivery?.state === 'delivered' && delivery.log.length === 3,
    );

    const [first, second, third] = received('flaky');
    expect(new Set([first?.id, second?.id, third?.id, deliveries[0]?.id]).size).toBe(1);
    expect(second?.body).toBe(first?.body);
    expect(third?.body).toBe(first?.body);
    const stamps = [first, second].map((attempt) => Number(attempt?.headers['webhook-timestamp']));
    expect((stamps[1] ?? 0) - (stamps[0] ?? 0)).toBeGreaterThanOrEqual(3);
    expect(second?.headers['webhook-signature']).not.toBe(first?.headers['webhook-signature']);
    expect(opwatch.receiver.faults()).toEqual([]);

    expect(deliveries).toMatchObject([
      {
        state: 'delivered',
        attempts: 3,
        log: [
          { number: 1, status: 500, verdict: 'retry: HTTP 500: not today', answer: 'not today' },
          { number: 2, status: 500, verdict: 'retry: HTTP 500: not today', answer: 'not today' },
          { number: 3, status: 204, verdict: 'delivered' },
        ],
      },
    ]);
    const waits = deliveries[0]?.log.map(
      ({ at, nextAttemptAt }) => Date.parse(nextAttemptAt ?? '') - Date.parse(at ?? ''),
    );
    expect(waits?.[0]).toBeGreaterThanOrEqual(4_000);
    expect(waits?.[1]).toBeGreaterThanOrEqual(240_000);
  });

  it('a receiver that wants no more is told no more, until somebody sends it again', async () => {
    opwatch.receiver.answers('gone', 410);
    const id = await tell(opwatch.receiver.urlOf('gone'));
    const parked = await opwatch.readUntil(id, triedAtLeast(1));
    expect(parked.deliveries).toMatchObject([{ state: 'parked', attempts: 1, log: [{ status: 410 }] }]);
    expect(parked.deliveries[0]?.nextAttemptAt).toBeUndefined();
    await expect.poll(() => readFileSync(opwatch.stack.logFile, 'utf8')).toContain('"what":"delivery parked"');
    await opwatch.sweepUp(id);
    expect(received('gone')).toHaveLength(1);

    const path = `/watches/${id}/deliveries/${parked.deliveries[0]?.id}/resend`;
    expect(await opwatch.ask(path, { method: 'POST' })).toMatchObject({ status: 202, body: { state: 'waiting' } });
    await opwatch.readUntil(id, triedAtLeast(2));
    expect(received('gone').map(({ id: webhookId }) => webhookId)).toEqual([
      parked.deliveries[0]?.id,
      parked.deliveries[0]?.id,
    ]);
    expect((await opwatch.read(id)).deliveries).toMatchObject([{ state: 'delivered' }]);
  });

  it.each([
    ['redirects', { manner: 'redirect' }, /^retry: redirects are not followed/],
    ['resets the connection', { manner: 'reset' }, /^retry: 127\.0\.0\.1 closed the connection/],
    ['answers 100 MB', { manner: 'huge' }, /^delivered$/],
    ['is overwhelmed', { status: 503, retryAfter: '120' }, /^retry: HTTP 503/],
  ])('a receiver that %s', async (what, mode, verdict) => {
    const { inbox } = opwatch.stack.urls;
    const name = what.replaceAll(' ', '-');
    await fetch(`${inbox}/_control/modes/${name}`, { method: 'POST', body: JSON.stringify(mode) });
    const id = await tell(`${inbox}/hooks/${name}`);
    const { deliveries } = await opwatch.readUntil(id, triedAtLeast(1));
    const [attempt] = deliveries[0]?.log ?? [];
    expect(attempt?.verdict).toMatch(verdict);
    expect(attempt?.answer?.length ?? 0).toBeLessThanOrEqual(1_024);
    if ('retryAfter' in mode) {
      expect(Date.parse(attempt?.nextAttemptAt ?? '') - Date.parse(attempt?.at ?? '')).toBeGreaterThanOrEqual(120_000);
    }
    const { strays } = (await (await fetch(`${inbox}/messages.json`)).json()) as { strays: number };
    expect(strays).toBe(0);
  });

  it('a receiver that does not answer in time is to be told again', async () => {
    const [first] = deaf.received();
    const id = hanging.find((watch) => watch === first?.event.data.watch.id) ?? '';
    const { deliveries } = await opwatch.readUntil(id, triedAtLeast(1));
    const [told] = deliveries;
    expect(told?.id).toBe(first?.id);
    // By now it may have been told again.
    expect(told?.log[0]).toMatchObject({
      number: 1,
      verdict: 'retry: 127.0.0.1 gave no full answer within 15000 ms (waiting)',
      nextAttemptAt: expect.any(String),
    });
  });
};
