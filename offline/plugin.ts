/**
 * The serverless plugin that makes `serverless offline` and `serverless invoke local` whole: tables and queues made from
 * serverless.yml, every intrinsic function in the functions' environments worked out, event source mappings that fire.
 * HTTP with its authorizer, and schedules, are serverless-offline's own.
 *
 * Nothing here reaches an AWS account: credentials are made up and every endpoint is an emulator or a dead end. To run a
 * function on this machine against a deployed stack, with real credentials: `OPWATCH_LOCAL_STACK=off serverless invoke local`.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { isLocalStackOff } from '../bundle.ts';
import { CONFIG_VARIABLE, configFile, loadConfig } from '../deploy/config-file.ts';
import type { FunctionDefinition, Serverless } from '../deploy/serverless.ts';
import { readConfig } from '../lib/config/config.ts';
import type { ConfigInput } from '../lib/config/settings.ts';
import { endWithParent, failParent, hasParent, reportStep, StartFault, serveParent, tellPeople } from './child.ts';
import { deploy } from './deploy.ts';
import { type Endpoints, givenSurroundings, runningEndpoints, startSurroundings } from './endpoints.ts';
import { startMapping } from './event-source-mapping.ts';
import { givenEmulators } from './given-emulators.ts';
import { createInvoker, FunctionTimeout, listening } from './invoker.ts';
import { limitRequests } from './request-limit.ts';
import { createResolver, isRecord, type Resolve } from './resolve.ts';
import { startSchedules } from './schedules.ts';
import { standInFor } from './stand-in.ts';
import { createLocalToken } from './token.ts';

type Options = Readonly<Record<string, unknown>>;
type Run = ReturnType<typeof createInvoker>['run'];
type MappingTools = { readonly run: Run; readonly concurrency: number; readonly off: readonly string[] };

/** Names queues whose mappings are switched off, apart by commas, as `aws lambda update-event-source-mapping --no-enabled` does. */
const OFF_VARIABLE = 'OPWATCH_MAPPINGS_OFF';
type Log = { readonly notice: (line: string) => void; readonly warning: (line: string) => void };

/** One machine's share of the concurrency that Lambda would grant a mapping. */
const CONCURRENCY_USUAL = 4;

/** Generous: on a busy machine a function takes ten times as long to load. A hang is still cut off, and told. */
const FUNCTION_TIMEOUT_SECONDS = 60;

/** Harmless to every function: no records, nobody who has vouched for the request. It only makes the function load. */
const WARM_UP = { Records: [], headers: {}, requestContext: { http: { method: 'GET', path: '/' } } };

/** A handler of HTTP that cannot begin its work answers 500, and reports no error. */
const faultIn = (answer: unknown): string | undefined =>
  isRecord(answer) && Number(answer.statusCode) >= 500 ? `it answers ${JSON.stringify(answer)}` : undefined;

/**
 * A busy machine may need more than a function's time to load it: then it is loaded again. The parent's limit on silence
 * tells a hang from work.
 */
const loaded = async (name: string, run: Run): Promise<unknown> => {
  for (;;) {
    try {
      return await run(name, WARM_UP);
    } catch (error) {
      if (!(error instanceof FunctionTimeout && hasParent())) throw error;
    }
  }
};

export default class OfflinePlugin {
  readonly #serverless: Serverless;
  readonly #options: Options;
  readonly #log: Log;
  readonly #closing: (() => Promise<void>)[] = [];
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;

  constructor(serverless: Serverless, options: Options, { log }: { readonly log: Log }) {
    this.#serverless = serverless;
    this.#options = options;
    this.#log = log;
    const close = () => this.#close();
    // After an error osls lives on with all that has been started, and a parent would wait for ever.
    const start = () => this.#start().catch(failParent);
    this.hooks = {
      initialize: () => this.#initialize().catch(failParent),
      // `serverless offline start` runs the first, `serverless offline` the second.
      'before:offline:start:init': start,
      'before:offline:start': start,
      'before:offline:start:end': close,
      finalize: close,
      error: close,
    };
  }

