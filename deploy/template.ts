/** The few words of CloudFormation that the tables of this folder are written in. */

export type Resource = { readonly Type: string } & Readonly<Record<string, unknown>>;
export type Resources = Readonly<Record<string, Resource>>;

export const refTo = (id: string) => ({ Ref: id });
export const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** The ARN of something in this account and region: `arnIn('ssm', 'parameter/x')`. */
export const arnIn = (service: string, name: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${name}`,
});

export type Statement = Readonly<Record<string, unknown>>;

export const policyOf = (...statements: readonly Statement[]) => ({ Version: '2012-10-17', Statement: statements });

/** Who may take a role: one service. */
export const assumedBy = (service: string) =>
  policyOf({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' });
