import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { providerNamed, providers } from '../../lib/providers/index.ts';

describe('providers', () => {
  it('are those that have a file here', () => {
    const files = readdirSync(new URL('../../lib/providers/', import.meta.url)).filter((file) => file.endsWith('.ts'));
    const own = files
      .filter((file) => !['index.ts', 'provider.ts', 'canary.ts'].includes(file))
      .map((file) => file.slice(0, -3));
    expect(own.length).toBeGreaterThanOrEqual(7);
    expect(providers.map(({ traits }) => traits.name).sort()).toEqual(own.sort());
  });

  it('are found by name', () => {
    expect(providers.every((provider) => providerNamed(provider.traits.name) === provider)).toBe(true);
    expect(providerNamed('aliyun')).toBeUndefined();
    expect(providerNamed('constructor')).toBeUndefined();
  });

  it.each(providers.map(({ traits }) => [traits.name, traits] as const))(
    '%s has a file, exchanges and a suite of its name',
    (name) => {
      expect(readdirSync(new URL('../../lib/providers/', import.meta.url))).toContain(`${name}.ts`);
      expect(readdirSync(new URL('./', import.meta.url))).toContain(`${name}.test.ts`);
      expect(readdirSync(new URL('../fixtures/', import.meta.url))).toContain(name);
    },
  );

  it.each(providers.map(({ traits }) => [traits.name, traits] as const))(
    '%s has policy that make sense',
    (name, traits) => {
      expect(name.startsWith(`${traits.vendor}-`)).toBe(true);
      expect(traits.graceMs).toBeGreaterThanOrEqual(60_000);
      expect(traits.missesUntilLost).toBeGreaterThanOrEqual(2);
    },
  );
});