  /** `invoke local` reads its function's environment before any hook of its own. */
  async #initialize(): Promise<void> {
    const { commands } = this.#serverless.processedInput;
    if (commands[0] === 'offline') return endWithParent();
    if (commands.join(' ') !== 'invoke local') return;
    if (isLocalStackOff()) return this.#leaveOutUnresolved();
    const running = givenSurroundings() ?? (await runningEndpoints(this.#serverless.serviceDir));
    this.#log.notice(running ? 'with the local stack that is running' : 'with a local stack of its own');
    await this.#settle(running ?? (await this.#startSurroundings()));
  }

  async #start(): Promise<void> {
    const endpoints = givenSurroundings() ?? (await this.#startSurroundings());
    // Both processes of a stack start at once, and on a busy machine this one may be the faster.
    reportStep('waiting for the emulators');
    await listening(endpoints.dynamodb, endpoints.sqs, endpoints.ssm);
    reportStep(`setting up the table at ${endpoints.dynamodb} and the queues at ${endpoints.sqs}`);
    const resolve = await this.#settle(endpoints);
    const { functionTimeoutSeconds = FUNCTION_TIMEOUT_SECONDS } = endpoints;
    for (const definition of this.#functions) definition.timeout = functionTimeoutSeconds;
    // serverless-offline starts, and waits for its end, in one and the same hook: what comes between waits on its own.
    this.#serve(resolve, endpoints).catch(failParent);
  }

  async #startSurroundings(): Promise<Endpoints> {
    const endpoints = await startSurroundings(this.#origin('httpPort'), givenEmulators(process.env));
    this.#closing.push(endpoints.close);
    return endpoints;
  }

  /** Makes this process and the functions see nothing but `endpoints`. */
  async #settle({ dynamodb, sqs, ssm, api, environment, account, replaced = [] }: Endpoints): Promise<Resolve> {
    const { resources, provider } = this.#serverless.service;
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, {
      AWS_REGION: provider.region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
      AWS_ENDPOINT_URL_SQS: sqs,
      AWS_ENDPOINT_URL_SSM: ssm,
      // Nobody listens there: a call to any other service fails at once.
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    });
    const resolve = createResolver({
      resources: resources.Resources,
      region: provider.region,
      sqsUrl: sqs,
      attributes: { 'HttpApi.ApiEndpoint': api },
      ...(account !== undefined && { account }),
    });
    await deploy({
      resources: resources.Resources,
      resolve,
      dynamodb: new DynamoDBClient({}),
      sqs: new SQSClient({}),
      ...(replaced.includes('dynamodb') && { keptAt: dynamodb }),
    });
    for (const definition of this.#functions) {
      const resolved = resolve(definition.environment ?? {});
      // Its calls tell by the key who made them. Other emulators may keep a table, or an account, for each key.
      const key = replaced.length === 0 ? { AWS_ACCESS_KEY_ID: definition.name } : {};
      definition.environment = { ...(isRecord(resolved) ? resolved : {}), ...environment, ...key };
    }
    return resolve;
  }

