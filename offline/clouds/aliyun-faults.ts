/** Errors that any product of Alibaba Cloud may answer, beside those of the gateway. Source: named at each. */
import { type Fault, lasting, passing } from './cloud-faults.ts';

export const ALIYUN_FAULTS: Readonly<Record<string, Fault>> = {
  // A token that has ended, told as a wrong parameter (kubevela/terraform-controller issue 52).
  'token-ended': lasting((_truth, responder) =>
    responder.error(400, 'InvalidParameter', 'The specified parameter "SecurityToken.Expired" is not valid.'),
  ),
  // The caller's own role was deleted (help.aliyun.com 28754): HTTP 404, and not about the operation.
  'role-gone': lasting((_truth, responder) =>
    responder.error(404, 'EntityNotExist.Role', 'The role not exists: acs:ram::1234567890123456:role/opwatch.'),
  ),
  // Codes of the vendor's other products (aliyun/terraform-provider-alicloud, errors.go).
  'system-busy': passing((_truth, responder) =>
    responder.error(400, 'SystemBusy', 'The system is busy. Please try again later.'),
  ),
  'still-processing': passing((_truth, responder) =>
    responder.error(403, 'LastTokenProcessing', 'The last token request is processing.'),
  ),
};
