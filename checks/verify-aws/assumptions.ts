/** All checks, in groups that may run beside each other; within a group one follows the other. docs/assumptions.md says why each. */
import type { Check } from './check.ts';
import { accessChecks } from './checks/access.ts';
import { flowChecks } from './checks/flow.ts';
import { mappingChecks } from './checks/mapping.ts';
import { queueChecks } from './checks/queues.ts';
import { tableChecks } from './checks/table.ts';

export const groups: readonly (readonly Check[])[] = [
  queueChecks,
  mappingChecks,
  tableChecks,
  flowChecks,
  accessChecks,
];
