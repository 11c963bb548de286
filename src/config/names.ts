/** `opsPort` → `ops-port`: the flag of an option. */
export const kebab = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export const ENV_PREFIX = 'DS_INJECTOR_';

/** `opsPort` → `DS_INJECTOR_OPS_PORT`: the environment variable of an option. */
export const envName = (name: string): string =>
  ENV_PREFIX + kebab(name).replaceAll('-', '_').toUpperCase();

/**
 * Whether an environment variable is one that Kubernetes sets for a Service called `ds-injector…`
 * (`DS_INJECTOR_PORT=tcp://10.0.0.9:443`), and so not meant for us although its name fits.
 */
export function isServiceLink(name: string, value: string): boolean {
  if (/_SERVICE_(HOST|PORT)(_|$)/.test(name)) return true;
  if (/_PORT_\d+_(TCP|UDP|SCTP)(_|$)/.test(name)) return true;
  return name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//i.test(value);
}

/** The sentence `, did you mean X?` for the name most like a wrong one, or nothing if none is near. */
export function suggestion(wrong: string, names: readonly string[]): string {
  const [best] = names
    .map((name) => ({ name, far: distance(plain(wrong), plain(name)) }))
    .sort((one, other) => one.far - other.far);
  return best && best.far <= 1 + plain(wrong).length / 4 ? `; did you mean \`${best.name}\`?` : '';
}

/** Spelling in another case or with other separators is the most common mistake and costs nothing. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '');

/** The number of letters to insert, drop or exchange to get from one word to the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, letter] of one.split('').entries()) {
    const next = [line + 1];
    for (const [column, wanted] of other.split('').entries()) {
      const exchange = (row[column] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(exchange, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
