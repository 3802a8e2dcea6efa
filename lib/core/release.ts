/** The release of this code, as package.json has it (a test holds them equal). Answers may change their shape with it. */
export const RELEASE = '0.2.0';
