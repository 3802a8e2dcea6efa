import { MORE_ROWS, npmStartTells } from '../e2e/kit/start-faults.ts';

npmStartTells(MORE_ROWS);
