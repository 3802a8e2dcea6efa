// Checks the version of Node before any file is loaded that an older Node cannot read. So this file is no TypeScript.
const NEEDED = [22, 18];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(
    `opwatch needs Node ${NEEDED.join('.')} or newer, and this is ${process.versions.node}: install a newer one (https://nodejs.org), then run npm ci.`,
  );
  process.exit(1);
}
