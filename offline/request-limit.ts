/** How many HTTP requests are worked on at a time. */

/** The used part of the hapi server behind serverless-offline (hapi 21: server.ext, server.events). */
type HapiServer = {
  readonly ext: (
    event: 'onPreAuth',
    method: (request: object, toolkit: { readonly continue: symbol }) => Promise<symbol>,
  ) => void;
  readonly events: { readonly on: (event: 'response', listener: (request: object) => void) => void };
};
type ServerlessOffline = { readonly internals: () => { readonly getApiGatewayServer: () => HapiServer } };

const isServerlessOffline = (plugin: object): plugin is ServerlessOffline => 'internals' in plugin;

/**
 * Lets requests beyond `max` wait their turn. Lambda would start an environment for each of them; here that is a thread
 * with its own 40 MB for each function on its way, and five hundred at once are more than a laptop holds.
 */
export const limitRequests = (plugins: readonly object[], max = 4): void => {
  const server = plugins.find(isServerlessOffline)?.internals().getApiGatewayServer();
  if (!server) throw new Error('this version of serverless-offline hides its HTTP server');
  const admitted = new Set<object>();
  const waiting: (() => void)[] = [];

  server.ext('onPreAuth', async (request, toolkit) => {
    while (admitted.size >= max) await new Promise<void>((resolve) => waiting.push(resolve));
    admitted.add(request);
    return toolkit.continue;
  });
  server.events.on('response', (request) => {
    admitted.delete(request);
    waiting.shift()?.();
  });
};
