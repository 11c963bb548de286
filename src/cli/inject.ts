import { applyPatch } from '../core/patch/apply.js';
import { InputError } from '../standalone/manifest.js';
import { joinDocuments } from '../standalone/source-text.js';
import { toYaml } from '../standalone/yaml.js';
import { EXIT, type Exit, type Io } from './io.js';
import {
  judgeAll,
  sentenceOf,
  titleOf,
  type Engine,
  type Judged,
  type OfflineFlags,
  type Verdict,
} from './judge.js';
import { notesOn } from './notes.js';
import { operationsOn } from './templates.js';

export interface InjectOptions extends OfflineFlags {
  readonly output: 'yaml' | 'json';
}

/**
 * Writes the documents to stdout as they are to be created, and what was decided to stderr, one line for each pod.
 *
 * What is not injected comes out as it went in, to the letter where the output is YAML and it was not in a List.
 *
 * @returns 0, or 1 if the engine failed on a pod, which is then left as it was.
 * @throws ConfigError, InputError or UsageError before anything is written.
 */
export async function injectCommand(options: InjectOptions, engine: Engine, io: Io): Promise<Exit> {
  const judged = await judgeAll(options, engine, io);
  const text = options.output === 'json' ? asJson(judged) : asYaml(judged);
  io.stdout.write(text);
  const verdicts = judged.flatMap(({ verdict }) => (verdict ? [verdict] : []));
  const lines = [...verdicts.flatMap(linesOf), ...notesOn(judged, options.files)];
  for (const line of lines) io.stderr.write(`${line}\n`);
  return verdicts.some(({ failed }) => failed) ? EXIT.fault : EXIT.done;
}

function asJson(judged: readonly Judged[]): string {
  refuseInexact(judged);
  const list = { apiVersion: 'v1', kind: 'List', items: judged.map(resultOf) };
  return `${JSON.stringify(list, null, 2)}\n`;
}

function asYaml(judged: readonly Judged[]): string {
  refuseInexact(judged.filter((one) => textOf(one) === undefined));
  return joinDocuments(judged.map((one) => textOf(one) ?? toYaml(resultOf(one))));
}

/** The text of what can stay as it is. Out of a List it has to be written anew, but need not lose a digit. */
function textOf({ manifest: { source, exact }, verdict }: Judged): string | undefined {
  if ((verdict?.outcome.operations.length ?? 0) > 0) return undefined;
  return source ?? (exact && toYaml(exact));
}

/** A number must not change because its neighbour did. */
function refuseInexact(rewritten: readonly Judged[]): void {
  const problems = rewritten.flatMap(({ manifest }) => manifest.inexact);
  if (problems.length > 0) throw new InputError(problems);
}

function resultOf({ manifest: { object }, verdict }: Judged): unknown {
  if (!verdict) return object;
  return applyPatch(object, operationsOn(object, verdict.pod, verdict.outcome.operations));
}

function linesOf(verdict: Verdict): readonly string[] {
  const title = titleOf(verdict);
  const warnings = verdict.outcome.warnings.map(
    ({ code, message }) => `warning ${title}: ${code}: ${message}`,
  );
  return [`${title}: ${decisionOf(verdict)}`, ...warnings];
}

function decisionOf(verdict: Verdict): string {
  const { decision, reason, daemonSets } = verdict.outcome;
  if (decision === 'skip') return `skipped, ${reason}: ${sentenceOf(verdict)}`;
  if (decision === 'gate') return `gated, ${reason}: ${sentenceOf(verdict)}`;
  const names = daemonSets.filter((one) => one.decision === 'inject');
  return `injected ${names.map(({ namespace, name }) => `${namespace}/${name}`).join(', ')}`;
}
