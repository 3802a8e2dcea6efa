/**
 * Reads the texts that BPStudio gives with a state: the reason of a failure, and the message of a success.
 *
 * The vendor calls the outer `Message` "error information", `Data.Message` "information about the operation" and
 * `Data.Arguments` its output (help.aliyun.com 448167). The output of an operation on instances is an object, or the
 * same object as JSON text: {success, message, attributes: {instances: {id: {status, message}}}}.
 */
import { type Fields, fields, parseFields, text } from './fields.ts';

/** Words that report a healthy instance. */
const FINE = /^(success(ful|fully)?|succeeded|succeed|ok|true|done|finished|completed?|running|normal)[.!]?$/i;

/** A reason names this many failed instances at most. */
const NAMED_MAX = 5;

/** Returns the output of an operation for programs: a text as it is, or an object as JSON. */
export const resultOf = ({ Arguments }: Fields): string | undefined =>
  text(typeof Arguments === 'object' ? JSON.stringify(Arguments) : Arguments);

const outputOf = (data: Fields): Fields =>
  typeof data.Arguments === 'string' ? (parseFields(data.Arguments) ?? {}) : fields(data.Arguments);

/**
 * Returns a sentence for people. Undefined for JSON (an operation's information may be a list of listeners) and for a
 * word such as "success".
 */
const sentence = (value: unknown): string | undefined => {
  const said = text(value)?.trim();
  return said === undefined || /^[[{]/.test(said) || FINE.test(said) ? undefined : said;
};

/** Returns the instances that failed, each with the words of the cloud about it. */
const failedInstances = (output: Fields): string[] =>
  Object.entries(fields(fields(output.attributes).instances)).flatMap(([id, instance]) => {
    const { status, message } = fields(instance);
    const said = sentence(message) ?? (typeof status === 'string' ? sentence(status) : undefined);
    return said === undefined || FINE.test(text(status)?.trim() ?? '') ? [] : [`${id}: ${said}`];
  });

/**
 * Returns the reason of a failure. It joins the texts of all places that may hold a reason: first the general ones,
 * then those of the failed instances.
 */
export const failureOf = (body: Fields): string | undefined => {
  const data = fields(body.Data);
  const output = outputOf(data);
  const general = [data.Message, output.message, body.Message].map(sentence).filter((said) => said !== undefined);
  const instances = failedInstances(output);
  const more = instances.length > NAMED_MAX ? [`and ${instances.length - NAMED_MAX} more`] : [];
  const all = [...new Set([...general, ...instances.slice(0, NAMED_MAX), ...more])];
  return all.length > 0 ? all.join('; ') : text(data.Message);
};

/** Returns the words that the cloud gives with a success. */
export const wordsBeside = (body: Fields): string | undefined => {
  const data = fields(body.Data);
  return text(data.Message) ?? text(outputOf(data).message) ?? text(body.Message);
};
