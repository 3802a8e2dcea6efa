import { runContract } from './contract.ts';
import { TOKEN } from './stand-in.ts';

runContract({
  type: 'aliyun-flow',
  settings: { url: `https://stand-in.example.com/aliyun-flow/ci/pipeline/webhook/${TOKEN}` },
  verdicts: {
    refused: 'retry: Flow did not say "successful": pipeline is disabled',
    limited: 'retry: HTTP 429, slow',
    unknown: 'retry: Flow did not say "successful": webhook not found',
  },
  rows: [['successful as text', { body: { successful: 'true' } }, 'retry: Flow did not say "successful"']],
});
