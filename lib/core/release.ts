/**
 * The release of this code. It equals the version in package.json, and a test compares the two. The form of the API's
 * answers may change with each release.
 */
export const RELEASE = '0.2.0';
