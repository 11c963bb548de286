import { valueOr } from './answer.js';
import { listAt, textAt, textsAt } from './raw.js';
import type { Seen } from './seen.js';

/** The container of the injector in its Deployment. */
const containerOf = ({ objects }: Seen): unknown =>
  listAt(valueOr(objects.deployment, {}), 'spec', 'template', 'spec', 'containers')[0];

/**
 * What an option says in the installed Deployment, as a flag or as a variable. One that a file or another object says
 * is not seen.
 *
 * @param flag such as `--certificates`.
 * @param variable such as `DS_INJECTOR_CERTIFICATES`.
 */
function optionOf(seen: Seen, flag: string, variable: string): string | undefined {
  const container = containerOf(seen);
  const args = [...textsAt(container, 'command'), ...textsAt(container, 'args')];
  const joined = args.find((arg) => arg.startsWith(`${flag}=`));
  if (joined !== undefined) return joined.slice(flag.length + 1);
  if (args.includes(flag)) return args[args.indexOf(flag) + 1];
  const entry = listAt(container, 'env').find((one) => textAt(one, 'name') === variable);
  return entry === undefined ? undefined : textAt(entry, 'value');
}

/** Whether the injector makes its certificates itself. */
export const certificatesOf = (seen: Seen): 'self' | 'files' =>
  optionOf(seen, '--certificates', 'DS_INJECTOR_CERTIFICATES') === 'files' ? 'files' : 'self';
