/**
 * The packaging plugin: every function becomes one self-contained ES module, and its artifact holds nothing else.
 *
 * osls 4 refuses Serverless v4's own `build:`, and serverless-esbuild brings 170 packages for the same few lines.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type Metafile, type Plugin, stop } from 'esbuild';

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
};

/** Bundles and minifies `sources` for Lambda's Node 24, with everything they import. A file that would not change is left alone. */
export const bundle = async ({ root, sources, outdir, offline = false }: BundleOptions) => {
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
    plugins: [forLambda],
    metafile: true,
    write: false,
  });
  // esbuild keeps a child process for the next build; there is none.
  await stop();
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

/** What is used of osls (lib/serverless.js, lib/classes/service.js, lib/plugins/package). */
export type Serverless = {
  readonly serviceDir: string;
  readonly processedInput: {
    readonly commands: readonly string[];
    readonly options: Readonly<Record<string, unknown>>;
  };
  readonly service: {
    readonly service: string;
    readonly provider: { readonly region: string; readonly stage: string };
    readonly custom: Readonly<Record<string, unknown>>;
    readonly functions: Readonly<Record<string, FunctionDefinition>>;
    readonly resources: { readonly Resources: Readonly<Record<string, Resource>> };
  };
  readonly pluginManager: { readonly plugins: readonly object[] };
};
export type FunctionDefinition = {
  readonly name: string;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly timeout?: number;
  handler: string;
  environment?: Record<string, unknown>;
  package?: { artifact?: string };
};
export type Resource = { readonly Type: string; readonly Properties?: unknown };

/** Whether `invoke local` was asked to leave this machine: with the deployed stack's configuration, queues and table. */
export const isLocalStackOff = (): boolean => process.env.OPWATCH_LOCAL_STACK === 'off';

type Zip = { readonly zipFiles: (files: readonly string[], name: string, prefix: string) => Promise<string> };

const isZip = (plugin: object): plugin is Zip => 'zipFiles' in plugin;

/** `functions/poller.handler` is the export `handler` of functions/poller.ts. */
const sourceOfHandler = (handler: string): string => handler.replace(/\.\w+$/, '.ts');

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

  /** Both ways of running functions here are served before anything reads their handlers. */
  async #prepare(): Promise<void> {
    const { commands } = this.#serverless.processedInput;
    const local = commands.join(' ') === 'invoke local';
    if (commands[0] !== 'offline' && !local) return;
    const offline = !(local && isLocalStackOff());
    const outdir = offline ? '.build/offline' : '.build';
    await this.#bundle(outdir, offline);
    for (const definition of this.#functions) {
      // `invoke local` loads the very file that is named before the last dot; serverless-offline finds the .mjs itself.
      definition.handler = `${outdir}/${definition.handler.split('/').at(-1)}`.replace(
        /\.(\w+)$/,
        local ? '.mjs.$1' : '.$1',
      );
    }
  }

  async #package(): Promise<void> {
    const outdir = '.build';
    await this.#bundle(outdir, false);
    const zip = this.#serverless.pluginManager.plugins.find(isZip);
    if (!zip) throw new Error('this version of osls packages in a way bundle.ts does not know');
    for (const [name, definition] of Object.entries(this.#serverless.service.functions)) {
      const [module = '', handler = ''] = (definition.handler.split('/').at(-1) ?? '').split('.');
      definition.handler = `${module}.${handler}`;
      const artifact = await zip.zipFiles([join(outdir, `${module}.mjs`)], `${name}.zip`, outdir);
      definition.package = { ...definition.package, artifact };
    }
  }

  get #functions(): FunctionDefinition[] {
    return Object.values(this.#serverless.service.functions);
  }

  async #bundle(outdir: string, offline: boolean): Promise<void> {
    const sources = this.#functions.map(({ handler }) => sourceOfHandler(handler));
    await bundle({ root: this.#serverless.serviceDir, sources, outdir, offline });
  }
}
