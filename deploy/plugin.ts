/**
 * The serverless plugin. It adds resources to the template that are easiest to write as tables: further queues,
 * schedules, roles, alarms, their subscribers, and the dashboard.
 */
import { mustBeSound } from '../lib/check/check.ts';
import { readConfig } from '../lib/config/config.ts';
import { alarms } from './alarms.ts';
import { addCanary } from './canary.ts';
import { configFile, configParameter, loadConfig } from './config-file.ts';
import { dashboard } from './dashboard.ts';
import { addQueues } from './queues.ts';
import { roles } from './roles.ts';
import { schedules } from './schedules.ts';
import type { Serverless } from './serverless.ts';
import { readSettings } from './settings.ts';
import { subscribers } from './subscribers.ts';
import { warningsOf } from './warnings.ts';

/** The further tools that osls gives to a plugin. */
type Utilities = { readonly log: { readonly warning: (text: string) => void } };

export default class DeployPlugin {
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;

  constructor({ service, serviceDir, processedInput }: Serverless, _options: unknown, { log }: Utilities) {
    this.hooks = {
      initialize: async () => {
        const settings = readSettings(service.custom.deploy);
        // The names of secrets may depend on the stage. The functions find the stage in the same environment variable.
        process.env.OPWATCH_STAGE = settings.stage;
        const input = await loadConfig(configFile(serviceDir, configParameter(processedInput.options?.param)));
        mustBeSound(input);
        const config = readConfig(input);
        // The local stack has its own configuration, so these warnings do not concern it.
        const warnings = processedInput.commands[0] === 'offline' ? [] : warningsOf(config, settings);
        for (const warning of warnings) log.warning(warning);
        addQueues(service, settings);
        addCanary(service, settings);
        Object.assign(service.resources.Resources, roles(settings, config), schedules(settings, config));
        for (const make of [alarms, subscribers, dashboard]) Object.assign(service.resources.Resources, make(settings));
      },
    };
  }
}
