/** Hands serverless.yml its parameters (parameters.ts). osls reads functions from CommonJS alone. */
module.exports = async ({ options }) => {
  await import('./node-version.mjs');
  const { givenParameters } = await import('./given-parameters.ts');
  return givenParameters(options);
};
