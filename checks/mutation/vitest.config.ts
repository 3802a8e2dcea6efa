import { defineConfig } from 'vitest/config';

/** The unit tests of the mutated files, and no others: each mutant runs those that reach it. */
export default defineConfig({
  test: {
    include: [
      'test/{watch,schedule,delivery,lane,turn,standard-webhooks,address-guard,redact,text}.test.ts',
      'test/clouds/{aliyun-signer,huawei-signer,encoding}.test.ts',
      'test/targets/sigv4.test.ts',
    ],
  },
});
