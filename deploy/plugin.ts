/** The serverless plugin that adds to the template what is plainest as tables: roles, alarms, who hears of them, the dashboard. */
import type { Serverless } from '../offline/serverless.ts';
import { alarms } from './alarms.ts';
import { dashboard } from './dashboard.ts';
import { roles } from './roles.ts';
import { readSettings } from './settings.ts';
import { subscribers } from './subscribers.ts';

export default class DeployPlugin {
  readonly hooks: Readonly<Record<string, () => void>>;

  constructor({ service }: Serverless) {
    this.hooks = {
      initialize: () => {
        const settings = readSettings(service.custom.deploy);
        for (const make of [roles, alarms, subscribers, dashboard])
          Object.assign(service.resources.Resources, make(settings));
      },
    };
  }
}
