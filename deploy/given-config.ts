/** The configuration for programs that run here: `#config` of package.json. Bundles take the file itself. */
import { dirname } from 'node:path';
import type { ConfigInput } from '../lib/config/settings.ts';
import { configFile, loadConfig } from './config-file.ts';

export default (await loadConfig(configFile(dirname(import.meta.dirname)))) as ConfigInput;
