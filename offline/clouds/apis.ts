import type { AliyunApi, Api, HuaweiApi } from './api.ts';
import { bpstudio } from './bpstudio.ts';
import { dws } from './dws.ts';
import { ehpc } from './ehpc.ts';
import { emr } from './emr.ts';
import { job } from './job.ts';
import { modelarts } from './modelarts.ts';
import { ros } from './ros.ts';

/** The only place that knows every API that is played. */
export const aliyunApis: readonly AliyunApi[] = [emr, ehpc, bpstudio, ros];
export const huaweiApis: readonly HuaweiApi[] = [modelarts, dws, job];
export const apis: readonly Api[] = [...aliyunApis, ...huaweiApis];
