/** The CloudFormation expressions that the files of this folder use. */

export type Resource = { readonly Type: string } & Readonly<Record<string, unknown>>;
export type Resources = Readonly<Record<string, Resource>>;

export const refTo = (id: string) => ({ Ref: id });
export const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** Returns the ARN of a resource in this account and region: `arnIn('ssm', 'parameter/x')`. */
export const arnIn = (service: string, name: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${name}`,
});

export type Statement = Readonly<Record<string, unknown>>;

export const policyOf = (...statements: readonly Statement[]) => ({ Version: '2012-10-17', Statement: statements });

/** Returns the trust policy of a role that one service may assume. */
export const assumedBy = (service: string) =>
  policyOf({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' });
