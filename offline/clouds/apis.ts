/** The only place that knows every API that is played. */
import type { AliyunApi, Api, HuaweiApi } from './api.ts';
import { bpstudio } from './bpstudio.ts';
import { dws } from './dws.ts';
import { ehpc } from './ehpc.ts';
import { emr } from './emr.ts';
import { job } from './job.ts';
import { modelarts } from './modelarts.ts';
import { ros } from './ros.ts';

export const ALIYUN_APIS: readonly AliyunApi[] = [emr, ehpc, bpstudio, ros];
export const HUAWEI_APIS: readonly HuaweiApi[] = [modelarts, dws, job];
export const APIS: readonly Api[] = [...ALIYUN_APIS, ...HUAWEI_APIS];
