import { EXIT, type Exit, type Io } from './io.js';
import { judgeAll, type Engine, type OfflineFlags, type Verdict } from './judge.js';
import { notesOn } from './notes.js';
import { paintFor } from './paint.js';
import { explainTable } from './explain-table.js';

export interface ExplainOptions extends OfflineFlags {
  readonly output: 'table' | 'json';
}

/**
 * Says on stdout for each pod what is decided and why, and for each DaemonSet whether, under which names and where.
 * What is no pod, but might have been taken for one, is named on stderr.
 *
 * @returns 0, or 1 if the engine failed on a pod.
 * @throws ConfigError, InputError or UsageError before anything is written.
 */
export async function explainCommand(
  options: ExplainOptions,
  engine: Engine,
  io: Io,
): Promise<Exit> {
  const judged = await judgeAll(options, engine, io);
  const verdicts = judged.flatMap(({ verdict }) => (verdict ? [verdict] : []));
  io.stdout.write(
    options.output === 'json'
      ? `${JSON.stringify(verdicts.map(explanationOf), null, 2)}\n`
      : explainTable(verdicts, paintFor(io.stdout, io.env)),
  );
  for (const line of notesOn(judged, options.files)) io.stderr.write(`${line}\n`);
  return verdicts.some(({ failed }) => failed) ? EXIT.fault : EXIT.done;
}

/** The shape that `explain -o json` promises. */
function explanationOf({ pod, outcome }: Verdict): Record<string, unknown> {
  const { decision, reason, detail, daemonSets, warnings } = outcome;
  return {
    namespace: pod.namespace,
    name: pod.name,
    kind: pod.kind,
    decision,
    reason,
    detail,
    daemonSets: daemonSets.map((verdict) => ({
      namespace: verdict.namespace,
      name: verdict.name,
      decision: verdict.decision,
      reason: verdict.reason,
      detail: verdict.detail,
      containers: verdict.containers.map(({ container, injectedAs, placement }) => ({
        container,
        injectedAs,
        placement,
      })),
    })),
    warnings: warnings.map(({ code, message }) => ({ code, message })),
  };
}
