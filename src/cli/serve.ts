import { makeApp, type AppOptions } from '../app.js';
import { load } from '../config/load.js';
import { settingsOf } from '../config/settings.js';
import { builtInProfiles } from '../core/profiles/built-in.js';
import { EXIT, type Exit, type Io } from './io.js';
import { worldPaths, type Engine } from './judge.js';

export interface ServeDeps {
  readonly io: Pick<Io, 'env' | 'readFile'>;
  readonly out: AppOptions['out'];
  readonly engine: Engine;
  readonly version: string;
  /** Resolves when the process is asked to stop. */
  readonly stopping: Promise<unknown>;
}

/**
 * Runs the server until it is asked to stop.
 *
 * @param flags the flags that were given, by their camelCase names.
 * @returns 0 after a graceful stop.
 * @throws ConfigError, InputError, UsageError, or an Error with its cause if the server cannot start.
 */
export async function serveCommand(
  flags: Readonly<Record<string, unknown>>,
  deps: ServeDeps,
): Promise<Exit> {
  const { io, out, engine, version, stopping } = deps;
  const { config, profiles } = load({ flags, env: io.env, readFile: io.readFile });
  worldPaths(config.world);
  const settings = settingsOf(config, profiles, builtInProfiles);
  // The kubelet sets it in every container.
  const inCluster = Boolean(io.env['KUBERNETES_SERVICE_HOST']);
  const app = makeApp({ inCluster, config, settings, engine, version, out });
  await app.start();
  await stopping;
  await app.stop();
  return EXIT.done;
}
