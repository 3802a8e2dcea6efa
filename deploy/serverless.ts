/**
 * The types for the parts of osls 4 that this project uses (lib/serverless.js, lib/classes/service.js). osls has no
 * types for plugins.
 */
export type Serverless = {
  readonly serviceDir: string;
  readonly processedInput: {
    readonly commands: readonly string[];
    readonly options?: { readonly param?: readonly string[] | null };
  };
  readonly service: {
    readonly provider: { readonly region: string };
    readonly custom: Readonly<Record<string, unknown>>;
    readonly functions: Readonly<Record<string, FunctionDefinition>>;
    readonly resources: { readonly Resources: Record<string, Resource> };
  };
  readonly pluginManager: { readonly plugins: readonly object[] };
};

export type FunctionDefinition = {
  /** The name of the deployed function, such as `opwatch-dev-trigger`. */
  readonly name: string;
  events: readonly Readonly<Record<string, unknown>>[];
  handler: string;
  /** The time-out in seconds. */
  timeout?: number;
  /** The number of concurrent calls that AWS reserves for the function, or the value NoValue of CloudFormation. */
  reservedConcurrency?: unknown;
  environment?: Record<string, unknown>;
  package?: { artifact?: string };
};

/** A resource of the CloudFormation template, before CloudFormation has evaluated its functions. */
export type Resource = { readonly Type: string; readonly Properties?: unknown };
