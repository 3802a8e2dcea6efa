/** Passes the parameters (parameters.ts) to serverless.yml. osls can load functions from CommonJS only. */
module.exports = async ({ options }) => {
  await import('./node-version.mjs');
  const { givenParameters } = await import('./given-parameters.ts');
  return givenParameters(options);
};
