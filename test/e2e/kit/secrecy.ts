/** What nobody must ever read, and everywhere it might stand. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import type { Opwatch, Reached } from './opwatch.ts';

const secretsOf = ({ stack, token }: Opwatch<Reached>): string[] => {
  const { environment } = stack.endpoints;
  const given = Object.keys(environment).filter((name) => /^STAND_IN_.*(SECRET|LINK_KEY)$/.test(name));
  const texts = [...given.map((name) => environment[name] ?? ''), token];
  // The part that is random, without what tells its kind.
  return texts.map((text) => text.replace(/^whsec_|^whsk_|^opw_[0-9a-f]+_/, ''));
};

/** Every message that was ever in a queue, deleted ones too as far as their bytes are still on the disk. */
const queueFiles = ({ stack }: Opwatch<Reached>): string => {
  const dir = join(dirname(stack.logFile), 'sqs');
  return readdirSync(dir)
    .map((name) => readFileSync(join(dir, name), 'latin1'))
    .join('\n');
};

/** To be the last test of a file: whatever happened in it, no secret has left its place. */
export const itKeepsSecrets = (running: () => Opwatch<Reached>): void => {
  it('lets no secret into a row, a message, a log line, an answer or a webhook', async () => {
    const opwatch = running();
    const places = {
      rows: JSON.stringify(await opwatch.infra.items()),
      messages: queueFiles(opwatch),
      log: readFileSync(opwatch.stack.logFile, 'utf8'),
      answers: opwatch.answers.join('\n'),
      webhooks: JSON.stringify(opwatch.receiver.received()),
    };
    for (const secret of secretsOf(opwatch)) {
      expect(secret.length).toBeGreaterThanOrEqual(32);
      for (const [place, text] of Object.entries(places)) {
        expect(text.includes(secret) ? place : 'nowhere').toBe('nowhere');
      }
    }
    expect(places.messages).toContain('"ticket":');
  });
};
