/** Reads settings of the stand-ins that a test has chosen. */
import { APIS } from './apis.ts';
import { check, isNotNegative, isNumber, isRecord, isText } from './check.ts';
import { faultNamed } from './cloud-faults.ts';
import type { Key, Settings } from './state.ts';

const isKey = (value: unknown): value is Key =>
  isRecord(value) &&
  isText(value.accessKeyId) &&
  isText(value.secretAccessKey) &&
  (value.securityToken === undefined || isText(value.securityToken)) &&
  (value.expiresAt === undefined || isNumber(value.expiresAt));

const isAbsence = ([name, absence]: [string, unknown]): boolean =>
  Object.hasOwn(APIS.find((api) => api.name === name)?.absences ?? {}, String(absence));

const FITS: Readonly<Record<keyof Settings, (value: unknown) => boolean>> = {
  credentials: (value) => Array.isArray(value) && value.every(isKey),
  clockOffsetMs: isNumber,
  callsPerSecond: (value) => value === null || isNotNegative(value),
  outage: (value) =>
    value === null ||
    (isRecord(value) &&
      isText(value.fault) &&
      faultNamed(value.fault) !== undefined &&
      [undefined, 'aliyun', 'huawei'].includes(value.vendor as string | undefined)),
  absences: (value) => isRecord(value) && Object.entries(value).every(isAbsence),
  pageSize: (value) => isNumber(value) && value >= 1,
  lockSeconds: isNotNegative,
};

/** The settings named in `body`, and no others; throws BadRequest for one that is unknown or does not fit. */
export const parseSettings = (body: unknown): Partial<Settings> => {
  check(isRecord(body), 'settings must be a JSON object');
  for (const [name, value] of Object.entries(body)) {
    check(Object.hasOwn(FITS, name), `there is no setting ${name}; there are ${Object.keys(FITS).join(', ')}`);
    check(FITS[name as keyof Settings](value), `this does not fit the setting ${name}`);
  }
  return body;
};
