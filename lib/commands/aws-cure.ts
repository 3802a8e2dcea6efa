/** Returns the words of the AWS SDK with advice for the reader. */
export const awsCure = ({ name, message }: Error): string => {
  if (message.includes('Region is missing'))
    return message.replace('Region is missing', 'AWS needs a region: set AWS_REGION');
  if (name === 'CredentialsProviderError') return `${message}: sign in to AWS, or set AWS_PROFILE`;
  return name === 'ResourceNotFoundException' ? 'there is no such table in this account and region' : message;
};
