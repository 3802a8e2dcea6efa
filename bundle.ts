/**
 * The packaging plugin: every function becomes one self-contained ES module, and its artifact holds nothing else.
 *
 * osls 4 refuses Serverless v4's own `build:`, and serverless-esbuild brings 170 packages for the same few lines.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { build, type Metafile, type Plugin, stop } from 'esbuild';
import { CONFIG_VARIABLE, configFile, configParameter, loadConfig } from './deploy/config-file.ts';
import type { FunctionDefinition, Serverless } from './deploy/serverless.ts';
import { mustBeSound } from './lib/check/check.ts';

export type Bundle = { readonly source: string; readonly file: string; readonly bytes: number };

export type BundleOptions = {
  /** Where package.json and functions/ are. */
  readonly root: string;
  /** TypeScript files relative to `root`; each becomes `<outdir>/<its name>.mjs`. */
  readonly sources: readonly string[];
  /** Relative to `root`. */
  readonly outdir: string;
  /** Takes offline/opwatch.config.ts for `#config` instead of opwatch.config.ts. */
  readonly offline?: boolean;
  /** The configuration, where it is another than the project's own. */
  readonly config?: string;
};

/** Bundles and minifies `sources` for Lambda's Node 24, with everything they import. A file that would not change is left alone. */
export const bundle = async ({ root, sources, outdir, offline = false, config }: BundleOptions) => {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...new Set(sources)],
    outdir,
    outExtension: { '.js': '.mjs' },
    entryNames: '[name]',
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // `module` counts only while no condition is named; without it the SDK comes in twice, half of it as CommonJS.
    conditions: offline ? ['module', 'offline'] : ['module'],
    legalComments: 'none',
    plugins: [forLambda, ...configured(root, offline, config)],
    metafile: true,
    write: false,
  });
  const bundles = await Promise.all(
    outputFiles.map(async ({ path, contents }): Promise<Bundle> => {
      await writeIfChanged(path, contents);
      return { source: sourceOf(metafile, root, path), file: path, bytes: contents.byteLength };
    }),
  );
  return { bundles, metafile };
};

/**
 * Leaves out what Lambda never needs, a third of every bundle and of its cold start: the SDK's search for credentials (there
 * they are environment variables), and the ES module view of Node's HTTP modules, which loads all they could ever export.
 */
const forLambda: Plugin = {
  name: 'for-lambda',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ path }) => ({ path, namespace: 'credentials' }));
    onLoad({ filter: /./, namespace: 'credentials' }, () => ({ contents: CREDENTIALS_FROM_ENVIRONMENT }));
    onResolve({ filter: /^node:https?2?$/ }, ({ path }) => ({ path, namespace: 'builtin' }));
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `const module = process.getBuiltinModule('${path}'); export default module; export const { STATUS_CODES } = module;`,
    }));
  },
};

