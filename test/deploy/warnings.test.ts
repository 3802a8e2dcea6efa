/** What packaging says of a configuration that works and lacks something. */
import { expect, test } from 'vitest';
import DeployPlugin from '../../deploy/plugin.ts';
import type { Serverless } from '../../deploy/serverless.ts';
import { warningsOf } from '../../deploy/warnings.ts';
import { configWith, configWithoutLinks } from '../world/settings.ts';
import { root } from './packaged.ts';
import { NOTHING_GIVEN } from './roles.ts';

const OWN_KEYS = { default: { signing: 'env:SIGNING_DEFAULT', callbackSigning: 'derived' } } as const;

test.each([
  ['with everything', configWith({ operators: ['chat'], tenants: OWN_KEYS }), []],
  ['without operators', configWith({ tenants: OWN_KEYS }), ['has no operators']],
  [
    'without operators, keys for links and a way to sign callbacks',
    configWithoutLinks(),
    ['has no links.keys', 'has no operators', 'tenant default uses one key', 'tenant other uses one key'],
  ],
])('a deployment %s', (_, config, says) => {
  expect(warningsOf(config)).toEqual(says.map((words) => expect.stringContaining(words)));
});

/** The project's own opwatch.config.ts has neither. */
test.each([
  ['package', ['links.keys', 'operators']],
  ['deploy', ['links.keys', 'operators']],
  ['offline', []],
])('serverless %s warns, and goes on', async (command, says) => {
  const warned: string[] = [];
  const text = { canary: 'no', eventBuses: '', secrets: '', topics: '' };
  const service: Serverless['service'] = {
    provider: { region: 'eu-west-1' },
    custom: { deploy: { ...NOTHING_GIVEN, ...text } },
    functions: {},
    resources: { Resources: {} },
  };
  const { hooks } = new DeployPlugin(
    { serviceDir: root, processedInput: { commands: [command] }, service, pluginManager: { plugins: [] } },
    {},
    { log: { warning: (line) => void warned.push(line) } },
  );
  await hooks.initialize?.();
  expect(warned).toEqual(says.map((words) => expect.stringContaining(`has no ${words}`)));
  expect(Object.keys(service.resources.Resources)).toContain('SweepRole');
});
