/**
 * `npm run image -- OUT.tar`: writes the image that the chart runs as an archive, from what is installed on this machine:
 * the node that runs this with its libraries, dist/ and the packages of production. Needs neither docker nor a registry;
 * with those, the Dockerfile makes the same layout.
 */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { APP, appFiles } from './image/app.js';
import { type Start, writeImage } from './image/archive.js';
import { NODE, systemFiles, USER } from './image/system.js';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const TAG = 'ds-injector:dev';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

const start = ({ name, version, description, license }: Package): Start => ({
  User: `${USER}:${USER}`,
  WorkingDir: `/${APP}`,
  Entrypoint: [`/${NODE}`, `/${APP}/dist/main.js`],
  Env: ['PATH=/usr/bin', 'NODE_ENV=production'],
  ExposedPorts: { '8443/tcp': {}, '8080/tcp': {} },
  Labels: {
    'org.opencontainers.image.title': name,
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.description': description,
    'org.opencontainers.image.licenses': license,
  },
});

/** Two layers, because the first one stays as it is from build to build. */
async function main(file: string): Promise<void> {
  const about = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as Package;
  const layers = [
    { name: 'node and its libraries', files: systemFiles() },
    { name: 'ds-injector', files: appFiles(root) },
  ];
  const digest = await writeImage(file, TAG, layers, start(about));
  const size = (statSync(file).size / 1024 / 1024).toFixed(1);
  console.log(`${TAG}: ${file}, ${size} MiB, sha256:${digest}`);
}

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: npm run image -- OUT.tar');
  process.exitCode = 2;
} else await main(file);
