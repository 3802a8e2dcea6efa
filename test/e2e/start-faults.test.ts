import { npmStartTells, ROWS } from './kit/start-faults.ts';

npmStartTells(ROWS);
