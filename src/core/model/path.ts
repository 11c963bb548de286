/** Without double or trailing slashes: `/var//log/` is `/var/log`. */
export const normalPath = (path: string): string =>
  `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;

export const isWithin = (path: string, parent: string): boolean =>
  parent === '/' || path === parent || path.startsWith(`${parent}/`);

/** Joins a path and a part below it, which may be empty. */
export const below = (path: string, part: string): string => normalPath(`${path}/${part}`);

/** The part of a path below its parent, without a leading slash; empty for the parent itself. */
export const relative = (path: string, parent: string): string =>
  normalPath(path).slice(parent === '/' ? 1 : parent.length + 1);

/** A path and all above it, nearest first. */
export function upwards(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return [...parts.map((_, i) => `/${parts.slice(0, parts.length - i).join('/')}`), '/'];
}