  async #serve(resolve: Resolve, { api, dynamodb, environment, concurrency }: Endpoints): Promise<void> {
    reportStep('beginning to serve HTTP and invocations');
    await listening(this.#origin('lambdaPort'), api);
    const invoke = createInvoker(this.#origin('lambdaPort'));
    limitRequests(this.#serverless.pluginManager.plugins);
    await this.#warmUp(invoke.run);

    const run: Run = async (name, event) => {
      try {
        return await invoke.run(name, event);
      } catch (error) {
        if (error instanceof FunctionTimeout) tellPeople(`${error.message}; its messages come back later`);
        throw error;
      }
    };
    const off = (environment[OFF_VARIABLE] ?? '').split(',');
    const tools = { run, concurrency: concurrency ?? CONCURRENCY_USUAL, off };
    const mappings = this.#functions.flatMap((definition) => this.#mappingsOf(definition, resolve, tools));
    const stop = async (): Promise<void> => {
      await Promise.all(mappings.map((mapping) => mapping.stop()));
    };
    this.#closing.unshift(stop);
    this.#closing.unshift(await this.#startSchedules(environment, run));
    const table = String(resolve({ Ref: 'Table' }));
    if (hasParent()) return serveParent({ table }, stop);
    const token = await createLocalToken(dynamodb, table);
    this.#log.notice(`opwatch listens on ${api}, its inbox is ${environment.OPWATCH_INBOX_URL}; a token: ${token}`);
  }

  /** EventBridge Scheduler's part, where the stack runs the user's own configuration. */
  async #startSchedules(environment: Endpoints['environment'], run: Run): Promise<() => Promise<void>> {
    if (!process.env[CONFIG_VARIABLE]) return async () => {};
    const own = await loadConfig(configFile(this.#serverless.serviceDir));
    const { schedules } = readConfig(standInFor(own as ConfigInput, environment));
    const trigger = String(this.#serverless.service.functions.trigger?.name);
    const end = startSchedules(schedules, async ({ name, submission }) => {
      const told = await run(trigger, submission).then(
        () => `the schedule ${name} has submitted`,
        (error: Error) => `the schedule ${name} could not submit: ${error.message}`,
      );
      tellPeople(told);
    });
    return async () => end();
  }

  /** Loads every function, and so finds out now that one cannot be loaded. Throws a StartFault that names it. */
  async #warmUp(run: Run): Promise<void> {
    const waiting = new Set(this.#functions.map(({ name }) => name));
    const load = async (name: string): Promise<string[]> => {
      const fault = await loaded(name, run).then(faultIn, (error: Error) => error.message);
      waiting.delete(name);
      reportStep(waiting.size === 0 ? 'loaded all functions' : `loading ${[...waiting].join(', ')}`);
      return fault === undefined ? [] : [`the function ${name} cannot be loaded: ${fault}`];
    };
    reportStep(`loading ${[...waiting].join(', ')}`);
    const faults = (await Promise.all([...waiting].map(load))).flat();
    if (faults.length > 0) throw new StartFault(faults.join('\n'));
  }

  #mappingsOf({ name, events }: FunctionDefinition, resolve: Resolve, { run, concurrency, off }: MappingTools) {
    const { region } = this.#serverless.service.provider;
    return events.flatMap(({ sqs: event }) => {
      if (!isRecord(event)) return [];
      const queueArn = String(resolve(event.arn));
      if (off.includes(queueArn.split(':').at(-1) ?? '')) return [];
      const mapping = {
        queueArn,
        queueUrl: `${process.env.AWS_ENDPOINT_URL_SQS}/${queueArn.split(':').slice(-2).join('/')}`,
        region,
        batchSize: Number(event.batchSize ?? 10),
        concurrency: Math.min(Number(event.maximumConcurrency ?? concurrency), concurrency),
        reportsItemFailures: event.functionResponseType === 'ReportBatchItemFailures',
      };
      const log = (line: string) => this.#log.warning(line);
      return [startMapping(mapping, { sqs: new SQSClient({}), invoke: (records) => run(name, records), log })];
    });
  }

  /** Of what a deployed stack knows osls can look up no more than a `Ref`; the rest is the caller's to give, by `--env`. */
  #leaveOutUnresolved(): void {
    for (const definition of this.#functions) {
      definition.environment = Object.fromEntries(
        Object.entries(definition.environment ?? {}).filter(([, value]) => !isRecord(value) || 'Ref' in value),
      );
    }
  }

  #origin(port: 'httpPort' | 'lambdaPort'): string {
    const settings = this.#serverless.service.custom['serverless-offline'];
    return `http://127.0.0.1:${this.#options[port] ?? (isRecord(settings) ? settings[port] : undefined)}`;
  }

  get #functions(): readonly FunctionDefinition[] {
    return Object.values(this.#serverless.service.functions);
  }

  async #close(): Promise<void> {
    for (const close of this.#closing.splice(0)) await close();
  }
}
