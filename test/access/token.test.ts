import { describe, expect, test } from 'vitest';
import { isValid, newToken, parseBearer, tokenKey } from '../../lib/access/token.ts';
import { CANARY } from '../../lib/core/canary.ts';
import { HOUR, T0 } from '../samples.ts';

describe('a token', () => {
  const { text, item } = newToken({ tenant: 'team-a', note: 'ci', expiresAt: T0 + HOUR }, T0);
  const given = parseBearer(`Bearer ${text}`);

  test('is an id and 256 random bits', () => {
    expect(text).toMatch(/^opw_[0-9a-f]{12}_[\w-]{43}$/);
    expect(newToken({ tenant: 'team-a' }, T0).text).not.toBe(text);
  });

  test('is kept as a hash only', () => {
    const secret = text.split('_').slice(2).join('_');
    expect(JSON.stringify(item)).not.toContain(secret);
    expect(item).toMatchObject({
      ...tokenKey(given?.id ?? ''),
      version: 1,
      body: { tenant: 'team-a', scopes: ['submit', 'read', 'operate'], createdAt: T0 },
    });
    expect(item.body.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('opens with its own secret until it expires', () => {
    expect(given).toBeDefined();
    expect(isValid(item.body, given?.secret ?? '', T0 + HOUR - 1)).toBe(true);
    expect(isValid(item.body, given?.secret ?? '', T0 + HOUR)).toBe(false);
    expect(isValid(newToken({ tenant: 'team-a' }, T0).item.body, given?.secret ?? '', T0)).toBe(false);
  });

  test('without an expiry is good for ever', () => {
    const forever = newToken({ tenant: 'team-a' }, T0);
    expect(isValid(forever.item.body, parseBearer(`Bearer ${forever.text}`)?.secret ?? '', T0 + 1e12)).toBe(true);
  });

  test('of the canary is let in nowhere', () => {
    const canary = newToken({ tenant: CANARY }, T0);
    expect(isValid(canary.item.body, parseBearer(`Bearer ${canary.text}`)?.secret ?? '', T0)).toBe(false);
  });

  test('may be narrower than everything', () => {
    expect(newToken({ tenant: 'team-a', scopes: ['read'] }, T0).item.body.scopes).toEqual(['read']);
  });
});

describe('an Authorization header', () => {
  const secret = 'a'.repeat(43);

  test.each([[`Bearer opw_0123456789ab_${secret}`], [`bearer opw_0123456789AB_${secret}`]])('%s is read', (header) => {
    expect(parseBearer(header)).toEqual({ id: '0123456789ab', secret });
  });

  test.each([
    [undefined],
    [''],
    [`Basic opw_0123456789ab_${secret}`],
    [`Bearer  opw_0123456789ab_${secret}`],
    [`Bearer opw_0123456789ab_${secret}x`],
    [`Bearer opw_0123456789ab_${secret.slice(1)}`],
    [`Bearer opw_0123456789a_${secret}`],
    [`Bearer opw_0123456789ag_${secret}`],
    [`Bearer opw_0123456789ab_${secret.slice(1)}=`],
    [`x Bearer opw_0123456789ab_${secret}`],
  ])('%s holds no token of ours', (header) => {
    expect(parseBearer(header)).toBeUndefined();
  });
});
