import { kubectl } from './support/kubectl.js';
import { NAMESPACE } from './support/release.js';

/** What helps to see what went wrong: the injector's logs, its pods, and warnings of all. */
export async function tellTrouble(): Promise<void> {
  const ours = ['-n', NAMESPACE];
  const select = ['-l', 'app.kubernetes.io/name=ds-injector'];
  await tell('log of the injector', ['logs', ...ours, ...select, '--tail=1000', '--prefix']);
  await tell('log of replicas that ended', ['logs', ...ours, ...select, '--tail=30', '--previous']);
  await tell('pods of the injector', ['describe', 'pods', ...ours]);
  await tell('pods', ['get', 'pods', '-A', '-o', 'wide']);
  const warnings = ['get', 'events', '-A', '--field-selector=type=Warning'];
  await tell('warnings', [...warnings, '--sort-by=.lastTimestamp']);
}

/** Lines of each; the end tells most. */
const MOST = 100;

/** There is one such line for each pod that was created. */
const isTelling = (line: string): boolean => !line.includes('"msg":"review decided"');

async function tell(what: string, args: readonly string[]): Promise<void> {
  const text = await kubectl(args).catch((error: unknown) => String(error));
  const lines = text.trimEnd().split('\n').filter(isTelling).slice(-MOST);
  console.log(`\n== ${what}\n${lines.join('\n')}`);
}
