import { check, type CheckOptions, type Report } from '../check/check.js';
import { namesOf } from '../survey/names.js';
import { asData, isBlind, isSound } from '../check/report.js';
import type { Engine } from '../check/seen.js';
import type { ApiClient } from '../cluster/api.js';
import { toYaml } from '../standalone/yaml.js';
import { judgementOf } from './check-options.js';
import { checkTable } from './check-table.js';
import type { ClusterFlags } from './cluster-flags.js';
import { chain } from './fail.js';
import { EXIT, type Exit, type Io } from './io.js';
import { limitOf } from './limit.js';
import { paintFor } from './paint.js';

/** How to reach the cluster: what `--kubeconfig` and `--context` say. */
export interface Way {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

export interface CheckDeps {
  readonly io: Io;
  readonly engine: Engine;
  /** @throws Error that says what is wrong with the kubeconfig. */
  readonly connect: (way: Way) => Promise<ApiClient>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** The flags of `check`; the others, by their camelCase names, are options of the injector. */
export interface CheckFlags extends ClusterFlags {
  readonly webhookConfiguration?: string;
  readonly trialNamespace: string;
  readonly limit: string;
  readonly strict?: boolean;
  readonly output: 'table' | 'json' | 'yaml';
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Looks at a cluster and says on stdout what was found.
 *
 * @returns 0; 1 if something speaks against injection there; 2 if the cluster could not be looked at.
 * @throws ConfigError or UsageError.
 */
export async function checkCommand(flags: CheckFlags, deps: CheckDeps): Promise<Exit> {
  const { io } = deps;
  const options = optionsOf(flags, io);
  let report: Report;
  try {
    report = await look(flags, options, deps);
  } catch (error) {
    io.stderr.write(`ds-injector: cannot check the cluster: ${chain(error)}\n`);
    return EXIT.input;
  }
  io.stdout.write(written(report, flags, io));
  if (isBlind(report)) {
    io.stderr.write(`ds-injector: cannot check the cluster: ${BLIND}\n`);
    return EXIT.input;
  }
  return isSound(report, flags.strict === true) ? EXIT.done : EXIT.fault;
}

async function look(
  { kubeconfig, context }: CheckFlags,
  options: CheckOptions,
  { connect, engine, clock }: CheckDeps,
): Promise<Report> {
  const client = await connect({ kubeconfig, context });
  try {
    return await check(options, { client, engine, clock });
  } finally {
    client.close();
  }
}

const BLIND = 'you may look at neither its nodes nor its webhook configurations';
function optionsOf(flags: CheckFlags, io: Io): CheckOptions {
  const { ownNamespace: namespace, ownRelease: release, trialNamespace } = flags;
  const said = { flags: { ...flags.options, ownNamespace: namespace, ownRelease: release }, io };
  // What the person says is refused before anything is asked.
  judgementOf(said, undefined);
  return {
    names: namesOf({ namespace, release, webhook: flags.webhookConfiguration }),
    judgement: (installed) => judgementOf(said, installed),
    trialNamespace,
    limit: limitOf(flags.limit),
  };
}

function written(report: Report, { output }: CheckFlags, io: Io): string {
  if (output === 'json') return `${JSON.stringify(asData(report), null, 2)}\n`;
  if (output === 'yaml') return toYaml(JSON.parse(JSON.stringify(asData(report))));
  return checkTable(report, paintFor(io.stdout, io.env));
}
