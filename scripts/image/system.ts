import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { copy, folder, type ImageFile, PROGRAM, text } from './files.js';

/** Where the image has its node; the Dockerfile puts it there too. */
export const NODE = 'usr/bin/node';

/** The user that images of the distroless kind call nonroot. */
export const USER = 65532;

/**
 * glibc opens these by itself when a name is to be resolved, so that no header names them. They are there on every
 * machine with glibc; since 2.34 most of them are empty, because libc itself has their content.
 */
const OPENED_LATER = ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2'];

/** The files of the shared libraries that this process has loaded, its loader among them. */
function loadedLibraries(): readonly string[] {
  const { sharedObjects } = process.report.getReport() as unknown as {
    readonly sharedObjects: readonly string[];
  };
  return sharedObjects.filter((file) => file.startsWith('/') && /\.so(\.|$)/.test(file));
}

const isLoader = (file: string): boolean => basename(file).startsWith('ld-');

/** The node that runs this, with what it needs to start. */
function node(): readonly ImageFile[] {
  if (process.platform !== 'linux') {
    throw new Error('collecting node: an image is made on Linux, of what is installed there');
  }
  const program = copy(NODE, realpathSync(process.execPath), PROGRAM);
  const libraries = loadedLibraries();
  const libc = libraries.find((file) => basename(file).startsWith('libc.'));
  // A static node needs nothing.
  if (libc === undefined) return [program];
  const home = dirname(libc);
  const later = OPENED_LATER.map((name) => `${home}/${name}`).filter((file) => existsSync(file));
  return [
    program,
    // The header of node names its loader by its path; all else lies beside libc, where the loader looks without being told.
    ...[...libraries, ...later].map((file) =>
      copy(
        (isLoader(file) ? file : `${home}/${basename(file)}`).slice(1),
        realpathSync(file),
        PROGRAM,
      ),
    ),
  ];
}

const lines = (...of: readonly string[]): string => of.map((line) => `${line}\n`).join('');

/** Everything but the program itself. There is no shell, and nothing that writes. */
export const systemFiles = (): readonly ImageFile[] => [
  ...node(),
  ...['dev', 'proc', 'sys', 'etc'].map((path) => folder(path)),
  folder('tmp', 0o1777),
  text(
    'etc/passwd',
    lines(
      'root:x:0:0:root:/:/sbin/nologin',
      'nobody:x:65534:65534:nobody:/:/sbin/nologin',
      `nonroot:x:${USER}:${USER}:nonroot:/app:/sbin/nologin`,
    ),
  ),
  text('etc/group', lines('root:x:0:', 'nogroup:x:65534:', `nonroot:x:${USER}:`)),
  // Without it, glibc asks DNS before /etc/hosts.
  text('etc/nsswitch.conf', lines('passwd: files', 'group: files', 'hosts: files dns')),
  text('etc/os-release', readFileSync('/etc/os-release', 'utf8')),
];
