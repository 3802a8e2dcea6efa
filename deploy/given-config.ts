/**
 * Loads the configuration for programs on this machine (`#config` in package.json). The bundles of the functions
 * contain the file itself.
 */
import { dirname } from 'node:path';
import type { ConfigInput } from '../lib/config/settings.ts';
import { configFile, loadConfig } from './config-file.ts';

export default (await loadConfig(configFile(dirname(import.meta.dirname)))) as ConfigInput;
