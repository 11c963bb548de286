import { isBuilt } from '../cluster/build.js';
import { install, missingPackages, requireGo } from '../cluster/packages.js';
import type { Release } from '../cluster/releases.js';

/** Why this machine cannot run the tests, if it cannot. Debian packages that are missing are installed. */
export async function reasonToSkip(release: Release): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid?.() !== 0) return 'it has to be run as root';
  try {
    if (!isBuilt(release)) requireGo();
  } catch (error) {
    return (error as Error).message;
  }
  const missing = missingPackages();
  if (missing.length === 0) return undefined;
  try {
    await install();
    return undefined;
  } catch (error) {
    return `Debian packages are missing (${missing.join(' ')}): ${(error as Error).message}`;
  }
}
