/**
 * What BPStudio says beside a state: why an operation failed, and its words beside a success.
 *
 * The vendor calls the outer `Message` "error information", `Data.Message` "information about the operation" and
 * `Data.Arguments` its output (help.aliyun.com 448167). The output of an operation on instances is an object, or the JSON of
 * one: {success, message, attributes: {instances: {id: {status, message}}}}.
 */
import { type Fields, fields, parseFields, text } from './fields.ts';

/** Words that say of an instance that nothing is wrong with it. */
const FINE = /^(success(ful|fully)?|succeeded|succeed|ok|true|done|finished|completed?|running|normal)[.!]?$/i;

/** How many failed instances are worth naming. */
const NAMED_MAX = 5;

/** The output as it stands there, for programs: text, or the JSON of an object. */
export const resultOf = ({ Arguments }: Fields): string | undefined =>
  text(typeof Arguments === 'object' ? JSON.stringify(Arguments) : Arguments);

const outputOf = (data: Fields): Fields =>
  typeof data.Arguments === 'string' ? (parseFields(data.Arguments) ?? {}) : fields(data.Arguments);

/** A sentence for people: neither JSON (an operation's information may be a list of listeners) nor "success". */
const sentence = (value: unknown): string | undefined => {
  const said = text(value)?.trim();
  return said === undefined || /^[[{]/.test(said) || FINE.test(said) ? undefined : said;
};

/** The instances that failed, each with its words. */
const failedInstances = (output: Fields): string[] =>
  Object.entries(fields(fields(output.attributes).instances)).flatMap(([id, instance]) => {
    const { status, message } = fields(instance);
    const said = sentence(message) ?? (typeof status === 'string' ? sentence(status) : undefined);
    return said === undefined || FINE.test(text(status)?.trim() ?? '') ? [] : [`${id}: ${said}`];
  });

/** Why an operation failed, from every place that may say so: the general words first, then the instances that failed. */
export const failureOf = (body: Fields): string | undefined => {
  const data = fields(body.Data);
  const output = outputOf(data);
  const general = [data.Message, output.message, body.Message].map(sentence).filter((said) => said !== undefined);
  const instances = failedInstances(output);
  const more = instances.length > NAMED_MAX ? [`and ${instances.length - NAMED_MAX} more`] : [];
  const all = [...new Set([...general, ...instances.slice(0, NAMED_MAX), ...more])];
  return all.length > 0 ? all.join('; ') : text(data.Message);
};

/** The words beside a success. */
export const wordsBeside = (body: Fields): string | undefined => {
  const data = fields(body.Data);
  return text(data.Message) ?? text(outputOf(data).message) ?? text(body.Message);
};