/** The user's own file is the configuration of the functions; on the local stack, with stand-ins where it leads out. */
const configured = (root: string, offline: boolean, config: string | undefined): Plugin[] => {
  const path = config ?? configFile(root);
  const alias = (name: string, filter: RegExp, to: string): Plugin => ({
    name,
    setup: ({ onResolve }) => {
      onResolve({ filter }, () => ({ path: to }));
    },
  });
  if (!offline) return [alias('config', /^#config$/, path)];
  return config === undefined ? [] : [alias('config', /^#config$/, join(root, OWN)), alias('own', /^#own$/, path)];
};

/** What the local stack runs in place of its own configuration, where OPWATCH_CONFIG names one. */
const OWN = 'offline/own.config.ts';

const CREDENTIALS_FROM_ENVIRONMENT = `
  export const defaultProvider = () => async () => ({
    accessKeyId: process.env.AWS_ACCESS_KEY_ID,
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
    sessionToken: process.env.AWS_SESSION_TOKEN,
  });`;

const sourceOf = (metafile: Metafile, root: string, path: string): string =>
  Object.entries(metafile.outputs).find(([output]) => join(root, output) === path)?.[1].entryPoint ?? path;

/** Never leaves half a file to somebody who is reading it: two stacks may run from one checkout. */
const writeIfChanged = async (file: string, contents: Uint8Array): Promise<void> => {
  const before = await readFile(file).catch(() => undefined);
  if (before && Buffer.compare(before, contents) === 0) return;
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, contents);
  await rename(draft, file);
};

/** Whether `invoke local` was asked to leave this machine: with the deployed stack's configuration, queues and table. */
export const isLocalStackOff = (): boolean => process.env.OPWATCH_LOCAL_STACK === 'off';

/** osls's own zip (lib/plugins/package/lib/zip-service.js): the same contents make the same bytes. */
type Zip = { readonly zipFiles: (files: readonly string[], name: string, prefix: string) => Promise<string> };

const isZip = (plugin: object): plugin is Zip => 'zipFiles' in plugin;

/** `functions/poller.handler` is the export `handler` of functions/poller.ts. */
const parseHandler = (handler: string): { readonly source: string; readonly module: string; readonly name: string } => {
  const { dir, name: module, ext } = parse(handler);
  return { source: `${dir}/${module}.ts`, module, name: ext.slice(1) };
};

export default class BundlePlugin {
  readonly #serverless: Serverless;
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;

  constructor(serverless: Serverless) {
    this.#serverless = serverless;
    this.hooks = {
      initialize: () => this.#prepare(),
      'before:package:createDeploymentArtifacts': () => this.#package(),
      'before:package:function:package': () => this.#package(),
    };
  }

  /** Before anything reads the handlers of functions that are to run here. */
  async #prepare(): Promise<void> {
    const { commands } = this.#serverless.processedInput;
    const isInvoke = commands.join(' ') === 'invoke local';
    if (commands[0] !== 'offline' && !isInvoke) return;
    const offline = !(isInvoke && isLocalStackOff());
    const outdir = offline ? '.build/offline' : '.build';
    await this.#bundle(outdir, offline);
    for (const definition of this.#functions) {
      const { module, name } = parseHandler(definition.handler);
      // `invoke local` loads the very file that is named; serverless-offline looks for the .mjs itself.
      definition.handler = isInvoke ? `${outdir}/${module}.mjs.${name}` : `${outdir}/${module}.${name}`;
    }
  }

  async #package(): Promise<void> {
    const outdir = '.build';
    await this.#bundle(outdir, false);
    const zip = this.#serverless.pluginManager.plugins.find(isZip);
    if (!zip) throw new Error('this version of osls packages in a way bundle.ts does not know');
    for (const [id, definition] of Object.entries(this.#serverless.service.functions)) {
      const { module, name } = parseHandler(definition.handler);
      definition.handler = `${module}.${name}`;
      const artifact = await zip.zipFiles([join(outdir, `${module}.mjs`)], `${id}.zip`, outdir);
      definition.package = { ...definition.package, artifact };
    }
  }

  get #functions(): FunctionDefinition[] {
    return Object.values(this.#serverless.service.functions);
  }

  async #bundle(outdir: string, offline: boolean): Promise<void> {
    const root = this.#serverless.serviceDir;
    // A wrong configuration is told here, before anything is written or deployed, and not by functions that cannot start.
    const given = configFile(root, configParameter(this.#serverless.processedInput.options?.param));
    const hasOwn = Boolean(process.env[CONFIG_VARIABLE]);
    mustBeSound(await loadConfig(offline && !hasOwn ? join(root, 'offline/opwatch.config.ts') : given));
    const sources = this.#functions.map(({ handler }) => parseHandler(handler).source);
    await bundle({ root, sources, outdir, offline, ...((!offline || hasOwn) && { config: given }) });
    // esbuild keeps a process for the next build; there is none.
    await stop();
  }
}
