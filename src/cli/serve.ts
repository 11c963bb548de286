import { makeApp, type AppOptions } from '../app.js';
import { load } from '../config/load.js';
import { settingsOf } from '../config/settings.js';
import { builtInProfiles } from '../core/profiles/built-in.js';
import type { ApiClient } from '../cluster/api.js';
import type { ClientOptions } from '../cluster/client.js';
import { hearClock } from '../cluster/clock.js';
import { ownClock } from '../parts/clock.js';
import { connect } from '../cluster/connect.js';
import { ConfigError } from '../config/error.js';
import type { Config } from '../config/schema.js';
import { chain, UsageError } from './fail.js';
import { EXIT, type Exit, type Io } from './io.js';
import type { Engine } from './judge.js';

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
  const clock = hearClock(ownClock);
  const client = await clientOf(config, io.env, {
    userAgent: `ds-injector/${version}`,
    heard: clock.hear,
  });
  needNamespace(config);
  const settings = settingsOf(config, profiles, builtInProfiles);
  // The kubelet sets it in every container.
  const inCluster = Boolean(io.env['KUBERNETES_SERVICE_HOST']);
  const app = makeApp({ inCluster, config, settings, engine, version, out, client, clock });
  await app.start();
  await stopping;
  await app.stop();
  return EXIT.done;
}

/**
 * The way to the API server, if there is to be one. An API server that is away is no error: it is waited for.
 *
 * @throws ConfigError or UsageError.
 */
async function clientOf(
  { cluster: from, kubeconfig: file, context, world }: Config,
  env: Io['env'],
  how: ClientOptions,
): Promise<ApiClient | undefined> {
  if (from !== 'kubeconfig' && (file ?? context) !== undefined) {
    throw new UsageError('--kubeconfig and --context need --cluster kubeconfig');
  }
  if (from === 'off') {
    needFiles(world);
    return undefined;
  }
  if (world.length > 0)
    throw new UsageError('the World is in files or in a cluster: give --world or --cluster');
  const options = { ...how, from, file, context, env };
  return connect(options).catch((error: unknown) => {
    throw new ConfigError([`cannot connect with the cluster: ${chain(error)}`]);
  });
}

function needFiles(world: Config['world']): void {
  if (world.length > 0) return;
  throw new UsageError(
    'there is no World; give manifests with --world PATH, or a cluster with --cluster in-cluster or kubeconfig',
  );
}

/** A replica cannot go without the authority of the others; a developer's machine can. */
function needNamespace({ cluster, certificates, ownNamespace }: Config): void {
  if (cluster !== 'in-cluster' || certificates !== 'self' || ownNamespace !== undefined) return;
  throw new ConfigError(['expected `own-namespace` to be given, because `certificates` is self']);
}
