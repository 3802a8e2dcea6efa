/** What is used of osls 4 (lib/serverless.js, lib/classes/service.js), which has no types for plugins. */
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
  /** As it is deployed: `opwatch-dev-trigger`. */
  readonly name: string;
  events: readonly Readonly<Record<string, unknown>>[];
  handler: string;
  /** Seconds. */
  timeout?: number;
  /** A number, or CloudFormation's NoValue. */
  reservedConcurrency?: unknown;
  environment?: Record<string, unknown>;
  package?: { artifact?: string };
};

/** A resource of the CloudFormation template, its intrinsic functions not worked out. */
export type Resource = { readonly Type: string; readonly Properties?: unknown };
